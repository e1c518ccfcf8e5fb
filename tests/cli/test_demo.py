"""`tracefmt demo`: real services, real requests, and what is left when it is over."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest

from tracefmt.cli.demo.services import checkout

REQUESTS = 60
FAILED = 6
SERVICES = ("gateway", "checkout", "payments")
ESCAPE = "\x1b"


class Run:
    """One run of the demo, kept for many tests."""

    def __init__(self, done, folder):
        self.status, self.output, self.errors = done.returncode, done.stdout, done.stderr
        self.folder = folder
        self.files = {path.stem: path.read_text("utf-8") for path in folder.glob("*.jsonl")}
        self.lines = [
            json.loads(line) for text in self.files.values() for line in text.split("\n")[:-1]
        ]

    def step(self, number):
        """Return what the story says at that step."""
        found = re.search(
            rf"^{number}\. (.*?)(?=^\d\. |^In all)", self.output, re.MULTILINE | re.DOTALL
        )
        return found[1]


_runs = {}


@pytest.fixture
def demo(core_name, environment, tracefmt_command, tmp_path_factory):
    """The demo's run on the core under test; it runs once for all tests."""
    if core_name not in _runs:
        folder = tmp_path_factory.mktemp("demo")
        (folder / "gateway.jsonl").write_text("left by an earlier run\n")
        _runs[core_name] = Run(
            tracefmt_command("demo", "--requests", REQUESTS, "--keep", folder), folder
        )
    return _runs[core_name]


def test_demo_ends_well(demo):
    """The demo runs to its end without a word on stderr."""
    assert (demo.status, demo.errors) == (0, "")


def test_every_kept_line_is_json_with_its_service(demo):
    """`--keep` leaves one file for each service, with nothing but its own lines of this run."""
    assert set(demo.files) == set(SERVICES)
    for service, text in demo.files.items():
        lines = [json.loads(line) for line in text.split("\n")[:-1]]
        assert {line["service"] for line in lines} == {service}


def test_kept_pages(demo):
    """`--keep` also leaves the page of the audit and the waterfall of the failed trace."""
    symptom = next(line for line in reversed(demo.lines) if line.get("level") == "error")

    assert "of the lines carry a trace id" in (demo.folder / "audit.html").read_text()
    assert "<details" in (demo.folder / "trace.html").read_text()
    assert symptom["service"] in (demo.folder / "trace.html").read_text()


def test_each_request_is_one_trace_through_three_services(demo):
    """The services hand the trace on: as many traces as requests, each with lines of all three."""
    met = {}
    for line in demo.lines:
        if "trace_id" in line:
            met.setdefault(line["trace_id"], set()).add(line["service"])

    assert len(met) == REQUESTS
    assert all(services == set(SERVICES) for services in met.values())


def test_story_shows_a_real_error_line(demo):
    """Step 1 shows a line of checkout's file, at level error, about a 5xx."""
    shown = demo.step(1).splitlines()[1]
    line = json.loads(shown)

    assert shown in demo.files["checkout"].splitlines()
    assert (line["level"], line["http.response.status_code"]) == ("error", 504)


def test_story_shows_all_lines_of_the_trace_in_time_order(demo):
    """Step 3 lists every line with the trace id of steps 1 and 2, the earliest first."""
    trace_id = json.loads(demo.step(1).splitlines()[1])["trace_id"]
    lines = sorted(
        (line for line in demo.lines if line.get("trace_id") == trace_id),
        key=lambda line: line["timestamp"],
    )
    rows = [row.split(maxsplit=4) for row in demo.step(3).splitlines()[2:] if row]

    assert f"trace_id {trace_id}" in demo.step(2)
    assert {line["service"] for line in lines} == set(SERVICES)
    assert [float(row[0]) for row in rows] == sorted(float(row[0]) for row in rows)
    assert sorted([row[1], row[2], row[3], row[4].strip()] for row in rows) == sorted(
        [line["service"], line["level"], line["logger"], line["message"]] for line in lines
    )


def test_story_names_what_failed_first(demo):
    """Step 4 names payments, its exception and the frame that raised it."""
    step = demo.step(4)

    assert step.startswith("Payments failed first.")
    assert "BankTimeoutError: no answer from the bank within 50 ms" in step
    assert re.search(r"payments\.py, line \d+, in authorize\n +raise BankTimeoutError", step)


def test_story_counts_the_lines_without_a_trace(demo):
    """Step 5 counts the lines without a trace id, all from the job on the plain pool."""
    without = Counter(line["logger"] for line in demo.lines if "trace_id" not in line)
    number = REQUESTS - FAILED

    assert without == {"checkout.receipts": number}
    assert demo.step(5).startswith(f"{number} of {len(demo.lines)} lines have no trace id.")
    assert re.search(rf"checkout\.receipts +{number} +{number}", demo.step(5))
    assert "ThreadPoolExecutor" in demo.step(5)


def test_story_names_the_callsite_that_lost_its_context(demo):
    """Step 5 has file and line of the call as the service counted it, and what to write."""
    shown = " ".join(demo.step(5).split())
    found = re.search(r"checkout\.py, line (\d+), logger checkout\.receipts, thread mail_0", shown)
    source = Path(checkout.__file__).read_text("utf-8").splitlines()

    assert 'receipts.info("receipt mailed"' in source[int(found[1]) - 1]
    assert "lost by ThreadPoolExecutor; write propagation.ThreadPoolExecutor()" in shown


