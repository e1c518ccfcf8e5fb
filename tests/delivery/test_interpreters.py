"""Subinterpreters: the Python core works in one, the Rust core says clearly that it does not."""

import sys

import pytest

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="no interpreters of their own GIL"
)

CODE = """
    import os, sys
    path, core = sys.argv[1:]
    inside = '''if True:
        import os
        os.environ["TRACEFMT_CORE"] = CORE
        try:
            import logging, tracefmt
        except ImportError as error:
            said = f"ImportError: {error}"
        else:
            tracefmt.configure("INFO", filename=PATH, exclude=["timestamp"])
            logging.info("inside")
            tracefmt.configure(None)
            said = "works"
        with open(PATH + ".said", "w") as file:
            file.write(said)
    '''.replace("CORE", repr(core)).replace("PATH", repr(path))
    if sys.version_info >= (3, 14):
        from concurrent import interpreters
        interpreters.create().exec(inside)
    elif sys.version_info >= (3, 13):
        import _interpreters
        failed = _interpreters.run_string(_interpreters.create(), inside)
        assert failed is None, failed
    else:
        import _xxsubinterpreters
        _xxsubinterpreters.run_string(_xxsubinterpreters.create(), inside)
"""


def test_a_subinterpreter(run_script, tmp_path, core):
    """The import works, or ends with an ImportError that says why."""
    path = tmp_path / "app.jsonl"
    run_script(CODE, str(path), core.NAME)
    said = (tmp_path / "app.jsonl.said").read_text()

    if core.NAME == "python":
        assert said == "works"
        assert path.read_text() == '{"level":"info","logger":"root","message":"inside"}\n'
    else:
        assert said.startswith("ImportError: ")
        assert "subinterpreters" in said
