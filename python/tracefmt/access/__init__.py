"""
One line for each request, written within its trace, in the place of the server's access log.

`ASGIMiddleware` and `WSGIMiddleware` wrap any application; `tracefmt.access.django` has a
middleware for Django's own list, `tracefmt.access.gunicorn` a logger class for gunicorn.  All of
them write the same line, with the attributes that OpenTelemetry's semantic conventions name
(https://opentelemetry.io/docs/specs/semconv/http/http-spans/), to the logger ``tracefmt.access``.
`install` takes out what servers write about the same request.
"""

from tracefmt.access._servers import install, uninstall
from tracefmt.access.asgi import ASGIMiddleware
from tracefmt.access.wsgi import WSGIMiddleware

__all__ = ["ASGIMiddleware", "WSGIMiddleware", "install", "uninstall"]
