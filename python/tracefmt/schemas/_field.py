"""What a layout is made of: fields and groups of them, each with an input and a form."""

from __future__ import annotations

import enum
from typing import Any, NamedTuple, TypeAlias

__all__ = ["Field", "Form", "Group", "Input"]


class Input(enum.Enum):
    """What a field is filled from.  A closed set: both cores implement every one."""

    CONSTANT = "constant"
    """The field's own `value`."""
    TIMESTAMP = "timestamp"
    LEVEL = "level"
    LOGGER = "logger"
    MESSAGE = "message"
    SERVICE = "service"
    SERVICE_VERSION = "service_version"
    SERVICE_ENVIRONMENT = "service_environment"
    SERVICE_INSTANCE = "service_instance"
    RESOURCE = "resource"
    """All that is known of the service, from options and from the environment."""
    RESOURCE_REST = "resource_rest"
    """What the option `resource` says and no field of the layout has."""
    STATIC = "static"
    TRACE_ID = "trace_id"
    SPAN_ID = "span_id"
    TRACE_FLAGS = "trace_flags"
    TRACE_STALE = "trace_stale"
    """Why the span that is current is not the one that the line is of, where that is known."""
    FILE_PATH = "file_path"
    FILE_NAME = "file_name"
    LINE_NUMBER = "line_number"
    FUNCTION_NAME = "function_name"
    PROCESS_ID = "process_id"
    PROCESS_NAME = "process_name"
    THREAD_ID = "thread_id"
    THREAD_NAME = "thread_name"
    ATTRIBUTES = "attributes"
    FORMAT_ARGS = "format_args"
    FORMAT_ERROR = "format_error"
    EXCEPTION_TYPE = "exception_type"
    EXCEPTION_MESSAGE = "exception_message"
    EXCEPTION_STACKTRACE = "exception_stacktrace"
    EXCEPTION_CHAIN = "exception_chain"
    """The exception and those that it came from, as data."""
    STACK_INFO = "stack_info"
    TRUNCATED = "truncated"
    """What `max_line_bytes` has cut from the line."""


class Form(enum.Enum):
    """How the input is written.  A closed set: both cores implement every one."""

    VALUE = "value"
    """Any value, by its type (the encoding's chapter on values)."""
    ANY_VALUE = "any_value"
    """Any value as OTLP has it, an object that names the type."""
    TEXT = "text"
    """Always a string."""
    MEMBERS = "members"
    """Many keys and values at this place, instead of one."""

    RFC3339 = "rfc3339"
    """UTC, six digits of a second, ``Z``."""
    RFC3339_MS = "rfc3339_ms"
    """The same with three digits."""
    RFC3339_NS = "rfc3339_ns"
    """The same with nine digits, of which the last three are zeros."""
    LOCAL = "local"
    """The local time with its offset from UTC, six digits."""
    LOCAL_MS = "local_ms"
    """The same with three digits."""
    LOCAL_NS = "local_ns"
    """The same with nine digits."""
    EPOCH = "epoch"
    """A number: seconds since 1970, with six digits behind the point."""
    EPOCH_MS = "epoch_ms"
    """A whole number of milliseconds."""
    EPOCH_US = "epoch_us"
    """A whole number of microseconds."""
    EPOCH_NS = "epoch_ns"
    """A whole number of nanoseconds."""
    UNIX_NANO = "unix_nano"
    """Nanoseconds as OTLP has them: a string; ``"0"`` where that is not possible."""

    LOWER = "lower"
    """Text in lower case."""
    UPPER = "upper"
    """Text in upper case."""
    NUMBER = "number"
    """A number: the level's, or the trace flags'."""
    SEVERITY_NUMBER = "severity_number"
    """OpenTelemetry's number for the level, 1 to 24; 0 where it has none."""
    LOG_SEVERITY = "log_severity"
    """Google Cloud's name for the level."""

    HEX = "hex"
    """Lower-case hex digits of the id's full width."""
    DECIMAL = "decimal"
    """Decimal digits, as a string."""
    DATADOG = "datadog"
    """Decimal digits where the id fits into 64 bits, else 32 hex digits."""
    XRAY = "xray"
    """AWS X-Ray's ``1-`` + 8 hex digits + ``-`` + 24 hex digits."""
    TRACE_NAME = "trace_name"
    """Google Cloud's ``projects/PROJECT/traces/`` + 32 hex digits."""
    SAMPLED = "sampled"
    """Whether the sampled flag is set: true or false."""

    OBJECT = "object"
    """Of a group: an object."""
    LIST = "list"
    """Of a group: an array; the fields' keys are not written."""
    KEY_VALUES = "key_values"
    """Of a group: OTLP's list of ``{"key":…,"value":{…}}``."""


class Field(NamedTuple):
    """
    One place in the output.

    Attributes:
        key: the name in the line; for the form `MEMBERS` only the name that `exclude` knows.
        input: what the field is filled from.
        form: how that is written.
        value: what `Input.CONSTANT` writes.

    Example:
        >>> from tracefmt.schemas import Field, Form, Input
        >>> Field("severity", Input.LEVEL, Form.LOWER).key
        'severity'
    """

    key: str
    input: Input
    form: Form = Form.VALUE
    value: Any = None


class Group(NamedTuple):
    """
    Fields inside of an object or array of their own; it is left out where all of them are absent.

    Attributes:
        key: the name in the line.
        fields: what is inside: fields and groups.
        form: `Form.OBJECT`, `Form.LIST` or `Form.KEY_VALUES`.

    Example:
        >>> from tracefmt.schemas import Field, Group, Input
        >>> place = Group("source", (Field("file", Input.FILE_PATH),))
        >>> place.fields[0].key
        'file'
    """

    key: str
    fields: tuple[Item, ...]
    form: Form = Form.OBJECT


Item: TypeAlias = "Field | Group"
