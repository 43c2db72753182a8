"""cnn-tui: a lab in a terminal for convolutional networks."""

__version__ = "0.1.0"
