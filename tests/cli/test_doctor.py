"""`tracefmt doctor`: what it says of a process, and each trap walked into for real."""

from __future__ import annotations

import doctest
import logging
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import tracefmt
from tracefmt.cli.doctor import examination, examine

pytestmark = pytest.mark.once

IN_SPAN = """
from opentelemetry import trace
SPAN = trace.NonRecordingSpan(trace.SpanContext(0xABC, 0xDEF, False))
"""
QUEUE = """
import logging, logging.handlers, queue
import tracefmt
records = queue.SimpleQueue()
listener = logging.handlers.QueueListener(records, tracefmt.StreamHandler())
"""


@pytest.fixture
def doctor(tracefmt_command, tmp_path):
    """Let the doctor import this code as an application; return its status and what it says."""

    def run(code="", *options, **variables):
        (tmp_path / "application.py").write_text(code)
        arguments = options or (("-m", "application") if code else ())
        done = tracefmt_command(
            "doctor", *arguments, cwd=tmp_path, **{"TRACEFMT_CORE": None, **variables}
        )
        assert done.stderr == ""
        return done.returncode, done.stdout

    return run


def names(output):
    """Return the names of the traps that the output warns of."""
    return [line.partition(": ")[2] for line in output.splitlines() if line.startswith("warning ")]


def test_doctor_finds_nothing_wrong_in_a_bare_process(doctor):
    """With nothing set up there is nothing to warn of, and the exit status is 0."""
    status, output = doctor()

    assert status == 0
    assert names(output) == []
    assert output.endswith("nothing wrong found\n")


def test_doctor_says_what_is_in_force(doctor):
    """Versions, core, Python, API, SDK, span source and runtime are there."""
    _, output = doctor()
    said = " ".join(output.split())

    assert f"tracefmt version {tracefmt.__version__} core " in said
    assert f"python version {sys.version.split()[0]}, cpython" in said
    for name in ("API", "SDK", "tracer provider", "span source", "context runtime"):
        assert f" {name} " in said
    assert "ContextVarsRuntimeContext (read straight from its context variable)" in said


def test_doctor_lists_the_handlers_of_an_application(doctor):
    """Each handler is listed with its logger, its target and its formatter."""
    code = """
import logging, tracefmt
tracefmt.configure("INFO", filename="app.jsonl")
logging.getLogger("app.audit").addHandler(logging.StreamHandler())
"""
    status, output = doctor(code)
    said = " ".join(output.split())

    assert status == 0
    assert " root tracefmt.FileHandler to " in said
    assert "/app.jsonl through tracefmt.Formatter app.audit logging.StreamHandler" in said


def test_doctor_imports_an_application_as_uvicorn_names_it(doctor):
    """`--app module:attribute` imports the module, and the attribute has to be there."""
    code = "import tracefmt\ntracefmt.configure()\nclass api: app = 1"

    assert "tracefmt.StreamHandler" in doctor(code, "--app", "application:api.app")[1]


def test_doctor_says_where_an_attribute_is_missing(tracefmt_command, tmp_path):
    """`--app` with an attribute that the module does not have is a usage error."""
    (tmp_path / "application.py").touch()
    done = tracefmt_command("doctor", "--app", "application:app", cwd=tmp_path)

    assert done.returncode == 2
    assert "has no attribute 'app'" in done.stderr


def test_doctor_shows_why_an_application_cannot_be_imported(tracefmt_command, tmp_path):
    """An application that raises is reported with its own frames, and exit status 1."""
    (tmp_path / "application.py").write_text("port = int('none')")
    done = tracefmt_command("doctor", "-m", "application", cwd=tmp_path)

    assert done.returncode == 1
    assert "importing application failed" in done.stderr
    assert 'application.py", line 1' in done.stderr
    assert "importlib" not in done.stderr


def test_doctor_fits_80_columns_without_colour_in_a_pipe(doctor):
    """In a pipe there are no escape codes, and lines break before column 80, between words."""
    _, output = doctor(
        QUEUE + "logging.getLogger().addHandler(logging.handlers.QueueHandler(records))"
    )
    long = [line for line in output.splitlines() if len(line) >= 80 and len(line.split()) > 2]

    assert "\x1b" not in output
    assert long == []


def test_doctor_is_in_colour_on_a_terminal_unless_told_otherwise(on_terminal):
    """On a terminal there is colour; NO_COLOR takes it away."""
    assert "\x1b[1;36mtracefmt" in on_terminal("doctor")[1]
    assert "36m" not in on_terminal("doctor", NO_COLOR="1")[1]


