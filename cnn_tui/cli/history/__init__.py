"""What was trained: the list of runs, pages on them, and what a person says of them."""
