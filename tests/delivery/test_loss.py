"""Descriptors that fail: no caller hears of it, nothing grows, one line tells what was lost."""

import errno
import gc
import json
import os
import resource
import signal
import tracemalloc

import pytest
from tests.delivery.conftest import messages, parsed


def lose_to_a_closed_reader(pipe):
    """EPIPE: the pipe has no reader."""
    read, write = pipe
    os.close(read)
    return write


def lose_to_a_full_device(pipe):
    """ENOSPC: the device is full."""
    full = os.open("/dev/full", os.O_WRONLY)
    os.dup2(full, pipe[1])
    os.close(full)
    return pipe[1]


def lose_to_a_closed_descriptor(pipe):
    """EBADF: somebody has closed the descriptor."""
    os.close(pipe[1])
    return pipe[1]


FAULTS = {
    errno.EPIPE: lose_to_a_closed_reader,
    errno.ENOSPC: lose_to_a_full_device,
    errno.EBADF: lose_to_a_closed_descriptor,
}


@pytest.fixture(params=list(FAULTS), ids=errno.errorcode.get)
def fault(request):
    """The number of an error."""
    return request.param


def recover(descriptor, path):
    """Let the descriptor lead to a file."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND)
    if file != descriptor:
        os.dup2(file, descriptor)
        os.close(file)


def test_a_failing_descriptor(log_to, kind, errors, pipe, tmp_path, fault):
    """The caller sees nothing, `handleError` each record, and one line what is not there."""
    path = tmp_path / "app.jsonl"
    log = log_to(pipe[1], kind)
    log.info("before")
    descriptor = FAULTS[fault](pipe)

    log.info("lost %s", 1)
    log.info("lost %s", 2)
    log.info("lost %s", 3)
    recover(descriptor, path)
    log.info("after")
    log.info("and on")

    assert [message for message, _ in errors] == ["lost 1", "lost 2", "lost 3"]
    assert {error.errno for _, error in errors} == {fault}
    after, report, on = parsed(path.read_bytes())
    assert (after["message"], on["message"]) == ("after", "and on")
    assert report["message"] == f"3 log lines were lost since {report['since']}"
    assert (report["logger"], report["failed"]) == ("tracefmt", 3)
    assert report["error"].endswith(f"Error: {os.strerror(fault)}")


def test_the_report_is_in_the_handlers_own_schema(log_to, pipe, tmp_path, errors):
    """The line about lost ones is written by the handler's formatter."""
    import tracefmt

    path = tmp_path / "app.jsonl"
    log = log_to(pipe[1])
    log.handlers[0].setFormatter(tracefmt.Formatter(schema="ecs"))
    lose_to_a_full_device(pipe)

    log.info("lost")
    recover(pipe[1], path)
    log.info("after")

    report = json.loads(path.read_text().splitlines()[1])
    assert report["log.level"] == "warning"
    assert report["log.logger"] == "tracefmt"
    assert report["message"].startswith("1 log lines were lost since 2")


def test_a_report_that_fails_itself_is_written_later(log_to, pipe, tmp_path, errors, core):
    """A descriptor that fails again while the line is written keeps the count as it was."""
    read, write = pipe
    os.set_blocking(write, False)
    sink = core.Sink(write, drops=True)
    os.write(write, b"x" * 65536)  # full
    sink.write(b"lost")
    sink.write(b"lost, too")
    dropped = sink.take_loss()

    assert dropped[:2] == (2, 0)
    assert sink.report(b"a report") is False
    assert sink.take_loss() is None
    sink.lose(*dropped)
    os.read(read, 65536)
    sink.write(b"after")
    assert sink.loss_has_ended()
    assert sink.take_loss()[:3] == dropped[:3]
    assert sink.report(b"a report") is True
    assert os.read(read, 100) == b"after\na report\n"


