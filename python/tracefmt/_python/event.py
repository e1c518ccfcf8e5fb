"""What a core takes from a structlog event dict before it writes anything."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from tracefmt._cold import event as cold_event
from tracefmt._cold.record import CAPTURE, CONTEXT, captured
from tracefmt._python.names import Keys
from tracefmt._python.record import RecordView

if TYPE_CHECKING:
    from tracefmt.schemas import Plan, Step

_STRUCTLOG = frozenset({"_record", "_from_structlog", "_logger", "_name", CAPTURE})
_FORMATTED = frozenset({"message", "asctime"})  # left on a record by a formatter
_CALLSITE = {"pathname": str, "lineno": int, "func_name": str}
_WORKER = {"process": int, "process_name": str, "thread": int, "thread_name": str}


class EventReader:
    """
    Reads event dicts for one plan.

    Args:
        plan: the compiled schema.
    """

    def __init__(self, plan: Plan) -> None:
        self._hidden = plan.hidden
        self.named = Keys(plan.reserved, plan.ends).named
        self._needs_caller = _has(plan.steps, _CALLSITE_INPUTS)
        self._needs_worker = _has(plan.steps, _WORKER_INPUTS)
        # the types under which keys behind `event` are taken for what their names say
        self._behind: dict[str, Any] = {
            "level": str,
            "logger": str,
            "stack": str,
            **(_CALLSITE if self._needs_caller else {}),
            **(_WORKER if self._needs_worker else {}),
        }

    def read(
        self,
        view: RecordView,
        logger: Any,
        method_name: Any,
        event_dict: Any,
        variables: Mapping[str, ContextVar[Any]] | None,
    ) -> None:
        """Fill a view that is still empty."""
        items = event_dict.copy() if type(event_dict) is dict else cold_event.items_of(event_dict)
        found, rest = self._sort(items)
        view.rendered = None
        if type(stacks := found.get("exception")) is list:
            view.rendered = cold_event.texts_of(stacks)
            if view.rendered is None:
                rest.append(("exception", stacks))
        if variables:
            bound = _bound(variables, items)
            rest += [item for item in bound if item[0] not in self._hidden]
        view.given = dict(enumerate(rest))
        view.attributes, _ = self.named(rest)
        said = cold_event.said_by(found["_record"]) if "_record" in found else _NOTHING
        view.values = self._values(found, said, logger, method_name)
        view.capture = None if said[6] is None else captured(said[6])
        view.read_message(None, exact=True)

    def _sort(self, items: dict[Any, Any]) -> tuple[dict[str, Any], list[tuple[Any, Any]]]:
        """Part what has a meaning from what has none; behind `event` are the processors' keys."""
        found: dict[str, Any] = {}
        rest: list[tuple[Any, Any]] = []
        behind = False
        hidden = self._hidden | _STRUCTLOG
        for key, value in items.items():
            if type(key) is not str:
                rest.append((key, value))
            elif key == "event":
                behind = True
                found[key] = value
            elif self._is_taken(key, value, behind=behind):
                found[key] = value
            elif key == "_from_structlog" and value is False:
                hidden |= _FORMATTED
            elif key not in hidden:
                rest.append((key, value))
        return found, rest

    def _is_taken(self, key: str, value: Any, *, behind: bool) -> bool:
        if key in ("exc_info", "stack_info", "_record", CONTEXT):
            return True
        if key == "positional_args":
            return type(value) is tuple
        if not behind:
            return False
        if key == "timestamp":
            return value is not None
        if key == "exception":
            return type(value) is str or type(value) is list
        return key in self._behind and type(value) is self._behind[key]

    def pairs(self, given: dict[Any, Any]) -> list[tuple[Any, Any]]:
        """Return the attributes of a view with the keys that they were given."""
        return list(given.values())

    def _values(
        self, found: dict[str, Any], said: tuple[Any, ...], logger: Any, method_name: Any
    ) -> dict[str, Any]:
        """Return what a record would hold under logging's names."""
        name, level, created = said[:3]
        if "logger" in found:
            name = found["logger"]
        elif name is None:
            name = cold_event.name_of(logger)
        if "level" in found or level is None:
            level = found.get("level", method_name)
            level = cold_event.LEVELS.get(level, level) if type(level) is str else level
        if "timestamp" in found:
            created = cold_event.created(found["timestamp"])
        elif created is None:
            created = time.time()
        event, args = found.get("event"), found.get("positional_args")
        stack = found.get("stack_info")
        values = {
            "name": name,
            "levelname": level,
            "levelno": _NUMBERS.get(level) if type(level) is str else None,
            "created": created,
            "msg": "" if event is None else event,
            "args": None if args is None else cold_event.arguments(args),
            "exc_info": cold_event.exc_info(found.get("exc_info")),
            "exc_text": found.get("exception"),
            CONTEXT: found.get(CONTEXT),
            "stack_info": stack if type(stack) is str else cold_event.stack_text(stack),
        }
        if values["stack_info"] is None:
            values["stack_info"] = found.get("stack")
        if self._needs_worker:
            own = cold_event.worker(found.get("_record"))
            names = ("process", "processName", "thread", "threadName")
            given = zip(names, _WORKER, own, strict=True)
            values.update({name: found.get(key, value) for name, key, value in given})
        if self._needs_caller:
            values.update(_callsite(found, said))
        return values


_NUMBERS = logging._nameToLevel  # noqa: SLF001  # which `getLevelName` looks at too
_NOTHING = (None,) * 7


def _bound(
    variables: Mapping[str, ContextVar[Any]], items: dict[Any, Any]
) -> list[tuple[Any, Any]]:
    """Return what is bound in structlog's context variables, other than what the call gives."""
    start = len(cold_event.VARIABLE_PREFIX)
    bound = [(name[start:], variable.get(...)) for name, variable in tuple(variables.items())]
    return [(key, value) for key, value in bound if value is not ... and key not in items]


def _callsite(found: dict[str, Any], said: tuple[Any, ...]) -> dict[str, Any]:
    site: tuple[Any, ...] = tuple(found.get(key) for key in _CALLSITE)
    if all(part is None for part in site):
        site = said[3:6]
    if all(part is None for part in site):
        site = cold_event.caller()
    path = site[0]
    name = path.rpartition("/")[2] if type(path) is str else None
    return dict(zip(("pathname", "lineno", "funcName", "filename"), (*site, name), strict=True))


_CALLSITE_INPUTS = ("file_path", "file_name", "line_number", "function_name")
_WORKER_INPUTS = ("process_id", "process_name", "thread_id", "thread_name")


def _has(steps: Iterable[Step], inputs: tuple[str, ...]) -> bool:
    """Return whether a line is written from one of these inputs."""
    return any(step.input in inputs or _has(step.steps, inputs) for step in steps)
