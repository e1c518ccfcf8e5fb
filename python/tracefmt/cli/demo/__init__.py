"""
The demo: three services that log through tracefmt, and one failure followed by its trace.

``fleet`` runs the services, ``load`` sends the requests, ``files`` reads what was logged,
``claims`` checks it, ``cost`` measures a line, ``story`` tells it all.
"""
