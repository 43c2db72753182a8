"""A network of Keras's whose layers a script puts into a model one by one: here it is one layer, up to the last."""

from __future__ import annotations

from cnn_tui.keras_io.code.network.applications import ADDED, SPREAD, WITHOUT_INPUT, cut_after, facts_in
from cnn_tui.keras_io.code.values import BaseLayer, Instance, Value

_CHAINS = ("VGG16", "VGG19", "MobileNet")
"""Architectures whose layers are a chain, so that each gets what the one before gives."""


def with_one_more(layers: list[Value], layer: BaseLayer) -> list[Value] | None:
    """The layers of a model behind which the next layer of a network is put; None where it is not the next.

    The first may be its input or, in a model that has one, the layer behind that. What is frozen later of the layers of
    the network is frozen of those of the model too, which are the same.
    """
    base, facts = layer.base, facts_in(layer.base.arguments)
    before = layers[-1] if layers else None
    added = before.arguments.get(ADDED) if isinstance(before, Instance) else None
    if base.arguments["architecture"] not in _CHAINS:
        return None
    if added is not None and added[0] is not base:
        return None
    if layer.at != (added[1] if added is not None else layer.at) or (added is None and layer.at > 1):
        return None
    name = facts.layers[layer.at][0]
    grown = cut_after(base, "" if name == facts.last else name)
    grown.arguments |= {SPREAD: WITHOUT_INPUT, ADDED: (base, layer.at + 1)}
    return [*(layers if added is None else layers[:-1]), grown]
