"""Networks that are made for pictures of another size, or of other colours, than a script reads for them."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from cnn_tui.keras_io.code.data.data_values import BY_HAND, Folder, Listed
from cnn_tui.keras_io.code.data.pictures.preparation import PREPARATION
from cnn_tui.keras_io.code.values import CodeModel, Instance
from cnn_tui.keras_io.imported.choice import SHAPES
from cnn_tui.keras_io.imported.data.data_asked import KERAS_SIZE, is_size, name_of_size
from cnn_tui.keras_io.notes import Notes

_HERE_AS_READ = "and those that it learns from as others: here all as the latter"
_LEAVE_SIZE = ("Rescaling", "Normalization", "Random", PREPARATION)
"""How the kinds of layers begin that leave the size of a picture."""
_BY_SIZE = ("Flatten", "Reshape")
"""Layers behind which there are as many numbers as the size of a picture tells."""
_CHANNELS = {"rgb": 3, "grayscale": 1}


def note_sizes(data: Any, watched: Any, model: CodeModel, shape: Any, notes: Notes) -> Any:
    """The pictures to train on in the size and colours of the network, where Keras takes them in no others.

    That is noted, and so are pictures to validate on that have another size. `shape` is what the network takes.
    """
    read, other = shape_of(data), shape_of(watched)
    if read is not None and other is not None and read != other:
        notes.append(f"pictures to validate on are read as {_in_words(other)} there ({watched.place}), {_HERE_AS_READ}")
    is_whole = isinstance(shape, tuple) and len(shape) == 3 and all(type(side) is int for side in shape)
    if read is None or not is_whole or shape == read or not _is_fixed(model, shape[2] != read[2]):
        return data
    notes.append(
        f"the network is made for pictures of {_in_words(shape)} there, and gets them as {_in_words(read)} "
        f"({data.place}), where Keras stops: here they come as it is made for"
    )
    color = next((mode for mode, channels in _CHANNELS.items() if channels == shape[2]), "rgb")
    return msgspec.structs.replace(
        data, arguments={**data.arguments, name_of_size(data): shape[:2], "color_mode": color}
    )


def shape_of(pictures: Any) -> tuple[int, ...] | None:
    """The shape of pictures that a script reads; None where that is not known, or where more may be done to it."""
    if not isinstance(pictures, Folder) or pictures.notes or pictures.passed:
        return None
    is_by_keras = isinstance(pictures.path, str | Listed) and BY_HAND not in pictures.arguments
    size = pictures.arguments.get(name_of_size(pictures), KERAS_SIZE if is_by_keras else None)
    channels = _CHANNELS.get(pictures.arguments.get("color_mode", "rgb"))
    is_left = all(layer.kind.startswith(_LEAVE_SIZE) for layer in pictures.layers)
    return None if size is None or channels is None or not is_left or not is_size(size) else (*size, channels)


def _in_words(shape: Any) -> str:
    grey = " in grey" if shape[2] == 1 else ""
    return f"{shape[0]}x{shape[1]}{grey}"


def _is_fixed(model: CodeModel, is_by_channels: bool) -> bool:
    """Whether a network takes pictures of the one shape alone that it is made for.

    A Sequential checks nothing itself: its layers do, if there is one to which the size of a map matters.
    """
    first = model.layers[0] if model.layers else None
    if model.shape is None and (not isinstance(first, Instance) or not {*SHAPES} & first.arguments.keys()):
        return False  # as Keras leaves aside what a later layer says
    kinds = [layer.kind for layer in model.layers]
    of_maps = itertools.takewhile(lambda kind: not kind.startswith("Global"), kinds)
    return is_by_channels or model.has_input or "Application" in kinds or any(kind in _BY_SIZE for kind in of_maps)
