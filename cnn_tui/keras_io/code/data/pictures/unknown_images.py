"""Images of a script of which it is not known where they come from, but what it does to their numbers."""

from __future__ import annotations

import ast

import msgspec

from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import images_in
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.values import Instance, Unknown, Value

_OF_BYTES = 1 / 64
"""What is multiplied by less is taken to be 0 to 255 before; else who knows what it is."""


def on_unknown(op: ast.operator, left: Value, right: Value) -> Unknown:
    """What `left op right` is, of which one is not known. Raises TypeError for other arithmetic than on its numbers."""
    is_left = isinstance(left, Unknown)
    rows: Unknown = left if is_left else right
    numbers = rows.numbers or Numbers()
    found = numbers.behind(op, right if is_left else left, is_left) if numbers.prepared is None else None
    if found is None:
        raise TypeError("not known")
    return msgspec.structs.replace(rows, numbers=found)


def prepared_by(data: Value) -> Instance | None:
    """What `preprocess_input` does to images; None where it is not called for them."""
    numbers = numbers_read(data)
    return numbers.prepared if numbers is not None else None


def scale_of(data: Value) -> tuple[float, float] | None:
    """What a script multiplies the bytes of images by, and what it adds then; None where it is not known."""
    images = images_in(data)
    if isinstance(images, DatasetArrays):
        return images.numbers.scale, images.numbers.offset
    numbers = numbers_read(data)
    if numbers is None or numbers.doubt or numbers.centered is not None:
        return None
    if numbers.scale > _OF_BYTES and not numbers.of_bytes:
        return None
    return numbers.scale, numbers.offset


def numbers_read(data: Value) -> Numbers | None:
    """What is done to the numbers of images of which it is not known where they come from."""
    images = images_in(data)
    if not isinstance(images, Unknown):
        return None
    if images.table is None:
        return images.numbers
    return None if images.table.paths else images.table.numbers
