"""What users may rely on."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil

import pytest

import tracefmt

pytestmark = pytest.mark.once

PUBLIC = [
    "tracefmt",
    "tracefmt.access",
    "tracefmt.correlation",
    "tracefmt.exceptions",
    "tracefmt.propagation",
    "tracefmt.schemas",
    "tracefmt.spans",
    "tracefmt.stdlib",
    "tracefmt.testing",
]


@pytest.mark.parametrize("name", PUBLIC)
def test_all_is_what_can_be_imported(name):
    """`__all__` is sorted, and names exactly the public names that are there."""
    module = importlib.import_module(name)
    offered = {late for late in module.__all__ if late[0] != "_" and hasattr(module, late)}
    modules = {info.name for info in pkgutil.iter_modules(getattr(module, "__path__", []))}
    there = (
        {
            name
            for name, value in vars(module).items()
            if not name.startswith("_") and not inspect.ismodule(value) and name != "annotations"
        }
        - modules
        - {"TYPE_CHECKING", "Any"}
    )
    listed = set(module.__all__) - {"__version__"}

    assert list(module.__all__) == sorted(module.__all__)
    assert there | offered == listed


@pytest.mark.parametrize("name", [name for name in tracefmt.__all__ if name[0].isupper()])
def test_public_classes_are_documented_with_an_example(name):
    """A public class has a docstring with an example, except exceptions: users raise none."""
    thing = getattr(tracefmt, name)
    text = inspect.getdoc(thing) or ""

    assert text
    assert issubclass(thing, Exception) or doctest.DocTestParser().get_examples(text)
