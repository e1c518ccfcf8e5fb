"""The build backend: which core it builds, and what it says where it cannot."""

import importlib.util
import shutil
import sys

import pytest

pytestmark = pytest.mark.once


@pytest.fixture
def backend(root, monkeypatch):
    """The backend as a module, where nothing chooses a core."""
    path = root / "build_backend" / "tracefmt_build.py"
    spec = importlib.util.spec_from_file_location("tracefmt_build", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.delenv("TRACEFMT_BUILD", raising=False)
    monkeypatch.setattr(shutil, "which", {"cargo": "/somewhere/cargo"}.get)
    return module


@pytest.fixture
def no_cargo(backend, monkeypatch):
    """The backend where there is no cargo on PATH."""
    monkeypatch.setattr(shutil, "which", {}.get)


def test_cargo_decides(backend):
    """With cargo on PATH the Rust core is built."""
    assert backend.chosen_core(None) == "rust"


def test_no_cargo_decides(backend, no_cargo, capsys):
    """Without cargo the pure package is built, and the build log says so."""
    assert backend.chosen_core(None) == "python"
    assert "no cargo on PATH" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variable", "config_settings", "core"),
    [
        ("pure", None, "python"),
        ("rust", None, "rust"),
        ("auto", {}, "rust"),
        ("", {"core": "python"}, "python"),
        ("pure", {"core": "rust"}, "rust"),
    ],
)
def test_settings_decide(backend, monkeypatch, variable, config_settings, core):
    """The environment variable outweighs cargo, the frontend's setting outweighs both."""
    monkeypatch.setenv("TRACEFMT_BUILD", variable)
    assert backend.chosen_core(config_settings) == core


def test_rust_demanded_without_cargo(backend, no_cargo, monkeypatch):
    """A demand for the Rust core is refused without cargo, with both ways out."""
    monkeypatch.setenv("TRACEFMT_BUILD", "rust")
    with pytest.raises(SystemExit, match=r"(?s)no cargo on PATH.*Install Rust.*BUILD=pure"):
        backend.get_requires_for_build_wheel()


def test_unknown_setting(backend):
    """A misspelt setting is refused by name, not ignored."""
    with pytest.raises(SystemExit, match="core=rusty is unknown; write rust, pure or auto"):
        backend.chosen_core({"core": "rusty"})


def test_requirements(backend, monkeypatch):
    """Only the builder that is used is asked for; the sdist never needs maturin or cargo."""
    assert backend.get_requires_for_build_wheel() == [backend.MATURIN]
    assert backend.get_requires_for_build_editable() == [backend.MATURIN]
    assert backend.get_requires_for_build_sdist() == [backend.HATCHLING]

    monkeypatch.setenv("TRACEFMT_BUILD", "pure")

    assert backend.get_requires_for_build_wheel() == [backend.HATCHLING]
    assert backend.get_requires_for_build_editable() == [backend.HATCHLING]


def test_install_without_cargo(pip, run, environment, root, empty_python):
    """`pip install .` without cargo succeeds, with the pure package."""
    pip("--python", empty_python, "install", root, env=environment(cargo=False))
    shown = run(empty_python, "-I", "-c", "import tracefmt; print(tracefmt.core)")
    assert shown.stdout == "python\n"


def test_install_rust_without_cargo(pip, environment, root, empty_python):
    """`TRACEFMT_BUILD=rust pip install .` without cargo fails and says why."""
    env = environment(cargo=False, TRACEFMT_BUILD="rust")
    result = pip("--python", empty_python, "install", root, env=env, check=False)
    assert result.returncode != 0
    assert "there is no cargo on PATH" in result.stdout


def test_install_with_broken_cargo(pip, environment, root, tmp_path):
    """Where cargo fails, the error says how to have the pure package instead."""
    cargo = tmp_path / "cargo"
    cargo.write_text("#!/bin/sh\necho this cargo is broken >&2\nexit 1\n")
    cargo.chmod(0o755)
    env = environment(cargo=False)
    # pip's own isolation is left out, for speed: maturin comes from where the tests run
    env["PATH"] = f"{tmp_path}:{sys.prefix}/bin:{env['PATH']}"
    command = ("wheel", "--no-build-isolation", "--no-deps", "--wheel-dir", tmp_path, root)
    result = pip(*command, env=env, check=False)
    assert result.returncode != 0
    assert "set TRACEFMT_BUILD=pure" in result.stdout
