"""Whether what a contender wrote is what it was asked to write."""

from __future__ import annotations

import datetime
import json
from typing import Any

from contender import Traits, under
from workloads import SPAN_ID, TRACE_ID, Workload

STACK = ("PaymentError", "the bank said no", "charge", "settle")


def fault(output: bytes, lines: int, traits: Traits, workload: Workload) -> str | None:
    """Return what is wrong with the output of so many calls, or None."""
    expected = lines if traits.writes and workload.enabled else 0
    written = output.split(b"\n")[:-1] if output else []
    if output and not output.endswith(b"\n"):
        return "the last line has no end"
    if len(written) != expected:
        return f"{len(written)} lines for {expected} calls"
    for line in written:
        found = line_fault(line, traits, workload)
        if found is not None:
            return f"{found}: {line[:300].decode(errors='replace')}"
    return None


def line_fault(line: bytes, traits: Traits, workload: Workload) -> str | None:
    """Return what is wrong with one line, or None."""
    try:
        data = json.loads(line.decode(), parse_constant=_no_constant)
        return _missing(data, traits, workload) or _wrong_ids(data, traits, workload)
    except ValueError as error:
        return f"not JSON ({error})"
    except KeyError as error:
        return f"without {error}"


def _missing(data: Any, traits: Traits, workload: Workload) -> str | None:
    if under(data, traits.message) != workload.text:
        return f"the message is {under(data, traits.message)!r}"
    holder = under(data, traits.fields)
    for name, value in workload.fields.items():
        if not same(holder[name], value):
            return f"{name} is {holder[name]!r}, not {value!r}"
    if workload.exception:
        text = json.dumps(data)
        return next((f"no {part!r} in the stacktrace" for part in STACK if part not in text), None)
    return None


def _wrong_ids(data: Any, traits: Traits, workload: Workload) -> str | None:
    if traits.ids is None or not workload.in_span:
        return None
    expected = (f"{TRACE_ID:032x}", f"{SPAN_ID:016x}")
    found = tuple(under(data, path) for path in traits.ids)
    return None if found == expected else f"the ids are {found}"


def same(found: Any, value: Any) -> bool:
    """Whether a value arrived; times and errors in any text that keeps what they say."""
    if isinstance(value, dict):
        return isinstance(found, dict) and all(same(found.get(key), value[key]) for key in value)
    if isinstance(value, list):
        return isinstance(found, list) and len(found) == len(value) and all(map(same, found, value))
    if isinstance(value, datetime.datetime):
        return str(found).replace(" ", "T").startswith(f"{value:%Y-%m-%dT%H:%M:%S}")
    if isinstance(value, Exception):
        return str(value) in str(found)
    return bool(found == value and type(found) is type(value))


def _no_constant(name: str) -> Any:
    raise ValueError(name)
