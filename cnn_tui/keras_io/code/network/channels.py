"""Networks whose maps have their channels first, as Theano had them: the same with the channels last, as here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnn_tui.keras_io.code.values import Instance
from cnn_tui.keras_io.notes import Notes

FIRST, LAST = "channels_first", "channels_last"
_BY_CHANNELS = ("Conv", "DepthwiseConv", "SeparableConv", "Max", "Average", "Global", "SpatialDropout", "UpSampling")
_ON_SIDES = ("ZeroPadding2D", "Cropping2D")
"""How the kinds of layers begin, and those, that Keras tells where the channels are."""


def with_channels_last(
    layers: Sequence[Instance], shape: tuple[Any, ...] | None, usual: str, notes: Notes
) -> tuple[list[Instance], tuple[Any, ...] | None]:
    """The layers of a network, and the shape that it takes, with the channels last where all have them first.

    `usual` is where they are in layers that are not told. Where only some have them first, nothing can be done. A
    shape that only has them first, as those of Keras 1 on Theano, says so where nothing else does.
    """
    told = [layer for layer in layers if layer.kind.startswith(_BY_CHANNELS) or layer.kind in _ON_SIDES]
    formats = {layer.arguments.get("data_format") or usual for layer in told}
    is_by_shape = (
        shape is not None
        and _has_channels_first(shape)
        and not any(layer.arguments.get("data_format") for layer in told)
    )
    if shape is not None and len(shape) == 3 and (formats == {FIRST} or is_by_shape):
        why = "" if formats == {FIRST} else f", as the shape {'x'.join(map(str, shape))} says"
        if told:
            notes.to_know.append(
                f"channels come first there{why}, and last here: the same network, but that a Flatten puts its numbers "
                "in another order"
            )
        return [_last(layer) for layer in layers], (*shape[1:], shape[0])
    if usual == FIRST:
        layers = [_told(layer, usual) if layer in told else layer for layer in layers]
    return [*layers], shape


def _has_channels_first(shape: tuple[Any, ...]) -> bool:
    """Whether a shape is that of a picture in three colours, or of a square one in grey, with the colours first."""
    if len(shape) != 3 or not all(type(size) is int for size in shape):
        return False
    channels, *sides = shape
    return min(sides) > 4 and channels in (1, 3) and (channels == 3 or sides[0] == sides[1])


def _last(layer: Instance) -> Instance:
    arguments = {name: value for name, value in layer.arguments.items() if name != "data_format"}
    if layer.kind == "BatchNormalization" and arguments.get("axis") == 1:
        del arguments["axis"]
    return Instance(layer.kind, arguments, layer.place)


def _told(layer: Instance, usual: str) -> Instance:
    return Instance(layer.kind, {"data_format": usual, **layer.arguments}, layer.place)
