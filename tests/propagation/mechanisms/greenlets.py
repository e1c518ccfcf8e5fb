"""Libraries with threads or workers of their own."""

from tests.propagation import libraries
from tests.propagation.libraries import script
from tests.propagation.mechanisms.rows import row


@row("gevent: `spawn`, `spawn_later`, `Pool.spawn`, its threadpool")
def gevent(carry):
    yield lambda: script(libraries.GEVENT, carry=carry)


@row("gevent: patched `Thread`, `ThreadPoolExecutor`")
def gevent_patched(carry):
    yield lambda: script(libraries.GEVENT_PATCHED, carry=carry)


@row("a raw `greenlet`")
def raw_greenlet(carry):
    yield lambda: script(libraries.GREENLET, carry=carry)


@row("eventlet: `spawn`, `GreenPool`, `tpool`")
def eventlet(carry):
    yield lambda: script(libraries.EVENTLET, carry=carry)


@row("Celery, eager task")
def celery_eager(carry):
    yield lambda: script(libraries.CELERY_EAGER, carry=carry)


@row("Celery, task of a worker")
def celery_worker(carry):
    yield lambda: script(libraries.CELERY_WORKER, carry=carry)
