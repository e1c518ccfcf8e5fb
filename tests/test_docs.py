"""Every example in a docstring or a page of the docs runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib
import logging
import pkgutil
import re
from pathlib import Path

import pytest

import tracefmt

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
FENCE = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SKIPPED = {"tracefmt._rust", "tracefmt.spans.datadog"}  # no source; needs ddtrace


def modules() -> list[str]:
    found = pkgutil.walk_packages(tracefmt.__path__, "tracefmt.")
    return ["tracefmt", *(m.name for m in found if m.name not in SKIPPED and ".cli" not in m.name)]


@pytest.fixture(autouse=True)
def _clean_logging(monkeypatch):
    monkeypatch.delenv("OTEL_SERVICE_NAME", raising=False)
    monkeypatch.delenv("OTEL_RESOURCE_ATTRIBUTES", raising=False)
    yield
    tracefmt.configure(None)
    logging.captureWarnings(capture=False)


@pytest.mark.parametrize("name", modules())
def test_docstring_examples_run(name):
    """The examples in a module's docstrings print what they say, on both cores."""
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)

    assert result.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_page_examples_run(page):
    """The console examples of a page print what they say, on both cores."""
    examples = "\n".join(FENCE.findall(page.read_text()))
    test = doctest.DocTestParser().get_doctest(examples, {}, page.name, str(page), 0)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)

    assert runner.run(test).failed == 0
