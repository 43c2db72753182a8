"""A convolution or a pooling by hand: the view, what it is tried on, and LAB 2's questions about it."""
