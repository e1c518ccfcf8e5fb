"""What `make memcheck` runs under valgrind, run without it."""

import pytest
from tests.memcheck import hot, run


@pytest.mark.once
def test_the_hot_path_runs(run_script):
    """The program logs every kind of value through every kind of handler, and ends well."""
    assert run_script("from tests.memcheck import hot; hot.main()", TRACEFMT_CORE="rust") == b""


@pytest.mark.once
def test_errors_are_told_apart():
    """An error counts as ours where a frame of the extension is in its stack."""
    assert hot.VALUES
    log = """==7== Memcheck
==7==
==7== Invalid read of size 8
==7==    at 0x1: memcpy (in /lib/libc.so)
==7==    by 0x2: ??? (in /x/tracefmt/_rust.cpython-311-x86_64-linux-gnu.so)
==7==
==7== Conditional jump or move depends on uninitialised value(s)
==7==    at 0x3: PyObject_Free (in /x/libpython3.11.so)
==7==
"""
    errors = run._errors(log)
    assert [bool(run.OURS.search(error)) for error in errors] == [True, False]
