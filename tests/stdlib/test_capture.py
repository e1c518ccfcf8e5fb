"""Records that another thread or process formats: ids, values and exceptions of the caller."""

import io
import logging
import logging.handlers
import multiprocessing
import pickle
import queue
import threading

import pytest
from opentelemetry import trace
from tests.core.hostile import HOSTILE, Node, Raises, own
from tests.core.line import checked, record
from tests.spans.active import IDS, NONE, attached, ids, span

from tracefmt import ContextFilter, Formatter, QueueHandler, SpanContext, StreamHandler


class Listened:
    """A logger whose records go through a queue to a listener that writes to a stream."""

    def __init__(self, handler=None, **options):
        self.records = queue.Queue() if handler is None else handler.queue
        self.out = io.StringIO()
        self.logger = logging.Logger("app", logging.DEBUG)
        self.handler = handler or QueueHandler(self.records)
        self.logger.addHandler(self.handler)
        formatter = Formatter(exclude=["timestamp"], **options)
        target = StreamHandler(self.out, formatter=formatter)
        self.listener = logging.handlers.QueueListener(self.records, target)

    def lines(self):
        """Start the listener if that was not done, wait for it, and return what it wrote."""
        if self.listener._thread is None:
            self.listener.start()
        self.listener.stop()
        return [checked(line) for line in self.out.getvalue().splitlines()]


def found(line):
    """Return the ids of a line."""
    return tuple(line.get(name) for name in ("trace_id", "span_id", "trace_flags"))


def test_queue_keeps_the_ids_of_the_call():
    """Behind a queue each line has the span of its call, or none."""
    listened = Listened()
    listened.listener.start()
    listened.logger.info("outside")
    with trace.use_span(span(flags=3)):
        listened.logger.info("inside")
    listened.logger.info("outside again")

    assert [found(line) for line in listened.lines()] == [NONE, (*IDS, "03"), NONE]


def test_listener_started_inside_a_span(monkeypatch):
    """A listener that was started inside of a span does not write that one."""
    listened = Listened()

    def started_with_context(self):
        with trace.use_span(span(7, 7)):
            original(self)

    original = logging.handlers.QueueListener._monitor
    monkeypatch.setattr(logging.handlers.QueueListener, "_monitor", started_with_context)
    with trace.use_span(span(7, 7)):
        listened.listener.start()
    listened.logger.info("outside")
    with trace.use_span(span()):
        listened.logger.info("inside")

    assert [found(line) for line in listened.lines()] == [NONE, (*IDS, "01")]


