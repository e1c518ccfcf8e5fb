"""
The built artefacts, each made once a session, and the way a user makes it: by pip, isolated.

Nothing here imports tracefmt: what is tested is what an empty environment gets.
"""

import os
import shutil
import subprocess
import sys
import venv

import pytest


def pytest_collection_modifyitems(config, items):
    """Deselect what needs cargo where the Rust core is not under test."""
    if "rust" in config.getoption("--cores"):
        return
    needing = [item for item in items if item.get_closest_marker("cargo")]
    config.hook.pytest_deselected(items=needing)
    items[:] = [item for item in items if item not in needing]


@pytest.fixture(scope="session")
def root(pytestconfig):
    """The source tree."""
    return pytestconfig.rootpath


@pytest.fixture(scope="session")
def environment(root):
    """Make an environment that chooses no core by itself, with or without cargo on its PATH."""

    def environment(*, cargo=True, **variables):
        ours = ("TRACEFMT_", "PYTHON", "MAKE", "MFLAGS", "VIRTUAL_ENV")
        env = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        if not cargo:
            folders = env["PATH"].split(os.pathsep)
            env["PATH"] = os.pathsep.join(f for f in folders if not shutil.which("cargo", path=f))
        # What `make build` has compiled need not be compiled again in every temporary folder.
        env.setdefault("CARGO_TARGET_DIR", str(root / "target"))
        return env | variables

    return environment


@pytest.fixture(scope="session")
def run(root, environment):
    """Run a command in the source tree and return what it did; a failing test shows its output."""

    def run(*command, env=None, check=True):
        result = subprocess.run(
            command,
            cwd=root,
            env=environment() if env is None else env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        print(result.stdout)
        if check:
            assert result.returncode == 0
        return result

    return run


@pytest.fixture(scope="session")
def pip(run):
    """Run this environment's pip."""
    command = (sys.executable, "-m", "pip", "--disable-pip-version-check")

    def pip(*arguments, **options):
        return run(*command, *arguments, **options)

    return pip


@pytest.fixture(scope="session")
def build_wheel(pip, tmp_path_factory):
    """Build the wheel of a source tree or an sdist, and return its path."""

    def build_wheel(source, *settings, env=None):
        folder = tmp_path_factory.mktemp("wheel")
        pip("wheel", "--no-deps", "--wheel-dir", folder, *settings, source, env=env)
        (wheel,) = folder.glob("*.whl")
        return wheel

    return build_wheel


@pytest.fixture(scope="session")
def rust_wheel(build_wheel, root):
    """The wheel of the source tree with the Rust core."""
    return build_wheel(root)


@pytest.fixture(scope="session")
def pure_wheel(build_wheel, root, environment):
    """The wheel without it, also where there is cargo."""
    return build_wheel(root, env=environment(TRACEFMT_BUILD="pure"))


@pytest.fixture(scope="session")
def sdist(run, root, environment, tmp_path_factory):
    """The sdist, built without cargo."""
    folder = tmp_path_factory.mktemp("sdist")
    run(
        *(sys.executable, "-m", "build", "--sdist", "--outdir", folder, root),
        env=environment(cargo=False),
    )
    (sdist,) = folder.glob("*.tar.gz")
    return sdist


@pytest.fixture
def empty_python(tmp_path):
    """The interpreter of a new environment with nothing in it, not even pip."""
    venv.create(tmp_path / "venv", with_pip=False)
    return tmp_path / "venv" / "bin" / "python"
