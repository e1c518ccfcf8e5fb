"""``tracefmt audit``: the share of lines that carry no trace id."""
