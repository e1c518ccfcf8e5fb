"""The formatter's options, each with values that work, and all of them with any schema."""

from hypothesis import strategies as st
from tests.parity.values import TEXTS, VALUES

from tracefmt import Field, Schema
from tracefmt.schemas import Form, Group, Input, _registry, get
from tracefmt.schemas._schema import TIME_FORMS

STRUCTURED = st.sampled_from(
    ["text", "structured", {"max_frames": 1, "show_locals": True}, {"stacktrace": True}]
)
LONGEST = st.sampled_from([1024, 1100, 2000, "container"])
FIELDS = ["timestamp", "level", "logger", "message", "service", "trace_id", "args", "stack_info"]
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "service": st.text(max_size=5),
        "static": st.dictionaries(st.sampled_from(["env", "x", "static é"]), VALUES, max_size=2),
        "rename": st.sampled_from(
            [{"level": "severity"}, {"timestamp": "ts", "message": "body"}, {"args": "level_"}]
        ),
        "exclude": st.lists(st.sampled_from([*FIELDS, "a", "env", "getMessage", "attributes"])),
        "callsite": st.sampled_from([None, False, True, "WARNING", 10, 0]),
        "resource": st.dictionaries(
            st.sampled_from(["service.name", "service.version", "k8s.pod.name"]), VALUES, max_size=2
        ),
        "timestamp": st.sampled_from(sorted(form.value for form in TIME_FORMS)),
        "level": st.sampled_from(["lower", "upper", "name", "number", "severity_number"]),
        "process": st.booleans(),
        "thread": st.booleans(),
        "nest": st.sampled_from(["data", "é"]),
        "exception": STRUCTURED,
        "max_line_bytes": LONGEST,
    },
)
LAYOUTS = st.fixed_dictionaries(
    {"schema": st.sampled_from(_registry.NAMES)},
    optional={
        "static": st.dictionaries(st.sampled_from(["env", "x"]), VALUES, max_size=2),
        "exclude": st.lists(st.sampled_from(["static", "message", "a", "attributes"])),
        "callsite": st.sampled_from([False, True, "WARNING"]),
        "resource": st.just({"service.version": "1", "region": [1, "x"]}),
        "process": st.booleans(),
        "thread": st.booleans(),
        "nest": st.just("data"),
        "exception": STRUCTURED,
        "max_line_bytes": LONGEST,
    },
)
PATHS = st.sampled_from(
    ["a", "*.a", "**.a", "**.x", "a.*", "*[0]", "*.*", "level", "args[*].a", "x[1].**.a", '["a b"]']
)
SCREENS = st.fixed_dictionaries(
    {
        "redact": st.one_of(
            st.lists(PATHS, max_size=3).map(tuple),
            st.fixed_dictionaries(
                {"paths": st.lists(PATHS, min_size=1, max_size=3)},
                optional={"remove": st.booleans(), "ignore_case": st.booleans()},
            ),
            st.fixed_dictionaries(
                {"paths": st.lists(PATHS, min_size=1, max_size=3)},
                optional={
                    "mask": TEXTS,
                    "censor": st.sampled_from([lambda value, path: value, lambda *_: 1 // 0]),
                },
            ),
        ),
    },
    optional={
        "max_string_length": st.integers(1, 20),
        "max_items": st.integers(1, 4),
        "max_depth": st.integers(1, 3),
    },
)

OTHER = Schema(
    "other",
    [
        Field("", Input.ATTRIBUTES, Form.MEMBERS),
        Field("lvl", Input.LEVEL),
        Field("msg", Input.MESSAGE),
        Field("", Input.STATIC, Form.MEMBERS),
        Field("t", Input.TIMESTAMP, Form.RFC3339),
        Field("flags", Input.TRACE_FLAGS, Form.HEX),
        Field("stack", Input.EXCEPTION_STACKTRACE),
    ],
)
PATHS_AND_GROUPS = Schema(
    "paths and groups",
    [
        Field("log.level", Input.LEVEL, Form.UPPER),
        Group("log", (Field("message", Input.MESSAGE), Field("logger", Input.LOGGER))),
        Field("", Input.STATIC, Form.MEMBERS),
        Field("attributes", Input.ATTRIBUTES, Form.MEMBERS),
        Group("error", (Field("stack", Input.EXCEPTION_STACKTRACE),)),
        Field("args", Input.FORMAT_ARGS, Form.TEXT),
        Field("format_error", Input.FORMAT_ERROR),
    ],
    paths=True,
)
SCHEMAS = st.sampled_from([*_registry.NAMES, OTHER, PATHS_AND_GROUPS])
FORMATS = st.fixed_dictionaries(
    {
        "fmt": st.sampled_from(
            [
                "%(asctime)s %(levelname)s %(message)s",
                "%(message)s %(a)s %(lineno)d %(threadName)s %(process)d",
                ("name", "message", "exc_info", "otelTraceID"),
            ]
        )
    },
    optional={
        "rename_fields": st.sampled_from([{"levelname": "severity"}, {"message": "m", "x": "y"}]),
        "static_fields": st.dictionaries(st.just("x"), VALUES, min_size=1),
        "reserved_attrs": st.sampled_from([[], ["a", "name", "lineno"]]),
        "timestamp": st.sampled_from([True, False, "time", "epoch_ns"]),
        "datefmt": st.sampled_from(["%s", "%H:%M:%SZ", "%c"]),
    },
)

NEW_KEYS = ["severity", "b.c", "é", "level_", "x"]
ANY_SCHEMA = st.fixed_dictionaries(
    {},
    optional={
        "service": st.text(max_size=5),
        "static": st.dictionaries(st.sampled_from(["env", "x", "b.c"]), VALUES, max_size=2),
        "resource": st.just({"service.version": "1", "region": [1, "x"]}),
        "timestamp": st.sampled_from(sorted(form.value for form in TIME_FORMS)),
        "level": st.sampled_from(["lower", "upper", "name", "number", "severity_number"]),
        "callsite": st.sampled_from([False, True, "WARNING", 10]),
        "process": st.booleans(),
        "thread": st.booleans(),
        "nest": st.sampled_from(["data", "b.c"]),
        "exception": STRUCTURED,
        "max_line_bytes": LONGEST,
    },
)
"""What goes with most schemas; where it does not, the formatter refuses it."""


@st.composite
def formatter_options(draw):
    """Return options of a `Formatter`, most of them with any schema, a few with a format."""
    if draw(st.integers(0, 5)) == 0:
        options = draw(FORMATS)
    else:
        options = {"schema": draw(SCHEMAS), **draw(ANY_SCHEMA)}
        keys = [key for key in get(options["schema"]).keys if key]
        if draw(st.booleans()):
            options["exclude"] = draw(st.lists(st.sampled_from([*keys, "a", "static"]), max_size=3))
        if draw(st.booleans()):
            options["rename"] = {draw(st.sampled_from(keys)): draw(st.sampled_from(NEW_KEYS))}
    return {**options, "project": "p", **draw(st.one_of(st.just({}), SCREENS))}
