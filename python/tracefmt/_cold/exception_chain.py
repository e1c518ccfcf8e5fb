"""An exception as data: types, messages, frames, and the exceptions that it came from."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Mapping
from types import FrameType, TracebackType
from typing import Any, NamedTuple

from tracefmt._cold.exception import ExceptionText, describe, unpacked
from tracefmt._cold.limit import Limits, more_than
from tracefmt._cold.redact import Redaction
from tracefmt._cold.screen import REMOVED, Screen
from tracefmt._cold.text import qualified_name, safe_repr, safe_str, visible
from tracefmt.exceptions import ConfigurationError

MAX_EXCEPTIONS = 100
"""How many exceptions are written in all, those in groups included."""
MAX_GROUP_WIDTH = 15
"""How many exceptions of a group are written; `traceback` has the same limit."""
MAX_GROUP_DEPTH = 5
"""How deep groups are followed."""
_MAX_LOCALS = 50
_LOCALS_DEPTH = 3
_LOCALS_PARTS = 10_000

_GROUP: Any = BaseExceptionGroup if sys.version_info >= (3, 11) else None  # noqa: F821
# what Python itself goes by, whatever attributes a class has of its own
_CAUSE: Any = BaseException.__dict__["__cause__"]
_CONTEXT: Any = BaseException.__dict__["__context__"]
_SUPPRESSES: Any = BaseException.__dict__["__suppress_context__"]
_TRACEBACK: Any = BaseException.__dict__["__traceback__"]


class ChainOptions(NamedTuple):
    """
    How much of an exception is written; the names are those of structlog's transformer.

    Attributes:
        max_frames: frames of one exception; half of them the outermost, half the innermost.
        max_chain: exceptions that one came from.
        show_locals: whether local variables are written.
        locals_max_length: items of a container in a variable.
        locals_max_string: characters of a variable's text.
        stacktrace: whether the text is written besides; None as the schema has it.
    """

    max_frames: int = 50
    max_chain: int = 10
    show_locals: bool = False
    locals_max_length: int = 10
    locals_max_string: int = 80
    stacktrace: bool | None = None


def chain_options(given: Any) -> ChainOptions | None:
    """
    Return what the option `exception` says, or None for text.

    Raises:
        ConfigurationError: it says something else.
    """
    if given == "text":
        return None
    found = {} if given == "structured" else given
    if not isinstance(found, Mapping):
        msg = (
            f"exception={given!r}: write 'text', 'structured', or a mapping such as "
            "{'max_frames': 20, 'show_locals': True}"
        )
        raise ConfigurationError(msg)
    for name, value in found.items():
        if name not in ChainOptions._fields:
            known = ", ".join(ChainOptions._fields)
            msg = f"exception: there is no {name!r}; write some of {known}"
            raise ConfigurationError(msg)
        _check(name, value)
    return ChainOptions(**found)


def _check(name: str, value: Any) -> None:
    if name in ("show_locals", "stacktrace"):
        if not isinstance(value, bool):
            msg = f"exception: {name} is True or False, not {value!r}"
            raise ConfigurationError(msg)
    elif type(value) is not int or value < 1:
        msg = f"exception: {name} is a whole number above 0, not {value!r}"
        raise ConfigurationError(msg)


class ChainDescriber:
    """
    Turns ``exc_info`` into type and message, and into data instead of a stacktrace.

    Args:
        options: how much is written.
        with_text: whether the stacktrace's text is wanted, too.
        redaction: what of local variables is kept out, or None.
    """

    def __init__(
        self, options: ChainOptions, *, with_text: bool, redaction: Redaction | None = None
    ) -> None:
        self._options = options
        self._with_text = with_text
        limits = Limits(
            string=options.locals_max_string,
            items=options.locals_max_length,
            depth=_LOCALS_DEPTH,
            parts=_LOCALS_PARTS,
        )
        self._locals = Screen(redaction, limits)

    def __call__(self, exc_info: Any) -> ExceptionText | None:
        """Return the texts, or None where there is no exception."""
        try:
            error, trace = unpacked(exc_info)
            if error is None:
                return None
            chain = _Walk(self._options, self._locals).chain(error, trace, 0)
        except Exception:
            return describe(exc_info)
        if self._with_text:
            texts = describe(exc_info)
            return None if texts is None else texts._replace(chain=chain)
        return ExceptionText(qualified_name(type(error)), safe_str(error), None, chain)


class _Walk:
    """One way through an exception and all that it came from."""

    def __init__(self, options: ChainOptions, screen: Screen) -> None:
        self._options, self._screen = options, screen
        self._seen: set[int] = set()
        self._fresh: set[str] = set()  # files that were looked at

    def chain(
        self, error: BaseException, trace: TracebackType | None, depth: int
    ) -> list[dict[str, Any]]:
        """Return an exception and those that it came from, the last raised first."""
        found: list[dict[str, Any]] = []
        following: BaseException | None = error
        relation = None
        omitted = 0
        while following is not None and id(following) not in self._seen:
            error = following
            self._seen.add(id(error))
            if len(found) > self._options.max_chain or len(self._seen) > MAX_EXCEPTIONS:
                omitted += 1
            else:
                found.append(self._one(error, trace, relation, depth))
            following, relation = _CAUSE.__get__(error), "cause"
            if following is None and not _SUPPRESSES.__get__(error):
                following, relation = _CONTEXT.__get__(error), "context"
            trace = None if following is None else _TRACEBACK.__get__(following)
        if omitted:
            found.append({"omitted": omitted})
        return found

    def _one(
        self, error: BaseException, trace: TracebackType | None, relation: str | None, depth: int
    ) -> dict[str, Any]:
        kind = type(error)
        found: dict[str, Any] = {"type": qualified_name(kind), "message": safe_str(error)}
        module = getattr(kind, "__module__", None)
        if type(module) is str:
            found["module"] = visible(module)
        if relation is not None:
            found["relation"] = relation
        notes = _notes(error)
        if notes:
            found["notes"] = notes
        found["frames"] = self._frames(trace)
        if _GROUP is not None and issubclass(kind, _GROUP):
            found["exceptions"] = self._members(error, depth + 1)
        return found

    def _members(self, group: Any, depth: int) -> list[Any]:
        members: tuple[Any, ...] = _GROUP.exceptions.__get__(group)
        shown = 0 if depth > MAX_GROUP_DEPTH else MAX_GROUP_WIDTH
        found: list[Any] = []
        omitted = len(members[shown:])
        for member in members[:shown]:
            chain = self.chain(member, _TRACEBACK.__get__(member), depth)
            found += [chain] if chain else []  # one that stands elsewhere already
        if omitted:
            found.append([{"omitted": omitted}])
        return found

    def _frames(self, trace: TracebackType | None) -> list[dict[str, Any]]:
        places: list[tuple[FrameType, int]] = []
        while trace is not None:
            places.append((trace.tb_frame, trace.tb_lineno))
            trace = trace.tb_next
        most = self._options.max_frames
        outer = most // 2
        if len(places) <= most:
            return [self._frame(*place) for place in places]
        return [
            *(self._frame(*place) for place in places[:outer]),
            {"omitted": len(places) - most},
            *(self._frame(*place) for place in places[len(places) - (most - outer) :]),
        ]

    def _frame(self, frame: FrameType, line: int | None) -> dict[str, Any]:
        code = frame.f_code
        found: dict[str, Any] = {"file": code.co_filename, "line": line, "function": code.co_name}
        source = self._source(code.co_filename, line, frame.f_globals)
        if source:
            found["source"] = source
        if self._options.show_locals:
            found["locals"] = self._variables(frame)
        return found

    def _source(self, name: str, line: int | None, names: dict[str, Any]) -> str:
        try:
            if name not in self._fresh:
                self._fresh.add(name)
                linecache.lazycache(name, names)
                linecache.checkcache(name)
            return linecache.getline(name, line or 0).strip()
        except Exception:  # a loader of somebody's
            return ""

    def _variables(self, frame: FrameType) -> dict[str, str]:
        found: dict[str, str] = {}
        variables = frame.f_locals
        if variables is frame.f_globals:  # a module's names are not local
            return found
        try:
            pairs = list(variables.items())
        except Exception:  # a mapping that `exec` was given
            return found
        for name, value in pairs:
            if type(name) is not str or name.startswith((".", "__")):  # Python's own
                continue
            if len(found) == _MAX_LOCALS:
                found["…"] = more_than(_MAX_LOCALS)
                break
            shown = self._screen.attribute(name, value)
            if shown is not REMOVED:
                found[name] = self._text(shown, value)
        return found

    def _text(self, shown: Any, value: Any) -> str:
        """Return a variable as its `repr` would be, of what passed the screen."""
        longest = self._options.locals_max_string
        if type(shown) is str and (type(value) is not str or shown != value):
            return shown  # a mask, a mark, or the text of an object
        text = safe_repr(shown)
        if len(text) > longest:
            return f"{text[:longest]}…<{len(text) - longest} more>"
        return text


def _notes(error: BaseException) -> list[str]:
    try:
        notes = getattr(error, "__notes__", None)
    except Exception:
        return []
    if type(notes) is not list and type(notes) is not tuple:
        return [] if notes is None else [safe_repr(notes)]
    return [safe_str(note) for note in notes[:MAX_EXCEPTIONS]]
