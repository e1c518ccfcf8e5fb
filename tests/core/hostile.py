"""
Values that break encoders, each made anew and with the JSON text that it has in a line.

`HOSTILE` is for every test that wants "whatever the values": of a core, a schema, an integration.
"""

import collections.abc
import dataclasses
import enum
from types import SimpleNamespace


class Shown:
    """Has a `repr` without an address."""

    def __repr__(self):
        return "<Shown>"


class Raises:
    """Raises whenever it is asked for text, a new exception each time."""

    def __init__(self, error):
        self.error = error

    def __repr__(self):
        raise type(self.error)(*self.error.args)

    __str__ = __repr__


class Runs:
    """Runs a callable whenever it is asked for text."""

    def __init__(self, action, text="<Runs>"):
        self.action = action
        self.text = text

    def __repr__(self):
        self.action()
        return self.text

    __str__ = __repr__


class EndlessRepr:
    """Calls itself for its `repr`, until Python stops it."""

    def __repr__(self):
        return repr(self)


class NoText:
    """Returns something else than text for its `repr`."""

    def __repr__(self):
        return 5


class OddText(str):
    """Text that answers wrongly in every way that Python code can ask it."""

    def __str__(self):
        return "wrong"

    __repr__ = __format__ = __str__

    def __len__(self):
        return 0

    def __eq__(self, other):
        raise ValueError

    def __hash__(self):
        return str.__hash__(self)

    def __iter__(self):
        raise ValueError

    def encode(self, *args):
        raise ValueError

    def lower(self):
        raise ValueError

    def isascii(self):
        return True


class UnequalText(str):
    """Text that equals nothing, so that a dict can hold it beside the same text."""

    def __eq__(self, other):
        return False

    def __hash__(self):
        return str.__hash__(self)


class OddInt(int):
    """An integer that answers wrongly."""

    def __repr__(self):
        return "wrong"

    __str__ = __repr__

    def __int__(self):
        return 1

    __index__ = __int__

    def __lt__(self, other):
        raise ValueError

    __eq__ = __gt__ = __le__ = __ge__ = __lt__

    def __hash__(self):
        return 0


class OddFloat(float):
    """A double that answers wrongly."""

    def __repr__(self):
        return "wrong"

    def __float__(self):
        return 1.0


class OddDict(dict):
    """A dict whose methods raise."""

    def items(self):
        raise ValueError

    keys = values = __len__ = __getitem__ = items


class EndlessList(list):
    """A list that has no end when it is iterated."""

    def __iter__(self):
        while True:
            yield 1


class EndlessDict(dict):
    """A dict that has no end when it is iterated."""

    def __iter__(self):
        raise ValueError

    def items(self):
        number = 0
        while True:
            number += 1
            yield number, 0


class Endless(collections.abc.Sequence):
    """A sequence without an end."""

    def __len__(self):
        raise OverflowError

    def __getitem__(self, index):
        return 1


class Nested(collections.abc.Sequence):
    """A sequence that holds another of its kind, and so on without an end."""

    def __len__(self):
        return 1

    def __iter__(self):
        yield Nested()

    def __getitem__(self, index):
        return Nested()


class BadMapping(collections.abc.Mapping):
    """A mapping that cannot be read."""

    def __len__(self):
        return 1

    def __iter__(self):
        raise KeyError("no")

    def __getitem__(self, key):
        raise KeyError(key)


class Liar:
    """Says that it is of another class."""

    def __init__(self, claimed):
        self._claimed = claimed

    @property
    def __class__(self):
        return self._claimed

    def __repr__(self):
        return "<Liar>"


class BadClass(type):
    """A metaclass that refuses every question about its classes."""

    def __getattribute__(cls, name):
        raise RuntimeError(name)

    def __instancecheck__(cls, instance):
        raise RuntimeError

    __subclasscheck__ = __instancecheck__


class OfBadClass(metaclass=BadClass):
    """Its class raises whatever it is asked."""


class Hook:
    """Converts itself by ``__tracefmt__``."""

    def __init__(self, convert):
        self.convert = convert

    def __tracefmt__(self):
        return self.convert(self)


class HookOfStructlog:
    """Converts itself by ``__structlog__``."""

    def __structlog__(self):
        return {"by": "structlog"}


class BothHooks(HookOfStructlog):
    """Converts itself by either."""

    def __tracefmt__(self):
        return {"by": "tracefmt"}


class Colour(enum.Enum):
    """An enumeration whose values are of several types."""

    RED = 1
    GREEN = "green"
    BLUE = (0, 0, 255)


