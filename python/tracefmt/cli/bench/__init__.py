"""
What a line costs on this machine: the command ``tracefmt bench``.

``workloads`` says what is logged, ``loops`` makes the calls, ``timing`` measures them; the
project's ``benches/``, which compares with other libraries, shares these three.  ``contenders`` are
those that need nothing installed but tracefmt, ``measurement`` is all of it in turns, ``picture``
shows it.
"""
