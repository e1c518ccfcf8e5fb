"""
What is in force in this process, and which known traps it has walked into.

An application may ask for itself, where it has set up its logging::

    from tracefmt.cli.doctor import examine

    report = examine()
    if report.traps:
        print(report)
"""

from tracefmt.cli.doctor.examination import examine
from tracefmt.cli.doctor.report import Fact, Report, Trap

__all__ = ["Fact", "Report", "Trap", "examine"]
