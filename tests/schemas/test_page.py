"""``docs/schemas.md`` says what the tables say."""

import importlib.util
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_page_is_that_of_the_tables():
    """The page is what `python docs/schemas.py` writes, its example lines included."""
    spec = importlib.util.spec_from_file_location("schemas_page", ROOT / "docs" / "schemas.py")
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)

    assert maker.PAGE.read_text("utf-8") == maker.page()
