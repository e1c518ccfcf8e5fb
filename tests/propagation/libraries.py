"""The rows of libraries with threads of their own: each runs in a process of its own."""

import subprocess
import sys


def script(code, *, carry=False):
    """Run a script that prints what it saw in span 1, as yes or no."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", f"CARRY = {carry}\n{START}{code}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return {"1": "yes", "0": "no"}.get(done.stdout.strip(), done.stdout + done.stderr)


START = """
import contextvars, os, sys
from tests.propagation.spans import leave_attached, seen, span
from tracefmt import propagation

def work():
    return seen()

def given():
    return propagation.wrap(work) if CARRY else work

def one(found):
    (only,) = set(found)
    return only
"""

GEVENT = """
import gevent, gevent.pool
with span(1):
    found = [
        gevent.spawn(given()).get(),
        gevent.spawn_later(0, given()).get(),
        gevent.pool.Pool(1).spawn(given()).get(),
        gevent.get_hub().threadpool.spawn(given()).get(),
    ]
print(one(found))
"""

GEVENT_PATCHED = """
import gevent.monkey
gevent.monkey.patch_all()
import threading
from concurrent.futures import ThreadPoolExecutor
if CARRY:
    propagation.install()
found = []
with span(1), ThreadPoolExecutor(1) as pool:
    thread = threading.Thread(target=lambda: found.append(seen()))
    thread.start()
    thread.join()
    found += [pool.submit(seen).result(), *pool.map(seen, range(2))]
print(one(found))
"""

GREENLET = """
import greenlet
with span(1):
    print(greenlet.greenlet(given()).switch())
"""

EVENTLET = """
import eventlet, eventlet.tpool
with span(1):
    found = [
        eventlet.spawn(given()).wait(),
        eventlet.GreenPool(1).spawn(given()).wait(),
        eventlet.tpool.execute(given()),
    ]
print(one(found))
"""

CELERY_EAGER = """
from celery import Celery
app = Celery("t", broker="memory://", set_as_current=False)
app.conf.task_always_eager = True
task = app.task(work)
with span(1):
    print(task.delay().get())
"""

CELERY_WORKER = """
from celery import Celery
from celery.contrib.testing.worker import start_worker
app = Celery("t", broker="memory://", backend="cache+memory://", set_as_current=False)

@app.task
def task(headers=None):
    with propagation.Carrier(headers).active():
        return seen()

with start_worker(app, perform_ping_check=False, loglevel="ERROR"):
    with span(1):
        carrier = propagation.Carrier.capture() if CARRY else propagation.Carrier()
        print(task.delay(carrier.headers).get(timeout=20), flush=True)
    os._exit(0)  # its worker takes long to end
"""
