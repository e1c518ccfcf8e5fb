"""Whole processes with a stalled stdout: their event loop, their end, their children."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

import tracefmt

PREPARE = """
import asyncio, logging, os, signal, sys, threading, time
import tracefmt
def handler(**options):
    formatter = tracefmt.Formatter(exclude=["timestamp", "logger"])
    made = tracefmt.StreamHandler(sys.stdout, formatter=formatter, background=True, **options)
    logging.basicConfig(handlers=[made], level="INFO", force=True)
    return made
log = logging.getLogger("app")
"""


class Program:
    """A program whose stdout is a pipe that is read when the test says so."""

    def __init__(self, core, source):
        package = Path(tracefmt.__file__).parent.parent
        self.process = subprocess.Popen(
            [sys.executable, "-c", PREPARE + textwrap.dedent(source)],
            env={**os.environ, "TRACEFMT_CORE": core.NAME, "PYTHONPATH": str(package)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def said(self, what):
        """Wait until the program has written that line to stderr."""
        for line in self.process.stderr:
            if line.strip() == what.encode():
                return
        pytest.fail(f"never said {what}")

    def end(self):
        """Read all, and return the messages and the exit status."""
        out, self.errors = self.process.communicate(timeout=60)
        return [json.loads(line)["message"] for line in out.splitlines()], self.process.returncode


@pytest.fixture
def start(core):
    programs = []

    def start(source):
        programs.append(Program(core, source))
        return programs[-1]

    yield start
    for program in programs:
        program.process.kill()
        program.process.communicate()


def test_an_event_loop_goes_on_while_stdout_stalls(start):
    """Nobody reads stdout: the loop keeps its time, and all lines come out later."""
    program = start("""
        handler()
        async def work():
            for number in range(200):
                log.info("line %d %s", number, "x" * 1000)
                await asyncio.sleep(0)
        async def main():
            ticks = 0
            working = asyncio.create_task(work())
            while ticks < 20:
                await asyncio.sleep(0.005)
                ticks += 1
            assert working.done()
        asyncio.run(main())
        print("the loop went on", file=sys.stderr, flush=True)
    """)

    program.said("the loop went on")
    messages, status = program.end()
    assert status == 0
    assert [message.split()[1] for message in messages] == [str(n) for n in range(200)]


def test_without_a_thread_the_same_program_stalls(start):
    """The test above can fail: in the default mode the loop stops with stdout."""
    program = start("""
        logging.basicConfig(handlers=[tracefmt.StreamHandler(sys.stdout)], level="INFO")
        def watch():
            time.sleep(1)
            print("stalled" if not done else "went on", file=sys.stderr, flush=True)
        done = False
        threading.Thread(target=watch).start()
        for number in range(200):
            log.info("line %d %s", number, "x" * 1000)
        done = True
    """)

    program.said("stalled")
    assert len(program.end()[0]) == 200


def test_the_end_of_the_process_drains(start):
    """What is queued when a program ends is written, as soon as somebody reads."""
    program = start("""
        handler()
        for number in range(300):
            log.info("line %d %s", number, "x" * 1000)
        print("logged", file=sys.stderr, flush=True)
    """)

    program.said("logged")
    time.sleep(0.2)
    messages, status = program.end()
    assert (len(messages), status) == (300, 0)


def test_the_end_waits_no_longer_than_it_may(start):
    """With nobody reading the process ends after `drain_timeout`, and says what it lost."""
    program = start("""
        handler(drain_timeout=0.2)
        for number in range(100):
            log.info("line %d %s", number, "x" * 1000)
    """)

    assert program.process.wait(timeout=30) == 0
    messages, _ = program.end()
    (said,) = program.errors.decode().splitlines()
    lost = int(said.split()[1])
    assert said.startswith(f"tracefmt: {lost} log lines were lost since 20")
    assert said.endswith("(drain_timeout=0.2)")
    assert 100 - len(messages) <= lost + 1  # the line in hand may have been cut
    assert lost <= 100 - len(messages) + 10


def test_exit_now_drains(start):
    """`exit_now` writes what is queued and gives the status; atexit is passed over."""
    program = start("""
        import atexit
        handler()
        atexit.register(log.info, "atexit")
        for number in range(100):
            log.info("line %d %s", number, "x" * 1000)
        print("logged", file=sys.stderr, flush=True)
        tracefmt.exit_now(7)
    """)

    program.said("logged")
    messages, status = program.end()
    assert (len(messages), status) == (100, 7)


@pytest.mark.parametrize("asked", [True, False])
def test_sigterm_drains_when_asked(start, asked):
    """With `drain_on_sigterm` what is queued is written before the signal ends the process."""
    program = start(f"""
        handler(drain_on_sigterm={asked})
        for number in range(200):
            log.info("line %d %s", number, "x" * 1000)
        print("logged", file=sys.stderr, flush=True)
        while True:
            time.sleep(1)
    """)

    program.said("logged")
    program.process.send_signal(signal.SIGTERM)
    if not asked:
        program.process.wait(timeout=30)
        out, _ = program.process.communicate(timeout=30)
        assert out.count(b"\n") < 200
        return
    messages, status = program.end()
    assert (len(messages), status) == (200, -signal.SIGTERM)


def test_sigterm_goes_on_to_the_handler_that_was_there(start):
    """A handler of SIGTERM from before is called when all is written."""
    program = start("""
        def stop(number, frame):
            log.info("stopping")
            sys.exit(9)
        signal.signal(signal.SIGTERM, stop)
        made = handler(drain_on_sigterm=True)
        log.info("working")
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(60)
    """)

    assert program.end() == (["working", "stopping"], 9)


def test_a_fork_under_load_doubles_and_loses_nothing(start):
    """Children of a process whose threads log have queues and threads of their own."""
    program = start("""
        handler(max_queued_bytes=20_000)
        def work(name):
            for number in range(400):
                log.info("%s %d", name, number)
        threads = [threading.Thread(target=work, args=(f"t{n}",)) for n in range(3)]
        for thread in threads:
            thread.start()
        children = []
        for number in range(12):
            child = os.fork()
            if child == 0:
                for line in range(20):
                    log.info("c%d %d", number, line)
                tracefmt.exit_now(0)
            children.append(child)
            time.sleep(0.005)
        for thread in threads:
            thread.join()
        assert [os.waitpid(child, 0)[1] for child in children] == [0] * 12
    """)

    messages, status = program.end()
    expected = [f"t{n} {line}" for n in range(3) for line in range(400)]
    expected += [f"c{n} {line}" for n in range(12) for line in range(20)]
    assert status == 0
    assert sorted(messages) == sorted(expected)


def test_what_the_parent_has_queued_is_the_parents(start):
    """A child of a process with a full queue writes its own lines alone."""
    program = start("""
        handler()
        for number in range(150):
            log.info("parent %d %s", number, "x" * 1000)
        child = os.fork()
        if child == 0:
            log.info("child")
            tracefmt.exit_now(0)
        print("forked", file=sys.stderr, flush=True)
        os.waitpid(child, 0)
    """)

    program.said("forked")
    messages, status = program.end()
    assert status == 0
    assert sorted(message.split()[0] for message in messages) == ["child"] + ["parent"] * 150


@pytest.mark.parametrize("method", ["fork", "forkserver"])
def test_a_worker_of_multiprocessing_drains(start, tmp_path, method):
    """Multiprocessing ends its workers past atexit; what they queued is written all the same."""
    (tmp_path / "worker.py").write_text(
        textwrap.dedent("""
        import logging, os, sys, tracefmt
        def work(number, path):
            log = logging.getLogger("worker")
            if path:
                log.handlers = [tracefmt.FileHandler(path, background=True)]
            for line in range(50):
                log.warning("w%d %d", number, line)
        """)
    )
    program = start(f"""
        import multiprocessing
        sys.path.insert(0, {str(tmp_path)!r})
        import worker
        if {method == "fork"}:
            handler()
        path = None if {method == "fork"} else {str(tmp_path / "out")!r}
        context = multiprocessing.get_context({method!r})
        workers = [context.Process(target=worker.work, args=(n, path)) for n in range(2)]
        for one in workers:
            one.start()
        for one in workers:
            one.join()
        if path:
            sys.stdout.write(open(path).read())
    """)

    messages, status = program.end()
    assert status == 0
    assert sorted(messages) == sorted(f"w{n} {line}" for n in range(2) for line in range(50))


def test_ctrl_c_ends_a_process_that_waits_for_room(start):
    """SIGINT raises KeyboardInterrupt in a call that waits for a stalled stdout."""
    program = start("""
        handler(max_queued_bytes=1000, drain_timeout=0.1)
        print("about to stall", file=sys.stderr, flush=True)
        try:
            while True:
                log.info("x" * 500)
        except KeyboardInterrupt:
            print("interrupted", file=sys.stderr, flush=True)
            sys.exit(5)
    """)

    program.said("about to stall")
    time.sleep(0.5)
    program.process.send_signal(signal.SIGINT)
    program.said("interrupted")
    assert program.process.wait(timeout=30) == 5


def test_lines_after_shutdown_are_written_in_the_call(start):
    """What is logged after `logging.shutdown` needs no thread any more."""
    program = start("""
        made = handler()
        log.info("before")
        logging.shutdown()
        log.info("after")
        made.close()
        log.info("after closing twice")
    """)

    assert program.end() == (["before", "after", "after closing twice"], 0)


def test_memory_is_bounded(start):
    """A stalled stdout costs the bound and no more, however much is logged."""
    program = start("""
        import resource
        handler(max_queued_bytes=1_000_000, when_full="drop_oldest", drain_timeout=0)
        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
        for number in range(3000):
            log.info("x" * 1000)
        before = resident()
        for number in range(20_000):
            log.info("x" * 1000)
        assert resident() - before < 3_000_000, (before, resident())
        print("logged", file=sys.stderr, flush=True)
    """)

    program.said("logged")
    assert program.process.wait(timeout=30) == 0


def test_signals_still_end_the_main_threads_waiting(start):
    """The thread takes no signals: a signal ends the main thread's sleep, not the writer's."""
    program = start("""
        handler()
        log.info("the thread is there")
        class Woken(Exception):
            pass
        def wake(*_):
            raise Woken
        signal.signal(signal.SIGALRM, wake)
        signal.setitimer(signal.ITIMER_REAL, 0.05)
        try:
            time.sleep(60)
        except Woken:
            log.info("woken")
    """)

    assert program.end() == (["the thread is there", "woken"], 0)
