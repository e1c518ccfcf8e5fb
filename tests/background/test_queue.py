"""What a queue takes, drops and says of it, while nobody reads."""

import logging
import signal
import sys
import threading
import time

import pytest
from tests.background.waiting import in_thread, until

import tracefmt


def test_a_line_is_written_without_being_asked_for(pipe):
    """What is logged comes out in order, although nobody flushes."""
    log = pipe.logger()

    for number in range(100):
        log.info("line %d", number)

    assert pipe.messages() == [f"line {number}" for number in range(100)]


def test_a_call_returns_while_the_pipe_is_stalled(pipe):
    """Lines wait in the queue when the pipe takes none, and come out when it does."""
    log = pipe.logger()
    pipe.fill()

    for number in range(1000):
        log.info("line %d", number)

    assert pipe.metric("queued_lines") == 1000
    assert pipe.metric("written_lines") == 0
    assert pipe.messages() == [f"line {number}" for number in range(1000)]
    assert pipe.metric("written_lines") == 1000


def test_mutable_arguments_are_encoded_in_the_call(pipe):
    """What changes after the call is in the line as it was."""
    log, items = pipe.logger(), [1]
    pipe.fill()

    log.info("first", extra={"items": items})
    items.append(2)
    log.info("second", extra={"items": items})

    assert [line["items"] for line in pipe.lines()] == [[1], [1, 2]]


def test_ids_are_those_of_the_call(pipe):
    """A line has the ids of the span that was active when it was logged."""
    log = pipe.logger()
    pipe.fill()

    with tracefmt.use(tracefmt.SpanContext(0xAB, 0xCD, 1)):
        log.info("inside")
    log.info("outside")

    inside, outside = pipe.lines()
    assert (inside["trace_id"], inside["span_id"]) == (f"{0xAB:032x}", f"{0xCD:016x}")
    assert "trace_id" not in outside


def test_a_full_queue_blocks(pipe):
    """Without more options a call waits for room, and no line is lost."""
    log = pipe.logger(max_queued_bytes=1000)
    pipe.fill()
    done = threading.Event()

    def work():
        for number in range(200):
            log.info("line %d", number)
        done.set()

    in_thread(work)
    until(lambda: pipe.metric("queued_bytes") > 950)
    assert not done.wait(0.2)
    assert pipe.metric("queued_bytes") <= 1000

    messages = pipe.messages(until="line 199")
    assert messages == [f"line {number}" for number in range(200)]
    assert done.wait(20)
    assert pipe.metric("dropped_lines") == 0


def test_the_newest_are_dropped_below_a_level(pipe):
    """A full queue drops what comes, counts it, and says so once there is room again."""
    log = pipe.logger(max_queued_bytes=1000, when_full="drop_newest")
    pipe.fill()

    for number in range(100):
        log.info("line %02d", number)
    kept = pipe.metric("queued_lines")
    assert 0 < kept < 100
    assert pipe.metric("dropped_lines") == 100 - kept
    assert pipe.messages() == [f"line {number:02d}" for number in range(kept)]

    log.info("after")
    report, after = pipe.lines()
    assert after["message"] == "after"
    assert (report["level"], report["dropped"]) == ("warning", 100 - kept)
    assert report["message"] == f"{100 - kept} log lines were lost since {report['since']}"


def test_the_oldest_are_dropped(pipe):
    """A full queue drops what has waited longest, and keeps what comes."""
    log = pipe.logger(max_queued_bytes=1000, when_full="drop_oldest")
    pipe.fill()
    log.info("in hand")
    until(lambda: pipe.metric("queued_lines") == 1)
    time.sleep(0.3)  # the thread has it now, and cannot give it back

    for number in range(100):
        log.info("line %02d", number)
    dropped = pipe.metric("dropped_lines")
    messages = pipe.messages()

    assert 0 < dropped < 100
    assert messages[-1] == "line 99"
    assert [text for text in messages if text != "in hand"] == [
        f"line {number:02d}" for number in range(100 - len(messages) + 1, 100)
    ]
    assert len(messages) == 101 - dropped
    log.info("after")
    assert [line.get("dropped") for line in pipe.lines()] == [dropped, None]


def test_lines_of_a_level_are_not_dropped(pipe):
    """Records of `drop_below` and above are all written, whatever comes after them."""
    log = pipe.logger(max_queued_bytes=1000, when_full="drop_oldest", drop_below="WARNING")
    pipe.fill()

    def work():
        log.warning("early")
        for number in range(100):
            log.info("line %02d", number)
            if number == 50:
                log.warning("middle")  # waits where the writing thread has all of the room in hand

    thread = in_thread(work)
    thread.join(0.5)
    assert pipe.metric("dropped_lines") > 0
    messages = pipe.messages(until="middle")
    thread.join(20)
    messages += pipe.messages()

    assert not thread.is_alive()
    assert [text for text in messages if "line" not in text] == ["early", "middle"]


def test_lines_of_a_level_wait_where_others_are_dropped(pipe):
    """With a full queue a warning waits for room, while less is dropped."""
    log = pipe.logger(max_queued_bytes=1000, when_full="drop_newest")
    pipe.fill()
    for _ in range(100):
        log.info("filling")
    dropped = pipe.metric("dropped_lines")
    assert dropped > 0

    thread = in_thread(log.warning, "important")
    thread.join(0.2)
    assert thread.is_alive()
    assert "important" in pipe.messages(until="important")
    thread.join(20)
    assert not thread.is_alive()
    assert pipe.metric("dropped_lines") == dropped


