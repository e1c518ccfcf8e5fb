"""The configurations of docs/howto/files.md, under the real logrotate."""

import gzip
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.files.conftest import Storm, line, log

import tracefmt

PAGE = Path(__file__).parents[2] / "docs" / "howto" / "files.md"
PAIR = re.compile(r"^```python\n(.*?)^```\n\n```logrotate\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WAYS = ("watch", "signal", "copytruncate")
LOGROTATE = shutil.which("logrotate") or shutil.which("logrotate", path="/usr/sbin:/sbin")

pytestmark = pytest.mark.skipif(LOGROTATE is None, reason="needs logrotate (apt install logrotate)")


@pytest.fixture
def folder(tmp_path):
    """A folder that logrotate trusts."""
    made = tmp_path / "app"
    made.mkdir(mode=0o755)
    return made


@pytest.fixture
def way(request, folder, tmp_path, opened, formatter):
    """A handler as the page makes it, and what runs logrotate as the page configures it."""
    python, config = PAIR.findall(PAGE.read_text())[WAYS.index(request.param)]
    (tmp_path / "pid").write_text(str(os.getpid()))
    for there, here in {"/var/log/app": str(folder), "/run/app.pid": f"{tmp_path}/pid"}.items():
        python, config = python.replace(there, here), config.replace(there, here)
    (tmp_path / "config").write_text(config)
    (tmp_path / "config").chmod(0o644)
    names = {"tracefmt": tracefmt, "signal": signal}
    exec(python, names)  # the page's own line
    handler = opened(names["handler"])
    handler.setFormatter(formatter)

    def rotate():
        time.sleep(0.1)  # there is a day in between, and not less than the handler's 10 ms
        state = ["-s", str(tmp_path / "state"), str(tmp_path / "config")]
        subprocess.run([LOGROTATE, "-f", *state], check=True, capture_output=True)

    return handler, rotate


def contents(folder):
    """Return what is in the log files, the oldest first."""
    found = sorted(folder.iterdir(), key=lambda file: -int("0" + re.sub(r"\D", "", file.name)))
    return [
        gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        for file in found
    ]


def test_the_page_has_all_ways():
    """What is tested is what the page says."""
    assert len(PAIR.findall(PAGE.read_text())) == len(WAYS)


@pytest.mark.parametrize("way", WAYS, indirect=True)
def test_line_by_line(way, folder):
    """Lines before a rotation are in the old file, lines after it in the new one."""
    handler, rotate = way
    for message in "abc":
        log(handler, message)
        rotate()
        handler.flush()  # it looks at the file
    log(handler, "d")

    assert contents(folder) == [line("a"), line("b"), line("c"), line("d")]


@pytest.mark.parametrize("way", ["watch", "signal"], indirect=True)
def test_while_threads_log(way, folder):
    """Threads log while logrotate renames, makes, compresses: each line is there, once, whole."""
    handler, rotate = way
    storm = Storm(handler, threads=2, pause=0.0005)
    storm.run(rotate, 4)

    assert len(contents(folder)) == 5
    storm.check(*contents(folder))


@pytest.mark.parametrize("way", ["copytruncate"], indirect=True)
def test_copytruncate_while_threads_log(way, folder):
    """What logrotate has not lost is whole, and no file has a hole."""
    handler, rotate = way
    storm = Storm(handler, threads=2, pause=0.0005)
    storm.run(rotate, 4)
    lines = [each for content in contents(folder) for each in content.splitlines()]

    assert b"\0" not in b"".join(contents(folder))
    assert 0 < len(lines) <= sum(storm.logged.values())
    # the copy may end within a line, and the file begin with none of it: at most once a rotation
    whole = [each for each in lines if each.startswith(b'{"level"') and each.endswith(b'"}')]
    assert len(lines) - len(whole) <= 4


def test_a_file_of_many_processes(folder, opened, tmp_path, core_name):
    """Processes that watch one file lose nothing while it is rotated."""
    script = (
        "import sys, time, logging, tracefmt\n"
        "tracefmt.configure(filename=sys.argv[1], watch=True, exclude=['timestamp'])\n"
        "log = logging.getLogger(sys.argv[2])\n"
        "for number in range(600):\n"
        "    log.info('hello', extra={'number': number})\n"
        "    time.sleep(0.0005)\n"
    )
    config = PAIR.findall(PAGE.read_text())[0][1].replace("/var/log/app", str(folder))
    (tmp_path / "config").write_text(config)
    (tmp_path / "config").chmod(0o644)
    path = folder / "app.jsonl"
    names = ("one", "two", "three")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(path), name],
            env={**os.environ, "TRACEFMT_CORE": core_name},
        )
        for name in names
    ]
    while not path.exists():
        time.sleep(0.01)
    state = ["-s", str(tmp_path / "state"), str(tmp_path / "config")]
    for _ in range(4):
        time.sleep(0.1)  # see above
        subprocess.run([LOGROTATE, "-f", *state], check=True, capture_output=True)
    assert [process.wait() for process in processes] == [0, 0, 0]
    lines = [each for content in contents(folder) for each in content.splitlines()]

    made = '{"level":"info","logger":"%s","message":"hello","number":%d}'
    expected = [(made % (name, number)).encode() for name in names for number in range(600)]
    assert sorted(lines) == sorted(expected)