def test_an_application_can_examine_itself(core):
    """`examine()` reports the process that calls it, and changes nothing."""
    tracefmt.configure("INFO", stream=sys.stderr)
    before = (dict(logging.root.manager.loggerDict), logging.root.handlers[:])
    report = examine()
    core_fact = next(fact for fact in report.facts if fact.name == "core")

    assert core_fact.value.split()[0] == tracefmt.core
    assert any("tracefmt.StreamHandler" in fact.value for fact in report.facts)
    assert str(report).startswith("tracefmt\n  version  ")
    assert (dict(logging.root.manager.loggerDict), logging.root.handlers[:]) == before


def test_the_example_runs():
    """The example in the docstring prints what it says."""
    assert doctest.testmod(examination).failed == 0


def test_double_ids_by_the_logging_instrumentation(doctor):
    """LoggingInstrumentor's ids on every record are warned of."""
    pytest.importorskip("opentelemetry.instrumentation.logging")
    code = """
from opentelemetry.instrumentation.logging import LoggingInstrumentor
LoggingInstrumentor().instrument({})
"""
    assert names(doctor(code.format("set_logging_format=True"))[1]) == ["double-ids"]
    # what the warning says to write instead
    assert names(doctor(code.format("set_logging_format=False"))[1]) == []


def test_double_ids_by_the_environment(doctor):
    """OTEL_PYTHON_LOG_CORRELATION=true is warned of before LoggingInstrumentor is there."""
    status, output = doctor(OTEL_PYTHON_LOG_CORRELATION="true")

    assert status == 1
    assert names(output) == ["double-ids"]


def test_double_ids_by_ddtrace(doctor):
    """Five dd.* attributes on every record, as ddtrace's patch puts them there, are warned of."""
    code = """
import logging
make = logging.Logger.makeRecord
def make_record(*args, **kwargs):
    record = make(*args, **kwargs)
    setattr(record, "dd.trace_id", "0")
    return record
logging.Logger.makeRecord = make_record
"""
    assert names(doctor(code)[1]) == ["double-ids-datadog"]


def test_disabled_sdk(doctor):
    """OTEL_SDK_DISABLED=true is warned of."""
    assert names(doctor(OTEL_SDK_DISABLED="true")[1]) == ["sdk-disabled"]


def test_forced_pure_core(doctor):
    """TRACEFMT_CORE=python is warned of where the Rust core is there, and only there."""
    expected = ["pure-core"] if examination.Extension.find().path else []

    assert names(doctor(TRACEFMT_CORE="python")[1]) == expected


def test_context_runtime_of_another(doctor, tmp_path):
    """A runtime chosen by OTEL_PYTHON_CONTEXT is named and warned of."""
    info = tmp_path / "other_runtime-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: other-runtime\nVersion: 1\n")
    (info / "entry_points.txt").write_text(
        "[opentelemetry_context]\nother_context = other_runtime:Other\n"
    )
    (tmp_path / "other_runtime.py").write_text(
        "from opentelemetry.context.contextvars_context import ContextVarsRuntimeContext\n"
        "class Other(ContextVarsRuntimeContext): pass\n"
    )
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    status, output = doctor(OTEL_PYTHON_CONTEXT="other_context", PYTHONPATH=path)

    assert status == 1
    assert names(output) == ["other-context-runtime"]
    assert "other_runtime.Other" in output


def test_context_filter_on_a_logger(doctor):
    """A ContextFilter on a logger is warned of; on a handler it is right."""
    code = """
import logging, tracefmt
handler = tracefmt.configure()
{}.addFilter(tracefmt.ContextFilter())
"""
    assert names(doctor(code.format("logging.getLogger('app')"))[1]) == ["filter-on-logger"]
    assert names(doctor(code.format("handler"))[1]) == []


def test_plain_queue_handler_before_a_formatter(doctor):
    """A plain QueueHandler before a tracefmt.Formatter is warned of; tracefmt's is right."""
    code = QUEUE + "logging.getLogger('app').addHandler({}(records))"

    assert names(doctor(code.format("logging.handlers.QueueHandler"))[1]) == ["plain-queue-handler"]
    assert names(doctor(code.format("tracefmt.QueueHandler"))[1]) == []


