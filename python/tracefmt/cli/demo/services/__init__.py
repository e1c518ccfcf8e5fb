"""
The three services: ``gateway`` -> ``checkout`` -> ``payments``.

``serving`` is what they share.  Their own modules log as any service does, with
``logging.getLogger`` and ``extra``, and know nothing of tracefmt.
"""

NAMES = ("gateway", "checkout", "payments")
"""In the order in which a request meets them."""
