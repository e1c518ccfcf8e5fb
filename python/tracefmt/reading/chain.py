"""An exception that a line has as data, as the text that Python would print."""

from __future__ import annotations

from typing import Any

__all__ = ["text"]

_LINKS = {
    "cause": "The above exception was the direct cause of the following exception:",
    "context": "During handling of the above exception, another exception occurred:",
}


def text(chain: Any) -> str | None:
    """
    Return the stacktrace for a list of exceptions, or None where this is none.

    Example:
        >>> from tracefmt.reading.chain import text
        >>> frame = {"file": "/app/a.py", "line": 7, "function": "pay", "source": "charge()"}
        >>> print(text([{"type": "ValueError", "message": "bad", "frames": [frame]}]), end="")
        Traceback (most recent call last):
          File "/app/a.py", line 7, in pay
            charge()
        ValueError: bad
    """
    if not isinstance(chain, list) or not all(isinstance(one, dict) for one in chain):
        return None
    parts: list[str] = []
    for one in reversed(chain):  # the last one happened first
        parts += _one(one)
        link = _LINKS.get(str(one.get("relation")))
        if link is not None:
            parts += ["", link, ""]
    return "".join(f"{part}\n" for part in parts) if parts else None


def _one(one: dict[str, Any]) -> list[str]:
    if "omitted" in one:
        return [f"[{one['omitted']} more exceptions]", ""]
    frames = [frame for frame in _list(one.get("frames")) if isinstance(frame, dict)]
    parts = ["Traceback (most recent call last):"] if frames else []
    for frame in frames:
        parts += _frame(frame)
    kind, message = one.get("type"), one.get("message")
    parts += ": ".join(str(part) for part in (kind, message) if part).split("\n")
    parts += [str(note) for note in _list(one.get("notes"))]
    for number, member in enumerate(_list(one.get("exceptions")), 1):
        parts.append(f"  +---------------- {number} ----------------")
        parts += [f"  | {line}" for line in (text(member) or "").splitlines()]
    return parts


def _frame(frame: dict[str, Any]) -> list[str]:
    if "omitted" in frame:
        return [f"  [{frame['omitted']} more frames]"]
    file, line, function = (frame.get(key) for key in ("file", "line", "function"))
    parts = [f'  File "{file}", line {line}, in {function}']
    if frame.get("source"):
        parts.append(f"    {frame['source']}")
    variables = frame.get("locals")
    if isinstance(variables, dict):
        parts += [f"      {name} = {value}" for name, value in variables.items()]
    return parts


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
