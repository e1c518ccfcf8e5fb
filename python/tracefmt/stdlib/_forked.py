"""A forked process is an instance of its own: what has the parent's id in it is built again."""

from __future__ import annotations

import os
import weakref
from typing import Any

from tracefmt.schemas import _resource

_formatters: weakref.WeakSet[Any] = weakref.WeakSet()
_holders: weakref.WeakSet[Any] = weakref.WeakSet()


def renew_after_fork(formatter: Any) -> None:
    """Call the formatter's `_renew` in the child of a fork."""
    _formatters.add(formatter)


def follow(holder: Any, formatter: Any) -> None:
    """Call `_renew` of what holds the encoder of a formatter, after the formatter's own."""
    if formatter in _formatters:
        _holders.add(holder)


def _renew() -> None:
    _resource.instance_id.cache_clear()  # a number of a process may come again
    for part in (*_formatters, *_holders):
        try:
            part._renew()  # noqa: SLF001  # of this package
        except Exception:  # noqa: S112  # the environment has changed: rather the parent's id
            continue


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
