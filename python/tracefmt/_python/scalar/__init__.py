"""Plain values in, JSON text out; nothing here knows a record or a schema."""
