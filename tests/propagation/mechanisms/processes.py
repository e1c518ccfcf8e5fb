"""Processes, pools of processes, and interpreters."""

import multiprocessing
import multiprocessing.pool
import os
from concurrent.futures import ProcessPoolExecutor

from tests.propagation.libraries import script
from tests.propagation.mechanisms.rows import installed, one, row
from tests.propagation.spans import seen

from tracefmt import propagation


@row("`os.fork`")
def forked(carry):
    def call():
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            if carry:
                propagation.initializer()
            os.write(writing, str(seen()).encode())
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as file:
            found = file.read()
        os.waitpid(child, 0)
        return int(found)

    yield call


def put_seen(found):
    """Tell the parent what is seen here."""
    found.put(seen())


def process(method, carry):
    context = multiprocessing.get_context(method)
    found = context.SimpleQueue()

    def call():
        child = context.Process(target=put_seen, args=(found,))
        child.start()
        child.join()
        return found.get()

    with installed(carry):
        yield call


def processes(method, carry):
    kind = propagation.ProcessPoolExecutor if carry else ProcessPoolExecutor
    with kind(1, multiprocessing.get_context(method)) as pool:
        yield lambda: one([pool.submit(seen).result(), *pool.map(seen, range(2))])


def pool(method, carry):
    options = {"initializer": propagation.initializer} if carry else {}
    with multiprocessing.get_context(method).Pool(1, **options) as pool:
        yield lambda: one(pool.map(propagation.wrap_for_process(seen) if carry else seen, [1, 2]))


def installed_pool(method, carry):
    with installed(carry), multiprocessing.get_context(method).Pool(1) as pool:
        yield lambda: one([pool.apply(seen), *pool.map(seen, [1]), *pool.imap(seen, [1])])


@row("`multiprocessing.Process`, fork")
def fork_process(carry):
    yield from process("fork", carry)


@row("`multiprocessing.Process`, spawn")
def spawn_process(carry):
    yield from process("spawn", carry)


@row("`multiprocessing.Process`, forkserver")
def forkserver_process(carry):
    yield from process("forkserver", carry)


@row("`ProcessPoolExecutor`, fork")
def fork_processes(carry):
    yield from processes("fork", carry)


@row("`ProcessPoolExecutor`, spawn")
def spawn_processes(carry):
    yield from processes("spawn", carry)


@row("`ProcessPoolExecutor`, forkserver")
def forkserver_processes(carry):
    yield from processes("forkserver", carry)


@row("`multiprocessing.Pool`, fork")
def fork_pool(carry):
    yield from pool("fork", carry)


@row("`multiprocessing.Pool`, fork, by `install()`")
def installed_fork_pool(carry):
    yield from installed_pool("fork", carry)


@row("`multiprocessing.Pool`, spawn")
def spawn_pool(carry):
    yield from pool("spawn", carry)


@row("default start method")
def start_method(carry):
    code = "import multiprocessing; print(multiprocessing.get_start_method())"
    yield lambda: script(code).strip()


@row("`InterpreterPoolExecutor`", since=(3, 14))
def interpreters(carry):
    from concurrent import futures

    with (propagation if carry else futures).InterpreterPoolExecutor(1) as pool:
        yield lambda: one([pool.submit(seen).result(), *pool.map(seen, range(2))])
