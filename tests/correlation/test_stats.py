"""How many of this process's lines belong to a trace, and whose the others are."""

import json
import logging
import threading

import pytest
import structlog
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from tests.core.line import record

import tracefmt
from tracefmt import correlation
from tracefmt._cold import missing
from tracefmt._cold.record import Captured
from tracefmt.structlog import Renderer


@pytest.fixture(autouse=True)
def _from_zero(core):
    correlation.reset()
    yield
    correlation.reset()


@pytest.fixture
def formatter():
    return tracefmt.Formatter()


def test_lines_are_counted_by_their_span(formatter):
    """Lines of a sampled span, of an unsampled one and of none are three counts."""
    for span in (tracefmt.SpanContext(1, 1, 3), tracefmt.SpanContext(1, 1, 2), None, None):
        with tracefmt.use(span):
            formatter.format(record())
    found = correlation.stats()

    assert (found.lines, found.correlated, found.unsampled, found.missing) == (4, 2, 1, 2)
    assert found.missing_share == 0.5


@pytest.mark.parametrize("flags", range(8))
def test_the_lowest_bit_says_sampled(formatter, flags):
    """Of the flags bit 0 alone decides."""
    with tracefmt.use(tracefmt.SpanContext(1, 1, flags)):
        formatter.format(record())

    assert correlation.stats().unsampled == 1 - (flags & 1)


def test_without_lines(core):
    """Before any line the share is zero."""
    assert correlation.stats() == (0, 0, 0, 0, 0, 0, (), ())
    assert correlation.stats().missing_share == 0


def test_places(tmp_path):
    """A place is logger, callsite, thread and what lost the context, on both ways to a line."""
    handler = tracefmt.FileHandler(tmp_path / "log")
    plain, native = logging.getLogger("places.plain"), tracefmt.get_logger("places.native")
    for log in (plain, native):
        log.addHandler(handler)
        log.propagate = False

    def work():
        for log in (plain, native, native):
            log.warning("lost")

    line = work.__code__.co_firstlineno + 2
    thread = threading.Thread(target=work, name="worker")
    thread.start()
    thread.join()
    for log in (plain, native):
        log.removeHandler(handler)
    handler.close()

    assert correlation.stats().places == tuple(
        (count, name, f"{__file__}:{line}", "worker", "threading.Thread", INSTEAD, None)
        for count, name in ((2, "places.native"), (1, "places.plain"))
    )


def test_the_lines_of_each_logger(formatter):
    """Lines with a span, without one and with a stale one are counted by logger, exactly."""
    stale = Captured((1, 1, 1), stale="ended").mark()
    for name, mark in (("a", stale), ("a", None), ("b", None), ("a", None)):
        formatter.format(record(name=name, **({"_tracefmt": mark} if mark else {})))
    with tracefmt.use(tracefmt.SpanContext(1, 1, 0)):
        formatter.format(record(name=bytes([97]).decode()))  # equal, and not the same
    found = correlation.stats()

    assert found.loggers == (("a", 4, 1, 1, 1, 2), ("b", 1, 0, 0, 0, 1))
    assert (found.stale, found.stale_share) == (1, 0.2)


def test_more_loggers_than_are_told_apart(formatter):
    """Of more than 512 loggers the others are counted together, and no line is forgotten."""
    for number in range(600):
        formatter.format(record(name=f"logger.{number}"))
    found = correlation.stats()

    assert (found.missing, len(found.loggers)) == (600, 513)
    assert found.loggers[0] == (None, 88, 0, 0, 0, 88)


@pytest.mark.parametrize("name", [None, 7, ["a"]])
def test_a_name_that_is_no_text(formatter, name):
    """A record may have anything for its logger's name."""
    formatter.format(record(name=name))

    assert correlation.stats().missing == 1


def test_only_loggers_that_have_been_traced(formatter):
    """What is expected can be narrowed to loggers that have been seen inside of a span."""
    with tracefmt.use(tracefmt.SpanContext(1, 1)):
        formatter.format(record(name="app"))
    for name in ("app", "boot", "boot"):
        formatter.format(record(name=name))
    found = correlation.stats(expected="traced")

    assert (found.missing, found.allowed, found.missing_share) == (3, 2, 0.5)
    assert [place.logger for place in found.places] == ["app"]


@pytest.mark.parametrize("options", [{"allow": "jobs"}, {"expected": "some"}])
def test_refuses_what_cannot_be_meant(options):
    """A text for a list of names, or an unknown choice, is said, with what to write instead."""
    with pytest.raises(tracefmt.ConfigurationError, match="write"):
        correlation.stats(**options)


def test_the_callsite_of_a_structlog_call():
    """Frames of the library that logs are passed over, and so are ours."""
    log = structlog.wrap_logger(structlog.ReturnLogger(), processors=[Renderer()])
    log.info("lost")
    line = test_the_callsite_of_a_structlog_call.__code__.co_firstlineno + 3
    (place,) = correlation.stats().places

    assert place.callsite == f"{__file__}:{line}"


