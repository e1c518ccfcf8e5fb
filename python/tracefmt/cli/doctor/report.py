"""What the doctor found, and its text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NOTHING_WRONG = "nothing wrong found"
INDENT = 19  # columns, where the facts begin


@dataclass(frozen=True)
class Fact:
    """
    Something that is in force.

    Attributes:
        section: what it belongs to.
        name: what it is.
        value: what it is here.
    """

    section: str
    name: str
    value: str


@dataclass(frozen=True)
class Trap:
    """
    Something that gives wrong, missing or double ids, or a slow core.

    Attributes:
        name: a short name that stays the same.
        found: what was found, and what it leads to.
        instead: what to write or set instead.
    """

    name: str
    found: str
    instead: str


@dataclass(frozen=True)
class Report:
    """
    What one process looks like.

    Attributes:
        facts: what is in force.
        traps: what is wrong; empty if all is well.
    """

    facts: tuple[Fact, ...]
    traps: tuple[Trap, ...]

    def __str__(self) -> str:
        """Return the report as text of at most 79 columns, longer only where a word is."""
        return self.text()

    def text(self, width: int = 79) -> str:
        """Return the report as text; lines break before `width` columns."""
        return "\n".join([*_facts(self.facts, width), "", *_traps(self.traps, width)])


def _facts(facts: Iterable[Fact], width: int) -> Iterator[str]:
    section = None
    for fact in facts:
        if fact.section != section:
            section = fact.section
            yield section
        name = f"  {fact.name}".ljust(INDENT)
        if len(name) > INDENT:  # a logger's name: it gets a line of its own
            yield name
            name = " " * INDENT
        yield from _wrap(fact.value, width, name, " " * INDENT)


def _traps(traps: Iterable[Trap], width: int) -> Iterator[str]:
    number = 0
    for number, trap in enumerate(traps, 1):
        yield ("" if number == 1 else "\n") + f"warning {number}: {trap.name}"
        yield from _wrap(trap.found, width, "  ", "  ")
        yield from _wrap(f"Instead: {trap.instead}", width, "  ", "  ")
    if not number:
        yield NOTHING_WRONG


def _wrap(text: str, width: int, first: str, rest: str) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