@dataclasses.dataclass
class Node:
    """A data class that can be linked to others."""

    name: str
    next: object = None


@dataclasses.dataclass
class Account:
    """A data class with a field that it does not show."""

    user: str
    password: str = dataclasses.field(repr=False)


class HalfMade:
    """A data class in name; a field of it cannot be read."""

    __dataclass_fields__ = Node.__dataclass_fields__
    name = "half"

    @property
    def next(self):
        raise LookupError("not yet")


class BadError(Exception):
    """An exception that has no text."""

    def __str__(self):
        raise ZeroDivisionError

    __repr__ = __str__


def emptied(container):
    """Return a container that loses its items as soon as one of them is written."""
    container_of = {list: list.append, collections.deque: collections.deque.append}
    runs = Runs(container.clear)
    if isinstance(container, dict):
        container.update(first=runs, second=2)
    else:
        for item in (runs, 2):
            container_of[type(container)](container, item)
    return container


def growing():
    """Return a list that grows by one whenever one of its items is written."""
    items = []
    items += [Runs(lambda: items.append(items[0])), 2]
    return items


def own(container):
    """Return a list or dict that holds itself."""
    if isinstance(container, dict):
        container["self"] = container
    else:
        container.append(container)
    return container


def deep(depth, wrap=lambda inner: [inner], inner="end"):
    """Return `inner` inside that many containers."""
    for _ in range(depth):
        inner = wrap(inner)
    return inner


def _two_that_hold_each_other():
    first, second = [1], [2]
    first.append(second)
    second.append(first)
    return first


def _node_that_is_its_next():
    node = Node("a")
    node.next = node
    return node


def _shared():
    item = [1]
    return [item, item]


def _max_depth(opening, closing):
    return opening * 64 + '"<max depth>"' + closing * 64


MANY = "1," * 100_000

