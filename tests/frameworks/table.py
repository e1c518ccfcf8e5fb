"""The table of what was tested; as a command it writes the table into the page."""

import re
import sys
from importlib.metadata import version
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.frameworks.configurations import CELERY, PAGES, WEB, Page

PAGE = PAGES / "README.md"
MARK = "<!-- `python tests/frameworks/table.py` writes this; a test compares it -->\n"
HEAD = ("framework", "configuration", "spans from", "what was checked", "cores", "versions")


def command(configuration):
    """The command, as its page has it."""
    lines = Page(configuration.page).commands
    (found,) = [line for line in lines if configuration.command in line]
    return found.rpartition("exec ")[2]


def rows():
    """All rows but for the versions: name, configuration, spans, what was checked, cores."""
    for configuration in (*WEB, *CELERY):
        kind = "task, failure" if configuration in CELERY else "request, stream, failure"
        if configuration.no_ids:
            kind += f", except lines of `{'`, `'.join(configuration.no_ids)}`"
        yield (
            configuration,
            (
                configuration.name,
                f"[`{command(configuration)}`]({configuration.page}.md)",
                configuration.spans or "`traceparent`",
                kind,
                "both" if configuration.both_cores else "rust",
            ),
        )


def packages(configuration):
    return [*configuration.packages, *([configuration.spans] if configuration.spans else [])]


def parse(text):
    """The rows of the page's table, each a tuple of cells."""
    lines = text.partition(MARK)[2].strip().splitlines()[2:]
    return [tuple(re.split(r" *(?<!\\)\| *", line.strip("| "))) for line in lines]


def table():
    lines = [HEAD, ("---",) * len(HEAD)]
    for configuration, cells in rows():
        versions = ", ".join(f"{name} {version(name)}" for name in packages(configuration))
        lines.append((*cells, versions))
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


if __name__ == "__main__":
    PAGE.write_text(PAGE.read_text("utf-8").partition(MARK)[0] + MARK + "\n" + table(), "utf-8")
