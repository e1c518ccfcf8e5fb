"""What is shipped: two wheels that work in an empty environment, and an sdist that builds both."""

import email
import json
import re
import shutil
import tarfile
import zipfile
from pathlib import PurePath

import pytest

pytestmark = pytest.mark.once

LOG = """\
import json, logging, sys
import tracefmt
from opentelemetry import trace

handler = logging.StreamHandler(sys.stdout)
handler.setFormatter(tracefmt.Formatter())
logging.basicConfig(level="INFO", handlers=[handler])
span = trace.NonRecordingSpan(trace.SpanContext(0xABC, 0xDEF, False, trace.TraceFlags(1)))
with trace.use_span(span):
    logging.getLogger("t").info("hello", extra={"a": 1})
print(json.dumps([tracefmt.core, tracefmt.__version__]))
"""


@pytest.fixture(params=[pytest.param("rust", marks=pytest.mark.cargo), "python"])
def built_core(request):
    """The core that a wheel is built with."""
    return request.param


@pytest.fixture
def wheel(request, built_core):
    """The wheel with that core."""
    return request.getfixturevalue("rust_wheel" if built_core == "rust" else "pure_wheel")


@pytest.fixture(scope="session")
def version(root):
    """The version, from its one home."""
    return re.search(r'(?m)^version = "(.+)"$', (root / "Cargo.toml").read_text())[1]


def files(wheel):
    """Return the names in a wheel, without where it says what it is."""
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def extensions(names):
    """Return the names of compiled files."""
    return [name for name in names if PurePath(name).suffix in {".so", ".pyd", ".dylib"}]


def litter(tree):
    """Leave in a source tree what other builds leave there."""
    package = tree / "python" / "tracefmt"
    for suffix in (".cpython-399-x86_64-linux-gnu.so", ".cp399-win_amd64.pyd", ".abi3.so"):
        (package / f"_rust{suffix}").write_bytes(b"of another build")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "_core.cpython-399.pyc").write_bytes(b"of another run")


def metadata(wheel):
    """Return what the wheel says of itself."""
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(archive.read(name))


def test_logs_in_an_empty_environment(pip, run, empty_python, wheel, built_core, version):
    """An installed wheel writes a JSON line with its trace, by the core it was built with."""
    pip("--python", empty_python, "install", wheel)

    line, shown = run(empty_python, "-I", "-c", LOG).stdout.splitlines()

    assert json.loads(shown) == [built_core, version]
    fields = json.loads(line)
    assert (fields["level"], fields["logger"], fields["message"]) == ("info", "t", "hello")
    assert (fields["trace_id"], fields["span_id"]) == (f"{0xABC:032x}", f"{0xDEF:016x}")
    assert (fields["trace_flags"], fields["a"]) == ("01", 1)


@pytest.mark.cargo
def test_platform_wheel(rust_wheel, pure_wheel):
    """The platform wheel is the pure one and the extension, and is tagged for its platform."""
    assert not rust_wheel.name.endswith("-any.whl")
    assert len(extensions(files(rust_wheel))) == 1
    assert files(rust_wheel) - set(extensions(files(rust_wheel))) == files(pure_wheel)


def test_pure_wheel(pure_wheel, root):
    """The pure wheel fits every platform and holds the package's Python files, types included."""
    package = root / "python"
    sources = [p for p in package.rglob("*") if p.suffix in {".py", ".pyi", ".typed"}]
    assert pure_wheel.name.endswith("-py3-none-any.whl")
    assert {str(path.relative_to(package)) for path in sources} == files(pure_wheel)


def test_pure_wheel_leaves_out_what_was_built(build_wheel, environment, pure_wheel, root, tmp_path):
    """An extension that lies about in the source tree does not get into the pure wheel."""
    ignored = shutil.ignore_patterns(".*", "target", "tests", "__pycache__")
    tree = shutil.copytree(root, tmp_path / "tree", ignore=ignored)
    litter(tree)
    assert files(build_wheel(tree, env=environment(TRACEFMT_BUILD="pure"))) == files(pure_wheel)


def test_metadata(wheel, version):
    """A wheel needs opentelemetry-api at run time, and nothing else."""
    says = metadata(wheel)
    needed = [need for need in says.get_all("Requires-Dist") if "extra ==" not in need]
    assert [re.split(r"\W*>=", need)[0] for need in needed] == ["opentelemetry-api"]
    assert (says["Name"], says["Version"]) == ("tracefmt-otel", version)
    assert (says["License-Expression"], says["License-File"]) == ("Apache-2.0", "LICENSE")
    assert says["Requires-Python"] == ">=3.10"
    assert {"cli", "demo", "structlog"} <= set(says.get_all("Provides-Extra"))


def test_command(wheel):
    """A wheel brings the command `tracefmt`."""
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
    assert re.search(r"(?m)^tracefmt ?= ?tracefmt_command:main$", archive.read(name).decode())


def test_pytest_plugin(wheel):
    """A wheel brings the pytest plugin, in a package of its own."""
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/entry_points.txt"))
    assert re.search(
        r"(?m)^\[pytest11\]\ntracefmt ?= ?tracefmt_pytest$", archive.read(name).decode()
    )
    assert "tracefmt_pytest/__init__.py" in archive.namelist()


def test_sdist_is_complete(sdist, root):
    """The sdist holds every source file, and nothing that was built."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    tops = ["build_backend", "docs", "python", "rust", "tests"]
    wanted = [path for top in tops for path in (root / top).rglob("*") if path.is_file()]
    wanted = {str(p.relative_to(root)) for p in wanted if "__pycache__" not in p.parts}
    wanted |= {"Cargo.toml", "Cargo.lock", "LICENSE", "Makefile", "pyproject.toml"}
    assert wanted - names == set(extensions(wanted))
    assert extensions(names) == []


@pytest.mark.cargo
def test_sdist_builds_platform_wheel(build_wheel, sdist, rust_wheel, tmp_path):
    """The sdist builds the same platform wheel as the source tree, also where others have built."""
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    (tree,) = tmp_path.iterdir()
    for path in tree.rglob("*.rs"):
        path.touch()  # they are dated 2020, so cargo would take what it compiled before
    litter(tree)
    assert files(build_wheel(tree)) == files(rust_wheel)


def test_sdist_builds_pure_wheel(build_wheel, sdist, pure_wheel):
    """The sdist builds the same pure wheel as the source tree."""
    wheel = build_wheel(sdist, "--config-settings", "core=python")
    assert (wheel.name, files(wheel)) == (pure_wheel.name, files(pure_wheel))
