"""The examination: facts and traps of one process."""

from __future__ import annotations

from tracefmt.cli.doctor import facts, traps
from tracefmt.cli.doctor.extension import Extension
from tracefmt.cli.doctor.handlers import Survey
from tracefmt.cli.doctor.report import Report


def examine(*, core_error: ImportError | None = None) -> Report:
    """
    Look at the process that calls: versions, core, span source, handlers, and known traps.

    Nothing is changed.  The one record that is made, to see what other libraries put on it, goes
    to no handler.

    Args:
        core_error: what importing tracefmt raised at first, for a launcher that caught it.

    Example:
        >>> from tracefmt.cli.doctor import examine
        >>> [fact.name for fact in examine().facts if fact.section == "tracefmt"]
        ['version', 'core', 'extension']
    """
    extension = Extension.find()
    survey = Survey.take()
    return Report(
        tuple(facts.all_of(extension, survey, core_error)),
        tuple(traps.all_of(extension, survey, core_error)),
    )
