"""Images of a script of which it is not known where they come from, but what it does to their numbers."""

from __future__ import annotations

import ast

import msgspec

from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.values import Instance, Numbers, Unknown, Value

_OF_BYTES = 1 / 64
"""What is multiplied by less is taken to be 0 to 255 before; else who knows what it is."""


def on_unknown(op: ast.operator, left: Unknown, number: Value) -> Unknown:
    """What `left op number` is. Raises TypeError for what is neither a multiplication nor an addition."""
    numbers = left.numbers or Numbers()
    if type(number) not in (int, float) or numbers.prepared is not None:
        raise TypeError("not known")
    match op:
        case ast.Div():
            numbers = numbers.scaled(1 / number)
        case ast.Mult():
            numbers = numbers.scaled(number)
        case ast.Add() | ast.Sub():
            numbers = numbers.shifted(number if isinstance(op, ast.Add) else -number)
        case _:
            raise TypeError("not known")
    return msgspec.structs.replace(left, numbers=numbers)


def prepared_by(data: Value) -> Instance | None:
    """What `preprocess_input` does to images; None where it is not called for them."""
    numbers = _numbers(data)
    return numbers.prepared if numbers is not None else None


def scale_of(data: Value) -> tuple[float, float] | None:
    """What a script multiplies the bytes of images by, and what it adds then; None where it is not known."""
    images = data.path if isinstance(data, Folder) else data
    if isinstance(images, DatasetArrays):
        return images.scale, images.offset
    numbers = _numbers(data)
    if numbers is None or numbers.doubt or numbers.centered is not None:
        return None
    if numbers.scale > _OF_BYTES and not numbers.of_bytes:
        return None
    return numbers.scale, numbers.offset


def _numbers(data: Value) -> Numbers | None:
    """What is done to the numbers of images of which it is not known where they come from."""
    images = data.path if isinstance(data, Folder) else data
    if not isinstance(images, Unknown):
        return None
    if images.table is None:
        return images.numbers
    return None if images.table.paths else images.table.numbers
