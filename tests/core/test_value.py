"""Chapters V, H and C: values, hooks, containers."""

import collections
import contextlib
import copy
import dataclasses
import gc
import json
import sys
import threading
import types
import weakref

import pytest
from tests.core import cases
from tests.core.hostile import HOSTILE, Hook, Node, Raises, Runs, deep
from tests.core.line import checked, line_of, record, value_text

from tracefmt import Formatter


@pytest.mark.parametrize("case", cases.load("value"))
def test_case(case):
    """A case of chapters V, H, C and N."""
    assert value_text(cases.evaluate(case["input"])) == case["output"]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile(name):
    """A value that breaks encoders is written as it should."""
    make, expected = HOSTILE[name]

    assert value_text(make()) == expected


def test_all_hostile_in_one_record():
    """Hostile values do not harm each other, nor the fields around them."""
    values = {f"v{index}": make() for index, (make, _) in enumerate(HOSTILE.values())}
    expected = [f'"v{index}":{text}' for index, (_, text) in enumerate(HOSTILE.values())]

    assert line_of(record(**values), exclude=["timestamp"]) == (
        f'{{"level":"info","logger":"app","message":"hello",{",".join(expected)}}}'
    )


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, GeneratorExit])
@pytest.mark.parametrize("place", ["value", "item", "key", "hook", "field"])
@pytest.mark.clause("E1")
def test_what_is_no_exception_passes(error, place):
    """`KeyboardInterrupt`, `SystemExit` and their like pass through, and leave nothing behind."""

    def interrupt(_=None):
        raise error

    value = {
        "value": Runs(interrupt),
        "item": [1, {"k": Runs(interrupt)}],
        "key": {Runs(interrupt): 1},
        "hook": Hook(interrupt),
        "field": Node("n", Hook(interrupt)),
    }[place]
    formatter = Formatter(exclude=["timestamp"], span_source=lambda: None)
    with pytest.raises(error):
        formatter.format(record(v=value))

    assert formatter.format(record(v=1)) == (
        '{"level":"info","logger":"app","message":"hello","v":1}'
    )


@pytest.mark.clause("L7")
def test_values_are_left_as_they_were():
    """Neither the record nor its values change, and no iterator is moved on."""
    generator = (number for number in range(3))
    values = {
        "list": [1, [2]],
        "dict": {1: "a", "b": {"c": 1}},
        "default": collections.defaultdict(list, k=[1]),
        "deque": collections.deque([1, 2]),
        "array": bytearray(b"ab"),
    }
    subject = record("%s", ("x",), iterator=generator, **values)
    before = {**vars(subject)}
    copies = copy.deepcopy(values)
    line_of(subject)

    assert vars(subject) == before
    assert list(vars(subject)) == list(before)
    assert {name: vars(subject)[name] for name in values} == copies
    assert list(generator) == [0, 1, 2]


def test_iterators_are_their_repr():
    """A generator is not consumed; its `repr` stands for it."""
    generator = (number for number in range(3))

    assert value_text(generator) == json.dumps(repr(generator))


def test_a_writable_view_is_released():
    """A buffer that was written can be resized afterwards."""
    buffer = bytearray(b"ab")
    value_text([buffer, memoryview(buffer)])
    gc.collect()
    buffer.append(99)

    assert buffer == b"abc"


def test_values_are_not_kept():
    """No value lives on after its line."""
    node = Node("n")
    line_of(record(v=[node], w={"k": node}, x=Hook(lambda self, node=node: node)))
    dead = weakref.ref(node)
    del node

    assert dead() is None


@pytest.mark.clause("C3")
@pytest.mark.parametrize("kind", [list, collections.deque, dict, set])
def test_a_container_that_changes_while_it_is_written(kind):
    """The items that were there are written, whatever the first of them does to the container."""

    def change():
        container.clear()
        for number in range(1000):
            if kind is dict:
                container[number] = number
            elif kind is set:
                container.add(number)
            else:
                container.append(number)

    first = Runs(change, "first")
    container = {"a": first, "b": 2} if kind is dict else kind([first])

    assert value_text(container) == ('{"a":"first","b":2}' if kind is dict else '["first"]')


def test_an_item_that_frees_itself():
    """An item is alive while it is written, although its container lets go of it."""

    class Freed:
        def __repr__(self):
            items.clear()
            gc.collect()
            return "<Freed>"

    items = [Freed(), Freed()]

    assert value_text(items) == '["<Freed>","<Freed>"]'


