"""What ``exception=`` does not take."""

import queue

import pytest

import tracefmt
from tracefmt import ConfigurationError, Formatter


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("json", r"exception='json': write 'text', 'structured', or a mapping"),
        (True, r"exception=True: write 'text'"),
        ({"frames": 3}, r"exception: there is no 'frames'; write some of max_frames, max_chain"),
        ({"max_frames": 0}, r"exception: max_frames is a whole number above 0, not 0"),
        ({"show_locals": 1}, r"exception: show_locals is True or False, not 1"),
    ],
)
@pytest.mark.once
def test_bad_options(given, message):
    """What cannot work is refused when the formatter or the handler is made."""
    with pytest.raises(ConfigurationError, match=message):
        Formatter(exception=given)
    with pytest.raises(ConfigurationError, match=message):
        tracefmt.QueueHandler(queue.SimpleQueue(), exception=given)


@pytest.mark.once
def test_no_variables_in_a_queue():
    """A handler that cannot redact takes no variables down."""
    with pytest.raises(ConfigurationError, match="before they are redacted"):
        tracefmt.QueueHandler(queue.SimpleQueue(), exception={"show_locals": True})
