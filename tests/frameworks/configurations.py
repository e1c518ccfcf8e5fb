"""The tested configurations, each of them a command that stands in a page of the docs."""

import re
from pathlib import Path
from typing import NamedTuple

PAGES = Path(__file__).parents[2] / "docs" / "howto"
_FILE = re.compile(r"^```\w+ (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMANDS = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Page:
    """A how-to page: the files it shows, and its commands."""

    def __init__(self, name):
        text = (PAGES / f"{name}.md").read_text("utf-8")
        self.files = dict(_FILE.findall(text))
        blocks = "".join(_COMMANDS.findall(text))
        self.commands = re.findall(r"^\$ (.*)$", blocks, re.MULTILINE)


class Configuration(NamedTuple):
    """One framework on one server, as a page says."""

    name: str
    page: str
    command: str
    packages: tuple[str, ...]
    spans: str | None = None  # the instrumentation that starts spans, where one does
    routes: tuple[str, str, str] | None = None  # as the framework writes them
    both_cores: bool = False
    no_ids: tuple[str, ...] = ()  # loggers of the server whose lines about errors have none

    @property
    def key(self):
        return self.name.lower().replace(", ", "-").replace(" ", "-")


_BRACES = ("/orders/{order_id}", "/orders/{order_id}/invoice", "/orders/{order_id}/refund")
_CONVERTED = tuple(route.replace("_id}", "_id:int}") for route in _BRACES)
_FLASK = tuple(route.replace("{order_id}", "<int:order_id>") for route in _BRACES)


def _fastapi(name, command, *packages, **more):
    return Configuration(name, "fastapi", command, ("fastapi", *packages), routes=_BRACES, **more)


def _flask(name, command, *packages, **more):
    return Configuration(name, "flask", command, ("flask", *packages), routes=_FLASK, **more)


def _django(name, command, *packages, **more):
    return Configuration(name, "django", command, ("django", *packages), routes=_FLASK, **more)


def _litestar(name, command, **more):
    packages = ("litestar", "uvicorn")
    return Configuration(name, "litestar", command, packages, routes=_BRACES, **more)


WEB = (
    _fastapi("FastAPI, uvicorn", "uvicorn app:app", "uvicorn", both_cores=True),
    _fastapi(
        "FastAPI, uvicorn, instrumented",
        "uvicorn traced:app",
        "uvicorn",
        spans="opentelemetry-instrumentation-fastapi",
    ),
    _fastapi(
        "FastAPI, uvicorn, ASGI instrumented",
        "uvicorn around:app",
        "uvicorn",
        spans="opentelemetry-instrumentation-asgi",
    ),
    _fastapi(
        "FastAPI, gunicorn with uvicorn workers",
        "gunicorn app:app",
        *("gunicorn", "uvicorn-worker"),
    ),
    Configuration(
        "Starlette, uvicorn",
        "fastapi",
        "uvicorn plain:app",
        ("starlette", "uvicorn"),
        routes=_CONVERTED,
    ),
    Configuration(
        "Starlette, uvicorn, instrumented",
        "fastapi",
        "uvicorn traced_plain:app",
        ("starlette", "uvicorn"),
        spans="opentelemetry-instrumentation-starlette",
        routes=_CONVERTED,
    ),
    _fastapi("FastAPI, Hypercorn", "hypercorn app:app", "hypercorn"),
    _fastapi("FastAPI, granian", "granian app:app", "granian", no_ids=("_granian.utils",)),
    _flask("Flask, gunicorn", "gunicorn app:app", "gunicorn", both_cores=True),
    _flask(
        "Flask, gunicorn, instrumented",
        "gunicorn traced:app",
        "gunicorn",
        spans="opentelemetry-instrumentation-flask",
    ),
    _flask(
        "Flask, gunicorn, WSGI instrumented",
        "gunicorn around:app",
        "gunicorn",
        spans="opentelemetry-instrumentation-wsgi",
    ),
    _django("Django, gunicorn", "gunicorn wsgi:app", "gunicorn", both_cores=True),
    _django("Django, uvicorn", "uvicorn asgi:app", "uvicorn"),
    _django(
        "Django, gunicorn, instrumented",
        "gunicorn traced:app",
        "gunicorn",
        spans="opentelemetry-instrumentation-django",
    ),
    _litestar("Litestar, uvicorn", "uvicorn app:app"),
    _litestar(
        "Litestar, uvicorn, ASGI instrumented",
        "uvicorn around:app",
        spans="opentelemetry-instrumentation-asgi",
    ),
)

CELERY = (
    Configuration("Celery, prefork", "celery", "--app tasks", ("celery",)),
    Configuration(
        "Celery, prefork, instrumented",
        "celery",
        "--app traced",
        ("celery",),
        spans="opentelemetry-instrumentation-celery",
    ),
)
