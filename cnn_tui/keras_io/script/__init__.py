"""Experiments as Keras scripts and notebooks: a file for each part of a script."""
