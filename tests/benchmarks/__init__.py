"""Measurements. They are run by hand (`make bench`), give ratios taken in one run, and are no tests."""
