from collections.abc import Callable
from typing import Any, Final, final

from tracefmt._cold.exception import ExceptionText
from tracefmt.schemas import Plan
from tracefmt.spans import SpanContextSource

NAME: Final = "rust"
VERSION: Final[str]

@final
class Encoder:
    def __new__(
        cls,
        plan: Plan,
        span_source: SpanContextSource,
        describe_exception: Callable[[Any], ExceptionText | None],
    ) -> Encoder: ...
    def encode_record(self, record: Any) -> bytes: ...

@final
class LineHandler:
    def __new__(
        cls,
        owner: Any,
        filters: list[Any],
        encoder: Encoder,
        sink: Sink,
        flush_stream: Callable[[], object],
        flush_level: int,
    ) -> LineHandler: ...
    def handle(self, record: Any) -> Any: ...

@final
class Sink:
    def __new__(cls, descriptor: int, buffer_size: int = 0) -> Sink: ...
    @property
    def descriptor(self) -> int: ...
    def write(self, line: bytes) -> None: ...
    def emit(self, encoder: Encoder, record: Any) -> None: ...
    def flush(self) -> None: ...
    def after_fork(self) -> None: ...
