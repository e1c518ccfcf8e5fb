"""Files that end within a line: whoever wrote them last has been killed."""

import os
import subprocess
import sys
import textwrap
import threading

import pytest
from tests.delivery.conftest import messages, parsed


@pytest.mark.parametrize("delay", [False, True])
def test_a_file_without_a_final_newline_is_continued_on_a_new_line(log_to, tmp_path, delay):
    """What a crashed writer left stays a line of its own, and the next one is whole."""
    path = tmp_path / "app.jsonl"
    path.write_bytes(b'{"message":"whole"}\n{"message":"tor')

    log = log_to(path, delay=delay)
    log.info("next")
    log.info("and on")

    whole, torn, *rest = path.read_bytes().split(b"\n")
    assert (whole, torn) == (b'{"message":"whole"}', b'{"message":"tor')
    assert messages(b"\n".join(rest)) == ["next", "and on"]


@pytest.mark.parametrize("content", [b"", b"\n", b"whole\n"])
def test_a_file_that_is_whole_gets_no_empty_line(log_to, tmp_path, content):
    """An empty file, and one that ends with its newline, are continued where they end."""
    path = tmp_path / "app.jsonl"
    path.write_bytes(content)

    log_to(path).info("next")

    assert path.read_bytes() == content + b'{"logger":"app","message":"next"}\n'


def test_several_processes_end_a_torn_line_once(run_script, tmp_path, core):
    """Processes that open the file together leave no empty line, and none of theirs is torn."""
    path = tmp_path / "app.jsonl"
    code = """
        import logging, os, subprocess, sys, tracefmt
        path, role = sys.argv[1:]
        if role == "parent":
            read, write = os.pipe()
            command = [sys.executable, "-c", os.environ["CODE"], path, "child"]
            children = [subprocess.Popen(command, stdin=read) for _ in range(4)]
            os.close(read)
            os.close(write)  # now they all go on
            assert [child.wait() for child in children] == [0] * 4
        else:
            sys.stdin.read()
            tracefmt.configure("INFO", filename=path, exclude=["timestamp"])
            logging.info("next")
    """
    path.write_bytes(b'{"message":"tor')
    run_script(code, str(path), "parent", CODE=textwrap.dedent(code))

    torn, rest = path.read_bytes().split(b"\n", 1)
    assert torn == b'{"message":"tor'
    assert messages(rest) == ["next"] * 4


def test_a_line_that_is_being_written_is_not_taken_for_a_torn_one(log_to, tmp_path):
    """Handlers opened while another writes large lines to the file add no empty line."""
    path = tmp_path / "app.jsonl"
    log = log_to(path)
    ended = threading.Event()

    def work():
        while not ended.is_set():
            log.info("x" * 500_000)

    thread = threading.Thread(target=work)
    thread.start()
    for _ in range(20):
        log_to(path).handlers[0].close()
    ended.set()
    thread.join()

    assert {len(line["message"]) for line in parsed(path.read_bytes())} == {500_000}


def test_an_appended_stream_is_continued_too(run_script, tmp_path, core):
    """What the shell opens with ``>>`` is a file of the same kind."""
    path = tmp_path / "app.jsonl"
    path.write_bytes(b"torn")
    code = """if True:
        import logging, sys, tracefmt
        tracefmt.configure("INFO", stream=sys.stdout, exclude=["timestamp"])
        logging.info("next")
    """
    with path.open("ab") as out:
        environment = {**os.environ, "TRACEFMT_CORE": core.NAME}
        subprocess.run([sys.executable, "-c", code], stdout=out, env=environment, check=True)

    assert path.read_bytes() == b'torn\n{"level":"info","logger":"root","message":"next"}\n'


def test_a_file_that_cannot_be_read_is_written(log_to, tmp_path):
    """Where the last byte cannot be looked at, lines are appended as they are."""
    path = tmp_path / "app.fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        log_to(path).info("next")
        assert os.read(reader, 100) == b'{"logger":"app","message":"next"}\n'
    finally:
        os.close(reader)
