"""Spans that are current and yet not those of the work."""

import json
import queue
from concurrent.futures import ThreadPoolExecutor, thread

import pytest
from opentelemetry import context, trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF
from tests.core.line import record

import tracefmt
from tracefmt import correlation, propagation
from tracefmt.spans._explicit import context_of
from tracefmt.structlog import Renderer

IDS = ("trace_id", "span_id", "trace_flags")


@pytest.fixture(autouse=True)
def _from_zero(core):
    correlation.reset()
    yield
    correlation.reset()


@pytest.fixture
def tracer():
    return TracerProvider().get_tracer("tests")


def line_of(formatter=None):
    return json.loads((formatter or tracefmt.Formatter()).format(record()))


def test_a_span_that_has_ended(tracer):
    """From the moment a span ends its ids are marked, as long as it is the current one."""
    formatter = tracefmt.Formatter()
    with tracer.start_as_current_span("s") as span:
        before = line_of(formatter)
        span.end()
        after = line_of(formatter)
    outside = line_of(formatter)

    assert "trace_stale" not in before
    assert after == {**before, "trace_stale": "ended"}
    assert not {*IDS, "trace_stale"} & outside.keys()


def test_an_ended_span_that_is_seen_first_after_its_end(tracer):
    """It need not have been seen before."""
    with tracer.start_as_current_span("s") as span:
        span.end()
        line = line_of()

    assert line["trace_stale"] == "ended"


@pytest.mark.parametrize(
    ("stale", "found"),
    [("mark", {*IDS, "trace_stale"}), ("drop", {"trace_stale"}), ("keep", {*IDS})],
)
def test_what_becomes_of_its_ids(tracer, stale, found):
    """The option says whether ids, mark, or both are in the line; it is counted in any case."""
    formatter = tracefmt.Formatter(stale=stale)
    with tracer.start_as_current_span("s") as span:
        line_of(formatter)
        span.end()
        line = line_of(formatter)

    assert {*IDS, "trace_stale"} & line.keys() == found
    assert (correlation.stats().stale, correlation.stats().correlated) == (1, 1)


def test_another_word_for_the_option():
    """Anything else is refused, with what to write."""
    with pytest.raises(tracefmt.ConfigurationError, match="write 'mark', 'drop' or 'keep'"):
        tracefmt.Formatter(stale="hide")


def test_what_is_not_stale(tracer):
    """A parent's end, an unsampled span, a remote one, and one that is named by hand, are none."""
    parent = tracer.start_span("parent")
    with trace.use_span(tracer.start_span("child", trace.set_span_in_context(parent))):
        parent.end()
        assert "trace_stale" not in line_of()
    off = TracerProvider(sampler=ALWAYS_OFF).get_tracer("tests")
    with off.start_as_current_span("s") as span:
        span.end()
        assert "trace_stale" not in line_of()
    with tracefmt.use(tracefmt.SpanContext(1, 1)):
        assert "trace_stale" not in line_of()
    line = json.loads(tracefmt.Formatter().format(record(otel_context=parent)))
    assert line["trace_id"] == f"{parent.get_span_context().trace_id:032x}"
    assert "trace_stale" not in line


def test_through_a_queue(tracer):
    """What is true at the call is in the line, whenever that is written."""
    records = queue.SimpleQueue()
    handler = tracefmt.QueueHandler(records)
    with tracer.start_as_current_span("s") as span:
        handler.handle(record())
        span.end()
        handler.handle(record())
    lines = [json.loads(tracefmt.Formatter().format(records.get())) for _ in range(2)]

    assert [line.get("trace_stale") for line in lines] == [None, "ended"]


def test_on_the_native_way(tracer, tmp_path):
    """`tracefmt.Logger` says the same, at each of its calls."""
    log = tracefmt.get_logger("spans.stale")
    handler = tracefmt.FileHandler(tmp_path / "log")
    log.addHandler(handler)
    log.propagate = False
    with tracer.start_as_current_span("s") as span:
        log.warning("a", n=1)
        span.end()
        log.warning("b", n=2)
    log.removeHandler(handler)
    handler.close()
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]

    assert [line.get("trace_stale") for line in lines] == [None, "ended"]


def test_in_an_event(tracer):
    """The Renderer of structlog has the same option and the same field."""
    mark, drop = Renderer(output="text"), Renderer(output="text", stale="drop")
    with tracer.start_as_current_span("s") as span:
        span.end()
        lines = [json.loads(render(None, "info", {"event": "x"})) for render in (mark, drop)]

    assert [line["trace_stale"] for line in lines] == ["ended", "ended"]
    assert ["trace_id" in line for line in lines] == [True, False]


