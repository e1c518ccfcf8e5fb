"""A real server in a process of its own, fifty requests at once, and what it printed."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from tests.frameworks.configurations import Page

REQUESTS = 50
PARENT = "00f067aa0ba902b7"  # the span that calls, in all requests
SECONDS_TO_START = 60
SECONDS_TO_STOP = 20
PATHS = ("/orders/{}", "/orders/{}/invoice", "/orders/{}/refund")
TAKEN_OUT = ("TRACEFMT_", "OTEL_", "DD_", "PYTEST_", "PYTHONWARNINGS")


def trace_id(order):
    """The trace that calls about an order."""
    return f"{order * 0x0123456789ABCDEF0123456789ABCDEF & (1 << 128) - 1:032x}"


def traceparent(order):
    return f"00-{trace_id(order)}-{PARENT}-01"


class Response:
    def __init__(self, status, body):
        self.status, self.body = status, body


def write_files(page, folder):
    """Write the page's files where its commands are run."""
    folder.mkdir(parents=True)
    for name, text in page.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def environment(core, **more):
    """Variables with this core and the commands of this interpreter."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(TAKEN_OUT)}
    path = os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])
    return {**kept, "PATH": path, "TRACEFMT_CORE": core, "PYTHONUNBUFFERED": "1", **more}


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Process:
    """A configuration's process, and what it prints."""

    def __init__(self, configuration, core, folder):
        self.configuration = configuration
        page = Page(configuration.page)
        (self.command,) = [line for line in page.commands if configuration.command in line]
        write_files(page, folder)
        self.folder = folder
        self.port = free_port()
        self.path = folder / "output"
        # gunicorn's control socket is there, and of one name for all; a socket's path must be short
        self.runtime = tempfile.TemporaryDirectory()
        command = self.command if "exec " in self.command else f"exec {self.command}"
        with self.path.open("wb") as output:
            self.process = subprocess.Popen(
                ["sh", "-c", command],
                cwd=folder,
                env=environment(core, PORT=str(self.port), XDG_RUNTIME_DIR=self.runtime.name),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_for(self, condition):
        """Wait until something is so, while the process is there."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self.process.poll() is None:
            if condition():
                return
            time.sleep(0.05)
        raise AssertionError(f"{self.command} does not come so far:\n{self.output()}")

    def stop(self):
        """Ask the process to end, as an operator does; make sure that nothing of it is left."""
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(SECONDS_TO_STOP)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.runtime.cleanup()

    def output(self):
        return self.path.read_text("utf-8")

    def lines(self, besides=()):
        """All lines but these, as objects; what is none fails the test."""
        found = []
        for line in self.output().splitlines():
            if line in besides:
                continue
            try:
                value = json.loads(line)
            except ValueError:
                raise AssertionError(f"{self.command}: no JSON: {line!r}") from None
            assert isinstance(value, dict), line
            found.append(value)
        return found


class Server(Process):
    """A configuration that answers requests."""

    def __init__(self, configuration, core, folder):
        super().__init__(configuration, core, folder)
        self.responses = {}
        self.failure = None

    async def call(self):
        """Send all requests at once, and keep what was answered."""
        limits = httpx.Limits(max_connections=REQUESTS)
        url = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(
            base_url=url, timeout=60, trust_env=False, limits=limits
        ) as client:
            orders = range(1, REQUESTS + 1)
            found = await asyncio.gather(*(self._get(client, order) for order in orders))
        self.responses = dict(zip(orders, found, strict=True))

    async def _get(self, client, order):
        headers = {"traceparent": traceparent(order), "user-agent": f"test/{order}"}
        response = await client.get(path_of(order), headers=headers)
        return Response(response.status_code, response.content)

    def wait_until_it_listens(self):
        self.wait_for(self._listens)

    def _listens(self):
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


def path_of(order):
    return PATHS[order % 3].format(order)