def test_many_threads_behind_one_queue():
    """Records of several threads keep their own ids."""
    listened = Listened()

    def log(number):
        with trace.use_span(span(number, number)):
            for _ in range(50):
                listened.logger.info("", extra={"number": number})

    threads = [threading.Thread(target=log, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    lines = listened.lines()

    assert len(lines) == 200
    assert all(line["trace_id"] == f"{line['number']:032x}" for line in lines)


def test_memory_handler_with_the_filter():
    """Behind a MemoryHandler the filter has taken down the ids of each call."""
    out = io.StringIO()
    target = StreamHandler(out, formatter=Formatter(exclude=["timestamp"]))
    memory = logging.handlers.MemoryHandler(100, flushLevel=logging.ERROR, target=target)
    memory.addFilter(ContextFilter())
    logger = logging.Logger("app")
    logger.addHandler(memory)
    logger.info("outside")
    with trace.use_span(span(1, 1)):
        logger.info("first")
    with trace.use_span(span(2, 2)):
        logger.error("second")
    memory.close()

    assert [found(checked(line))[1] for line in out.getvalue().splitlines()] == [
        None,
        f"{1:016x}",
        f"{2:016x}",
    ]


def test_filter_drops_nothing_and_stamps_once():
    """The filter lets every record pass, and the first stamp stays."""
    stamp = ContextFilter()
    subject = record()
    with trace.use_span(span()):
        assert stamp.filter(subject) is True
    with trace.use_span(span(7, 7)):
        assert stamp.filter(subject) is True

        assert found(checked(Formatter().format(subject))) == (*IDS, "01")


def test_filter_before_the_queue_handler():
    """What the filter has taken down goes before what the queue handler would."""
    listened = Listened()
    subject = record()
    with trace.use_span(span()):
        ContextFilter().filter(subject)
    listened.handler.handle(subject)

    assert [found(line) for line in listened.lines()] == [(*IDS, "01")]


def test_another_attribute_under_the_mark():
    """A user's attribute under the stamp's name does not keep the stamp away."""
    subject = record(_tracefmt="mine")
    with trace.use_span(span()):
        ContextFilter().filter(subject)

    assert found(checked(Formatter().format(subject))) == (*IDS, "01")


@pytest.mark.parametrize("make", [ContextFilter, lambda **o: QueueHandler(queue.Queue(), **o)])
def test_other_sources(make):
    """Both take any source."""
    source = make(span_source=lambda: SpanContext(1, 2, 3))
    subject = record()
    if isinstance(source, ContextFilter):
        source.filter(subject)
    else:
        subject = source.prepare(subject)

    assert found(checked(Formatter().format(subject))) == (f"{1:032x}", f"{2:016x}", "03")


def test_source_that_raises():
    """A source that raises at the call is named in the line, behind the queue too."""
    listened = Listened(QueueHandler(queue.Queue(), span_source=lambda: 1 / 0))
    with trace.use_span(span()):
        listened.logger.info("%d", "x")
        listened.logger.info("plain")
    wrong, plain = listened.lines()

    assert (found(wrong), found(plain)) == (NONE, NONE)
    error = "span context source: ZeroDivisionError: division by zero"
    assert plain["format_error"] == error
    assert wrong["args"] == ["x"]
    assert wrong["format_error"].startswith("TypeError: %d format: ")
    assert wrong["format_error"].endswith(f"; {error}")


def test_values_as_they_were():
    """Attributes and arguments that change after the call are written as they were."""
    listened = Listened()
    items, user, node = [1], {"name": "ada"}, Node("before")
    listened.logger.info("%s", items, extra={"items": items, "user": user, "node": node})
    items.append(2)
    user["name"] = "grace"
    node.name = "after"

    assert listened.lines() == [
        {
            "level": "info",
            "logger": "app",
            "message": "[1]",
            "items": [1],
            "user": {"name": "ada"},
            "node": {"name": "before", "next": None},
        }
    ]


def test_the_same_line_as_on_the_spot():
    """Behind a queue the line is the one that would have been written at the call."""
    formatter = Formatter()
    try:
        {}["missing"]
    except KeyError as error:
        exc_info = (type(error), error, error.__traceback__)
    subject = record(
        "%s %s",
        ("only one",),
        exc_info=exc_info,
        stack_info="Stack",
        taskName="Task-1",
        values=[1.5, None, True, b"b", {1: "a", "1": "b"}, {3}, Node("n"), "\udc80", 10**5000],
        circular=own([1]),
        level="forged",
        raises=Raises(ValueError()),
        **{"k\udc80": 1},
    )
    with trace.use_span(span()):
        direct = formatter.format(subject)
        sent = QueueHandler(queue.Queue()).prepare(subject)

    assert formatter.format(sent) == direct
    assert formatter.format(pickle.loads(pickle.dumps(sent))) == direct


def test_the_record_is_left_as_it_was():
    """The queue gets a copy; other handlers see what was logged."""
    subject = record("%s", ("x",), items=[1])
    before = dict(vars(subject))
    sent = QueueHandler(queue.Queue()).prepare(subject)

    assert vars(subject) == before
    assert sent is not subject
    assert (sent.msg, sent.args, sent.message) == ("x", None, "x")


def test_exceptions_are_structured():
    """Behind a queue an exception has its three fields, without the exception itself."""
    listened = Listened()
    try:
        {}["missing"]
    except KeyError:
        listened.logger.exception("failed")
    sent = listened.records.get()
    listened.records.put(sent)
    (line,) = listened.lines()

    assert sent.exc_info is None
    assert line["message"] == "failed"
    assert line["exception.type"] == "KeyError"
    assert line["exception.message"] == "'missing'"
    assert line["exception.stacktrace"] == sent.exc_text
    assert line["exception.stacktrace"].endswith("KeyError: 'missing'\n")


def test_other_formatters_behind_the_queue():
    """A plain formatter behind the same listener has message and traceback, each once."""
    try:
        {}["missing"]
    except KeyError as error:
        subject = record("%s", ("x",), exc_info=(type(error), error, error.__traceback__))
    sent = QueueHandler(queue.Queue()).prepare(subject)
    lines = logging.Formatter("%(message)s").format(sent).splitlines()

    assert lines[:2] == ["x", "Traceback (most recent call last):"]
    assert lines[-1] == "KeyError: 'missing'"
    assert len([line for line in lines if line.startswith("Traceback")]) == 1


def test_wrong_arguments_behind_the_queue():
    """The raw message, its arguments as they were, and the error."""
    listened = Listened()
    items = [1]
    listened.logger.info("%d items", items, extra={"user": "ada"})
    items.append(2)
    (line,) = listened.lines()

    assert line["message"] == "%d items"
    assert line["args"] == [[1]]
    assert line["format_error"].startswith("TypeError: %d format: ")
    assert line["user"] == "ada"


def test_records_of_a_class_of_their_own():
    """A record with its own message has it behind the queue too."""

    class Record(logging.LogRecord):
        def getMessage(self):
            return f"<{self.msg}>"

    listened = Listened()
    listened.handler.handle(Record("app", logging.INFO, "", 1, "m", ("x",), None))

    assert [line["message"] for line in listened.lines()] == ["<m>"]


def test_process_queue_with_values_that_cannot_be_pickled():
    """Through a queue between processes anything can be logged."""
    context = multiprocessing.get_context("fork")
    listened = Listened(QueueHandler(context.Queue()))
    with trace.use_span(span()):
        listened.logger.info(
            "%s", threading.Lock, extra={"lock": Unpicklable(), "f": len, "k": {Unpicklable(): 1}}
        )
    (line,) = listened.lines()
    listened.records.close()
    listened.records.join_thread()

    assert found(line) == (*IDS, "01")
    assert line["lock"] == "<Unpicklable>"
    assert line["f"] == "<built-in function len>"
    assert line["k"] == {"<Unpicklable>": 1}


class Unpicklable:
    """Cannot be sent to another process."""

    def __repr__(self):
        return "<Unpicklable>"

    def __reduce__(self):
        raise TypeError("no")


def test_pickled_records_need_no_tracefmt(run_script):
    """What is put on a queue can be read where tracefmt is not installed."""
    subject = record("%s", ("x",), node=Node("n"))
    subject.exc_info = (ValueError, ValueError("x"), None)
    with trace.use_span(span()):
        sent = QueueHandler(queue.Queue()).prepare(subject)
    script = """
    import pickle, sys
    sys.modules["tracefmt"] = None
    record = pickle.loads(bytes.fromhex(sys.argv[1]))
    print(record.getMessage(), record.node, record.exc_text, end="")
    """

    assert run_script(script, pickle.dumps(sent).hex()) == (
        b"x {'name': 'n', 'next': None} ValueError: x\n"
    )


def test_deep_and_endless_values_can_be_sent():
    """Whatever the values, a record can be put on a queue and is cut as in a line."""
    formatter = Formatter(span_source=lambda: None)
    for make, _ in HOSTILE.values():
        direct = formatter.format(record(v=make()))
        sent = QueueHandler(queue.Queue(), span_source=lambda: None).prepare(record(v=make()))

        assert formatter.format(pickle.loads(pickle.dumps(sent))) == direct


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_what_is_no_exception_passes(error):
    """An interrupt in the code of a value goes through the handler to the caller."""
    handler = QueueHandler(queue.Queue())
    with pytest.raises(error):
        handler.handle(record(v=Raises(error())))

    assert handler.queue.empty()


def test_filter_on_a_logger_and_ids_in_place():
    """Where a handler formats on the spot, the filter changes nothing."""
    with trace.use_span(span()), attached("x", key="other"):
        subject = record()
        direct = ids()
        ContextFilter().filter(subject)

        assert found(checked(Formatter().format(subject))) == direct == (*IDS, "01")
