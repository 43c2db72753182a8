"""A search: begun, followed to its end, and told."""
