"""Whether groups of runs differ by more than chance."""
