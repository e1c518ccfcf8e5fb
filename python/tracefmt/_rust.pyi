from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any, Final, final

from tracefmt._cold.exception import ExceptionText
from tracefmt.schemas import Plan
from tracefmt.spans import SpanContextSource

__all__ = [
    "NAME",
    "VERSION",
    "BackgroundSink",
    "Encoder",
    "LineHandler",
    "LoggerMethods",
    "Scanner",
    "Sink",
]

NAME: Final = "rust"
VERSION: Final[str]

@final
class BackgroundSink:
    def __new__(
        cls,
        descriptor: int,
        max_queued_bytes: int,
        when_full: str,
        drop_below: int,
        flush_level: int,
        watched: bool,
    ) -> BackgroundSink: ...
    @property
    def descriptor(self) -> int: ...
    def write(self, line: bytes, level: int) -> None: ...
    def emit(self, encoder: Encoder, record: Any) -> None: ...
    def force(self, line: bytes) -> None: ...
    def flush(self, timeout: float | None) -> bool: ...
    def end(self) -> None: ...
    def abandon(self) -> int: ...
    def loss_has_ended(self) -> bool: ...
    def take_loss(self) -> tuple[int, int, float, int | None] | None: ...
    def metrics(self) -> dict[str, float]: ...
    def after_fork(self) -> None: ...

@final
class Encoder:
    def __new__(
        cls,
        plan: Plan,
        span_source: SpanContextSource,
        describe_exception: Callable[[Any], ExceptionText | None],
    ) -> Encoder: ...
    def encode_record(self, record: Any) -> bytes: ...
    def encode_event(
        self,
        logger: Any,
        method_name: str,
        event_dict: Any,
        text: bool,
        variables: Mapping[str, ContextVar[Any]] | None,
    ) -> bytes | str: ...

@final
class LineHandler:
    def __new__(
        cls,
        owner: Any,
        filters: list[Any],
        encoder: Encoder,
        sink: Sink | BackgroundSink,
        flush_stream: Callable[[], object],
        flush_level: int,
    ) -> LineHandler: ...
    def handle(self, record: Any) -> Any: ...
    @staticmethod
    def retire() -> None: ...

@final
class LoggerMethods:
    def __new__(
        cls,
        logger: Any,
        bound: Mapping[str, Any] | None,
        cold: Callable[..., None],
    ) -> LoggerMethods: ...
    def method(self, name: str) -> Callable[..., None]: ...
    def seal(self) -> None: ...
    @staticmethod
    def note_change() -> None: ...

@final
class Scanner:
    def __new__(
        cls,
        rows: Sequence[tuple[int, str, Sequence[str], bool]],
        otlp: bool,
        max_span: int | None,
        max_processes: int,
    ) -> Scanner: ...
    def feed(self, data: bytes) -> None: ...
    def end_file(self) -> None: ...
    def result(self) -> dict[str, Any]: ...

@final
class Sink:
    def __new__(cls, descriptor: int, buffer_size: int = 0) -> Sink: ...
    @property
    def descriptor(self) -> int: ...
    def write(self, line: bytes) -> None: ...
    def emit(self, encoder: Encoder, record: Any) -> None: ...
    def flush(self) -> None: ...
    def after_fork(self) -> None: ...