def test_queue_handler_before_other_formatters_is_no_trap(doctor):
    """A QueueHandler that leads to no tracefmt.Formatter is none of our business."""
    code = """
import logging, logging.handlers, queue
records = queue.SimpleQueue()
listener = logging.handlers.QueueListener(records, logging.StreamHandler())
logging.getLogger().addHandler(logging.handlers.QueueHandler(records))
"""
    assert names(doctor(code)[1]) == []


def test_plain_memory_handler_before_a_formatter(doctor):
    """A MemoryHandler before a tracefmt.Formatter is warned of, unless a ContextFilter is on it."""
    code = """
import logging, logging.handlers, tracefmt
handler = logging.handlers.MemoryHandler(10, target=tracefmt.StreamHandler())
logging.getLogger().addHandler(handler)
"""
    assert names(doctor(code)[1]) == ["plain-memory-handler"]
    assert names(doctor(code + "handler.addFilter(tracefmt.ContextFilter())")[1]) == []


def test_listener_started_in_a_span_by_the_threading_instrumentation(doctor):
    """A listener whose thread got a span from the instrumentation is warned of, with its trace."""
    pytest.importorskip("opentelemetry.instrumentation.threading")
    code = f"""
from opentelemetry.instrumentation.threading import ThreadingInstrumentor
ThreadingInstrumentor().instrument()
{IN_SPAN}{QUEUE}
with trace.use_span(SPAN):
    listener.start()
"""
    _, output = doctor(code)

    assert names(output) == ["listener-in-span"]
    assert f"{0xABC:032x}" in output
    # with handlers that bring their own ids it does no harm
    feed = "logging.getLogger().addHandler(tracefmt.QueueHandler(records))"
    assert names(doctor(code + feed)[1]) == []


@pytest.mark.skipif(sys.version_info < (3, 14), reason="threads inherit from Python 3.14 on")
def test_listener_started_in_a_span_where_threads_inherit(doctor):
    """A listener whose thread inherited a span is warned of."""
    code = f"{IN_SPAN}{QUEUE}\nwith trace.use_span(SPAN):\n    listener.start()"

    assert names(doctor(code, PYTHON_THREAD_INHERIT_CONTEXT="1")[1]) == ["listener-in-span"]
    assert names(doctor(code, PYTHON_THREAD_INHERIT_CONTEXT="0")[1]) == []


@pytest.fixture
def with_extension(tmp_path, environment):
    """Run the doctor on a copy of the package whose extension is this module."""

    def run(source, start, **variables):
        site = tmp_path / "site"
        package = Path(tracefmt.__file__).parent
        ignored = shutil.ignore_patterns("*.so", "*.pyd", "__pycache__")
        shutil.copytree(package, site / "tracefmt", ignore=ignored)
        (site / "tracefmt" / "_rust.py").write_text(source)
        done = subprocess.run(
            [sys.executable, "-c", start, "doctor"],
            capture_output=True,
            text=True,
            env={**environment, "PYTHONPATH": str(site), **variables},
            cwd=tmp_path,
            check=False,
        )
        return done.returncode, done.stdout

    return run


MAIN = "import sys; from tracefmt.cli import main; sys.exit(main())"
LAUNCHER = """
import os, sys
error = None
try:
    from tracefmt.cli import main
except ImportError as raised:  # CoreError is one
    error = raised
    os.environ["TRACEFMT_CORE"] = "python"
    from tracefmt.cli import main
sys.exit(main(core_error=error))
"""
STALE = "NAME, VERSION = 'rust', '0.0.1'"
BROKEN = "raise ImportError('undefined symbol: PyNever')"


@pytest.mark.parametrize(
    ("source", "name", "said"),
    [(STALE, "stale-extension", "0.0.1"), (BROKEN, "broken-extension", "PyNever")],
)
def test_unusable_extension_on_the_pure_core(with_extension, source, name, said):
    """With TRACEFMT_CORE=python the doctor says that the extension is stale, or does not load."""
    status, output = with_extension(source, MAIN, TRACEFMT_CORE="python")

    assert status == 1
    assert names(output) == [name]
    assert said in output


@pytest.mark.parametrize(
    ("source", "name"), [(STALE, "stale-extension"), (BROKEN, "broken-extension")]
)
def test_unusable_extension_behind_a_launcher(with_extension, source, name):
    """A launcher that catches what `import tracefmt` raises gets the same report."""
    status, output = with_extension(source, LAUNCHER, TRACEFMT_CORE="")

    assert status == 1
    assert names(output) == [name]
    assert "none that can be used" in output
