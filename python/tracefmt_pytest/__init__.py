"""
The pytest plugin: fixture `traced_logs`, marker ``correlated``.

It stands outside of the package because pytest imports every plugin at its start: this module
imports nothing but pytest, and tracefmt only in a test that asks for it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tracefmt.testing import TracedLogs

MARKER = (
    "correlated(enforce=True, *, allow=(), span=True): every line that the test logs belongs to a "
    "trace; allow: names of loggers that need none; span: have a test span around the test"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options for a whole suite."""
    parser.addini("traced_logs_enforce", "have every test as if it was marked", "bool", False)
    parser.addini("traced_logs_allow", "names of loggers whose lines need no trace", "linelist", [])
    parser.addini("traced_logs_span", "have a test span around such tests", "bool", True)
    parser.addini("traced_logs_level", "what the root logger's level is lowered to", default="INFO")


def pytest_configure(config: pytest.Config) -> None:
    """Name the marker."""
    config.addinivalue_line("markers", MARKER)


@pytest.fixture
def traced_logs(pytestconfig: pytest.Config) -> Iterator[TracedLogs]:
    """Record what the test logs, as parsed lines: `tracefmt.testing.TracedLogs`."""
    from tracefmt.testing import TracedLogs  # noqa: PLC0415  # only where it is used

    with TracedLogs(pytestconfig.getini("traced_logs_level")) as logs:
        yield logs


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Check what a test logs, where that is asked for."""
    wanted = _wanted(item)
    if wanted is None:
        return (yield)
    from tracefmt.testing import TracedLogs, span  # noqa: PLC0415  # only where it is used

    with TracedLogs(item.config.getini("traced_logs_level")) as logs:
        with span() if wanted["span"] else nullcontext():
            result = yield
        logs.assert_correlated(allow=wanted["allow"], some=False)
    return result


def _wanted(item: pytest.Item) -> dict[str, Any] | None:
    """Return the options in force for a test, the nearest marker's first; None for no check."""
    options = {
        "enforce": item.config.getini("traced_logs_enforce"),
        "allow": item.config.getini("traced_logs_allow"),
        "span": item.config.getini("traced_logs_span"),
    }
    marker = item.get_closest_marker("correlated")
    if marker is not None:
        given = _options(*marker.args, **marker.kwargs)
        options = {**options, **given, "allow": [*options["allow"], *given.get("allow", ())]}
    return options if options["enforce"] else None


def _options(enforce: bool = True, **options: Any) -> dict[str, Any]:
    unknown = options.keys() - {"allow", "span"}
    if unknown:
        raise pytest.UsageError(f"pytest.mark.correlated: unknown {', '.join(sorted(unknown))}")
    return {"enforce": enforce, **options}
