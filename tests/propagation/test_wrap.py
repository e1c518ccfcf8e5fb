"""`wrap`, `bind_generator` and `run_in_executor`."""

import asyncio
import contextvars
import gc
import inspect
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.propagation.spans import leave_attached, seen, span

from tracefmt import ConfigurationError, propagation

pytestmark = pytest.mark.once
VARIABLE = contextvars.ContextVar("variable", default=None)


def test_all_context_variables_are_captured():
    """Not the span alone is carried, but every variable, as it was at `wrap`."""
    token = VARIABLE.set("then")
    wrapped = propagation.wrap(VARIABLE.get)
    VARIABLE.reset(token)

    assert (wrapped(), VARIABLE.get()) == ("then", None)


def test_calls_do_not_see_each_other():
    """What one call leaves attached, the next one does not see."""
    with span(1):
        careless, wrapped = propagation.wrap(leave_attached), propagation.wrap(seen)

    assert [careless(), careless(), wrapped()] == [444, 444, 1]
    assert seen() == 0


def test_one_wrapped_function_runs_in_several_threads_at_once():
    """Calls at the same time, and inside of each other, have copies of their own."""
    barrier = threading.Barrier(4, timeout=10)

    def work():
        barrier.wait()
        return seen(), wrapped_seen()

    with span(7):
        wrapped, wrapped_seen = propagation.wrap(work), propagation.wrap(seen)
    with ThreadPoolExecutor(4) as pool:
        found = [future.result() for future in [pool.submit(wrapped) for _ in range(4)]]

    assert found == [(7, 7)] * 4


def test_name_arguments_and_errors_pass():
    """The wrapped function looks like the one within, and takes and raises what that does."""

    def add(a, *, b):
        """Add."""
        return a + b

    wrapped = propagation.wrap(add)

    assert (wrapped.__name__, wrapped.__doc__, wrapped(1, b=2)) == ("add", "Add.", 3)
    with pytest.raises(TypeError):
        wrapped(1, b=None)


@pytest.mark.parametrize("given", [None, 1, "seen()"])
def test_what_cannot_be_called_is_refused(given):
    """Handing over a result instead of the function is said at once."""
    with pytest.raises(ConfigurationError, match="without \\(\\)"):
        propagation.wrap(given)
    with pytest.raises(ConfigurationError, match="without \\(\\)"):
        propagation.wrap_for_process(given)


def test_a_coroutine_function_runs_each_step_in_its_context():
    """A wrapped coroutine function is one still, and keeps its span over every `await`."""

    async def work():
        first = seen()
        await asyncio.sleep(0)
        leave_attached()
        await asyncio.sleep(0)
        return first, seen()

    with span(3):
        wrapped = propagation.wrap(work)

    async def main():
        with span(8):
            return await asyncio.gather(wrapped(), wrapped()), seen()

    assert inspect.iscoroutinefunction(wrapped)
    assert asyncio.run(main()) == ([(3, 444), (3, 444)], 8)


def test_a_coroutine_that_is_cancelled_cleans_up_in_its_context():
    """A cancellation gets to the body, and its `finally` sees the body's span."""
    found = []

    async def work():
        try:
            await asyncio.sleep(60)
        finally:
            found.append(seen())

    with span(3):
        wrapped = propagation.wrap(work)

    async def main():
        task = asyncio.ensure_future(wrapped())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert found == [3]


def talker():
    """Say what is seen and sent; return a result."""
    with span(5):
        heard = []
        while len(heard) < 3:
            try:
                heard.append((yield seen()))
            except ValueError as error:
                heard.append(str(error))
        return heard


@pytest.mark.parametrize("made", [propagation.wrap, propagation.bind_generator])
def test_a_generator_is_driven_as_ever(made):
    """`send`, `throw` and the result pass, and the consumer's span stays the consumer's."""
    steps = made(talker)()
    with span(9):
        assert [next(steps), seen(), steps.send("a"), steps.throw(ValueError("b")), seen()] == [
            *(5, 9, 5, 5, 9)
        ]
        with pytest.raises(StopIteration) as stop:
            steps.send("c")

    assert stop.value.value == ["a", "b", "c"]


def test_a_generator_begins_where_it_was_made():
    """A body that a server resumes later sees the span of the handler that made it."""

    @propagation.bind_generator
    def body():
        yield seen()
        yield seen()

    with span(4):
        steps = body()

    assert list(steps) == [4, 4]


def test_generators_that_are_dropped_out_of_order_leave_nothing():
    """Two that hold spans and are closed the wrong way round do not bring a dead span back."""

    @propagation.bind_generator
    def hold(number):
        with span(number):
            yield

    first, second = hold(556), hold(555)
    next(first)
    next(second)
    first.close()
    del second

    assert seen() == 0


async def async_talker():
    """The same, asynchronously."""
    with span(5):
        heard = []
        while len(heard) < 3:
            await asyncio.sleep(0)
            try:
                heard.append((yield seen()))
            except ValueError as error:
                heard.append(str(error))
        yield heard


@pytest.mark.parametrize("made", [propagation.wrap, propagation.bind_generator])
def test_an_async_generator_is_driven_as_ever(made):
    """`asend`, `athrow` and the end pass, and the consumer's span stays the consumer's."""

    async def main():
        steps = made(async_talker)()
        with span(9):
            found = [await steps.__anext__(), seen(), await steps.asend("a")]
            found += [await steps.athrow(ValueError("b")), await steps.asend("c"), seen()]
        return found, [step async for step in steps]

    assert asyncio.run(main()) == ([5, 9, 5, 5, ["a", "b", "c"], 9], [])


def test_an_async_generator_is_closed_in_its_own_context(caplog):
    """One that is left by `break` has its `finally` run in its context, with no failed detach."""
    found = []

    @propagation.bind_generator
    async def body():
        try:
            with span(6):
                yield 1
                yield 2
        finally:
            await asyncio.sleep(0)
            found.append(seen())

    async def main():
        with span(2):
            async for _ in body():
                break
            gc.collect()
            await asyncio.sleep(0.01)
            return seen()

    assert (asyncio.run(main()), found, caplog.records) == (2, [2], [])


def test_bind_generator_refuses_other_functions():
    """A plain function has no steps; the message says what there is for it."""
    with pytest.raises(ConfigurationError, match="there is wrap"):
        propagation.bind_generator(seen)


def test_run_in_executor_needs_a_loop():
    """Without an event loop it says so, as asyncio does."""
    with pytest.raises(RuntimeError, match="no running event loop"):
        propagation.run_in_executor(None, seen)


def test_run_in_executor_to_a_process():
    """With a pool of processes the W3C headers go along."""

    async def main():
        with propagation.ProcessPoolExecutor(1) as pool, span(3):
            return await propagation.run_in_executor(pool, seen)

    assert asyncio.run(main()) == 3
