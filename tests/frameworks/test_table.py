"""The table of what was tested says what is tested."""

import sys
from importlib.metadata import version

import pytest
from packaging.version import Version
from tests.frameworks.configurations import CELERY, PAGES, WEB, Page
from tests.frameworks.table import PAGE, packages, parse, rows

pytestmark = pytest.mark.once


def test_rows():
    """The table has the tested configurations, all of them and no others."""
    written = [cells[:-1] for cells in parse(PAGE.read_text("utf-8"))]

    assert written == [cells for _, cells in rows()], "run: python tests/frameworks/table.py"


def test_versions():
    """The versions are of the packages in use; a newer one may be installed, no older one."""
    for (configuration, _), cells in zip(rows(), parse(PAGE.read_text("utf-8")), strict=True):
        found = dict(text.rsplit(" ", 1) for text in cells[-1].split(", "))
        assert list(found) == packages(configuration)
        for name, text in found.items() if sys.version_info >= (3, 11) else ():
            assert Version(text) <= Version(version(name)), name


def test_every_command_of_a_page_is_tested():
    """No page shows a command that no test runs."""
    tested = {(found.page, found.command) for found in (*WEB, *CELERY)}
    for path in PAGES.glob("*.md"):
        for command in Page(path.stem).commands:
            matching = [words for page, words in tested if page == path.stem and words in command]
            assert len(matching) == 1 or command in OTHERWISE, command


OTHERWISE = {
    "python nightly.py": "test_scripts.py",
    "gunicorn plain:app --bind 127.0.0.1:$PORT --config gunicorn.conf.py --access-logfile -": (
        "test_gunicorn.py"
    ),
}
