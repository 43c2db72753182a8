"""The images that a script or a saved model is for, as a dataset: which, from where, and how many of them for what."""
