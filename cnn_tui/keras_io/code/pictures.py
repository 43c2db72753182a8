"""How a script varies and scales its pictures: an ImageDataGenerator as the layers that do the same."""

from __future__ import annotations

import math

from cnn_tui.keras_io.code.values import Instance, Value

_TURNS = ("rotation_range", "width_shift_range", "height_shift_range", "zoom_range")
_FLIPS = ("horizontal_flip", "vertical_flip")
_ASIDE = ("rescale", "fill_mode", "cval", "validation_split", "data_format", "dtype")


def augmentation(generator: Instance, notes: list[str]) -> list[Instance]:
    """The layers that vary pictures as an ImageDataGenerator does. What none of them does is noted."""
    given = {name: value for name, value in generator.arguments.items() if value not in (0, 0.0, False, None)}
    place = f"ImageDataGenerator ({generator.place})"
    filling = {"fill_mode": given.get("fill_mode", "nearest")}
    layers: list[Instance] = []

    def add(kind: str, arguments: dict[str, Value]) -> None:
        layers.append(Instance(kind, arguments, generator.place))

    numbers = {name: _share(given[name]) for name in _TURNS if name in given}
    for name in [name for name, number in numbers.items() if number is None]:
        notes.append(f"{place}: {name} is left out: only a number up to 1 is taken")
        del numbers[name]
    if turn := numbers.get("rotation_range"):
        add("RandomRotation", {"factor": round(turn / 360, 6), **filling})
    shifts = [numbers.get(name) or 0.0 for name in ("height_shift_range", "width_shift_range")]
    if any(shifts):
        add("RandomTranslation", {"height_factor": shifts[0], "width_factor": shifts[1], **filling})
    if zoom := numbers.get("zoom_range"):
        add("RandomZoom", {"height_factor": zoom, "width_factor": zoom, **filling})
    flips = [name.removesuffix("_flip") for name in _FLIPS if given.get(name) is True]
    if flips:
        add("RandomFlip", {"mode": "_and_".join(flips)})
    notes += [f"{place}: {name} is left out" for name in given if name not in (*_TURNS, *_FLIPS, *_ASIDE, "**")]
    if "**" in given:
        notes.append(f"{place}: arguments that are not known are left out")
    return layers


def _share(value: Value) -> float | None:
    """A range as one number; None for one that is not the same to both sides."""
    if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(end, int | float) for end in value):
        low, high = value
        value = high - 1 if math.isclose(high - 1, 1 - low) else -low if math.isclose(-low, high) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if 0 < value <= 180 else None


def is_scaled(scale: Value) -> bool:
    """Whether bytes multiplied by this are 0 to 1, as images are here."""
    return isinstance(scale, int | float) and math.isclose(scale, 1 / 255, rel_tol=0.02)
