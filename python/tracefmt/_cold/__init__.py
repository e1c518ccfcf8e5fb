"""
What both cores call for everything that is not a hot type.

Each core writes exact `str`, `int`, `float`, `bool`, `None`, `dict`, `list` and `tuple` by itself.
Everything else comes here, to one Python function, so that the two cores cannot differ.
Nothing in this package raises an `Exception`; what fails becomes a readable mark.  Other
`BaseException` (``KeyboardInterrupt``, ``SystemExit``) raised by user code pass through.
"""
