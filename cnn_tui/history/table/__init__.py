"""A table of runs: its columns, what is listed and in what order, the filter, repeats folded into one row."""