def test_story_shows_the_share_before_and_after(demo):
    """Step 6 has the share of lines without a trace, before and after; after there are none."""
    number = REQUESTS - FAILED
    share = f"{100 * number / len(demo.lines):.2f}%"
    mended = [
        json.loads(line)
        for path in (demo.folder / "mended").glob("*.jsonl")
        for line in path.read_text("utf-8").splitlines()
    ]
    rows = [row.split() for row in demo.step(6).splitlines()]

    assert "tracefmt.propagation.install()" in demo.step(6)
    assert ["as", "they", "were", str(len(demo.lines)), str(number), share] in rows
    assert ["with", "that", "line", str(len(mended)), "0", "0%"] in rows
    assert len(mended) == len(demo.lines)
    assert all("trace_id" in line for line in mended)


def test_story_says_what_a_line_cost_on_which_core(demo, core):
    """Step 7 has the CPU time of a line, and names the core that it was measured on."""
    cost = re.search(rf"tracefmt\.Formatter \({core.NAME} core\).* (\d+\.\d+) +\d+", demo.step(7))

    assert 0 < float(cost[1]) < 1000
    assert f"({core.NAME} core)" in " ".join(demo.output.split())


def test_story_sums_up(demo):
    """The end says how many requests and lines there were."""
    end = " ".join(demo.output[demo.output.index("In all") :].split())
    answers = f"{REQUESTS - FAILED} answered 200, {FAILED} answered 502"

    assert f"{REQUESTS} requests ({answers}), {len(demo.lines)} lines" in end


def test_pipe_gets_no_colour_and_80_columns(demo):
    """In a pipe there are no escape codes, and only the JSON line and the paths are long."""
    long = [line.strip()[0] for line in demo.output.splitlines() if len(line) > 80]

    assert ESCAPE not in demo.output
    assert set(long) <= {"{", "/"}
    assert not re.search(r" $", demo.output, re.MULTILINE)


@pytest.mark.once
def test_demo_stands_by_itself(tracefmt_command, tmp_path):
    """Settings for other programs (tracing, proxies) do not reach the services; no file stays."""
    done = tracefmt_command(
        *("demo", "--requests", 2, "--concurrency", 1),
        TMPDIR=str(tmp_path),
        OTEL_SDK_DISABLED="true",
        OTEL_PROPAGATORS="none",
        HTTP_PROXY="http://127.0.0.1:9",
        ALL_PROXY="http://127.0.0.1:9",
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "1 of 31 lines have no trace id." in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
def test_failure_is_one_clear_message(tracefmt_command, tmp_path):
    """What keeps the services from running is said in one line, with exit status 1."""
    (tmp_path / "checkout.jsonl").mkdir()
    done = tracefmt_command("demo", "--keep", tmp_path)

    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(r"Error: \S*/checkout\.jsonl cannot be replaced: .*\n", done.stderr)
    assert processes_of(tmp_path) == []


@pytest.mark.once
def test_terminal_gets_a_progress_bar_and_colour(on_terminal):
    """On a terminal a progress bar runs, and the story is in colour."""
    status, shown = on_terminal("demo", "--requests", 2)

    assert status == 0
    assert re.search(r"sending the orders.*━", shown)
    assert re.search(rf"{ESCAPE}\[[\d;]*m\"trace_id\"", shown)


@pytest.fixture
def long_demo(command_line, environment, tmp_path):
    """A demo that would take long, in a session of its own, with all its files in this folder."""
    with subprocess.Popen(
        [*command_line, "demo", "--requests", "1000000"],
        env={**environment, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize("moment", ["starting", "sending"])
def test_ctrl_c_ends_everything(long_demo, tmp_path, moment):
    """Ctrl-C, sent to the process group, leaves with 130: no process stays, and no file."""
    process = long_demo
    wait_until(lambda: processes_of(tmp_path))
    if moment == "sending":
        wait_until(lambda: has_lines(tmp_path))
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=10)

    assert (process.returncode, output, errors.strip()) == (130, b"", b"tracefmt: interrupted")
    assert processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
def test_sigterm_ends_everything(long_demo, tmp_path):
    """SIGTERM cleans up as Ctrl-C does."""
    process = long_demo
    wait_until(lambda: has_lines(tmp_path))
    process.terminate()
    process.communicate(timeout=10)

    assert process.returncode == 128 + signal.SIGTERM
    assert processes_of(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.once
@pytest.mark.parametrize("moment", ["starting", "sending"])
def test_services_do_not_outlive_a_killed_demo(long_demo, tmp_path, moment):
    """Where the demo itself is killed, its services notice and end."""
    process = long_demo
    wait_until(lambda: len(processes_of(tmp_path)) == len(SERVICES))
    if moment == "sending":
        wait_until(lambda: has_lines(tmp_path))
    process.kill()
    process.communicate(timeout=10)

    wait_until(lambda: not processes_of(tmp_path))


def has_lines(folder):
    """Whether the gateway has logged something."""
    return any(path.stat().st_size for path in folder.glob("*/gateway.jsonl"))


def processes_of(folder):
    """Return the services that log into this folder, by their command lines."""
    proc = Path("/proc")
    if not proc.is_dir():
        pytest.skip("needs /proc to see processes")
    found = []
    for path in proc.glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:  # it has ended
            continue
        if b"tracefmt.cli.demo.services" in words and any(
            word.startswith(os.fsencode(folder)) for word in words
        ):
            found.append(int(path.parent.name))
    return found


def wait_until(holds, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
