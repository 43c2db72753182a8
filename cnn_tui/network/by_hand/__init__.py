"""Convolution and pooling worked out by hand: each step, as on paper, with well-known kernels."""
