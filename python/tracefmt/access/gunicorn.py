"""gunicorn's own log as lines of JSON."""

from __future__ import annotations

from typing import Any

from gunicorn import glogging  # type: ignore[import-untyped, unused-ignore]

from tracefmt.access._exchange import LOGGER, AccessLog, request_context
from tracefmt.access.wsgi import HEADERS, exchange_of
from tracefmt.stdlib import Formatter

__all__ = ["Logger"]


class Logger(glogging.Logger):  # type: ignore[misc, unused-ignore]  # gunicorn has no types
    """
    Writes what gunicorn logs as tracefmt's lines; for ``logger_class`` in ``gunicorn.conf.py``.

    Where ``accesslog`` is set, each request gets the same line that `WSGIMiddleware` writes, to
    gunicorn's access log, with the ids that the request's headers name.  With that middleware leave
    ``accesslog`` unset.  Where gunicorn is given a logging configuration of its own
    (``logconfig_dict`` and its kin), handlers and formatters are left as that has them.

    Example:
        >>> # gunicorn.conf.py
        >>> logger_class = "tracefmt.access.gunicorn.Logger"
    """

    def setup(self, cfg: Any) -> None:
        """Set up what gunicorn sets up, with our formatter on its handlers."""
        super().setup(cfg)
        self._lines = AccessLog(LOGGER, ())
        self._lines.logger = self.access_log
        if cfg.logconfig_dict or cfg.logconfig_json or cfg.logconfig:
            return
        formatter = Formatter()
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            handler.setFormatter(formatter)

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: Any) -> None:
        """Write the line for a request that has been answered."""
        del req
        if not self.access_log.hasHandlers():
            return
        context = request_context(environ, HEADERS)
        exchange = exchange_of(self._lines, context, environ)
        if exchange is not None:
            exchange.responding(int(str(resp.status)[:3]))
            exchange.size, exchange.complete = resp.sent, True
            exchange.finish(seconds=request_time.total_seconds())
