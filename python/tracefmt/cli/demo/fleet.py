"""The services as processes: started together, connected, and gone at the end, whatever happens."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import httpx

from tracefmt.cli.demo.failure import DemoError
from tracefmt.cli.demo.services import NAMES

SECONDS_TO_START = 30
SECONDS_TO_STOP = 15


@contextlib.contextmanager
def running(folder: Path, *, mended: bool = False) -> Iterator[Fleet]:
    """
    Run the services during the ``with`` block; none of their processes outlives it.

    Args:
        folder: where ``<service>.jsonl`` is written; a file that is there is replaced.
        mended: whether the services call `tracefmt.propagation.install`.

    Raises:
        DemoError: a service does not start, or does not stop; the message has its stderr.
    """
    fleet = Fleet(folder, mended=mended)
    try:
        fleet.start()
        yield fleet
        fleet.finish()
    finally:
        fleet.kill()


class Fleet:
    """
    The three services.

    Each listens on a port that the system gave it.  They are in sessions of their own, so Ctrl-C on
    the terminal does not reach them; they stop when the pipe to this process closes, be it that
    this process closed it or that it was killed.

    Attributes:
        files: where each service logs.
        url: the gateway.
        records: how many records each service logged; known when it has finished.
        lost: where most of its lines without a trace came from, by its own counts; None for none.
    """

    def __init__(self, folder: Path, *, mended: bool) -> None:
        self._mended = mended
        self.lost: dict[str, dict[str, Any] | None] = {}
        self.files = {name: folder / f"{name}.jsonl" for name in NAMES}
        self.url = ""
        self.records: dict[str, int] = {}
        self._services: list[_Service] = []

    def start(self) -> None:
        """Start the services, connect them, and wait until all are healthy."""
        for name, path in self.files.items():
            _remove(path)
            with _signals_wait():  # between a process that starts and its place in the list
                self._services.append(_Service(name, path, mended=self._mended))
        for service in self._services:
            service.url = f"http://127.0.0.1:{service.hear(SECONDS_TO_START)['port']}"
        for service, following in zip(self._services, [*self._services[1:], None], strict=True):
            service.say({"url": "" if following is None else following.url})
        for service in self._services:
            service.wait_until_healthy()
        self.url = self._services[0].url

    def finish(self) -> None:
        """Let the services end their work and say how many records they logged."""
        for service in self._services:
            service.close()
        for service in self._services:
            last_words = service.hear(SECONDS_TO_STOP)
            self.records[service.name] = last_words["records"]
            self.lost[service.name] = last_words["lost"]
            service.wait(SECONDS_TO_STOP)

    def kill(self) -> None:
        """End what is still there at once."""
        with _signals_wait():
            for service in self._services:
                service.kill()


class _Service:
    """One service's process, and the lines of JSON that go to it and come from it."""

    url = ""

    def __init__(self, name: str, path: Path, *, mended: bool) -> None:
        self.name = name
        self._path = path
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115  # kill() closes it
        words = [name, str(path), *(["mended"] if mended else [])]
        self._process = subprocess.Popen(  # noqa: S603  # this very interpreter
            [sys.executable, "-m", "tracefmt.cli.demo.services", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
            env=_environment(),
            start_new_session=True,
        )
        self._stdin: IO[bytes] = self._process.stdin  # type: ignore[assignment]  # a pipe
        self._stdout: IO[bytes] = self._process.stdout  # type: ignore[assignment]  # another
        self._heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        for line in self._stdout:
            self._heard.put(line)
        self._heard.put(b"")

    def hear(self, seconds: float) -> dict[str, Any]:
        """Return the next thing the service says."""
        try:
            line = self._heard.get(timeout=seconds)
        except queue.Empty:
            raise self._failure(f"said nothing for {seconds} seconds") from None
        if not line:
            raise self._failure("ended too early")
        message: dict[str, Any] = json.loads(line)
        return message

    def say(self, message: dict[str, Any]) -> None:
        """Tell the service something."""
        try:
            self._stdin.write(json.dumps(message).encode() + b"\n")
            self._stdin.flush()
        except BrokenPipeError:
            raise self._failure("ended too early") from None

    def wait_until_healthy(self) -> None:
        """Wait until the service answers requests."""
        deadline = time.monotonic() + SECONDS_TO_START
        with httpx.Client(base_url=self.url, timeout=1, trust_env=False) as client:
            while self._process.poll() is None and time.monotonic() < deadline:
                try:
                    if client.get("/health").is_success:
                        return
                except httpx.TransportError:
                    pass
                time.sleep(0.02)
        raise self._failure("did not become healthy")

    def close(self) -> None:
        """End the service's standard input, which it takes as the order to finish."""
        self._stdin.close()

    def wait(self, seconds: float) -> None:
        """Wait until the process has ended."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise self._failure("did not stop") from None

    def kill(self) -> None:
        """End the process at once, if it is still there, and close what leads to it."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        self._stdout.close()
        with contextlib.suppress(BrokenPipeError):  # what was not sent any more
            self._stdin.close()
        self._stderr.close()

    def _failure(self, what: str) -> DemoError:
        self._stderr.seek(0)
        said = self._stderr.read().decode(errors="replace").strip()
        logged = self._path.read_text("utf-8").splitlines() if self._path.exists() else []
        return DemoError("\n".join([f"the service {self.name} {what}", *logged[-1:], said]).strip())


@contextlib.contextmanager
def _signals_wait() -> Iterator[None]:
    """Let SIGINT and SIGTERM take effect at the end of the block, and not inside."""
    came: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _frame: came.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for held, handler in before.items():
            signal.signal(held, handler)
        if came:
            signal.raise_signal(came[0])


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise DemoError(f"{path} cannot be replaced: {error.strerror}") from error


def _environment() -> dict[str, str]:
    # The demo sets its own tracing up: OTEL_SDK_DISABLED and its kin would take the ids away.
    return {key: value for key, value in os.environ.items() if not key.startswith("OTEL_")}
