"""Files that grow, are truncated and are replaced while they are read."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from tracefmt.reading.files import UnreadableFile

_PAUSE = 0.2  # seconds between two looks
_PIECE = 1 << 16


class Tail:
    """
    Follows files by name, as ``tail -F`` does.

    A file that is replaced, as rotation does, is read to its end and then opened anew; one that has
    become shorter is read from its start; one that is not there is waited for.

    Raises:
        UnreadableFile: a file is there and cannot be opened.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        self._files = [_Growing(path) for path in paths]

    def present(self) -> Iterator[bytes]:
        """Go through the lines that are there now."""
        for file in self._files:
            yield from file.more()

    def appended(self) -> Iterator[bytes]:
        """Go through the lines that come, for ever."""
        while self._files:
            time.sleep(_PAUSE)
            for file in self._files:
                yield from file.more()
                if file.was_replaced():
                    yield from file.rest()
                    yield from file.more()


class _Growing:
    """One file: what is open of it, and the line that is not whole yet."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._stream: IO[bytes] | None = None
        self._open()
        self._begun = b""

    def _open(self) -> None:
        try:
            self._stream = Path(self._path).open("rb", buffering=0)  # noqa: SIM115
        except FileNotFoundError:
            self._stream = None
        except OSError as error:
            raise UnreadableFile(f"{self._path}: {error.strerror}") from error

    def more(self) -> Iterator[bytes]:
        """Go through the lines that are whole by now, without their newlines."""
        if self._stream is None:
            self._open()
        if self._stream is None:
            return
        if os.fstat(self._stream.fileno()).st_size < self._stream.tell():
            self._stream.seek(0)
            self._begun = b""
        while piece := self._stream.read(_PIECE):
            *whole, self._begun = (self._begun + piece).split(b"\n")
            yield from whole

    def was_replaced(self) -> bool:
        """Return whether the name leads to another file by now."""
        if self._stream is None:
            return False
        try:
            now = Path(self._path).stat()
        except FileNotFoundError:
            return False  # not yet; what is open may still grow
        return not os.path.samestat(now, os.fstat(self._stream.fileno()))

    def rest(self) -> Iterator[bytes]:
        """Go through what is left of the replaced file, and close it."""
        yield from self.more()
        if self._begun:
            yield self._begun
        self._begun = b""
        if self._stream is not None:
            self._stream.close()
        self._stream = None
