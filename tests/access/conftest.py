"""Requests by hand, and the lines about them."""

import json

import pytest
from tests.stdlib.output import Output

import tracefmt.access

TRACE = "0af7651916cd43dd8448eb211c80319c"
SPAN = "b7ad6b7169203331"
TRACEPARENT = f"00-{TRACE}-{SPAN}-01"


class Lines(Output):
    """A file behind the root logger."""

    def objects(self, logger=None):
        found = [json.loads(line) for line in self.lines()]
        return [line for line in found if logger in (None, line["logger"])]

    def access(self):
        """The one line about a request, without what differs between runs."""
        (line,) = self.objects("tracefmt.access")
        assert 0 <= line.pop("http.server.request.duration") < 60
        return line


@pytest.fixture
def lines(tmp_path):
    found = Lines(tmp_path / "out.jsonl")
    tracefmt.configure("INFO", stream=found.stream, exclude=["timestamp", "taskName"])
    yield found
    tracefmt.configure(None)
    found.stream.close()