INSTEAD = "propagation.Thread(target=function)"


def test_a_line_that_was_taken_down_elsewhere(formatter):
    """Of a line that another thread logged, the logger is known, and nothing is made up."""
    formatter.format(record(_tracefmt=Captured(None).mark()))
    (place,) = correlation.stats().places

    assert (place.lines, place.logger, place.callsite, place.thread) == (1, "app", "", "")


def test_frequent_places_are_kept(formatter):
    """Of more places than are remembered, those that are seen often stay."""
    for number in range(20_000):
        formatter.format(record(name=f"rare.{number}"))
        for _ in range(3):
            formatter.format(record(name="often"))
    found = correlation.stats()

    assert len(found.places) <= missing.PLACES
    assert found.missing == 80_000
    assert found.places[0].logger == "often"
    assert 40_000 < found.places[0].lines < 80_000


def test_threads_count_together(formatter):
    """No line of any thread is forgotten."""

    def work():
        for _ in range(2_000):
            formatter.format(record())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert correlation.stats().missing == 8_000


def test_a_child_counts_for_itself(run_script):
    """After a fork the child begins at zero, and the parent's count stays."""
    output = run_script(
        """
        import json, os
        import tracefmt
        from tests.core.line import record
        from tracefmt import correlation
        formatter = tracefmt.Formatter()
        formatter.format(record())
        child = os.fork()
        found = correlation.stats()
        os.write(1, json.dumps([found.lines, len(found.places)]).encode() + b"\\n")
        if child:
            os.waitpid(child, 0)
        """
    )

    assert sorted(map(json.loads, output.splitlines())) == [[0, 0], [1, 1]]


def test_metrics(formatter):
    """The counts are observable through OpenTelemetry's API."""
    reader = InMemoryMetricReader()
    correlation.observe(MeterProvider([reader]).get_meter("t"))
    formatter.format(record())
    (resource,) = reader.get_metrics_data().resource_metrics
    (metric,) = resource.scope_metrics[0].metrics

    assert (metric.name, metric.unit) == ("tracefmt.log.lines", "{line}")
    assert {
        point.attributes["tracefmt.correlation"]: point.value for point in metric.data.data_points
    } == {"sampled": 0, "unsampled": 0, "stale": 0, "missing": 1}


def test_allowed_loggers(formatter):
    """Lines of allowed loggers and their children count neither way, and have no place."""
    for name in ("jobs", "jobs.daily", "jobsite", "app"):
        formatter.format(record(name=name))
    with tracefmt.use(tracefmt.SpanContext(1, 1)):
        formatter.format(record(name="app"))
    found = correlation.stats(allow=["jobs"])

    assert (found.lines, found.missing, found.allowed) == (5, 4, 2)
    assert found.missing_share == 2 / 3
    assert {place.logger for place in found.places} == {"jobsite", "app"}


@pytest.fixture
def warnings(tmp_path):
    """What the watch warns of, as lines."""
    handler = tracefmt.FileHandler(tmp_path / "warnings")
    log = logging.getLogger("tracefmt.correlation")
    log.addHandler(handler)
    yield lambda: [json.loads(line) for line in (tmp_path / "warnings").read_text().splitlines()]
    log.removeHandler(handler)
    handler.close()


def test_watch_warns_of_the_worst_place(formatter, warnings):
    """Above the share there is one warning for each look, which names the place; else none."""
    watching = correlation.watch(0.5, interval=3600, allow=["jobs"])
    for name in ("app", "app", "other", "jobs"):
        formatter.format(record(name=name))
    watching.check()
    watching.check()  # nothing but the warning was written since
    with tracefmt.use(tracefmt.SpanContext(1, 1)):
        formatter.format(record())
    formatter.format(record())
    watching.check()  # half of them, as is allowed
    watching.stop()
    (warning,) = warnings()

    assert warning["message"].startswith(
        "100.0 % of 3 lines belong to no trace or to a stale one (50.0 % are allowed); "
        "most of them: "
    )
    assert ", logger app, lost by no span was started (MainThread); write " in warning["message"]
    assert (warning["level"], warning["missing_share"]) == ("warning", 1.0)


def test_watch_looks_by_itself(formatter, warnings):
    """It looks in a thread of its own, and `stop` ends that."""
    formatter.format(record())
    correlation.reset()
    watching = correlation.watch(interval=0.01)
    formatter.format(record())
    for _ in range(500):
        if warnings():
            break
        threading.Event().wait(0.01)
    watching.stop()

    assert len(warnings()) == 1
    assert "tracefmt-correlation" not in {thread.name for thread in threading.enumerate()}


@pytest.mark.parametrize("options", [{"share": 1}, {"share": -0.1}, {"interval": 0}])
def test_watch_refuses_what_cannot_work(options):
    """A share or an interval out of range is said, with what to write instead."""
    with pytest.raises(tracefmt.ConfigurationError, match="write"):
        correlation.watch(**options)
