"""Runs that are trained on other machines: what they tell, and how it comes into the history."""
