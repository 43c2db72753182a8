"""What a script does to its images before its model, as layers in front of those of the model."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import BLUE_FIRST, YIELDED, Folder, generator_of
from cnn_tui.keras_io.code.data.pictures.pictures import augmentation
from cnn_tui.keras_io.code.data.pictures.preparation import note_in_front, of_generator
from cnn_tui.keras_io.code.data.pictures.scale import (
    arrays_of,
    is_scaled,
    note_changed,
    own_scale,
    scaling,
    white_of,
    with_preparation_as_layers,
)
from cnn_tui.keras_io.code.data.pictures.unknown_images import prepared_by
from cnn_tui.keras_io.code.network.before_base import with_preparation
from cnn_tui.keras_io.code.values import Instance, NotedInstance, Value
from cnn_tui.keras_io.notes import Notes


def note_blue_first(place: str, layers: Sequence[Instance], notes: Notes) -> None:
    """Note pictures in OpenCV's order of colours, which is another one than a network has learned."""
    learned = any(layer.kind == "Application" for layer in layers)
    (notes if learned else notes.to_know).append(
        f"OpenCV gives blue, green and red ({place}), and here pictures are red, green and blue"
    )


def with_what_comes_before(data: Value, layers: list[Instance], notes: Notes) -> list[Instance]:
    """The layers of a model behind those that do what is done to the pictures before they go into it."""
    images = arrays_of(data)
    front: list[Instance] = [*images.layers] if images is not None else []
    note_changed(data, layers, notes)
    generator = generator_of(data)
    if generator is not None:
        front += augmentation(generator, white_of(data), notes)
    if isinstance(data, Folder):
        if BLUE_FIRST in data.arguments:
            note_blue_first(data.place, layers, notes)
        front += data.layers
        notes.to_know += [layer.note for layer in data.layers if isinstance(layer, NotedInstance)]
        notes += data.notes
    if any(layer.kind == "Application" for layer in layers):
        known = is_scaled(data) if isinstance(data, DatasetArrays | Folder) else is_scaled(data) or None
        done = of_generator(generator) or prepared_by(data)
        if isinstance(data, Folder) and YIELDED in data.arguments:
            notes.append(f"in which numbers images are yielded ({data.place}) is not known: here they go in as 0 to 1")
            known = True
            return with_preparation([*front, *layers], known, done, notes)
        scale = own_scale(data, notes)
        front, known = ([*front, scale], True) if scale is not None else (front, known)
        found = with_preparation([*front, *layers], known, done, notes)
        if scale is not None and any(one is scale for one in found):
            note_in_front(scale, notes)
        return found
    front, layers = (with_preparation_as_layers(part, data, notes) for part in (front, layers))
    return [*front, *scaling(data, [*front, *layers], notes), *layers]
