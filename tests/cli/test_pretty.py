"""`tracefmt pretty`: what it shows, of what, and while a file grows."""

from __future__ import annotations

import contextlib
import gzip
import os
import select
import signal
import subprocess
import time

import pytest

pytestmark = pytest.mark.once

A, B = "0af7651916cd43dd8448eb211c80319c", "1bf7651916cd43dd8448eb211c80319c"
LINES = (
    '{"timestamp":"2026-11-24T20:13:20.123456Z","level":"info","logger":"app.orders","message":'
    f'"placed","service":"checkout","trace_id":"{A}","span_id":"b7ad6b7169203331","sku":"A 1"}}\n'
    "INFO:     Started server process [12]\n"
    '{"@timestamp":"2026-11-24T20:13:20.125Z","log.level":"WARN","message":"stock low",'
    f'"log.logger":"app.stock","trace.id":"{B}","service.name":"checkout"}}\n'
    '{"timestamp":"2026-11-25T00:00:00Z","level":"error","logger":"pool","message":"failed",'
    '"trace_id":"0","exception.type":"ValueError","exception.message":"no card",'
    '"exception.stacktrace":"Traceback (most recent call last):\\n  pay()\\n'
    'ValueError: no card\\n"}\n'
)


@pytest.fixture
def log(tmp_path):
    """A file with those lines."""
    path = tmp_path / "app.log"
    path.write_text(LINES)
    return path


def test_lines_in_columns(tracefmt_command, log):
    """Lines of any schema stand in columns; other text is shown as it is; days are announced."""
    done = tracefmt_command("pretty", "--ids", "short", "--utc", log)

    assert done.returncode == 0
    assert done.stdout == (
        "2026-11-24 UTC\n"
        '20:13:20.123  INFO   0af76519  checkout app.orders  placed sku="A 1"\n'
        "INFO:     Started server process [12]\n"
        "20:13:20.125  WARN   1bf76519  checkout app.stock   stock low\n"
        "2026-11-25 UTC\n"
        "00:00:00.000  ERROR  ········  pool                 failed\n"
        "    Traceback (most recent call last):\n"
        "      pay()\n"
        "    ValueError: no card\n"
    )


def test_pipes_get_whole_ids(tracefmt_command, log):
    """In a pipe there is no colour, and ids are whole."""
    done = tracefmt_command("pretty", log)

    assert "\x1b" not in done.stdout
    assert f"{A}/b7ad6b7169203331" in done.stdout


