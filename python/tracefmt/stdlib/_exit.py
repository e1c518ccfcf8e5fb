"""The end of a process that does not come by itself."""

from __future__ import annotations

import logging
import os
from typing import NoReturn


def exit_now(status: int = 0) -> NoReturn:
    """
    Write what waits in all of logging's handlers, and end the process at once, by ``os._exit``.

    For the places where ``os._exit`` is right: a child after a fork, a watchdog.  No ``finally``,
    no atexit function and no destructor runs.  Handlers with ``background=True`` wait for
    their `drain_timeout` at most.

    Args:
        status: the exit status.

    Example:
        >>> import os, tracefmt
        >>> child = os.fork()
        >>> if child == 0:
        ...     tracefmt.exit_now(3)
        >>> os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        3
    """
    try:
        logging.shutdown()
    finally:
        os._exit(status)
