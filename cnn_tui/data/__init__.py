"""What a dataset is, described without loading it."""