@pytest.mark.clause("C4")
def test_containers_that_another_thread_changes():
    """Each line is valid while another thread changes what it is made of."""
    shared_list, shared_dict, shared_deque = [], {}, collections.deque()
    node = Node("n")
    stop = threading.Event()

    def change():
        number = 0
        while not stop.is_set():
            number += 1
            shared_list[:] = [[number], Node("i")] * (number % 50)
            shared_dict[number] = {"n": number}
            if number % 50 == 0:
                shared_dict.clear()
                shared_deque.clear()
            shared_deque.append(number)
            node.next = (shared_list, shared_dict)[number % 2]

    thread = threading.Thread(target=change)
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    thread.start()
    try:
        formatter = Formatter(span_source=lambda: None)
        subject = record(a=shared_list, b=shared_dict, c=shared_deque, d=node)
        for _ in range(300):
            found = checked(formatter.format_bytes(subject))

            assert list(found) == ["timestamp", "level", "logger", "message", *"abcd"]
    finally:
        stop.set()
        thread.join()
        sys.setswitchinterval(interval)


def test_half_imported_numpy(monkeypatch):
    """What is in `sys.modules` under numpy's name does not matter for other values."""
    monkeypatch.setitem(sys.modules, "numpy", types.ModuleType("numpy"))

    assert value_text([Node("n"), 1j]) == '[{"name":"n","next":null},"1j"]'


def test_no_numpy(monkeypatch):
    """Values of libraries are known by their types, so none has to be imported."""
    value = cases.NAMESPACE["numpy"].float32(0.5)
    monkeypatch.delitem(sys.modules, "numpy")

    assert value_text(value) == "0.5"


def test_slots_data_class():
    """A data class with slots, one of them empty."""

    @dataclasses.dataclass(slots=True)
    class Slotted:
        a: int
        b: int

    value = Slotted(1, 2)
    del value.b

    assert value_text(value) == '{"a":1,"b":"<unrepresentable Slotted: AttributeError>"}'


def test_more_items_than_a_mapping_may_have():
    """A mapping that computes its items is cut."""
    text = value_text(types.MappingProxyType(dict.fromkeys(range(100_001), 0)))

    assert text.endswith(',"99998":0,"99999":0,"<more than 100000 items>":null}')


def test_long_exact_containers_are_whole():
    """What is there already is written, however much it is."""
    assert value_text(list(range(200_000))).endswith(",199999]")
    assert value_text(dict.fromkeys(range(200_000))).endswith(',"199999":null}')


def test_a_metaclass_that_lies_about_bases():
    """An object of a class that claims to be a dict, and is none, is marked."""

    class Meta(type):
        @property
        def __mro__(cls):
            return (dict, object)

    class Odd(metaclass=Meta):
        pass

    assert value_text(Odd()) == '"<unrepresentable Odd: AttributeError>"'


def test_getattr_that_answers_everything():
    """An object that has every attribute, like a mock, is no data class."""

    class Mock:
        def __getattr__(self, name):
            return self

        def __call__(self, *args):
            return self

        def __repr__(self):
            return "<Mock>"

    assert value_text(Mock()) == '"<Mock>"'


def test_deep_values_with_little_recursion_left():
    """Near Python's own limit there is a valid line all the same."""
    formatter = Formatter(span_source=lambda: None)
    subject = record(v=deep(60), w=Node("n", Node("m")))
    messages = set()

    def descend():
        with contextlib.suppress(RecursionError):
            descend()
        # a few frames are needed to call a formatter at all
        with contextlib.suppress(RecursionError):
            messages.add(checked(formatter.format_bytes(subject)).get("message"))

    descend()

    assert "hello" in messages
    assert messages <= {"hello", None}


def test_error_in_a_hook_of_a_key():
    """A key with a hook is what that returns, or the mark."""
    assert value_text({Hook(lambda self: "k"): 1, Hook(lambda self: 1 // 0): 2}) == (
        '{"k":1,"<unrepresentable Hook: ZeroDivisionError>":2}'
    )


def test_unhashable_and_raising_parts_in_one_value():
    """One bad part of a value leaves the others as they are."""
    value = {"good": 1, "bad": Raises(ValueError()), "also good": [2, {3}]}

    assert value_text(value) == (
        '{"good":1,"bad":"<unrepresentable Raises: ValueError>","also good":[2,[3]]}'
    )
