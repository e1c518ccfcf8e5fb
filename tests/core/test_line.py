"""The contract that all other tests check lines against."""

import pytest
from tests.core.line import checked

pytestmark = pytest.mark.once


def test_good_line():
    """A line that keeps the contract is returned as what it says."""
    assert checked('{"a":{"b":[1,"é\\n\\\\udc80"]}}'.encode()) == {"a": {"b": [1, "é\n\\udc80"]}}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b'{"a":1}\n', AssertionError),
        (b'{"a":1,"a":2}', AssertionError),
        (b'{"a":{"b":1,"b":2}}', AssertionError),
        (b'{"a":NaN}', AssertionError),
        (b'{"a":-Infinity}', AssertionError),
        (b"[1]", AssertionError),
        (b"{", ValueError),
        (b'{"a":1}{"a":2}', ValueError),
        (b'{"a":"\xff"}', UnicodeDecodeError),
        (b'{"a":"\xed\xb2\x80"}', UnicodeDecodeError),
        (b'{"a":"\\udc80"}', UnicodeEncodeError),
        (b'{"\\udc80":1}', UnicodeEncodeError),
        (b'{"a":"\x1b"}', AssertionError),
        (b'{"a":"\x7f"}', AssertionError),
        ('{"a":"\x85"}'.encode(), AssertionError),
        ('{"a":"\u2028"}'.encode(), AssertionError),
    ],
)
def test_bad_line(line, error):
    """A line that breaks the contract fails the test."""
    with pytest.raises(error):
        checked(line)
