"""`tracefmt audit`: the report in three forms, and the exit status."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import pytest

ID = "0af7651916cd43dd8448eb211c80319c"
LINE = '{"timestamp":"2023-11-14T22:%02d:20Z","level":"info","logger":"%s","service":"shop"%s}\n'


@pytest.fixture
def log(tmp_path):
    """Nine lines with an id, one without, and the trace goes on for nine minutes."""
    path = tmp_path / "app.log"
    with_id = f',"trace_id":"{ID}"'
    lines = [LINE % (minute, "app", with_id) for minute in range(9)]
    path.write_text("".join(lines) + LINE % (9, "pool<b>", ""))
    return path


def test_text_in_a_pipe(tracefmt_command, log):
    """In a pipe the report is plain text, the worst first."""
    done = tracefmt_command("audit", log.name, "--max-span", "5m", cwd=log.parent)

    assert done.returncode == 0
    assert done.stdout == (
        "10 lines in app.log: 90.00% carry a trace id, 1 (10.00%) do not.\n"
        "Their id is: absent 1.\n"
        "\n"
        "by service                   lines  without id       share\n"
        "shop                            10           1      10.00%\n"
        "\n"
        "by logger                    lines  without id       share\n"
        "pool<b>                          1           1        100%\n"
        "app                              9           0          0%\n"
        "\n"
        "by level                     lines  without id       share\n"
        "info                            10           1      10.00%\n"
        "\n"
        "From 2023-11-14T22:00:20Z to 2023-11-14T22:09:20Z.\n"
        "\n"
        "1 trace looks stale: ids that were still written long after their request, or in\n"
        "too many processes.\n"
        "trace id                          lines  from                    for\n"
        f"{ID}      9  2023-11-14T22:00:20Z  8 min\n"
    )


@pytest.mark.once
def test_on_a_terminal(on_terminal, log):
    """On a terminal there are bars and a chart over time."""
    status, shown = on_terminal("audit", str(log))

    assert status == 0
    assert "█" in shown
    assert "Without id, over that time: " in shown


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((), 0),
        (("--max-missing", "10%"), 0),
        (("--max-missing", "9.9%"), 1),
        (("--max-missing", "0.05"), 1),
        (("--json", "--max-missing", "1%"), 1),
    ],
)
def test_exit_status(tracefmt_command, log, arguments, status):
    """The exit status is 1 where more lines than allowed have no id, else 0."""
    assert tracefmt_command("audit", log, *arguments).returncode == status


def test_broken_lines(tracefmt_command, log):
    """Broken lines are named by file and number, and are bad input unless allowed."""
    log.write_text(log.read_text() + "INFO: started\n")
    done = tracefmt_command("audit", log.name, "--max-missing", "50%", cwd=log.parent)

    assert done.returncode == 2
    assert "1 broken lines, which are counted here alone:\n  app.log:11: not" in done.stdout
    assert "PASSED: 10.00% <= 50.00%" in done.stdout
    assert tracefmt_command("audit", log, "--max-broken", "10%").returncode == 0


def test_unreadable_file(tracefmt_command, log):
    """A file that is not there is bad input, and the others are counted."""
    done = tracefmt_command("audit", log, "nosuch.log")

    assert done.returncode == 2
    assert "cannot be read: nosuch.log: No such file or directory" in done.stdout
    assert "10 lines" in done.stdout


def test_json(tracefmt_command, log):
    """``--json`` has every count, for programs."""
    report = json.loads(tracefmt_command("audit", log, "--json", "--max-missing", "1%").stdout)

    assert (report["lines"], report["missing"], report["missing_share"]) == (10, 1, 0.1)
    assert report["kinds"]["absent"] == 1
    assert report["exceeded"] is True
    assert [entry["logger"] for entry in report["loggers"]] == ["app", "pool<b>"]
    assert report["minutes"][9] == {
        "minute": "2023-11-14T22:09:00Z",
        "lines": 1,
        "missing": 1,
        "missing_share": 1.0,
        "kinds": dict.fromkeys(("valid", "absent", "empty", "null", "zeros", "0", "malformed"), 0)
        | {"absent": 1},
    }


def test_lines_of_a_stale_span(tracefmt_command, log):
    """Lines that say that their span was stale are counted by why, in the text and in JSON."""
    with_id = f',"trace_id":"{ID}","trace_stale":"%s"'
    reasons = ("fork", "fork", "worker")
    log.write_text("".join(LINE % (0, "app", with_id % why) for why in reasons))

    text = tracefmt_command("audit", log.name, cwd=log.parent).stdout
    report = json.loads(tracefmt_command("audit", log, "--json").stdout)

    assert "3 lines in app.log: 100% carry a trace id, 0 (0%) do not.\n" in text
    assert "\nWritten with a stale span: fork 2, worker 1.\n" in text
    assert report["stale_lines"] == {"fork": 2, "ended": 0, "worker": 1}


class _Tags(HTMLParser):
    """Checks that each tag is closed in its turn."""

    def __init__(self):
        super().__init__()
        self.open = []
        self.addresses = []

    def handle_starttag(self, tag, attributes):
        self.addresses += [value for name, value in attributes if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.once
def test_page(tracefmt_command, log):
    """The page is whole, asks nothing of the network, and shows names as text."""
    html = log.with_name("audit.html")
    tracefmt_command("audit", log, "--html", html, "--max-missing", "1%")
    page = html.read_text()
    tags = _Tags()
    tags.feed(page)

    assert tags.open == []
    assert not [address for address in tags.addresses if not address.startswith("#")]
    assert not re.search(r"https?://", page)
    assert "pool&lt;b&gt;" in page
    assert '<b class="bad">90.00%</b>' in page
    assert page.count("<g><title>") == 10


@pytest.mark.once
def test_nothing(tracefmt_command):
    """An empty input has no lines, and that is no error."""
    done = tracefmt_command("audit", "/dev/null")

    assert done.returncode == 0
    assert done.stdout.startswith("0 lines in /dev/null: ")
