"""``tracefmt pretty``: JSON lines as people read them."""
