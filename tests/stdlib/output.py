"""A file that handlers write to by its descriptor, and the lines in it."""

import tracefmt


class Output:
    """A file that handlers write to by its descriptor, and the lines in it."""

    def __init__(self, path):
        self.path = path
        self.stream = path.open("w")

    def handler(self, **options):
        formatter = tracefmt.Formatter(exclude=["timestamp"], **options)
        return tracefmt.StreamHandler(self.stream, formatter=formatter)

    def lines(self):
        """Return the lines since the last call."""
        text = self.path.read_text()
        self.stream.truncate(0)
        self.stream.seek(0)
        return text.splitlines()
