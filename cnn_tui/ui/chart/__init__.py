"""The chart of curves."""
