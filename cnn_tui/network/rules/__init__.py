"""The shape rules by family, one for each layer kind. Loading this registers them with `shapes.flow`."""

from cnn_tui.network.rules import convolution, dense, elementwise, pooling, reshaping
from cnn_tui.network.shapes import flow

__all__ = ["convolution", "dense", "elementwise", "flow", "pooling", "reshaping"]
