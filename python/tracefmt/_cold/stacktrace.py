"""
The text of a traceback, equal to `traceback.format_exception`'s, with each frame rendered once.

The standard library reads the source, finds the columns and draws the carets anew for each
exception.  A frame's text depends on its code object, the instruction and the source alone, so it
is kept by these; `linecache` holds the source as one object as long as the file does not change.
What is out of the ordinary (groups, a limit, an exception with a truth value) is left to the
standard library as a whole.
"""

from __future__ import annotations

import linecache
import os
import sys
import traceback
from collections.abc import Iterator
from types import CodeType, TracebackType
from typing import Any

_CAUSE = "\nThe above exception was the direct cause of the following exception:\n\n"
_CONTEXT = "\nDuring handling of the above exception, another exception occurred:\n\n"
_HEAD = "Traceback (most recent call last):\n"
_SHOWN = 3  # lines of a recursion before "[Previous line repeated …]"
_KEPT = 4096  # frames; a service has some hundred places that raise

# Types whose last line is more than `Type: message` (suggestions, the place of a syntax error).
_EXPLAINED = (SyntaxError, ImportError, NameError, AttributeError)
_GROUPS: tuple[type[BaseException], ...] = (
    (BaseExceptionGroup,) if sys.version_info >= (3, 11) else ()  # noqa: F821
)
_KNOWN_VERSION = sys.version_info < (3, 15)

_Key = tuple[int, int, int]
_frames: dict[_Key, tuple[CodeType, Any, str]] = {}


def render(error: BaseException, trace: TracebackType | None) -> str:
    """
    Return ``"".join(traceback.format_exception(type(error), error, trace))``.

    Example:
        >>> import traceback
        >>> from tracefmt._cold.stacktrace import render
        >>> try:
        ...     1 / 0
        ... except ZeroDivisionError as caught:
        ...     error = caught
        >>> render(error, error.__traceback__) == "".join(traceback.format_exception(error))
        True
    """
    chain = _chain(error, trace)
    if chain is None or hasattr(sys, "tracebacklimit"):
        return "".join(traceback.format_exception(type(error), error, trace))
    parts: list[str] = []
    fresh: dict[str, Any] = {}
    for link, link_error, link_trace in reversed(chain):
        parts += [link, _HEAD, *_stack(link_trace, fresh), _last_lines(link_error, link_trace)]
    return "".join(parts)


def _chain(
    error: BaseException, trace: TracebackType | None
) -> list[tuple[str, BaseException, TracebackType]] | None:
    """Follow causes and contexts as `TracebackException` does; None where it is not so simple."""
    chain: list[tuple[str, BaseException, TracebackType]] = []
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None:
        error = following
        kind = type(error)
        odd = trace is None or hasattr(kind, "__bool__") or hasattr(kind, "__len__")
        if odd or issubclass(kind, _GROUPS) or trace is None:
            return None
        seen.add(id(error))
        link, following = "", None
        cause, context = error.__cause__, error.__context__
        if cause is not None and id(cause) not in seen:
            link, following = _CAUSE, cause
        elif context is not None and not error.__suppress_context__ and id(context) not in seen:
            link, following = _CONTEXT, context
        chain.append((link, error, trace))
        trace = None if following is None else following.__traceback__
    return chain


def _stack(trace: TracebackType | None, fresh: dict[str, Any]) -> Iterator[str]:
    """Yield the text of each frame, runs of one line cut short; `fresh` are the files looked at."""
    last: tuple[str, int, str] | None = None
    count = 0
    while trace is not None:
        code = trace.tb_frame.f_code
        here = (code.co_filename, trace.tb_lineno, code.co_name)
        if here != last:
            yield _repeated(count)
            last, count = here, 0
        count += 1
        if count <= _SHOWN:
            yield _frame(trace, code, fresh)
        trace = trace.tb_next
    yield _repeated(count)


def _repeated(count: int) -> str:
    more = count - _SHOWN
    return "" if more <= 0 else f"  [Previous line repeated {more} more time{'s'[: more > 1]}]\n"


def _frame(trace: TracebackType, code: CodeType, fresh: dict[str, Any]) -> str:
    key = (id(code), trace.tb_lasti, trace.tb_lineno)
    known = _frames.get(key)
    name = code.co_filename
    if known is not None:  # the code object is held, so its id is its own
        source = fresh[name] if name in fresh else fresh.setdefault(name, _source(name))
        if source is not None and known[1] is source:
            return known[2]
    text = "".join(traceback.format_tb(trace, limit=1))
    source = fresh[name] = linecache.cache.get(name)
    if source is not None:
        if len(_frames) >= _KEPT:
            _frames.clear()
        _frames[key] = (code, source, text)
    return text


def _source(name: str) -> Any:
    """Return what `linecache` holds for a file if it is still what the file says."""
    entry = linecache.cache.get(name)
    if entry is None or len(entry) == 1:  # nothing, or a promise to load it
        return None
    size, changed, _, path = entry
    if changed is not None:  # else it did not come from a file
        try:
            now = os.stat(path)  # noqa: PTH116  # a Path would cost more than the call
        except (OSError, ValueError):
            return None
        if size != now.st_size or changed != now.st_mtime:
            return None
    return entry


def _last_lines(error: BaseException, trace: TracebackType) -> str:
    kind = type(error)
    if _KNOWN_VERSION and not issubclass(kind, _EXPLAINED) and not hasattr(error, "__notes__"):
        name, module, message = kind.__qualname__, kind.__module__, _message(error)
        if type(name) is type(module) is type(message) is str:
            full = name if module in ("__main__", "builtins") else f"{module}.{name}"
            return f"{full}: {message}\n" if message else f"{full}\n"
    whole = traceback.TracebackException(kind, error, trace, limit=0, compact=True)
    return "".join(whole.format_exception_only())


def _message(error: BaseException) -> Any:
    try:
        return str(error)
    except Exception:
        return None
