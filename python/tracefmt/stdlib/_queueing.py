"""Which options say what happens to lines that the descriptor does not take at once."""

from __future__ import annotations

from typing import Any

from tracefmt.exceptions import ConfigurationError


def drops(when_full: object) -> bool:
    """Return what ``when_full`` means where no thread writes."""
    if when_full == "drop_oldest":
        msg = "when_full='drop_oldest': write background=True, too, or 'drop_newest'"
        raise ConfigurationError(msg)
    if when_full not in ("block", "drop_newest"):
        msg = f"when_full={when_full!r}: write 'block', 'drop_newest' or 'drop_oldest'"
        raise ConfigurationError(msg)
    return when_full == "drop_newest"


def queueing(background: bool, buffer_size: int, options: dict[str, Any]) -> Any:
    """Return how lines are queued for a thread, if they are; the options have been checked."""
    # only who uses it imports it
    from tracefmt.stdlib._background import Background  # noqa: PLC0415

    try:
        checked = Background(**options)
    except TypeError as error:
        msg = f"{error}; the options are those of handlers and of background=True"
        raise ConfigurationError(msg) from None
    if not background:
        msg = f"{', '.join(options)}: write background=True, too, or leave them out"
        raise ConfigurationError(msg)
    if buffer_size > 0:
        msg = f"background=True, buffer_size={buffer_size}: the queue is the buffer; leave one out"
        raise ConfigurationError(msg)
    return checked
