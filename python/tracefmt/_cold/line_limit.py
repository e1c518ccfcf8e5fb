"""How many bytes a line may have, and what stays of one that has more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from tracefmt._cold.line_tree import (
    ATTRIBUTE,
    ESSENTIAL,
    FIELD,
    MESSAGE,
    Leaf,
    Outline,
    Place,
    read,
)
from tracefmt._cold.shorten import boundary
from tracefmt.exceptions import ConfigurationError

PRESETS = {"container": 16 * 1024}
"""Docker and the container runtimes of Kubernetes part a line where it is longer."""
LOWEST = 1024
"""Below this ids, time, level and the names of what was cut might not fit."""

SHORT = 256
"""Bytes up to which a field of the schema comes before longer ones."""
_PIECE = 128  # shorter pieces of attributes are not worth their place
_LONGEST_NAME = 64


class Report(NamedTuple):
    """
    Where a line says what was cut.

    Attributes:
        path: the keys of the groups around it.
        number: which members of its group it is behind.
        before: its key.
        after: what stands behind it.
    """

    path: tuple[str, ...]
    number: int
    before: str
    after: str


class LineLimit:
    """
    Cuts lines of one plan.

    Args:
        given: the option: a number of bytes, the newline included, or the name of a preset.
        outline: what is where in such a line.
        report: where it says what was cut, or None where it does not.
    """

    def __init__(self, given: Any, outline: Outline, report: Report | None) -> None:
        self.longest = checked(given) - 1  # without the newline
        self._outline, self._report = outline, report
        needed = _frame(outline, () if report is None else report.path)
        if needed > self.longest // 2:
            msg = (
                f"max_line_bytes={given!r}: the keys of this schema alone need "
                f"{needed} bytes; write twice as many, or give fields shorter keys"
            )
            raise ConfigurationError(msg)

    def cut(self, line: bytes) -> bytes:
        """Return a line that is too long with `longest` bytes at most."""
        return _cut(line, self.longest, self._outline, self._report)

    def cut_last(self, line: bytes) -> bytes:
        """Do the same for a line of last resort, which no schema has a say in."""
        return _cut(line, self.longest, _LAST, Report((), len(_LAST.members), '"truncated":', ""))


_LAST = Outline(
    "{",
    "}",
    "object",
    {
        '"level"': (0, Place(ESSENTIAL)),
        '"logger"': (1, Place(FIELD)),
        '"message"': (2, Place(MESSAGE)),
        '"format_error"': (3, Place(FIELD)),
    },
    (4, Place(ATTRIBUTE)),
)


def checked(given: Any) -> int:
    """
    Return the option as a number of bytes.

    Raises:
        ConfigurationError: it is none, or too small.
    """
    found = PRESETS.get(given) if isinstance(given, str) else given
    if type(found) is not int or found < LOWEST:
        names = " or ".join(map(repr, PRESETS))
        msg = (
            f"max_line_bytes={given!r}: write a number of bytes, at least {LOWEST}, or {names} "
            "for what container runtimes take for one line, or None for no limit"
        )
        raise ConfigurationError(msg)
    return found


def _frame(outline: Outline, path: Sequence[str] = ()) -> int:
    """Return the bytes of what is around the values that stay in any case; `path` leads to one."""
    size = 0
    for key, (_, item) in outline.members.items():
        if isinstance(item, Outline):
            size += _frame(item, path[1:] if path and path[0] == key else ())
        elif item.rank in (ESSENTIAL, MESSAGE):
            size += len(key) + len('{"key":,"value":},')
    if size == 0 and not path:
        return 0
    own = (outline.before, outline.opening, outline.closing, outline.after)
    return size + sum(map(len, own)) + 1


class _Room:
    """What is left of a line's bytes."""

    def __init__(self, left: int) -> None:
        self.left = left

    def keep(self, leaf: Leaf, space: int) -> None:
        """Take what goes into `space` bytes of the member into the line, if anything."""
        around = leaf.parent.cost()
        value = leaf.shortened(min(space, self.left) - around)
        if value is not None:
            leaf.parent.open()
            leaf.kept, leaf.is_open = value, True
            self.left -= around + leaf.size - len(leaf.value) + len(value)

    def keep_whole(self, leaves: Sequence[Leaf], reserved: int = 0) -> None:
        """Take each member into the line that fits."""
        for leaf in leaves:
            if leaf.size + leaf.parent.cost() <= self.left - reserved:
                self.keep(leaf, self.left)

    def share(self, leaves: Sequence[Leaf], space: int) -> None:
        """Part `space` among members; what the shorter ones do not need is for the longer ones."""
        space = min(space, self.left)
        waiting = [leaf for leaf in leaves if leaf.is_text or leaf.size <= space]
        waiting.sort(key=lambda leaf: leaf.size)
        for number, leaf in enumerate(waiting):
            before = self.left
            self.keep(leaf, space // (len(waiting) - number))
            space -= before - self.left


def _cut(line: bytes, longest: int, outline: Outline, report: Report | None) -> bytes:
    root, leaves = read(line.decode("latin-1"), outline)
    room = _Room(longest)
    told = min(SHORT, longest // 8)  # what the report itself may have
    if report is not None:
        place = root
        for key in report.path:
            place = place.child(key)
        room.left -= place.cost() + len(report.before) + len(report.after) + told + 3
        place.open()
    _fill(room, leaves)
    if report is not None:
        parts = (report.before, f'"{_told(leaves, told)}"', report.after)
        leaf = Leaf(Place(ESSENTIAL), report.number, place, "", parts)
        leaf.kept, leaf.is_open = leaf.value, True
        place.members.append(leaf)
    root.is_open = True
    return root.text().encode("latin-1")


def _fill(room: _Room, leaves: Sequence[Leaf]) -> None:
    """Choose what stays: of each rank first what is short, and of what is long a share."""
    ranks: tuple[list[Leaf], ...] = ([], [], [], [], [])
    for leaf in leaves:
        is_long = leaf.place.rank == ESSENTIAL and leaf.size > SHORT
        ranks[FIELD if is_long else leaf.place.rank].append(leaf)
    essentials, messages, fields, frames, attributes = ranks
    room.keep_whole(essentials)
    quarter = room.left // 4
    wanted = min(sum(leaf.size for leaf in messages), room.left // 2)
    room.keep_whole([leaf for leaf in fields if leaf.size <= SHORT], reserved=wanted)
    fields = [leaf for leaf in fields if not leaf.is_open]
    for_fields = min(sum(leaf.size for leaf in fields + frames), quarter)
    for_attributes = min(sum(leaf.size for leaf in attributes), quarter)
    room.share(messages, max(wanted, room.left - for_fields - for_attributes))
    for_frames = min(sum(leaf.size for leaf in frames), (room.left - for_attributes) // 2)
    room.share(fields, room.left - for_attributes - for_frames)
    room.keep_whole(_innermost_first(frames), reserved=for_attributes)
    room.keep_whole(sorted(attributes, key=lambda leaf: leaf.size))
    texts = [leaf for leaf in attributes if not leaf.is_open and leaf.is_text]
    room.share(texts[: max(1, room.left // _PIECE)], room.left)


def _innermost_first(frames: Sequence[Leaf]) -> list[Leaf]:
    """Return the frames by how far they are from where something was raised."""
    behind: dict[int, int] = {}
    far: list[tuple[int, int]] = []
    for index in range(len(frames) - 1, -1, -1):
        stack = id(frames[index].parent)
        far.append((behind.get(stack, 0), index))
        behind[stack] = behind.get(stack, 0) + 1
    return [frames[index] for _, index in sorted(far)]


def _told(leaves: Sequence[Leaf], room: int) -> str:
    """Return the names of what is missing and the bytes of each, most first."""
    sizes: dict[str, int] = {}
    for leaf in leaves:
        if leaf.missing:
            sizes[leaf.key] = sizes.get(leaf.key, 0) + leaf.missing
    missing = sorted(sizes.items(), key=lambda pair: -pair[1])
    parts: list[str] = []
    size = 0
    for index, (key, count) in enumerate(missing):
        part = f"{_name(key)}: {count} bytes"
        others = missing[index:]
        rest = f"{len(others)} more: {sum(count for _, count in others)} bytes"
        last = len(rest) + 2 if len(others) > 1 else 0
        if size + len(part) + 2 + last > room:
            parts.append(rest)
            break
        parts.append(part)
        size += len(part) + 2
    return ", ".join(parts)


def _name(key: str) -> str:
    if len(key) <= _LONGEST_NAME:
        return key
    return f"{key[: boundary(key, _LONGEST_NAME - 3)]}\xe2\x80\xa6"
