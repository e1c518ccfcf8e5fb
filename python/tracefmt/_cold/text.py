"""Text of things that may refuse to have one."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")

REPR_LIMIT = 4096
"""The longest `repr` that is written whole, in characters."""


def type_name(value: object) -> str:
    """Return the bare name of the type of `value`, whatever its metaclass does."""
    try:
        return str.__str__(type(value).__name__)
    except Exception:  # a metaclass may answer with anything, or not at all
        return "object"


def qualified_name(kind: type) -> str:
    """Return ``module.qualname``, without the module for builtins, as `exception.type` has it."""
    try:
        module, qualname = str.__str__(kind.__module__), str.__str__(kind.__qualname__)
    except Exception:
        return "object"
    return qualname if module == "builtins" else f"{module}.{qualname}"


def unrepresentable(value: object, error: BaseException) -> str:
    """Return the mark for a value whose own code raised `error`."""
    return f"<unrepresentable {type_name(value)}: {type_name(error)}>"


def safe_str(value: object) -> str:
    """Return ``str(value)`` as an exact `str`, or the mark."""
    try:
        return str.__str__(str(value))
    except Exception as error:
        return unrepresentable(value, error)


def safe_repr(value: object) -> str:
    """Return ``repr(value)`` as an exact `str`, cut at `REPR_LIMIT`, or the mark."""
    try:
        text = str.__str__(repr(value))
    except Exception as error:
        return unrepresentable(value, error)
    if len(text) > REPR_LIMIT:
        return f"{text[:REPR_LIMIT]}…<{len(text) - REPR_LIMIT} more>"
    return text


def visible(text: str) -> str:
    r"""Return `text` with each lone surrogate as the six characters ``\udXXX``."""
    return _SURROGATE.sub(lambda match: f"\\u{ord(match[0]):04x}", text)


def has_surrogate(text: str) -> bool:
    """Return whether `text` holds a lone surrogate, which UTF-8 cannot carry."""
    return _SURROGATE.search(text) is not None


def describe_error(error: BaseException) -> str:
    """Return ``Type: message``, or ``Type`` where there is no message; without surrogates."""
    message = visible(safe_str(error))
    return f"{type_name(error)}: {message}" if message else type_name(error)