HOSTILE = {
    # text
    "lone surrogate": (lambda: "a\udc80b", r'"a\\udc80b"'),
    "control characters": (
        lambda: "\x00\x1b\x7f\x85\u2028\n",
        r'"\u0000\u001b\u007f\u0085\u2028\n"',
    ),
    "forged line": (lambda: 'x"}\n{"level":"error"}', r'"x\"}\n{\"level\":\"error\"}"'),
    "text subclass": (lambda: OddText("right"), '"right"'),
    # numbers
    "NaN": (lambda: float("nan"), '"NaN"'),
    "infinity": (lambda: float("-inf"), '"-Infinity"'),
    "wide integer": (lambda: 10**4299, "1" + "0" * 4299),
    "huge integer": (lambda: -(16**5000), f'"-0x1{"0" * 5000}"'),
    "integer subclass": (lambda: OddInt(7), "7"),
    "float subclass": (lambda: OddFloat(1.5), "1.5"),
    # repr
    "repr raises": (lambda: Raises(ValueError("x")), '"<unrepresentable Raises: ValueError>"'),
    "repr is out of memory": (
        lambda: Raises(MemoryError()),
        '"<unrepresentable Raises: MemoryError>"',
    ),
    "repr stops an iteration": (
        lambda: [Raises(StopIteration())],
        '["<unrepresentable Raises: StopIteration>"]',
    ),
    "repr without end": (EndlessRepr, '"<unrepresentable EndlessRepr: RecursionError>"'),
    "repr is no text": (NoText, '"<unrepresentable NoText: TypeError>"'),
    "repr is long": (
        lambda: Runs(lambda: None, "é" * 5000),
        '"' + "é" * 4096 + '…<904 more>"',
    ),
    "repr is a subclass": (lambda: Runs(lambda: None, OddText("right")), '"right"'),
    "repr has a surrogate": (lambda: Runs(lambda: None, "\ud800"), r'"\\ud800"'),
    "exception without text": (
        BadError,
        '"BadError: <unrepresentable BadError: ZeroDivisionError>"',
    ),
    # classes
    "lies: str": (lambda: Liar(str), '"<Liar>"'),
    "lies: dict": (lambda: Liar(dict), '"<Liar>"'),
    "lies: bool": (
        lambda: [Liar(bool), Liar(type(None)), Liar(int)],
        '["<Liar>","<Liar>","<Liar>"]',
    ),
    "lies: list": (lambda: {"k": Liar(list)}, '{"k":"<Liar>"}'),
    "class that refuses": (OfBadClass, '"<unrepresentable object: RuntimeError>"'),
    "the class itself": (lambda: Liar, f"\"<class '{__name__}.Liar'>\""),
    "namespace": (lambda: SimpleNamespace(a=1), '"namespace(a=1)"'),
    # containers
    "emptied list": (lambda: emptied([]), '["<Runs>",2]'),
    "emptied dict": (lambda: emptied({}), '{"first":"<Runs>","second":2}'),
    "emptied deque": (lambda: emptied(collections.deque()), '["<Runs>",2]'),
    "growing list": (growing, '["<Runs>",2]'),
    "dict that raises": (lambda: OddDict(a=1), '{"a":1}'),
    "list without end": (EndlessList, f'[{MANY}"<more than 100000 items>"]'),
    "sequence without end": (Endless, f'[{MANY}"<more than 100000 items>"]'),
    "mapping that raises": (BadMapping, '"<unrepresentable BadMapping: KeyError>"'),
    # cycles and depth
    "list in itself": (lambda: own([1]), '[1,"<circular>"]'),
    "dict in itself": (lambda: own({}), '{"self":"<circular>"}'),
    "two lists in each other": (_two_that_hold_each_other, '[1,[2,"<circular>"]]'),
    "data class in itself": (_node_that_is_its_next, '{"name":"a","next":"<circular>"}'),
    "shared, not circular": (_shared, "[[1],[1]]"),
    "list of depth 64": (lambda: deep(64), "[" * 64 + '"end"' + "]" * 64),
    "list of depth 65": (lambda: deep(65), _max_depth("[", "]")),
    "list of depth 100000": (lambda: deep(100_000), _max_depth("[", "]")),
    "dict of depth 100000": (
        lambda: deep(100_000, lambda inner: {"k": inner}),
        _max_depth('{"k":', "}"),
    ),
    "tuple of depth 100000": (lambda: deep(100_000, lambda inner: (inner,)), _max_depth("[", "]")),
    "data classes, linked": (
        lambda: deep(1000, lambda inner: Node("n", inner)),
        _max_depth('{"name":"n","next":', "}"),
    ),
    "sequence in a sequence in a": (Nested, _max_depth("[", "]")),
    # hooks
    "hook returns itself": (lambda: Hook(lambda self: self), '"<max depth>"'),
    "hook returns another": (lambda: Hook(lambda self: Hook(self.convert)), '"<max depth>"'),
    "hook returns itself in a list": (lambda: Hook(lambda self: [self]), '["<circular>"]'),
    "hook returns another in a list": (
        lambda: Hook(lambda self: [Hook(self.convert)]),
        _max_depth("[", "]"),
    ),
    "hook raises": (
        lambda: Hook(lambda self: 1 // 0),
        '"<unrepresentable Hook: ZeroDivisionError>"',
    ),
    "hook is no method": (
        lambda: type("Odd", (), {"__tracefmt__": 5, "__repr__": lambda self: "<Odd>"})(),
        '"<Odd>"',
    ),
    "half-made data class": (
        HalfMade,
        '{"name":"half","next":"<unrepresentable HalfMade: LookupError>"}',
    ),
    # keys
    "keys that are no text": (
        lambda: {1: "a", None: "b", False: "c", 1.5: "d", (1, "x"): "e", b"y": "f"},
        """{"1":"a","null":"b","false":"c","1.5":"d","(1, 'x')":"e","eQ==":"f"}""",
    ),
    "keys that become equal": (
        lambda: {1: "a", "1": "b", "null": "c", None: "d", "1_": "e"},
        '{"1_2":"a","1":"b","null":"c","null_":"d","1_":"e"}',
    ),
    "keys with surrogates": (
        lambda: {"\udc80": 1, "\\udc80": 2},
        r'{"\\udc80_":1,"\\udc80":2}',
    ),
    "key that raises": (
        lambda: {Raises(ValueError()): 1, Raises(ValueError()): 2},
        '{"<unrepresentable Raises: ValueError>":1,"<unrepresentable Raises: ValueError>_":2}',
    ),
    "key that is a text subclass": (lambda: {OddText("k"): 1}, '{"k":1}'),
    "empty key": (lambda: {"": 1}, '{"":1}'),
    "key with a line in it": (lambda: {'a"\n': 1}, r'{"a\"\n":1}'),
    "members of an enumeration as keys": (
        lambda: {Colour.RED: Colour.GREEN, Colour.BLUE: Colour.BLUE},
        '{"1":"green","<Colour.BLUE: (0, 0, 255)>":[0,0,255]}',
    ),
}
"""Each by name: how to make it, and its JSON text."""
