"""A good neighbour: what `import tracefmt` does to the process, and what it does not."""

from __future__ import annotations

import json
import pkgutil
import subprocess
import sys

import pytest

import tracefmt

OPTIONAL = {
    "tracefmt._rust": "the extension",
    "tracefmt.spans.datadog": "ddtrace",
    "tracefmt.cli": "click and rich",
    "tracefmt.access.django": "Django",
    "tracefmt.access.gunicorn": "gunicorn",
}


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout


def test_import_needs_the_standard_library_alone(core):
    """`import tracefmt` imports nothing but the standard library and itself."""
    code = f"""
import os, sys, json
os.environ["TRACEFMT_CORE"] = {core.NAME!r}
import tracefmt
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}} - {{"tracefmt"}})))
"""
    roots = set(json.loads(run(code)))
    before = set(json.loads(run("import sys, json; print(json.dumps(list(sys.modules)))")))

    assert roots - before - sys.stdlib_module_names == set()


@pytest.mark.once
def test_import_takes_what_every_program_needs():
    """`import tracefmt` over `import logging` loads little: the rest comes with its first use."""
    code = """
import json, logging, sys
before = set(sys.modules)
import tracefmt
print(tracefmt.core, *sorted(set(sys.modules) - before))
"""
    core, *loaded = run(code).split()
    foreign = {name for name in loaded if name.partition(".")[0] != "tracefmt"}
    own = {name.partition("tracefmt.")[2] for name in loaded} - {""}

    # each of the others costs half a millisecond or more
    assert {name.lstrip("_").partition(".")[0] for name in foreign} <= {
        *("future__", "contextvars", "binascii", "importlib", "typing"),
        *(("contextlib",) if sys.version_info < (3, 11) else ()),
        *(("datetime", "errno", "math", "select") if core == "python" else ()),
    }
    if core == "rust":
        assert not {name for name in own if name.startswith(("_python", "schemas._plan"))}
    assert not own & {"hooks", "structlog", "testing", "correlation", "propagation", "cli"}
    assert "spans.opentelemetry" not in own


@pytest.mark.once
def test_import_leaves_logging_as_it_was():
    """`import tracefmt` patches nothing and installs nothing in `logging`."""
    code = """
import logging, logging.handlers, threading, warnings, sys
def state():
    return [dict(vars(o)) for o in (logging, logging.Logger, logging.LogRecord, logging.Handler,
            logging.handlers.QueueHandler, threading.Thread)], list(logging.root.handlers), \
            logging.root.level, sys.excepthook, warnings.showwarning
import contextvars, base64, dataclasses, datetime, decimal, enum, pathlib, uuid, json, traceback
before = state()
import tracefmt
assert state() == before
"""
    assert run(code) == ""


@pytest.mark.once
def test_every_module_can_be_imported_first():
    """No module depends on another having been imported before it."""
    prefix = "tracefmt."
    names = [module.name for module in pkgutil.walk_packages(tracefmt.__path__, prefix)]
    plain = [name for name in names if not name.startswith(tuple(OPTIONAL))]
    code = "import importlib, sys\nfor name in {names!r}:\n"
    code += "    for loaded in [n for n in sys.modules if n.startswith('tracefmt')]:\n"
    code += "        del sys.modules[loaded]\n"
    code += "    importlib.import_module(name)\n"

    assert run(code.format(names=plain)) == ""
