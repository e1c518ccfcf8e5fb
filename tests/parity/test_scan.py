"""Both cores count the same, whatever the bytes are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracefmt.reading import layouts

pytestmark = pytest.mark.once

MEMBERS = ("time", "level", "logger", "service", "process", "trace_id", "trace_stale")
LAYOUT = layouts.named(None)
ROWS = [
    (number, key, layouts.path(key), key in layouts.DECIMAL)
    for number, member in enumerate(MEMBERS)
    for key in LAYOUT[member]
]
KEYS = sorted({part for _, key, path, _ in ROWS for part in (key, *path)})
ID = "0af7651916cd43dd8448eb211c80319c"

values = st.one_of(
    st.sampled_from(
        [
            *(ID, ID.upper(), "0" * 32, "0", "", "9532127138774266268", "1" * 21, f"{ID}0"),
            *("1-0af76519-16cd43dd8448eb211c80319c", f"projects/p/traces/{ID}", "projects/traces/"),
            *("2023-11-14T22:13:20.5Z", "2023-11-14 22:13:20,123+01:00", "2023-02-30T00:00:00Z"),
            *(1_700_000_000, 1_700_000_000_123, "1700000000.25", 1e300, -0.0, 10**30, 7, "WARN"),
            *("fork", "ended", "worker"),
        ]
    ),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=6),
)
keys = st.one_of(st.sampled_from(KEYS), st.text(max_size=3))


def pairs(inner):
    """Objects as lists of members, so that a key may come twice."""
    return st.lists(st.tuples(keys, inner), max_size=5).map(Members)


class Members(list):
    """The members of an object."""


anything = st.recursive(values, lambda inner: st.one_of(pairs(inner), st.lists(inner, max_size=3)))

any_value = st.one_of(
    st.fixed_dictionaries({"stringValue": values}),
    st.fixed_dictionaries({"intValue": values}),
    anything,
)
attribute = st.fixed_dictionaries(
    {
        "key": st.sampled_from(["service.name", "process.pid", "trace_stale", "x"]),
        "value": any_value,
    }
)
attributes = st.one_of(st.lists(attribute, max_size=3), anything)
record = st.fixed_dictionaries(
    {},
    optional={
        "timeUnixNano": values,
        "observedTimeUnixNano": values,
        "severityText": values,
        "severityNumber": values,
        "traceId": values,
        "attributes": attributes,
    },
)
scope_logs = st.fixed_dictionaries(
    {},
    optional={
        "logRecords": st.one_of(st.lists(record, max_size=3), anything),
        "scope": st.one_of(st.fixed_dictionaries({"name": values}), anything),
    },
)
resource_logs = st.fixed_dictionaries(
    {},
    optional={
        "scopeLogs": st.one_of(st.lists(scope_logs, max_size=2), anything),
        "resource": st.one_of(st.fixed_dictionaries({"attributes": attributes}), anything),
    },
)
tree = st.fixed_dictionaries(
    {"resourceLogs": st.one_of(st.lists(resource_logs, max_size=2), anything)}
)


def write(value, escape):
    """Return JSON, in which a key may come twice and be written with escapes."""
    if isinstance(value, Members):
        members = (f"{write(key, escape)}:{write(item, escape)}" for key, item in value)
        return "{" + ", ".join(members) + "}"
    if isinstance(value, dict):
        return write(Members(value.items()), escape)
    if isinstance(value, list):
        return "[" + ",".join(write(item, escape) for item in value) + "]"
    if isinstance(value, str) and escape:
        return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 65536 else c for c in value) + '"'
    return json.dumps(value, ensure_ascii=not escape)


def count(core, pieces, max_processes=2, rows=ROWS):
    """Return what a core counts in one file that comes in pieces."""
    scanner = core.Scanner(rows, True, 60_000_000, max_processes)
    for piece in pieces:
        scanner.feed(piece)
    scanner.end_file()
    return {
        key: sorted(value.items(), key=repr) if isinstance(value, dict) else value
        for key, value in scanner.result().items()
    }


def same(cores, *pieces, **options):
    """Both cores count the same; return that."""
    rust, python = (count(core, pieces, **options) for core in cores)
    assert rust == python
    return rust


@given(line=st.one_of(pairs(anything), tree), escape=st.booleans())
def test_objects(cores, line, escape):
    """Objects with known keys at any depth, keys that come twice, and escapes."""
    found = same(cores, write(line, escape).encode("utf-8", "surrogatepass") + b"\n")

    assert found["broken"] in (0, 1)  # a lone surrogate is no UTF-8


@given(data=st.data(), lines=st.lists(pairs(values), min_size=1, max_size=4))
def test_broken_lines(cores, data, lines):
    """Lines that were cut, spliced and overwritten, and any place where a piece ends."""
    text = bytearray(b"\n".join(write(line, False).encode() for line in lines))
    for _ in range(data.draw(st.integers(0, 3))):
        place = data.draw(st.integers(0, len(text) - 1))
        text[place] = data.draw(st.sampled_from(b'"\\{}[]:,0\n\r\t \xff\xc3\x1fe.-u'))
    end = data.draw(st.integers(0, len(text)))

    same(cores, bytes(text[:end]), bytes(text[end:]))


@given(lines=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 300), st.integers(0, 4))))
def test_stale_traces(cores, lines):
    """Traces that last too long, or are in too many processes of one service."""
    text = "".join(
        f'{{"ts":{1_700_000_000 + second},"trace_id":"{trace + 1:032x}","pid":{process},'
        f'"service":"s{process % 2}"}}\n'
        for trace, second, process in lines
    )

    same(cores, text.encode())
    same(cores, text.encode(), max_processes=0)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":' + "[" * 255 + "]" * 255 + "}",
        '{"a":' + "[" * 256 + "]" * 256 + "}",
        '{"a":' * 100_000,
        "[" * 100_000,
        '{"a":"' + "[" * 1000 + '"}',
        '{"trace_id":' + "9" * 10_000 + "}",
        '{"a":"\\ud83d\\ude00\\ud800","service":"\\udc00"}',
        "\ufeff{}",
        " \t\r",
        "{}\r",
    ],
    ids=range(10),
)
def test_edges(cores, text):
    """Depth, size, surrogates, blanks."""
    same(cores, text.encode(), b"\n", text.encode())


def test_many_names(cores):
    """Names beyond the limit are counted together, the same ones by both."""
    text = "".join(f'{{"logger":"l{number}"}}\n' for number in range(10_500))

    found = same(cores, text.encode(), text.encode())
    assert dict(found["loggers"])[...] == [0, 1000, 0, 0, 0, 0, 0]


def test_many_traces(cores):
    """Traces that were not seen for long are forgotten, the same ones by both."""

    def lines(*numbers, second=0):
        line = '{"ts":%d,"trace_id":"%032x"}\n'
        return "".join(line % (1_700_000_000 + second, number) for number in numbers).encode()

    generation = 1 << 17
    forgotten, kept = 1, 2
    found = same(
        cores,
        lines(*range(1, generation + 2)),
        lines(kept, second=100),
        lines(*range(generation + 2, 2 * generation + 2)),
        lines(forgotten, second=100),
        rows=[(0, "ts", ("ts",), False), (5, "trace_id", ("trace_id",), False)],
    )
    assert [trace[0] for trace in found["stale"]] == [f"{kept:032x}"]