def test_an_error_waits_until_it_is_written(pipe):
    """A call at `flush_level` returns when its line is with the kernel, and those before it."""
    log = pipe.logger()
    pipe.fill()
    log.info("before")

    thread = in_thread(log.error, "failed")
    thread.join(0.2)
    assert thread.is_alive()
    assert pipe.messages(until="failed") == ["before", "failed"]
    thread.join(20)
    assert not thread.is_alive()


def test_flush_level_can_be_put_out_of_reach(pipe):
    """With a `flush_level` above all no call waits for the descriptor."""
    log = pipe.logger(flush_level=logging.CRITICAL + 1)
    pipe.fill()

    log.critical("in the queue")

    assert pipe.metric("queued_lines") == 1
    assert pipe.messages() == ["in the queue"]


def test_a_line_longer_than_the_bound_is_written(pipe):
    """A line that can never have room is taken when nothing else waits."""
    log = pipe.logger(max_queued_bytes=100)

    log.info("x" * 5000)
    log.info("next")

    assert [len(text) for text in pipe.messages(until="next")] == [5000, 4]


def test_a_signal_handler_ends_the_wait(pipe):
    """An exception of a signal handler, as Ctrl-C's is, ends a call that waits for room."""
    log = pipe.logger(max_queued_bytes=200)
    pipe.fill()
    log.info("filling" * 20)

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.1)
    try:
        with pytest.raises(KeyboardInterrupt):
            log.info("waits for ever")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    assert pipe.messages() == ["filling" * 20]
    log.info("goes on")
    assert pipe.messages() == ["goes on"]


@pytest.mark.parametrize("options", [{}, {"max_queued_bytes": 500}])
def test_a_signal_handler_may_log(pipe, options):
    """Lines of a signal handler come out once each, whatever it interrupts."""
    log = pipe.logger(**options)
    count = 0

    def handler(*_):
        nonlocal count
        count += 1
        log.info("signal")

    messages = []
    ended = threading.Event()

    def read():
        while not ended.is_set() or pipe.metric("queued_lines"):
            messages.extend(pipe.messages())

    reader = in_thread(read)
    before = signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
    try:
        for _ in range(3000):
            log.info("main")
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    pipe.handler.flush()
    ended.set()
    reader.join(20)
    messages.extend(pipe.messages())

    assert count > 0
    assert messages.count("signal") == count
    assert messages.count("main") == 3000


def test_no_line_of_many_threads_is_lost(pipe):
    """Eight threads on one small queue lose, cut and mix no line, and each one's are in order."""
    log = pipe.logger(max_queued_bytes=5000)

    def work(name):
        for number in range(500):
            log.info("%s", f"{name}{number:03d} " * (number % 40 + 1))

    threads = [in_thread(work, name) for name in "abcdefgh"]
    messages = []
    while any(thread.is_alive() for thread in threads):
        messages.extend(pipe.messages())
    messages.extend(pipe.messages())

    for name in "abcdefgh":
        assert [text for text in messages if text[0] == name] == [
            f"{name}{number:03d} " * (number % 40 + 1) for number in range(500)
        ]
    assert len(messages) == 4000


def test_a_stream_without_a_descriptor_is_written_to_in_the_call(core):
    """Text goes to a stream of Python's own at once: it cannot stall."""
    import io

    out = io.StringIO()
    handler = tracefmt.StreamHandler(out, background=True)
    handler.emit(logging.makeLogRecord({"msg": "up"}))

    assert '"up"' in out.getvalue()
    assert handler.metrics() == {}


def test_the_native_logger_writes_through_the_queue(pipe):
    """`tracefmt.Logger` takes the same way as logging's own."""
    pipe.logger()
    log = tracefmt.get_logger(f"background.{time.monotonic_ns()}")
    log.parent, log.handlers = None, pipe.handlers[-1:]
    log.setLevel(logging.INFO)
    pipe.fill()

    log.info("up", port=8080)
    log.warning("down")

    assert pipe.metric("queued_lines") == 2
    assert [(line["message"], line.get("port")) for line in pipe.lines()] == [
        ("up", 8080),
        ("down", None),
    ]


def test_metrics_say_how_long_lines_waited(pipe):
    """Latency is from the call to the end of the write, in seconds."""
    log = pipe.logger()
    pipe.fill()
    begun = time.monotonic()
    log.info("waits")
    time.sleep(0.1)
    pipe.lines()
    limit = time.monotonic() - begun

    metrics = pipe.handler.metrics()
    assert 0.1 <= metrics["latency_last"] <= limit
    assert metrics["latency_last"] == metrics["latency_mean"] == metrics["latency_max"]
    assert (metrics["queued_lines"], metrics["queued_bytes"]) == (0, 0)
    assert metrics["written_bytes"] == len('{"level":"info","message":"waits"}\n')


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_queued_bytes": 0}, "max_queued_bytes=0: write a number of bytes above 0"),
        ({"when_full": "drop"}, "when_full='drop': write 'block', 'drop_newest' or 'drop_oldest'"),
        ({"drop_below": "LOUD"}, "drop_below='LOUD': write a name that logging knows"),
        ({"drain_timeout": -1}, "drain_timeout=-1: write seconds, 0 or more, or None"),
        ({"buffer_size": 100}, "background=True, buffer_size=100: the queue is the buffer"),
        ({"queue_size": 1}, "queue_size"),
        ({"background": False, "drop_below": 0}, "drop_below: write background=True, too"),
        ({"background": False, "when_full": "drop_oldest"}, "drop_oldest': write background=True"),
    ],
)
@pytest.mark.once
def test_bad_options_are_refused(options, message):
    """An option that cannot work raises and says what to write."""
    with pytest.raises(tracefmt.ConfigurationError, match=message):
        tracefmt.StreamHandler(sys.stderr, **{"background": True, **options})
