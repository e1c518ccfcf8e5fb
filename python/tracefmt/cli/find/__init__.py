"""``tracefmt find``: traces whose lines are such and such."""
