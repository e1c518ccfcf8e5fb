"""What servers log about requests that have their line already."""

from __future__ import annotations

import logging

from tracefmt import _raised
from tracefmt.spans.opentelemetry import OpenTelemetrySource

# Loggers that write about nothing but finished requests.
_ACCESS = (
    *("uvicorn.access", "gunicorn.access", "hypercorn.access", "granian.access"),
    *("aiohttp.access", "daphne.access"),
)
# Loggers that write about them among other things.
_MIXED = ("werkzeug", "django.server")
# Loggers that write about what left the application, when its span has ended.
_ERRORS = ("uvicorn.error", "gunicorn.error", "hypercorn.error", "waitress")

_current = OpenTelemetrySource()
_WERKZEUG = '"%s" %s %s'  # how the message about a request ends, before it is merged


def install() -> None:
    """
    Silence the access loggers of servers, and let their lines about errors carry the ids.

    For applications with one of the middlewares, which write the line.  Known are uvicorn,
    gunicorn, Hypercorn, granian, Daphne, aiohttp, and the development servers of Werkzeug and
    Django.  The line of uvicorn, gunicorn, Hypercorn and waitress about an exception that left the
    application, which comes after the span has ended, gets the ids of its request.

    It may be called before or after the server configures logging, since it adds filters, which
    stay; calling it again changes nothing.  `uninstall` undoes it.

    Example:
        >>> import logging, tracefmt.access
        >>> tracefmt.access.install()
        >>> logging.getLogger("uvicorn.access").info("GET / 200")  # not handled
        >>> tracefmt.access.uninstall()
    """
    for name, added in _FILTERS.items():
        logging.getLogger(name).addFilter(added)


def uninstall() -> None:
    """Undo `install`: servers write what they wrote before."""
    for name, added in _FILTERS.items():
        logging.getLogger(name).removeFilter(added)


class _Silence(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        del record
        return False


class _SilenceRequests(logging.Filter):
    """Keeps what is not about a finished request."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.msg
        werkzeug = isinstance(message, str) and message.rstrip().endswith(_WERKZEUG)
        return not werkzeug and not hasattr(record, "status_code")  # which Django's have


class _InItsSpan(logging.Filter):
    """Sends a record about an exception once more, in the span that the exception left."""

    def filter(self, record: logging.LogRecord) -> bool:
        exc_info = record.exc_info
        span = _raised.span_of(exc_info[1]) if isinstance(exc_info, tuple) else None
        if span is None or span == _current():
            return True
        with _raised.active(span):
            logging.getLogger(record.name).handle(record)
        return False


_FILTERS: dict[str, logging.Filter] = {
    **dict.fromkeys(_ACCESS, _Silence()),
    **dict.fromkeys(_MIXED, _SilenceRequests()),
    **dict.fromkeys(_ERRORS, _InItsSpan()),
}
