"""The standard library's own classes, made to carry the context, and put back."""

from __future__ import annotations

import concurrent.futures
import functools
import multiprocessing.pool
import multiprocessing.process
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures.process import ProcessPoolExecutor
from concurrent.futures.thread import ThreadPoolExecutor
from typing import Any

from tracefmt.propagation import _processes, _threads
from tracefmt.propagation._carrier import Carried, Carrier
from tracefmt.propagation._wrap import wrap

_lock = threading.Lock()
_installed: list[_Patch] = []
_fields: tuple[str, ...] = ()


def install(*, fields: Iterable[str] = ()) -> None:
    """
    Make the classes of the standard library carry the context, in the whole process.

    From then on `threading.Thread` and `Timer` (with all subclasses, also those with a ``run`` of
    their own), `concurrent.futures.ThreadPoolExecutor`, `ProcessPoolExecutor` and (from Python 3.14
    on) `InterpreterPoolExecutor`, `multiprocessing.Process`, `Pool` and `pool.ThreadPool`, and with
    them ``loop.run_in_executor``, do what their namesakes in this module do. Threads that serve
    many callers (workers of pools, queue listeners) start without the context of whoever started
    them. Importing tracefmt changes none of this; calling this twice is like calling it once.

    Args:
        fields: names of bound fields that go to other processes.

    Example:
        >>> from concurrent.futures import ThreadPoolExecutor
        >>> from opentelemetry import trace
        >>> import tracefmt
        >>> from tracefmt import propagation
        >>> propagation.install()
        >>> with ThreadPoolExecutor() as pool, tracefmt.use(tracefmt.SpanContext(1, 2)):
        ...     print(pool.submit(trace.get_current_span).result().get_span_context().span_id)
        2
        >>> propagation.uninstall()
    """
    global _fields  # noqa: PLW0603  # the process has one of each class, and so one of these
    with _lock:
        _fields = tuple(fields)
        if not any(patch.is_in_force for patch in _installed):
            left = {(patch.owner, patch.name): patch for patch in _installed}
            found = [left.get(place, _Patch(*place, make)) for place, make in _places()]
            for patch in found:
                patch.apply()
            _installed[:] = found


def uninstall() -> None:
    """
    Put back what `install` replaced: the very functions that were there.

    Where another library has wrapped ours since, ours is taken out of its wrapper, or, where that
    cannot be done, does nothing from then on. Without `install` before, this does nothing.

    Example:
        >>> import threading
        >>> from tracefmt import propagation
        >>> before = threading.Thread.start
        >>> propagation.install()
        >>> propagation.uninstall()
        >>> threading.Thread.start is before
        True
    """
    with _lock:
        for patch in reversed(_installed):
            patch.undo()
        _installed[:] = [patch for patch in _installed if patch.is_buried]


class _Patch:
    """One attribute of one class."""

    def __init__(self, owner: type, name: str, make: Callable[[_Patch, Any], Any]) -> None:
        self.owner, self.name = owner, name
        self.is_in_force = self.is_buried = False
        self.original = getattr(owner, name)
        self._before = owner.__dict__.get(name)
        self._ours = functools.update_wrapper(make(self, self.original), self.original)

    def apply(self) -> None:
        if not self.is_buried:
            setattr(self.owner, self.name, self._ours)
        self.is_in_force, self.is_buried = True, False

    def undo(self) -> None:
        self.is_in_force = False
        if self.owner.__dict__.get(self.name) is not self._ours:
            self.is_buried = not self._splice()
        elif self._before is None:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self._before)

    def _splice(self) -> bool:
        """Take ours out of the wrappers that others have put around it since."""
        wrapt: Any = sys.modules.get("wrapt")
        proxy = getattr(wrapt, "BaseObjectProxy", getattr(wrapt, "ObjectProxy", ()))  # from 2 on
        spliced = False
        for kind in (self.owner, *self.owner.__subclasses__()):
            holder = kind.__dict__.get(self.name)
            while isinstance(holder, proxy):
                if holder.__wrapped__ is self._ours:
                    holder.__wrapped__ = self.original if self._before is None else self._before
                    spliced = True
                    break
                holder = holder.__wrapped__
        return spliced


def _places() -> Iterator[tuple[tuple[type, str], Callable[[_Patch, Any], Any]]]:
    """Name what is replaced, and by what."""
    yield (threading.Thread, "start"), _starting(_threads.start)
    if "start" in vars(threading.Timer):  # another library has wrapped it apart
        yield (threading.Timer, "start"), _starting(_threads.start)
    yield (
        (multiprocessing.process.BaseProcess, "start"),
        _starting(lambda process, begin: _processes.start(process, begin, _fields)),
    )
    for kind in (ThreadPoolExecutor, ProcessPoolExecutor):
        yield (kind, "submit"), _submitting
        yield (kind, "map"), _mapping
    for name in ("apply_async", "imap", "imap_unordered", "map", "map_async"):
        yield (multiprocessing.pool.Pool, name), _pooling
    for name in ("starmap", "starmap_async"):
        yield (multiprocessing.pool.Pool, name), _pooling


def _starting(start: Callable[[Any, Callable[[], None]], None]) -> Callable[[_Patch, Any], Any]:
    def make(patch: _Patch, original: Any) -> Any:
        def replacement(self: Any) -> None:
            if patch.is_in_force:
                start(self, functools.partial(original, self))
            else:
                original(self)

        return replacement

    return make


def _submitting(patch: _Patch, original: Any) -> Any:
    def submit(self: Any, fn: Any, /, *args: Any, **kwargs: Any) -> Any:
        if patch.is_in_force:
            fn = _elsewhere(fn) if _leaves(self) else _threads.here(fn)
        return original(self, fn, *args, **kwargs)

    return submit


def _mapping(patch: _Patch, original: Any) -> Any:
    def map(self: Any, fn: Any, *iterables: Any, **options: Any) -> Any:  # noqa: A001  # its name
        if patch.is_in_force:
            fn = _elsewhere(fn) if _leaves(self) else wrap(fn)
        return original(self, fn, *iterables, **options)

    return map


def _pooling(patch: _Patch, original: Any) -> Any:
    def replacement(self: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
        if patch.is_in_force:
            here = isinstance(self, multiprocessing.pool.ThreadPool)
            func = wrap(func) if here else _elsewhere(func)
        return original(self, func, *args, **kwargs)

    return replacement


def _leaves(executor: Any) -> bool:
    """Return whether the tasks of an executor run in another process or interpreter."""
    if isinstance(executor, ProcessPoolExecutor):
        return True
    interpreters: Any = getattr(concurrent.futures, "InterpreterPoolExecutor", None)
    return interpreters is not None and isinstance(executor, interpreters)


def _elsewhere(fn: Any) -> Any:
    return fn if isinstance(fn, Carried) else Carried(fn, Carrier.capture(_fields))
