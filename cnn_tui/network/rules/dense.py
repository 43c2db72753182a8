"""Shape rule of the layer that connects everything with everything."""

from __future__ import annotations

import math

from cnn_tui.network import layers as kinds
from cnn_tui.network.shapes import Flow, flow, weigh
from cnn_tui.network.stack import Shape


@flow.register
def _(layer: kinds.Dense, shape: Shape) -> Flow:
    bias = ((layer.units,),) if layer.use_bias else ()
    weights, formula = weigh((shape[-1], layer.units), *bias)
    macs = math.prod(shape) * layer.units
    # On a map it works pixel by pixel, as a convolution of 1x1 does.
    window = (1, 1) if len(shape) == 3 else None
    return Flow((*shape[:-1], layer.units), weights, 0, macs, formula, window=window)
