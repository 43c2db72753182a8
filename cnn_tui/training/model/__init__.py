"""The Keras model of an experiment: built, given weights, and changed between two phases."""
