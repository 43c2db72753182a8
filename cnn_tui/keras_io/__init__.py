"""Keras scripts and models, out and in. Reads code as data and runs none."""