def test_each_layout_has_the_mark(tracer):
    """Whatever the layout, the line says it."""
    with tracer.start_as_current_span("s") as span:
        span.end()
        for schema in ("flat", "otlp", "ecs", "gcp", "datadog", "logstash", "aws"):
            options = {"project": "p"} if schema == "gcp" else {}
            line = tracefmt.Formatter(schema, **options).format(record())
            assert '"trace_stale"' in line, schema


def test_its_place(tracer):
    """A line with a stale span has a place that says so."""
    with tracer.start_as_current_span("s") as span:
        span.end()
        line_of()
    (place,) = correlation.stats().places

    assert (place.stale, place.lost_by) == ("ended", "a span that has ended")


FORK = """
    import json, os, sys
    from opentelemetry import baggage, context
    from opentelemetry.sdk.trace import TracerProvider
    import tracefmt
    from tests.core.line import record
    from tracefmt import correlation
    formatter = tracefmt.Formatter()
    tracer = TracerProvider().get_tracer("tests")
    with tracer.start_as_current_span("request 1"):
        formatter.format(record())
        child = os.fork()
        if child:
            os.waitpid(child, 0)
            print(json.loads(formatter.format(record())).get("trace_stale"))
            sys.exit()
        lines = [formatter.format(record())]
        context.attach(baggage.set_baggage("tenant", "a"))
        lines.append(formatter.format(record()))
        with tracer.start_as_current_span("own"):
            lines.append(formatter.format(record()))
        lines.append(tracefmt.Formatter(stale="drop").format(record()))
    lines.append(formatter.format(record()))
    found = [json.loads(line) for line in lines]
    said = [(line.get("trace_stale"), "trace_id" in line) for line in found]
    os.write(1, f"{said} {correlation.stats()[:5]}\\n".encode())
"""


def test_a_span_that_was_inherited_through_fork(run_script):
    """In the child it is marked, in any Context that holds it; its own spans are not."""
    in_child, in_parent = run_script(FORK).decode().splitlines()

    assert in_parent == "None"
    assert in_child == (
        "[('fork', True), ('fork', True), (None, True), ('fork', False), (None, False)] "
        "(5, 1, 0, 3, 1)"
    )


@pytest.fixture
def _watched():
    undo = correlation.watch_workers()
    correlation.watch_workers()
    yield
    undo()
    undo()


@pytest.mark.usefixtures("_watched")
def test_a_span_that_a_task_has_left_behind():
    """A later task of the same worker has its ids marked; where the span is right, they are not."""
    formatter = tracefmt.Formatter()
    left = context_of(tracefmt.SpanContext(1, 1))

    def task(n):
        before = line_of(formatter)
        if n == 0:
            context.attach(left)
        with tracefmt.use(tracefmt.SpanContext(5, 5)):
            own = line_of(formatter)
        return [line.get("trace_stale", "trace_id" in line) for line in (before, own)]

    with ThreadPoolExecutor(1) as pool:
        found = list(pool.map(task, range(3)))
    with tracefmt.use(left):
        here = line_of(formatter)

    assert found == [[False, True], ["worker", True], ["worker", True]]
    assert "trace_stale" not in here


@pytest.mark.usefixtures("_watched")
def test_tasks_that_carry_leave_nothing_behind():
    """With a pool of ours there is nothing to mark, in whatever order the two are asked for."""

    def leave():
        context.attach(context_of(tracefmt.SpanContext(1, 1)))

    propagation.install()
    try:
        with ThreadPoolExecutor(1) as pool, tracefmt.use(tracefmt.SpanContext(2, 2)):
            pool.submit(leave).result()
            line = pool.submit(line_of).result()
    finally:
        propagation.uninstall()

    assert (int(line["trace_id"], 16), "trace_stale" in line) == (2, False)


def test_workers_are_left_alone_again():
    """What undoes it puts back the very function."""
    before = thread._WorkItem.run
    undo = correlation.watch_workers()
    undo()

    assert thread._WorkItem.run is before


def test_after_a_second_fork(run_script):
    """The grandchild knows of its parent's span and of its grandparent's."""
    output = run_script(
        """
        import json, os
        import tracefmt
        from tests.core.line import record
        formatter = tracefmt.Formatter()
        with tracefmt.use(tracefmt.SpanContext(1, 1)):
            if not os.fork():
                with tracefmt.use(tracefmt.SpanContext(2, 2)):
                    if not os.fork():
                        inner = json.loads(formatter.format(record()))
                    else:
                        os.wait()
                        os._exit(0)
                outer = json.loads(formatter.format(record()))
                print(inner["trace_stale"], outer["trace_stale"])
            else:
                os.wait()
        """
    )

    assert output.decode().split() == ["fork", "fork"]