@pytest.mark.parametrize("buffer_size", [0, 2000])
def test_nothing_grows_while_a_descriptor_fails(log_to, pipe, buffer_size):
    """Thousands of lines on a full device take no memory, also with a buffer."""
    log = log_to(pipe[1], buffer_size=buffer_size)
    lose_to_a_full_device(pipe)
    log.handlers[0].handleError = lambda record: None
    for _ in range(200):
        log.info("x" * 1000)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    for _ in range(3_000):
        log.info("x" * 1000)
    gc.collect()
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()

    assert kept < 100_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5_000  # KiB


def test_a_buffer_is_kept_for_better_times(log_to, kind, errors, pipe, tmp_path):
    """What a full buffer holds is written when the target recovers; what had no room is counted."""
    path = tmp_path / "app.jsonl"
    log = log_to(pipe[1], kind, buffer_size=400)
    lose_to_a_full_device(pipe)

    for number in range(20):
        log.info("%s", number)
    recover(pipe[1], path)
    log.error("after")

    found = parsed(path.read_bytes())
    numbers = [line["message"] for line in found]
    kept = len(found) - 1
    assert 5 < kept < 20
    # the error itself still had to fit in, or is the first that did
    assert numbers[: kept - 1] == [str(number) for number in range(kept - 1)]
    report = found[-1]
    assert report["failed"] == len(errors) == 20 - (kept - 1)
    assert [message for message, _ in errors] == [str(n) for n in range(kept - 1, 20)]


@pytest.mark.parametrize("buffer_size", [0, 4000])
def test_a_file_at_its_limit(log_to, errors, tmp_path, buffer_size):
    """EFBIG within a line: whole lines stay, the torn one is counted, the next one is fresh."""
    path = tmp_path / "app.jsonl"
    log = log_to(path, buffer_size=buffer_size)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3010, hard))
    try:
        for number in range(100):
            log.info("%s", f"{number:060}")
        log.handlers[0].flush()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    log.info("after")
    log.handlers[0].flush()

    lines = path.read_bytes().split(b"\n")
    torn = [line for line in lines[:-1] if not line.endswith(b"}")]
    whole = [json.loads(line) for line in lines[:-1] if line.endswith(b"}")]
    numbers = [int(line["message"]) for line in whole if line["message"].isdigit()]
    report = next(line for line in whole if line["logger"] == "tracefmt")
    assert len(torn) == 1
    assert lines[-1] == b""
    assert numbers == sorted(set(numbers))  # none twice
    assert len(numbers) + report["failed"] == 100
    assert report["error"] == "OSError: File too large"
    assert {error.errno for _, error in errors} == {errno.EFBIG}


def test_a_handler_that_ends_with_a_loss_says_so(log_to, errors, pipe):
    """What is still in the buffer at the end, and cannot be written, is told to `handleError`."""
    log = log_to(pipe[1], buffer_size=4000)
    log.info("one")
    log.info("two")
    lose_to_a_full_device(pipe)
    log.handlers[0].close()

    failed, lost = (message for message, _ in errors)
    assert failed == "buffered lines could not be written"
    assert lost.startswith("2 log lines were lost since ")


def test_a_new_stream_takes_over(log_to, errors, pipe, tmp_path):
    """Lines kept for a stream that failed go to the one that replaces it, with what was lost."""
    log = log_to(pipe[1], buffer_size=100)
    lose_to_a_full_device(pipe)
    for number in range(5):
        log.info("%s", number)
    with (tmp_path / "other.jsonl").open("w") as other:
        log.handlers[0].setStream(other)
        log.error("after")
        found = (tmp_path / "other.jsonl").read_bytes()
        log.handlers[0].close()

    lost = [message for message, _ in errors if message.isdigit()]
    kept = 5 - len(lost)
    assert kept > 1
    assert messages(found)[:-1] == [*map(str, range(kept)), "after"]
    assert parsed(found)[-1]["failed"] == len(lost)


def test_a_signals_default_action_is_not_taken(log_to, errors, pipe):
    """SIGPIPE and SIGXFSZ are ignored, as Python has them, and stay so."""
    log = log_to(pipe[1])
    lose_to_a_closed_reader(pipe)
    log.info("lost")

    assert signal.getsignal(signal.SIGPIPE) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
