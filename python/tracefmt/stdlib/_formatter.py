"""The formatter: options in, one line per record out."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tracefmt import _core, schemas
from tracefmt._cold.exception import ExceptionText, describe
from tracefmt._cold.text import safe_str
from tracefmt._context import ContextFields
from tracefmt.exceptions import ConfigurationError
from tracefmt.schemas import Schema
from tracefmt.spans import SpanContextSource

if TYPE_CHECKING:
    from tracefmt._cold.screen import Screen


class Formatter(logging.Formatter):
    """
    Formats records as one line of JSON that carries the active span's ids.

    Works under any handler, in `dictConfig` through ``()`` and ``class``, in `fileConfig`, and can
    be subclassed, copied and pickled.  Formatting never raises an `Exception`.

    Args:
        schema: the layout: ``"flat"`` (default), ``"otlp"``, ``"ecs"``, ``"gcp"``, ``"datadog"``,
            ``"logstash"``, ``"aws"``, or a `tracefmt.Schema`; also a format, as `fmt`.
        datefmt, style, rename_fields, static_fields, reserved_attrs, and the rest of
            python-json-logger's options: understood as far as they can be
            (``docs/coming-from-python-json-logger.md``), so that a configuration of its formatter
            works with the class replaced.
        validate: what `logging.Formatter` has; a format is always looked at.
        fmt: text such as ``"%(asctime)s %(levelname)s %(message)s"``, or a list of names, which
            says what fields a line has and in which order, beside the ids and the attributes.
        service: the service's name; without it ``OTEL_SERVICE_NAME``, then ``service.name`` of
            ``OTEL_RESOURCE_ATTRIBUTES``, and no field where neither is set.
        resource: more about the service, by OpenTelemetry's names, as a mapping or as its
            `Resource`: ``{"service.version": "1.2", "deployment.environment.name": "prod"}``.
            It goes before the environment, and is in the line also where the layout has no field
            for it.
        static: fields with the same value in every line.
        rename: other keys for fields of the schema, old name to new name.
        exclude: fields and attributes to leave out.
        timestamp: another form of the time: ``"rfc3339"``, ``"local"`` (with its offset from UTC),
            each also with ``_ms`` (three digits) or ``_ns`` (nine), ``"epoch"`` (seconds),
            ``"epoch_ms"``, ``"epoch_us"`` or ``"epoch_ns"``.
        level: another form of the level: ``"lower"``, ``"upper"``, ``"name"`` (as logging has it),
            ``"number"`` or ``"severity_number"`` (OpenTelemetry's).
        callsite: write where the call stands: file, line and function; or from which level on, as
            in ``callsite="WARNING"``.
        process: write the process's id (and name, where the layout has a field for it).
        thread: write the thread's id and name.
        nest: write the attributes inside of one object with this key.
        project: the id of the Google Cloud project, for the layout ``"gcp"``; without it
            ``GOOGLE_CLOUD_PROJECT``.
        span_source: a callable that returns the active `SpanContext` or None; without it the span
            that OpenTelemetry calls current.
        stale: what becomes of the ids of a span that is current and yet not that of the work: it
            was inherited through fork, has ended, or was left behind in a pool's thread. ``"mark"``
            writes them and why in the field ``trace_stale``, ``"drop"`` that field alone,
            ``"keep"`` the ids alone.
        redact: paths of values that must not be written, such as ``user.token``,
            ``cards[*].number``, ``*.secret``, ``**.password``, ``headers["x.key"]``; or a mapping
            with `paths` and, if wanted, `mask` (text that is written instead), `remove` (True:
            leave them out), `censor` (a callable that makes what is written from value and path)
            and `ignore_case`.  Attributes, `static` and ``args`` are looked through; messages
            are not.
        max_string_length: characters that the message, an exception's message, and each string in
            attributes may have.
        max_items: items and members that each container in attributes may have.
        max_depth: containers inside each other that an attribute may have, at most 64.
        exception: ``"text"``, or ``"structured"``: exceptions as data, with the type, message,
            notes and frames (file, line, function, source) of each that was raised from another,
            those of groups included; in layouts whose backend reads the stacktrace's text, besides
            it.  Or a mapping with `max_frames` (50), `max_chain` (10), `stacktrace` (whether the
            text is there, too), and `show_locals` (False), which writes local variables as text,
            containers cut to `locals_max_length` (10) items, text to `locals_max_string` (80)
            characters; `redact` names variables as it names attributes.
        max_line_bytes: bytes that a line may have, its newline included, at least 1024, or
            ``"container"`` for the 16 KiB of container runtimes.  Of a longer line, time, level
            and ids stay, then the message, the layout's other fields, and the attributes; strings
            are cut, other values left out, and ``truncated`` says which and how much.
        baggage: names of entries of OpenTelemetry's baggage that become fields where they are set.
            Baggage comes with requests: it is anybody's text.
        mixin: a callable without parameters whose mapping of fields is on the line, called for
            each line in the thread that formats; where it fails, ``format_error`` says so.
        structlog_contextvars: put what `structlog.contextvars.bind_contextvars` has bound on the
            line.

    Raises:
        ConfigurationError: an option cannot work; the message says what to write.

    Example:
        >>> import logging, tracefmt
        >>> formatter = tracefmt.Formatter(service="checkout", exclude=["timestamp"])
        >>> record = logging.makeLogRecord(
        ...     {"name": "app", "msg": "paid", "levelname": "INFO", "order_id": 7}
        ... )
        >>> print(formatter.format(record))
        {"level":"info","logger":"app","message":"paid","service":"checkout","order_id":7}
    """

    def __init__(
        self,
        schema: str | Schema | Iterable[str] | None = "flat",
        datefmt: str | None = None,
        style: str = "%",
        validate: bool = True,
        *,
        defaults: Mapping[str, Any] | None = None,
        fmt: str | Iterable[str] | None = None,
        rename_fields: Mapping[str, str] | None = None,
        static_fields: Mapping[str, Any] | None = None,
        reserved_attrs: Iterable[str] | None = None,
        service: str | None = None,
        resource: Any = None,
        static: Mapping[str, Any] | None = None,
        rename: Mapping[str, str] | None = None,
        exclude: Iterable[str] = (),
        timestamp: str | bool | None = None,
        level: str | None = None,
        callsite: bool | int | str | None = None,
        process: bool | None = None,
        thread: bool | None = None,
        nest: str | None = None,
        project: str | None = None,
        span_source: SpanContextSource | None = None,
        stale: str = "mark",
        redact: Iterable[str] | Mapping[str, Any] = (),
        max_string_length: int | None = None,
        max_items: int | None = None,
        max_depth: int | None = None,
        max_line_bytes: int | str | None = None,
        exception: str | Mapping[str, Any] = "text",
        baggage: Iterable[str] = (),
        mixin: Callable[[], Mapping[str, Any]] | None = None,
        structlog_contextvars: bool = False,
        **others: Any,
    ) -> None:
        super().__init__()
        del validate
        self._options: dict[str, Any] = {
            "schema": schema,
            "service": service,
            "resource": resource,
            "static": static,
            "rename": rename,
            "exclude": _listed(exclude),
            "timestamp": timestamp,
            "level": level,
            "callsite": callsite,
            "process": process,
            "thread": thread,
            "nest": nest,
            "project": project,
            "span_source": span_source,
            "stale": stale,
            "redact": dict(redact) if isinstance(redact, Mapping) else _listed(redact),
            "max_string_length": max_string_length,
            "max_items": max_items,
            "max_depth": max_depth,
            "max_line_bytes": max_line_bytes,
            "exception": dict(exception) if isinstance(exception, Mapping) else exception,
            "baggage": _listed(baggage),
            "mixin": mixin,
            "structlog_contextvars": structlog_contextvars,
        }
        schema, fmt = _parted(schema, fmt, style)
        self._options["schema"] = schema
        given = (fmt, datefmt, style, defaults, rename_fields, static_fields, reserved_attrs)
        if given != _NOTHING_GIVEN or others or isinstance(timestamp, bool):
            # here, since few ask for it
            from tracefmt.stdlib._json_logger import Given, understood  # noqa: PLC0415

            self._options = understood(self._options, Given(*given), others)
        self._build()

    def _build(self) -> None:
        options = dict(self._options)
        schema = schemas.get(options.pop("schema"))
        source = options.pop("span_source")
        if source is None:
            source = opentelemetry_source()
        longest = options["max_line_bytes"]
        if options["exception"] != "text" and self._has_own_stacktrace():
            given = options["exception"]  # what the subclass has written is wanted
            known = given if isinstance(given, Mapping) else {}
            if given == "structured" or known:
                options["exception"] = {"stacktrace": True, **known}
        described = _described(schema, options)
        screen = _screen(*(options.pop(name) for name in _SCREENED), longest)
        context = ContextFields(*(options.pop(name) for name in _OF_CONTEXT))
        plan = schemas.compile_plan(schema, screen=screen, context=context, **options)
        self._encoder = _core.core.Encoder(plan, source, self._describer(described))
        self._is_of_process = plan.is_of_process
        if plan.is_of_process:
            from tracefmt.stdlib._forked import renew_after_fork  # noqa: PLC0415  # few are

            renew_after_fork(self)

    def _renew(self) -> None:
        self._build()

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON, without a newline."""
        return self.format_bytes(record).decode()

    def format_bytes(self, record: logging.LogRecord) -> bytes:
        """Return the same line as UTF-8, without a newline."""
        return self._encoder.encode_record(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's name
        """
        Return the stacktrace's text; a subclass may return another, which the line then carries.

        Equal to ``"".join(traceback.format_exception(...))``.
        """
        texts = describe(ei)
        return "" if texts is None or texts.stacktrace is None else texts.stacktrace

    def _describer(self, described: Callable[[Any], ExceptionText | None]) -> Any:
        if not self._has_own_stacktrace():
            return described
        return lambda exc_info: self._describe_overridden(exc_info, described)

    def _has_own_stacktrace(self) -> bool:
        return type(self).formatException is not Formatter.formatException

    def _describe_overridden(
        self, exc_info: Any, described: Callable[[Any], ExceptionText | None]
    ) -> ExceptionText | None:
        texts = described(exc_info)
        if texts is None:
            return None
        try:
            return texts._replace(stacktrace=safe_str(self.formatException(exc_info)))
        except Exception:
            return texts

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes without the encoder, which is built again from the options."""
        return {key: value for key, value in vars(self).items() if key != "_encoder"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take the attributes and build the encoder for the core of this process."""
        vars(self).update(state)
        self._build()


def _described(schema: Schema, options: Mapping[str, Any]) -> Callable[[Any], ExceptionText | None]:
    """Return what turns ``exc_info`` into what a line says."""
    exception = options["exception"]
    if exception == "text":
        return describe
    from tracefmt._cold import exception_chain  # noqa: PLC0415  # only where it is asked for
    from tracefmt._cold.redact import redaction  # noqa: PLC0415

    found = exception_chain.chain_options(exception)
    if found is None:
        return describe
    with_text = schema.defaults.get("stacktrace", False)
    return exception_chain.ChainDescriber(
        found,
        with_text=with_text if found.stacktrace is None else found.stacktrace,
        redaction=redaction(options["redact"]),
    )


_OF_CONTEXT = ("baggage", "mixin", "structlog_contextvars")
_SCREENED = ("redact", "max_string_length", "max_items", "max_depth")


def _screen(redact: Any, *limits: Any) -> Screen | None:
    if redact == () and limits == (None, None, None, None):
        return None
    from tracefmt._cold.screen import screen  # noqa: PLC0415  # only where it is asked for

    return screen(redact, *limits)


def _listed(names: Any) -> Any:
    """Return an option that is a list, as one that can be read again; text is for its check."""
    return names if isinstance(names, str) or not isinstance(names, Iterable) else tuple(names)


def opentelemetry_source() -> SpanContextSource:
    """
    Return the default source.

    Raises:
        ConfigurationError: opentelemetry-api is not installed.
    """
    try:
        # here, so that `import tracefmt` needs the standard library alone
        from tracefmt.spans.opentelemetry import OpenTelemetrySource  # noqa: PLC0415
    except ModuleNotFoundError as error:
        msg = (
            f"the default span source needs opentelemetry-api ({error}); install it, "
            "or pass span_source=, for instance span_source=lambda: None"
        )
        raise ConfigurationError(msg) from error
    return OpenTelemetrySource()


def _parted(schema: Any, fmt: Any, style: str) -> tuple[Any, Any]:
    """Return the schema and the format: `logging.config` passes either in the first place."""
    is_text = isinstance(schema, str)
    if fmt is None and (
        isinstance(schema, list | tuple) or (is_text and _is_format(schema, style))
    ):
        return "flat", schema
    if isinstance(fmt, str) and not _is_format(fmt, style):
        schema, fmt = fmt, None
    if fmt is not None and schema not in ("flat", None):
        msg = f"fmt={fmt!r}: a format is a layout of its own; give it or schema={schema!r}"
        raise ConfigurationError(msg)
    return schema, fmt


def _is_format(text: str, style: str) -> bool:
    return style == "," or any(mark in text for mark in "%{$")


_NOTHING_GIVEN = (None, None, "%", None, None, None, None)


def bytes_method(formatter: logging.Formatter | None) -> Any:
    """Return the formatter's way to bytes, or None where it makes text by a method of its own."""
    if not isinstance(formatter, Formatter):
        return None
    if type(formatter).format is not Formatter.format:
        return None
    return formatter.format_bytes


def plain_encoder(formatter: logging.Formatter | None) -> Any:
    """Return the encoder of a formatter that adds nothing to it, for the sink of the same core."""
    if bytes_method(formatter) is None:
        return None
    if type(formatter).format_bytes is not Formatter.format_bytes:  # type: ignore[union-attr]
        return None
    encoder = formatter._encoder  # type: ignore[union-attr]  # noqa: SLF001
    return encoder if type(encoder) is _core.core.Encoder else None
