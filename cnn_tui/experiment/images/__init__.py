"""Which images an experiment learns from and validates on, and what stands in for a dataset that is not set yet."""
