"""Values of every kind, nested in any way, and keys for them."""

import collections
import dataclasses
import datetime
import enum
import pathlib
import types

from hypothesis import strategies as st
from tests.core.hostile import (
    HOSTILE,
    Colour,
    Hook,
    Node,
    OddFloat,
    OddInt,
    OddText,
    Raises,
    UnequalText,
    own,
)


class Flags(enum.Flag):
    """Members that can be joined."""

    A = 1
    B = 2


class Text(str, enum.Enum):
    """Members that are text."""

    X = "x"
    SURROGATE = "\udc80"


@dataclasses.dataclass(frozen=True)
class Frozen:
    """A data class that can be a key."""

    a: object
    b: object = dataclasses.field(default=None, repr=False)


Pair = collections.namedtuple("Pair", "first second")

# not the slow ones, and not those that are another value the second time
QUICK = [
    name
    for name in HOSTILE
    if not any(word in name for word in ("000", "without end", "emptied", "growing"))
]
CHARACTERS = st.characters(codec=None, categories=None)
TEXTS = st.one_of(
    st.text(CHARACTERS),
    st.text(
        st.sampled_from('"\\\n\x00\x7f\x80\x9f\xa0\u2028\u2029\ud800\udfffaé中😀'), max_size=40
    ),
    st.sampled_from(["", "level", "message", "null", "1", "\ud83d\ude00", "x" * 100]),
)
SIGNS = st.sampled_from([1, -1])
INTEGERS = st.one_of(
    st.integers(),
    st.integers(-(2**66), 2**66),
    # by their size, since Python refuses to show the widest ones
    st.builds(lambda bits, sign: sign << bits, st.sampled_from([63, 64, 14287, 14288]), SIGNS),
)
DOUBLES = st.one_of(
    st.floats(),
    st.sampled_from([0.0, -0.0, 5e-324, 1e16, 1e-4, 9.999e-5, 9007199254740993.0, 1e22, 1e23]),
)
ZONES = st.one_of(
    st.none(),
    st.just(datetime.timezone.utc),
    st.timedeltas(datetime.timedelta(hours=-23), datetime.timedelta(hours=23)).map(
        datetime.timezone
    ),
)
COLD = st.one_of(
    st.binary(max_size=20),
    st.binary(max_size=20).map(bytearray),
    st.binary(max_size=20).map(memoryview),
    st.datetimes(timezones=ZONES),
    st.dates(),
    st.times(),
    st.timedeltas(),
    st.uuids(),
    st.decimals(),
    st.fractions(),
    st.complex_numbers(),
    st.sampled_from([*Colour, *Flags, *Text, Flags.A | Flags.B]),
    TEXTS.map(OddText),
    INTEGERS.map(OddInt),
    DOUBLES.map(OddFloat),
    TEXTS.map(pathlib.PurePosixPath),
    TEXTS.map(ValueError),
    st.builds(Raises, st.sampled_from([ValueError("x"), MemoryError(), StopIteration()])),
    st.sampled_from([range(3), int, len, ..., NotImplemented, types.SimpleNamespace(a=1)]),
    st.sampled_from(QUICK).map(lambda name: HOSTILE[name][0]()),
)
SCALARS = st.one_of(st.none(), st.booleans(), TEXTS, INTEGERS, DOUBLES)
# without NaN, since whether two of them are one key depends on where they are in memory
HASHABLE = st.one_of(st.none(), st.booleans(), TEXTS, INTEGERS, st.floats(allow_nan=False))
KEYS = st.one_of(
    TEXTS,
    HASHABLE,
    st.binary(max_size=3),
    st.dates(),
    st.sampled_from([*Colour, *Flags, *Text]),
    st.tuples(HASHABLE, HASHABLE),
    st.frozensets(st.text(CHARACTERS, max_size=2), max_size=3),
    TEXTS.map(UnequalText),
    st.builds(Frozen, TEXTS),
    st.builds(Raises, st.just(ValueError("x"))),
)


def containers(items):
    """Return containers of such items, of every kind."""
    lists = st.lists(items, max_size=5)
    dicts = st.dictionaries(KEYS, items, max_size=5)
    return st.one_of(
        lists,
        lists.map(tuple),
        dicts,
        st.dictionaries(st.text(CHARACTERS, max_size=3), items, max_size=5),
        lists.map(collections.deque),
        lists.map(collections.UserList),
        lists.map(type("ListSubclass", (list,), {})),
        dicts.map(types.MappingProxyType),
        dicts.map(collections.OrderedDict),
        dicts.map(type("DictSubclass", (dict,), {})),
        st.sets(st.integers() | st.text(max_size=3), max_size=4),
        st.builds(Pair, items, items),
        st.builds(Frozen, items, items),
        st.builds(Node, TEXTS, items),
        items.map(lambda item: Hook(lambda self: item)),
        lists.map(own),
        items.map(lambda item: [item, item]),
    )


VALUES = st.recursive(st.one_of(SCALARS, COLD), containers, max_leaves=12)
