"""Each contender that is installed here writes what it is asked to; no other is collected."""

from __future__ import annotations

import ast
import shutil
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

import pytest
from contender import CALL, HERE
from driver import check

from tracefmt import _core

pytestmark = pytest.mark.once

FILES = sorted((HERE / "peers").glob("*.py"))
BUILT = {"go": HERE / "peers/go/bin/peers", "node": HERE / "peers/node/node_modules"}


def is_installed(path) -> bool:
    """Whether all that a contender needs is there, without importing it."""
    text = path.read_text()
    for language, built in BUILT.items():
        if f'language="{language}"' in text:
            return shutil.which(language) is not None and built.exists()
    if path.stem.startswith("tracefmt_") and not path.stem.endswith("_python") and not has_rust():
        return False
    names = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import)]
    modules = {alias.name for node in names for alias in node.names}
    froms = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.ImportFrom)]
    modules |= {node.module for node in froms}
    if "through_logging.instrument(" in text:
        modules.add("opentelemetry.instrumentation.logging")
    return all(is_there(module) for module in modules) and all(map(has, distributions(text)))


def distributions(text):
    """Return the names that a contender gives as its packages: some it only imports in passing."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and node.arg == "packages":
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant):
                    yield part.value


def has(distribution) -> bool:
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False


def is_there(module) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def has_rust() -> bool:
    try:
        return _core.load("rust").NAME == "rust"
    except ImportError:
        return False


INSTALLED = [path.stem for path in FILES if is_installed(path)]


@pytest.mark.parametrize("name", [name for name in INSTALLED if name != "logxide_json"])
def test_contender_writes_what_it_is_asked_to(name, tmp_path):
    """A contender's lines of W3 are valid, complete and carry the ids that it claims."""
    stage = "format" if name == "orjson_dumps" else CALL

    hello = check(name, stage, "W3", 1, tmp_path)

    assert hello["label"]


def test_every_contender_has_the_same_three_names():
    """A file in peers/ defines LABEL, TRAITS and setup at its top level."""
    for path in FILES:
        body = ast.parse(path.read_text()).body
        names = {node.name for node in body if isinstance(node, ast.FunctionDef)}
        names |= {node.targets[0].id for node in body if isinstance(node, ast.Assign)}

        assert {"LABEL", "TRAITS", "setup"} <= names, path.name
