"""Where lines stop before they go to a file: is there room, is it time to look at it."""

from __future__ import annotations

import time
from collections.abc import Callable


class Checkpoint:
    """
    Asks a function before a line would make a file too large, and when its time is over.

    Only the thread whose turn it is to write asks.  Who changes the file does so at the same
    descriptor (`os.dup2`), so that neither the sink nor who writes to it has to know.

    Args:
        ask: takes the bytes of the line that comes next; returns the room (a line of as many bytes
            or more has to ask; None for no limit) and when to ask again, in nanoseconds of the
            system's clock (None for never).
        waiting_too: whether lines that wait in a buffer go to the file as it is after asking.
    """

    def __init__(
        self, ask: Callable[[int], tuple[int | None, int | None]], waiting_too: bool
    ) -> None:
        self._ask = ask
        self._waiting_too = waiting_too
        self._room: int | None = None
        self._asked = 0  # a clock that has been set back asks too
        self._until: int | None = 0

    @property
    def waiting_too(self) -> bool:
        """Whether lines that wait in a buffer go to the file as it is after asking."""
        return self._waiting_too

    def wake(self) -> None:
        """Ask before the next line."""
        self._until = 0

    def look(self, size: int) -> None:
        """Ask now; what is written next has `size` bytes."""
        asked = time.time_ns()
        self._room, self._until = self._ask(size)
        self._asked = asked

    def look_at_time(self) -> None:
        """Ask now, with no line at hand."""
        self.look(0)

    def is_due(self) -> bool:
        """Whether it is time to ask."""
        until = self._until
        return until is not None and not self._asked <= time.time_ns() < until

    def admit(self, lines: bytes | memoryview, clock: bool) -> int:
        """Return how many bytes of these whole lines may be written now; ask where it has to be."""
        due = clock and self.is_due()
        if not due and self._has_room(len(lines)):
            return len(lines)
        data = bytes(lines)
        first = data.find(b"\n") + 1 or len(data)
        if due or not self._has_room(first):
            self.look(first)
        if self._room is None or self._has_room(len(data)):
            return len(data)
        # a line with no room even in an empty file is written alone
        return data.rfind(b"\n", 0, max(self._room - 1, 0)) + 1 or first

    def spend(self, size: int) -> None:
        """Count bytes that have been written."""
        if self._room is not None:
            self._room = max(self._room - size, 0)

    def _has_room(self, size: int) -> bool:
        return self._room is None or size < self._room
