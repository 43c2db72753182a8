"""The shape rules by family, one for each layer kind. Loading this registers them with `shapes.flow`."""

from cnn_tui.network.rules import convolution, dense, elementwise, pooling, reshaping

__all__ = ["convolution", "dense", "elementwise", "pooling", "reshaping"]
