"""
What a line costs on this machine: the command ``tracefmt bench``.

``workloads`` says what is logged, ``loops`` makes the calls, ``timing`` measures them, ``contenders``
are those that need nothing installed but tracefmt, ``picture`` shows the result.  The comparison with
other libraries is in the project's ``benches/``, which shares the first three rooms.
"""
