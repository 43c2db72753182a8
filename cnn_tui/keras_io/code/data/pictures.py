"""How a script varies and scales its pictures: an ImageDataGenerator as the layers that do the same."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.data.preparation import FUNCTION, of_generator
from cnn_tui.keras_io.code.data.scale import EVENING_OUT, FITTED, evens_out
from cnn_tui.keras_io.code.values import Instance, Unknown, Value
from cnn_tui.network.rescaling import WHITE
from cnn_tui.text import quiet

_MOST = {"rotation_range": 180, "shear_range": 45, "width_shift_range": 1, "height_shift_range": 1, "zoom_range": 1}
"""The largest values that have a layer: degrees, and shares. A shift of more than 1 is one in pixels."""
_FLIPPED = {"random_flip_left_right": "horizontal", "random_flip_up_down": "vertical"}
"""Functions of `tf.image`, as the mode of a RandomFlip."""
_METHODS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
"""Ways of `tf.image.resize` that a Resizing has too."""
_IN_PROPORTION = ("preserve_aspect_ratio", "crop_to_aspect_ratio", "pad_to_aspect_ratio")
_FLIPS = ("horizontal_flip", "vertical_flip")
_ASIDE = ("rescale", FUNCTION, "fill_mode", "cval", "validation_split", "data_format", "dtype", FITTED)


def augmentation(generator: Instance, notes: list[str]) -> list[Instance]:
    """The layers that vary pictures as an ImageDataGenerator does. What none of them does is noted."""
    given = {name: value for name, value in generator.arguments.items() if value not in (0, 0.0, False, None)}
    place = f"ImageDataGenerator ({generator.place})"
    filling = {"fill_mode": given.get("fill_mode", "nearest")}
    layers: list[Instance] = []

    def add(kind: str, arguments: dict[str, Value]) -> None:
        layers.append(Instance(kind, arguments, generator.place))

    numbers = {name: _largest(given[name], most) for name, most in _MOST.items() if name in given}
    notes += [
        f"{place}: {name} is left out: only a number up to {_MOST[name]} is taken"
        for name, number in numbers.items()
        if number is None
    ]
    if turn := numbers.get("rotation_range"):
        add("RandomRotation", {"factor": round(turn / 360, 6), **filling})
    shifts = [numbers.get(name) or 0.0 for name in ("height_shift_range", "width_shift_range")]
    if any(shifts):
        add("RandomTranslation", {"height_factor": shifts[0], "width_factor": shifts[1], **filling})
    if slant := numbers.get("shear_range"):  # degrees
        add("RandomShear", {"x_factor": round(math.tan(math.radians(slant)), 6), **filling})
    if zoom := numbers.get("zoom_range"):
        add("RandomZoom", {"height_factor": zoom, "width_factor": zoom, **filling})
    flips = [name.removesuffix("_flip") for name in _FLIPS if given.get(name) is True]
    if flips:
        add("RandomFlip", {"mode": "_and_".join(flips)})
    if "zca_whitening" not in given:
        given.pop("zca_epsilon", None)  # which only that asks for
    aside = (*_MOST, *_FLIPS, *_ASIDE, *(EVENING_OUT if evens_out(generator) else ()), "**")
    notes += [f"{place}: {name} is left out" for name in given if name not in aside]
    if (function := given.get(FUNCTION)) is not None and of_generator(generator) is None:
        shown = quiet(function.what if isinstance(function, Unknown) else str(function), 80)
        notes.append(f"{place}: {FUNCTION} is {shown}: what it does to each picture is left out")
    if "**" in given:
        notes.append(f"{place}: arguments that are not known are left out")
    return layers


def image_layer(name: str, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> Instance | None:
    """The layer that does what a function of `tf.image` does to a picture; None where none does."""
    if name in _FLIPPED:
        return Instance("RandomFlip", {"mode": _FLIPPED[name]}, place)
    if name == "convert_image_dtype":  # from bytes to 0 to 1
        return Instance("Rescaling", {"scale": 1 / WHITE}, place)
    size = unnamed[0] if unnamed else given.get("size")
    if name == "resize" and isinstance(size, tuple | list) and len(size) == 2:
        method = given.get("method", given.get("interpolation", unnamed[1] if len(unnamed) > 1 else "bilinear"))
        kind = str(method).lower().removesuffix("_neighbor")
        if kind not in _METHODS or any(given.get(other) for other in _IN_PROPORTION):
            return None
        interpolation = {} if kind == "bilinear" else {"interpolation": kind}
        return Instance("Resizing", {"height": size[0], "width": size[1], **interpolation}, place)
    return None


def _largest(value: Value, most: float) -> float | None:
    """A range as one number up to `most`; None for another, and for a range that is not the same to both sides."""
    if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(end, int | float) for end in value):
        low, high = value
        value = high - 1 if math.isclose(high - 1, 1 - low) else -low if math.isclose(-low, high) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if 0 < value <= most else None
