"""
The context that follows the work into threads, executors and processes.

`wrap`, the classes with the names of the standard library's, and `wrap_for_process` are called by
name; `install` makes the standard library's own classes do the same. What each mechanism of Python
carries by itself, and with this module: ``docs/propagation.md``.

Between processes the headers of W3C Trace Context (https://www.w3.org/TR/trace-context/) and W3C
Baggage travel, and nothing else but the fields that were named, of those that `tracefmt.bind` has
bound.
"""

import sys

from tracefmt.propagation import _bound
from tracefmt.propagation._carrier import Carrier, initializer, wrap_for_process
from tracefmt.propagation._fields import register_fields, unregister_fields
from tracefmt.propagation._install import install, uninstall
from tracefmt.propagation._processes import ProcessPoolExecutor
from tracefmt.propagation._threads import Thread, ThreadPoolExecutor, Timer
from tracefmt.propagation._wrap import bind_generator, run_in_executor, wrap

__all__ = [
    "Carrier",
    "ProcessPoolExecutor",
    "Thread",
    "ThreadPoolExecutor",
    "Timer",
    "bind_generator",
    "initializer",
    "install",
    "register_fields",
    "run_in_executor",
    "uninstall",
    "unregister_fields",
    "wrap",
    "wrap_for_process",
]

register_fields(_bound.current, _bound.replace)

if sys.version_info >= (3, 14):
    from tracefmt.propagation._processes import InterpreterPoolExecutor as InterpreterPoolExecutor

    __all__.insert(1, "InterpreterPoolExecutor")
