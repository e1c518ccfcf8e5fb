"""What would take a process down, in processes of its own: no stack, no memory, signals, forks."""

import pytest
from tests.core.line import checked

DEEP = """
import sys, threading
from tests.core.hostile import Hook, Node, deep
from tests.core.line import line_of, record

wraps = {
    "list": lambda inner: [inner],
    "tuple": lambda inner: (inner,),
    "dict": lambda inner: {"key": inner},
    "data class": lambda inner: Node("n", inner),
    "hooks": lambda inner: Hook(lambda self: [inner]),
    "all": lambda inner: {"k": [Node("n", (inner,))]},
}
value = deep(200_000, wraps[sys.argv[1]])
lines = []

def log():
    lines.append(line_of(record(v=value)))
    lines.append(line_of(record("%d", ([value],))))

threading.stack_size(128 * 1024)
thread = threading.Thread(target=log)
thread.start()
thread.join()
print(*lines, sep="\\n")
sys.stdout.flush()
import os
os._exit(0)  # the value itself is too deep for some destructors
"""


@pytest.mark.parametrize(
    ("kind", "opening", "closing"),
    [
        ("list", "[" * 64, "]" * 64),
        ("tuple", "[" * 64, "]" * 64),
        ("dict", '{"key":' * 64, "}" * 64),
        ("data class", '{"name":"n","next":' * 64, "}" * 64),
        ("hooks", "[" * 64, "]" * 64),
        ("all", '{"k":[{"name":"n","next":[' * 16, "]}]}" * 16),
    ],
    ids=["list", "tuple", "dict", "data class", "hooks", "all"],
)
@pytest.mark.clause("C2")
def test_deep_values_on_a_small_stack(run_script, kind, opening, closing):
    """A value 200,000 containers deep is cut, also in a thread with a stack of 128 KiB."""
    first, second = run_script(DEEP, kind).decode().splitlines()

    assert first == (
        '{"timestamp":"2023-11-14T22:13:20.500000Z","level":"info","logger":"app",'
        f'"message":"hello","v":{opening}"<max depth>"{closing}}}'
    )
    assert checked(second.encode())["format_error"].startswith("TypeError: ")


MEMORY = """
import resource, sys
from tests.core.hostile import Node
from tests.core.line import checked, record
from tracefmt import Formatter

formatter = Formatter(exclude=["timestamp"], span_source=lambda: None)
small = '{"level":"info","logger":"app","message":"hello","v":1}'
assert formatter.format(record(v=1)) == small

MIB = 1 << 20
values = {
    "text": lambda: "x" * (10 * MIB),
    "text to escape": lambda: "\\x1b" * (2 * MIB),
    "surrogates": lambda: "\\udc80" * (2 * MIB),
    "bytes": lambda: b"x" * (10 * MIB),
    "list": lambda: [0] * (4 * MIB),
    "dict": lambda: dict.fromkeys(range(MIB), 0),
    "set": lambda: set(range(90_000)),
    "data classes": lambda: [Node("n") for _ in range(20_000)],
    "long repr": lambda: type("Long", (), {"__repr__": lambda self: "x" * (256 * MIB)})(),
    "argument": lambda: ("%s", "x" * (10 * MIB)),
}
value = values[sys.argv[1]]()
subject = record(*value) if sys.argv[1] == "argument" else record(v=value)
with open("/proc/self/statm") as statm:
    used = int(statm.read().split()[0]) * resource.getpagesize()
for room in (1, 6, 18):
    resource.setrlimit(resource.RLIMIT_AS, (used + room * MIB, resource.RLIM_INFINITY))
    for _ in range(2):
        try:
            line = formatter.format_bytes(subject)
        except MemoryError:
            raise SystemExit(f"MemoryError with {room} MiB left") from None
        if len(line) < 1000:
            print(line.decode())
        del line
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert formatter.format(record(v=1)) == small
print("end")
"""


@pytest.mark.parametrize(
    "kind",
    [
        *("text", "text to escape", "surrogates", "bytes", "list", "dict", "set", "data classes"),
        *("long repr", "argument"),
    ],
)
@pytest.mark.clause("E3")
def test_out_of_memory(run_script, kind):
    """Without memory for a line there is a short one that says so, and the next line is whole."""
    *lines, end = run_script(MEMORY, kind).splitlines()

    assert end == b"end"
    for line in lines:
        found = checked(line)
        named = str(found.get("format_error", found.get("v", found.get("args"))))

        assert "Memory" in named or "could not be written" in named, line


