"""
One suite for both cores.

The fixture `core` is there for every test without being asked for, and runs it twice: ``[rust]``
and ``[python]``.  What has nothing to do with cores says ``pytest.mark.once``.
"""

import logging
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import tracefmt
from tracefmt import _core

CORES = ("rust", "python")

settings.register_profile(
    "default",
    max_examples=150,
    deadline=None,
    derandomize=True,  # the same examples for everybody; new ones come from the other profile
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile(
    "thorough", settings.get_profile("default"), max_examples=20_000, derandomize=False
)
settings.load_profile("default")


def pytest_addoption(parser):
    """Add ``--cores``; Hypothesis has ``--hypothesis-profile=thorough`` for long runs."""
    parser.addoption(
        "--cores",
        default=",".join(CORES),
        metavar="NAMES",
        help="the cores that are tested, of rust,python (default: both; each must be there)",
    )


def pytest_configure(config):
    """Check ``--cores``, and name the markers that this file gives a meaning."""
    unknown = set(_cores(config)) - set(CORES)
    if unknown or not _cores(config):
        raise pytest.UsageError(f"--cores={config.getoption('--cores')}: write {','.join(CORES)}")
    config.addinivalue_line("markers", "once: has nothing to do with cores, so it runs once")
    config.addinivalue_line("markers", "clause(*ids): shows these clauses of docs/encoding.md")


def pytest_generate_tests(metafunc):
    """Run each test on each core."""
    once = metafunc.definition.get_closest_marker("once")
    if "core_name" in metafunc.fixturenames and once is None:
        metafunc.parametrize("core_name", _cores(metafunc.config), indirect=True)


def _cores(config):
    return [name for name in config.getoption("--cores").split(",") if name]


@pytest.fixture
def core_name(request):
    """The core under test, by name; for tests that run once, the one that is in force anyway."""
    return getattr(request, "param", _core.core.NAME)


@pytest.fixture(autouse=True)
def core(core_name, monkeypatch):
    """Put one core in force and return its module; afterwards, take back what logging was given."""
    module = _load(core_name)
    monkeypatch.setattr(_core, "core", module)
    for variable in (
        *("OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES", "DD_SERVICE", "DD_ENV", "DD_VERSION"),
        *("GOOGLE_CLOUD_PROJECT", "GCLOUD_PROJECT", "GCP_PROJECT"),
    ):
        monkeypatch.delenv(variable, raising=False)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    found = {logger: _settings(logger) for logger in _loggers()}
    level_names, level_numbers = dict(logging._levelToName), dict(logging._nameToLevel)
    yield module
    tracefmt.configure(None)
    for handler in root.handlers[:]:
        if handler not in handlers:
            root.removeHandler(handler)
            handler.close()
    root.setLevel(level)
    logging.disable(logging.NOTSET)
    logging.setLogRecordFactory(logging.LogRecord)
    logging._levelToName.clear()
    logging._levelToName.update(level_names)
    logging._nameToLevel.clear()
    logging._nameToLevel.update(level_numbers)
    for logger in _loggers():
        _put_back(logger, found.get(logger, _NEW))


_NEW = (logging.NOTSET, True, False, [], [])  # what a logger is as getLogger makes it


def _loggers():
    known = logging.root.manager.loggerDict.values()
    return [logger for logger in known if isinstance(logger, logging.Logger)]


def _settings(logger):
    """Return what a test may change of a logger, as `_put_back` takes it."""
    switches = (logger.level, logger.propagate, logger.disabled)
    return *switches, logger.handlers[:], logger.filters[:]


def _put_back(logger, settings):
    """Leave a logger as it was before the test: the next one may use the same name."""
    if _settings(logger) == settings:
        return
    level, logger.propagate, logger.disabled, handlers, filters = settings
    if logger.level != level:
        logger.setLevel(level)
    logger.handlers[:], logger.filters[:] = handlers, filters
    logger.manager._clear_cache()


@pytest.fixture
def cores(pytestconfig):
    """Both cores' modules, for tests that compare them."""
    missing = set(CORES) - set(_cores(pytestconfig))
    if missing:
        pytest.skip(f"--cores leaves out {','.join(missing)}")
    return tuple(_load(name) for name in CORES)


def _load(name):
    try:
        return _core.load(name)
    except ImportError as error:
        return pytest.fail(
            f"{error}\nBuild it with `make build`, or test without it: pytest --cores=python",
            pytrace=False,
        )


@pytest.fixture
def run_script(core_name):
    """Run a script in a process of its own on the core under test, and return what it printed."""
    package, tests = Path(tracefmt.__file__).parent.parent, Path(__file__).parent.parent

    def run_script(source, *arguments, **environment):
        result = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(source), *arguments],
            env={
                **os.environ,
                "TRACEFMT_CORE": core_name,
                "PYTHONPATH": os.pathsep.join([str(package), str(tests)]),
                **environment,
            },
            capture_output=True,
            check=False,
            timeout=60,
        )
        assert result.returncode == 0, (result.returncode, result.stdout, result.stderr.decode())
        return result.stdout

    return run_script
