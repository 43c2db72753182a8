"""Pages, and what writes them."""