def test_logging_from_a_signal_handler(run_script):
    """A handler that logs in the middle of a line gives a line of its own, and harms no other."""
    script = """
    import signal, sys
    from tests.core.hostile import Node, Runs
    from tests.core.line import record
    from tracefmt import Formatter

    formatter = Formatter(exclude=["timestamp"], span_source=lambda: None)
    subject = record("%s", (Runs(lambda: None, "text"),), v=[Node("n"), {1: Runs(lambda: None)}])
    expected = formatter.format(subject)
    inner = formatter.format(record("signal", v=Node("s")))
    found = set()

    def handle(number, frame):
        found.add(formatter.format(record("signal", v=Node("s"))))

    signal.signal(signal.SIGALRM, handle)
    signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
    lines = {formatter.format(subject) for _ in range(20_000)}
    while not found:
        lines.add(formatter.format(subject))
    signal.setitimer(signal.ITIMER_REAL, 0)
    assert lines == {expected}, lines
    assert found == {inner}, found
    print("ok")
    """

    assert run_script(script) == b"ok\n"


def test_interrupt_in_the_middle_of_lines(run_script):
    """Ctrl-C ends the program at the line it falls on, as it would without tracefmt."""
    script = """
    import os, signal, time
    from tests.core.hostile import Runs
    from tests.core.line import record
    from tracefmt import Formatter

    formatter = Formatter(exclude=["timestamp"], span_source=lambda: None)
    subject = record(v=Runs(lambda: (os.kill(os.getpid(), signal.SIGINT), time.sleep(1))))
    try:
        formatter.format(subject)
    except KeyboardInterrupt:
        print(formatter.format(record()))
    """

    assert run_script(script) == b'{"level":"info","logger":"app","message":"hello"}\n'


def test_logging_while_the_interpreter_ends(run_script):
    """At exit, and from objects that die after it, there are lines or there is silence."""
    script = """
    import atexit, logging, sys, tracefmt

    handler = tracefmt.configure(stream=sys.stdout, exclude=["timestamp"])
    log = logging.getLogger("app")

    class Dies:
        def __del__(self):
            log.info("died")

    atexit.register(log.info, "at exit")
    kept = Dies()
    loop = Dies()
    loop.itself = loop
    sys.kept = Dies()
    """
    lines = run_script(script).splitlines()

    assert lines[0] == b'{"level":"info","logger":"app","message":"at exit"}'
    assert set(lines[1:]) <= {b'{"level":"info","logger":"app","message":"died"}'}


def test_fork_in_the_middle_of_a_line(run_script):
    """A child that is forked by the code of a value finishes the line as its parent does."""
    script = """
    import os, sys
    from tests.core.hostile import Runs
    from tests.core.line import record
    from tracefmt import Formatter

    formatter = Formatter(exclude=["timestamp"], span_source=lambda: None)
    children = []
    line = formatter.format(record(v=[1, Runs(lambda: children.append(os.fork())), 2]))
    os.write(1, line.encode() + b"\\n")
    os.write(1, formatter.format(record("next")).encode() + b"\\n")
    if children == [0]:
        os._exit(0)
    assert os.waitpid(children[0], 0)[1] == 0
    """
    whole = b'{"level":"info","logger":"app","message":"hello","v":[1,"<Runs>",2]}'
    following = b'{"level":"info","logger":"app","message":"next"}'

    assert sorted(run_script(script).splitlines()) == [whole, whole, following, following]


def test_threads_that_end(run_script):
    """A thousand threads that each log once leave no memory behind to speak of."""
    script = """
    import resource, threading
    from tests.core.line import record
    from tracefmt import Formatter

    formatter = Formatter(span_source=lambda: None)

    def log():
        formatter.format(record("x" * 50_000))

    def run(count):
        for _ in range(count):
            thread = threading.Thread(target=log)
            thread.start()
            thread.join()
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    run(50)
    print(run(1000) - run(50) < 20_000)
    """

    assert run_script(script) == b"True\n"
