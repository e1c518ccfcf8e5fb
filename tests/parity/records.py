"""Log records of any parts: message, what logging sets, attributes, exceptions, spans."""

import decimal
import logging

from hypothesis import strategies as st
from tests.parity.values import DOUBLES, INTEGERS, KEYS, SCALARS, TEXTS, VALUES

from tracefmt import SpanContext

ATTRIBUTES = st.dictionaries(
    st.one_of(
        TEXTS,
        st.sampled_from(
            [
                *("level", "level_", "level_2", "timestamp", "message_", "trace_id", "span_id"),
                *("args_", "format_error", "exception.type", "stack", "env", "service", "severity"),
                *(
                    "taskName",
                    "color_message",
                    "otelTraceID",
                    "otelSpanID",
                    "_private",
                    "_tracefmt",
                ),
                *("", "a b", "é", "http.status", "getMessage", "__class__", "code.file.path"),
                *("http", "http.status.code", "log", "log.level.x", "level.x", "error", " ", "a."),
            ]
        ),
        KEYS,
    ),
    VALUES,
    max_size=5,
)
MESSAGES = st.one_of(
    st.tuples(TEXTS, st.just(())),
    st.tuples(st.sampled_from(["%s", "%d", "%s %r", "%(a)s", "100%", "%5.1f|%x", "%%"]), st.one_of(
        st.tuples(), st.tuples(VALUES), st.tuples(VALUES, VALUES), st.dictionaries(
            st.sampled_from(["a", "b"]), VALUES, max_size=2
        ), st.none(), VALUES,
    )),
    st.tuples(VALUES, st.one_of(st.just(()), st.none(), st.tuples(SCALARS))),
)  # fmt: skip
CHAINS = st.one_of(
    VALUES,
    st.lists(
        st.fixed_dictionaries(
            {"message": TEXTS | VALUES}, optional={"frames": VALUES, "notes": VALUES}
        ),
        max_size=2,
    ),
)
STANDARD = st.fixed_dictionaries(
    {},
    optional={
        "levelname": st.one_of(
            st.sampled_from(["DEBUG", "INFO", "WARNING", "ΑΣ", "İ"]), TEXTS, VALUES
        ),
        "name": st.one_of(st.sampled_from(["app", "app.orders"]), VALUES),
        "levelno": st.one_of(st.sampled_from([10, 20, 25, 30, 40]), INTEGERS, VALUES),
        "filename": VALUES,
        "process": VALUES,
        "processName": VALUES,
        "thread": VALUES,
        "threadName": VALUES,
        "created": st.one_of(DOUBLES, st.floats(-7e10, 3e11), INTEGERS, VALUES),
        "pathname": VALUES,
        "lineno": VALUES,
        "funcName": VALUES,
        "stack_info": st.one_of(TEXTS, VALUES),
        "exc_text": st.one_of(TEXTS, VALUES),
        "taskName": VALUES,
        "_tracefmt": st.tuples(
            st.one_of(st.none(), st.tuples(*[st.integers(0, 2**65)] * 3), VALUES),
            st.one_of(
                st.none(),
                st.tuples(*[st.one_of(st.none(), TEXTS)] * 3),
                st.tuples(*[st.one_of(st.none(), TEXTS)] * 3, CHAINS),
                VALUES,
            ),
            st.one_of(st.none(), TEXTS, VALUES),
            VALUES,
            st.one_of(st.none(), st.dictionaries(TEXTS, VALUES, max_size=3), VALUES),
        ),
    },
)
EXCEPTIONS = st.one_of(
    st.none(),
    st.booleans(),
    st.just((None, None, None)),
    st.tuples(VALUES, VALUES, VALUES),
    VALUES,
    st.builds(
        lambda kind, text, cause: _raised(kind(text), cause),
        st.sampled_from(
            [ValueError, KeyError, decimal.InvalidOperation, KeyboardInterrupt, OSError]
        ),
        VALUES,
        st.one_of(st.none(), st.just(TypeError("cause"))),
    ),
)
IDS = st.integers(-1, 2**129) | st.integers(0, 3) | SCALARS
SPANS = st.one_of(st.none(), st.builds(SpanContext, IDS, IDS, IDS), VALUES)
SPAN = SpanContext(1, 2, 3)
LONGEST = st.sampled_from([1024, 1100, 2000, "container"])


def _raised(error, cause):
    try:
        raise error from cause  # noqa: TRY301  # it is to have a traceback
    except BaseException as caught:
        return (type(caught), caught, caught.__traceback__)


def record(message, standard, attributes, exc_info):
    """Return a log record of these parts."""
    made = logging.LogRecord("app", logging.INFO, "/app/main.py", 7, None, None, None, "main")
    made.msg, made.args = message
    made.created = 1700000000.123456
    made.exc_info = exc_info
    made.__dict__.update(standard)
    for key, value in attributes.items():
        # as `extra` does it: what is on the record already stays
        made.__dict__.setdefault(key, value)
    return made
