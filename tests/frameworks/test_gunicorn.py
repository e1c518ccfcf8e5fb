"""gunicorn's own access log, where there is no middleware."""

import asyncio

import pytest
from tests.frameworks.configurations import Configuration
from tests.frameworks.served import PARENT, Server, path_of, trace_id

pytestmark = pytest.mark.once

PLAIN = Configuration("gunicorn", "flask", "gunicorn plain:app", ("gunicorn",))


def test_access_log(tmp_path):
    """Each request has a line in gunicorn's access log: the middleware's, with its trace."""
    server = Server(PLAIN, "rust", tmp_path / "page")
    try:
        server.wait_until_it_listens()
        asyncio.run(server.call())
    finally:
        server.stop()
    lines = {line["url.path"]: line for line in server.lines() if "url.path" in line}

    assert set(lines) == {path_of(order) for order in server.responses}
    for order, response in server.responses.items():
        line = lines[path_of(order)]
        assert line["logger"] == "gunicorn.access"
        assert line["message"] == f"GET {path_of(order)} 200"
        assert (line["trace_id"], line["span_id"]) == (trace_id(order), PARENT)
        assert line["http.response.body.size"] == len(response.body)
