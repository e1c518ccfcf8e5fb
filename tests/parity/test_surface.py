"""What both cores show to the package."""

import importlib.util
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import tracefmt

pytestmark = pytest.mark.once


def names(module):
    """Return the public names of a module or class, other than modules that it imported."""
    public = (name for name in vars(module) if name[0] != "_" and name != "annotations")
    return sorted(name for name in public if not inspect.ismodule(getattr(module, name)))


def classes(module):
    """Return the public classes of a module by name."""
    found = {name: getattr(module, name) for name in names(module)}
    return {name: value for name, value in found.items() if isinstance(value, type)}


def parameters(function):
    """Return the names and defaults of a function's parameters, without the object itself."""
    found = inspect.signature(function).parameters.values()
    return [(p.name, p.default) for p in found if p.name != "self"]


def test_names(cores):
    """Both modules have the same names, and their classes the same methods."""
    rust, python = cores

    assert names(rust) == names(python)
    for name, kind in classes(python).items():
        assert names(getattr(rust, name)) == names(kind)


def test_rust_only(cores):
    """Where Rust alone has a class, Python has None under its name."""
    rust, python = cores
    alone = classes(rust).keys() - classes(python).keys()

    assert alone
    assert {getattr(python, name) for name in alone} == {None}


def test_constants(cores):
    """Each core knows its name and the version of the package."""
    rust, python = cores

    assert (rust.NAME, python.NAME) == ("rust", "python")
    assert rust.VERSION == python.VERSION == tracefmt.__version__


def test_signatures(cores):
    """Classes and methods take the same parameters by the same names."""
    rust, python = cores
    for name, kind in classes(python).items():
        twin = getattr(rust, name)

        assert parameters(twin) == parameters(kind)
        for method in names(kind):
            if callable(getattr(kind, method)):
                assert parameters(getattr(twin, method)) == parameters(getattr(kind, method))


def test_docstrings(cores):
    """What is public has a docstring in both."""
    for core in cores:
        shown = {core.NAME: core, **classes(core)}
        for kind in classes(core).values():
            methods = {name: getattr(kind, name) for name in names(kind)}
            shown |= {f"{kind.__name__}.{k}": v for k, v in methods.items() if callable(v)}

        assert [name for name, value in shown.items() if not value.__doc__] == []


def test_stub(cores):
    """The stub of the extension says what the extension is."""
    pytest.importorskip("mypy")
    stub = Path(tracefmt.__file__).with_name("_rust.pyi")
    assert stub.exists(), "tracefmt/_rust.pyi is missing"
    package = Path(importlib.util.find_spec("tracefmt").origin).parent.parent
    result = subprocess.run(
        [sys.executable, "-m", "mypy.stubtest", "tracefmt._rust"],
        env={"MYPYPATH": str(package), "PYTHONPATH": str(package), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 0, result.stdout + result.stderr
