"""``tracefmt trace``: all that was logged in one trace, hung under its spans."""
