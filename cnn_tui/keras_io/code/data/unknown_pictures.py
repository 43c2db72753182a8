"""Pictures that a script reads from where only running tells: how large they are once it has given them a size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.data.array_values import GREYED
from cnn_tui.keras_io.code.data.colours import is_conversion, made_of_colours, read_colours
from cnn_tui.keras_io.code.data.data_values import OfEach, ReadPicture
from cnn_tui.keras_io.code.effects import effect_of
from cnn_tui.keras_io.code.numbers import Numbers
from cnn_tui.keras_io.code.unknown_picture import UnknownPicture
from cnn_tui.keras_io.code.values import Named, Unknown, Value
from cnn_tui.network.rescaling import WHITE

_WIDTH_FIRST = ("cv2.resize", "resize")
"""Functions and methods of OpenCV and Pillow that are given the width before the height."""
_TO_ARRAY = "img_to_array"


def picture_behind(callee: Value, unnamed: Sequence[Value], given: Mapping[str, Value]) -> UnknownPicture | None:
    """The picture that a call gives, of which only running tells whose; None for anything else."""
    if isinstance(callee, Named):
        of, more = unnamed[0] if unnamed else None, unnamed[1:]
        if isinstance(of, Unknown) and of.picture is not None:
            return _changed(of.picture, callee.name, callee.path.startswith("skimage."), more, given)
        return _read(callee, more, given)
    if isinstance(callee, Unknown) and callee.picture is not None:
        name = callee.what.rpartition(".")[2]
        return _changed(callee.picture, name, False, unnamed, given)
    return None


def _read(callee: Named, more: Sequence[Value], given: Mapping[str, Value]) -> UnknownPicture | None:
    """A picture that OpenCV, Pillow or Keras reads."""
    if callee.path in ("cv2.imread", "cv2.imdecode"):
        colours = read_colours(more, given)
        return UnknownPicture(is_grey=colours == GREYED) if colours else None
    if callee.path.endswith("Image.open"):
        return UnknownPicture()
    if callee.name != "load_img" or not callee.is_keras:
        return None
    mode = "grayscale" if given.get("grayscale") is True else given.get("color_mode", "rgb")
    size = given.get("target_size", more[-1] if more else None)
    return UnknownPicture(mode == "grayscale", _size(size, False)) if mode in ("grayscale", "rgb") else None


def _changed(
    picture: UnknownPicture, name: str, is_height_first: bool, more: Sequence[Value], given: Mapping[str, Value]
) -> UnknownPicture | None:
    first = more[0] if more else None
    if name == "resize":
        size = first if first is not None else given.get("dsize", given.get("size", given.get("output_shape")))
        known = _size(size, not is_height_first)
        return None if known is None else msgspec.structs.replace(picture, size=known)
    if is_conversion(name):
        made = made_of_colours(name, more, given)
        return None if made is None else msgspec.structs.replace(picture, is_grey=made == GREYED, has_channel=False)
    if name == _TO_ARRAY:
        return msgspec.structs.replace(picture, has_channel=True)
    effect = effect_of(name)
    if effect.leaves_all and not effect.shape:  # without an axis of channels that is 1 long, or with others
        return msgspec.structs.replace(picture, has_channel=False) if name == "squeeze" else None
    return picture if effect.ends and effect.rows else None


def _size(size: Value, is_width_first: bool) -> tuple[int, int] | None:
    """The height and the width; None where they are not told."""
    sides = [*size[:2]] if isinstance(size, tuple | list) else []
    if len(sides) != 2 or not all(type(side) is int and side > 0 for side in sides):
        return None
    return (sides[1], sides[0]) if is_width_first else (sides[0], sides[1])


def part_of_read(picture: ReadPicture, made: Unknown) -> Unknown:
    """A part of a picture that a script reads, as of a face in it: `made`, with what is known of it."""
    return msgspec.structs.replace(made, picture=UnknownPicture(picture.is_grey), numbers=Numbers(of_bytes=True))


def numbers_behind(callee: Value, unnamed: Sequence[Value], given: Mapping[str, Value]) -> Numbers | None:
    """What the numbers of such a picture are behind the call that gives it; they are read as 0 to 255."""
    of = (unnamed[0] if unnamed else None) if isinstance(callee, Named) else callee
    if not isinstance(of, Unknown) or of.picture is None:
        return Numbers(of_bytes=True)
    is_to_1 = isinstance(callee, Named) and callee.path.startswith("skimage.") and callee.name == "resize"
    if is_to_1 and of.numbers == Numbers(of_bytes=True) and given.get("preserve_range") is not True:
        return of.numbers.scaled(1 / WHITE)
    return of.numbers


def numbers_of(listed: Value) -> Numbers | None:
    """What is done to the numbers of images, or of each picture of a list; None where that is not known."""
    if isinstance(listed, Unknown):
        return listed.numbers
    each = [one.value if isinstance(one, OfEach) else one for one in listed] if isinstance(listed, list | tuple) else []
    found = {one.numbers if isinstance(one, Unknown) else None for one in each}
    return found.pop() if len(found) == 1 else None


def sizes_of(listed: Value) -> tuple[int, ...] | None:
    """The shape of one picture of a list, or an array, of them; None where they are no pictures of one known size."""
    if isinstance(listed, Unknown):
        return listed.sizes
    if not isinstance(listed, list | tuple) or not listed:
        return None
    each = [one.value if isinstance(one, OfEach) else one for one in listed]
    found = {one.picture.sizes if isinstance(one, Unknown) and one.picture is not None else None for one in each}
    return found.pop() if len(found) == 1 else None
