"""The end of a process: daemon threads, atexit, destructors, and after `logging.shutdown`."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import tracefmt

PREPARED = """
    import atexit, gc, logging, os, sys, threading, time, tracefmt
    path = sys.argv[1]
    log = tracefmt.get_logger("app")
    log.setLevel("INFO")
    formatter = tracefmt.Formatter(exclude=["timestamp", "level", "logger"])
    def handler(**options):
        return tracefmt.FileHandler(path, formatter=formatter, **options)
"""


@pytest.fixture
def run(core, tmp_path):
    """Run a script to its end; return its status, what it printed, and the messages in its file."""

    def run(code, *arguments):
        path = tmp_path / "app.jsonl"
        package = str(Path(tracefmt.__file__).parent.parent)
        source = textwrap.dedent(PREPARED) + textwrap.dedent(code)
        done = subprocess.run(
            [sys.executable, "-c", source, str(path), *arguments],
            env={**os.environ, "TRACEFMT_CORE": core.NAME, "PYTHONPATH": package},
            capture_output=True,
            timeout=60,
            check=False,
        )
        lines = path.read_text().splitlines() if path.exists() else []
        return done, [json.loads(line)["message"] for line in lines]

    return run


@pytest.mark.parametrize("options", ["", "buffer_size=500"])
def test_daemon_threads_that_log_at_the_end(run, options):
    """Threads that log while the interpreter ends crash and stop nothing, and no line is torn."""
    for _ in range(3):
        done, messages = run(
            f"""
            log.addHandler(handler({options}))
            def work(number):
                while True:
                    log.info(f"thread {{number}}")
            for number in range(6):
                threading.Thread(target=work, args=(number,), daemon=True).start()
            class Last:
                def __del__(self):
                    log.error("destroyed last")
            last = Last()
            time.sleep(0.05)
            sys.exit(7)
            """
        )
        assert (done.returncode, done.stderr) == (7, b"")
        assert len(messages) > 10


def test_atexit_functions_log(run):
    """Functions registered before and after logging's own end log, with a buffer too."""
    done, messages = run(
        """
        log.addHandler(handler(buffer_size=10_000))
        atexit.register(log.info, "late")
        logging_shutdown = atexit.unregister(logging.shutdown)
        atexit.register(logging.shutdown)
        atexit.register(log.info, "early")
        log.info("main")
        """
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert messages == ["main", "early", "late"]


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
@pytest.mark.parametrize("buffer_size", [0, 1000])
def test_logging_after_shutdown_works_on_the_standard_streams(run, stream, buffer_size):
    """`logging.shutdown` closes handlers, not the descriptors 1 and 2."""
    done, _ = run(
        f"""
        handler = tracefmt.StreamHandler(
            sys.{stream}, formatter=formatter, buffer_size={buffer_size}
        )
        plain = logging.getLogger("plain")
        for logger in (log, plain):
            logger.setLevel("INFO")
            logger.addHandler(handler)
        log.info("before")
        logging.shutdown()
        log.info("after")
        plain.info("after, too")
        print("still open", file=sys.{stream})
        """
    )
    assert done.returncode == 0
    assert getattr(done, stream).decode().splitlines() == [
        '{"message":"before"}',
        '{"message":"after"}',
        '{"message":"after, too"}',
        "still open",
    ]


@pytest.mark.parametrize("options", ["", "buffer_size=300"])
def test_destructors_log_at_any_allocation(run, options):
    """`__del__` that logs, in a collector that runs all the time, neither hangs nor crashes."""
    done, messages = run(
        f"""
        log.addHandler(handler({options}))
        class Cycle:
            def __init__(self, number):
                self.me, self.number = self, number
            def __del__(self):
                log.info(f"destroyed {{self.number}}")
        gc.set_threshold(1)
        for number in range(300):
            Cycle(number)
            log.info(f"made {{number}}", extra={{"a": [{{"b": number}}], "c": str(number)}})
        gc.set_threshold(700)
        gc.collect()
        """
    )
    assert (done.returncode, done.stderr) == (0, b"")
    expected = [f"{what} {number}" for what in ("made", "destroyed") for number in range(300)]
    assert sorted(messages) == sorted(expected)


def test_destructors_log_while_modules_are_torn_down(run):
    """An object that is destroyed with the main module's names writes its line."""
    done, messages = run(
        """
        log.addHandler(handler())
        class Last:
            def __del__(self, log=log):
                log.info("destroyed")
        log.info("main")
        last = Last()
        last.me = last
        """
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert messages == ["main", "destroyed"]


def test_a_closed_stdout_does_not_change_the_exit_status(run):
    """A reader that goes away (``| head``) costs lines, and nothing else."""
    done, _ = run(
        """
        read, write = os.pipe()
        os.dup2(write, 1)
        os.close(write)
        os.close(read)
        logging.raiseExceptions = False
        log.addHandler(tracefmt.StreamHandler(sys.stdout, buffer_size=100))
        for number in range(50):
            log.info("lost")
        sys.exit(5)
        """
    )
    assert (done.returncode, done.stderr) == (5, b"")