def test_colours_on_a_terminal(on_terminal, log):
    """On a terminal there are colours, and none with NO_COLOR."""
    status, shown = on_terminal("pretty", str(log))

    assert status == 0
    assert "\x1b[" in shown
    assert A not in shown
    assert "\x1b[" not in on_terminal("pretty", str(log), NO_COLOR="1")[1]


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (("--level", "warning"), ["Started", "stock low", "failed"]),
        (("--level", "ERROR"), ["Started", "failed"]),
        (("--logger", "app"), ["placed", "stock low"]),
        (("--logger", "app.stock", "--logger", "pool"), ["stock low", "failed"]),
        (("--service", "checkout"), ["placed", "stock low"]),
        (("--trace", A), ["placed"]),
        (("--trace", "1BF7"), ["stock low"]),
        (("--schema", "flat", "--trace", B), []),
        (("-n", "1"), ["failed"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_filters(tracefmt_command, log, arguments, shown):
    """Each filter lets pass what it names."""
    done = tracefmt_command("pretty", *arguments, log)

    words = ("placed", "Started", "stock low", "failed")
    assert [word for word in words if word in done.stdout] == shown


@pytest.mark.parametrize(
    "arguments",
    [("--level", "loud"), ("--trace", "xyz"), ("--schema", "nosuch"), ("nosuch.log",)],
    ids=" ".join,
)
def test_what_cannot_be_understood(tracefmt_command, arguments):
    """A level, id, schema or file that is none is said, with exit status 2."""
    done = tracefmt_command("pretty", *arguments)

    assert done.returncode == 2
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_controls_are_shown_not_sent(tracefmt_command, tmp_path):
    """Nothing in a line drives the terminal."""
    (tmp_path / "evil.log").write_text('{"message":"a\\u001b[2Jb\\u202ec","k\\u009b":"\\u0007"}\n')
    done = tracefmt_command("pretty", "--color", "never", tmp_path / "evil.log")

    assert "a\\x1b[2Jb\\u202ec k\\x9b=" in done.stdout
    assert not {"\x1b", "\u202e", "\x9b", "\x07"} & set(done.stdout)


def test_compressed_and_rotated(tracefmt_command, tmp_path):
    """A rotated set is read oldest first, compressed or not."""
    (tmp_path / "app.log").write_text('{"message":"third"}\n')
    (tmp_path / "app.log.1").write_text('{"message":"second"}\n')
    (tmp_path / "app.log.2.gz").write_bytes(gzip.compress(b'{"message":"first"}\n'))
    done = tracefmt_command("pretty", *sorted(tmp_path.iterdir()))

    assert [line.split()[-1] for line in done.stdout.splitlines()] == ["first", "second", "third"]


def test_a_pipe_line_by_line(command_line, environment):
    """Lines from a pipe are shown as they come, and a reader that leaves early is no error."""
    process = subprocess.Popen(
        [*command_line, "pretty", "--color", "never"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    process.stdout.close()
    with contextlib.suppress(BrokenPipeError):  # it leaves before all is written
        process.stdin.write(b'{"message":"one"}\n' * 10_000)
    with contextlib.suppress(BrokenPipeError):
        process.stdin.close()

    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait(timeout=30) == 0


def _until(process, word, seen=b""):
    deadline = time.monotonic() + 30
    while word not in seen and time.monotonic() < deadline:
        if select.select([process.stdout], [], [], 1)[0]:
            seen += os.read(process.stdout.fileno(), 65536)
    assert word in seen
    return seen


def test_follow(command_line, environment, tmp_path):
    """With -f what is appended is shown, also where the file is replaced or cut short."""
    log = tmp_path / "app.log"
    log.write_text('{"message":"old"}\n{"message":"newest"}\n')
    process = subprocess.Popen(
        [*command_line, "pretty", "-f", "-n", "1", str(log)],
        stdout=subprocess.PIPE,
        env=environment,
    )
    try:
        seen = _until(process, b"newest")
        with log.open("a") as appended:
            appended.write('{"message":"half')
            appended.flush()
            time.sleep(0.3)
            appended.write(' and whole"}\n')
        seen += _until(process, b"half and whole")
        log.rename(tmp_path / "app.log.1")
        log.write_text('{"message":"rotated"}\n')
        seen += _until(process, b"rotated")
        log.write_text("")
        time.sleep(0.5)
        log.write_text('{"message":"cut"}\n')
        seen += _until(process, b"cut")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        process.stdout.close()

    assert b"old" not in seen
    assert seen.count(b"rotated") == 1
    assert process.returncode == 130


def test_cut_lines_and_exceptions_as_data(tracefmt_command, tmp_path):
    """What was cut is said below the line, and an exception that is data looks as Python's do."""
    path = tmp_path / "app.log"
    path.write_text(
        '{"timestamp":"2026-11-24T20:13:20Z","level":"error","logger":"app","message":"failed",'
        '"exception.type":"ValueError","exception.message":"no card","exception.chain":[{"type":'
        '"ValueError","message":"no card","module":"builtins","frames":[{"file":"/app/pay.py",'
        '"line":7,"function":"pay","source":"charge()","locals":{"card":"None"}},{"omitted":3}]},'
        '{"type":"KeyError","message":"\'card\'","relation":"cause","notes":["a note"],'
        '"frames":[{"file":"/app/pay.py","line":3,"function":"charge"}]},{"omitted":2}],'
        '"truncated":"payload: 90114 bytes"}\n'
    )
    done = tracefmt_command("pretty", "--ids", "none", "--utc", path)

    assert done.stdout == (
        "2026-11-24 UTC\n"
        "20:13:20.000  ERROR  app  failed\n"
        "    cut: payload: 90114 bytes\n"
        "    [2 more exceptions]\n"
        "\n"
        "    Traceback (most recent call last):\n"
        '      File "/app/pay.py", line 3, in charge\n'
        "    KeyError: 'card'\n"
        "    a note\n"
        "\n"
        "    The above exception was the direct cause of the following exception:\n"
        "\n"
        "    Traceback (most recent call last):\n"
        '      File "/app/pay.py", line 7, in pay\n'
        "        charge()\n"
        "          card = None\n"
        "      [3 more frames]\n"
        "    ValueError: no card\n"
    )
