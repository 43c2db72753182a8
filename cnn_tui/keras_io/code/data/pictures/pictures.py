"""How a script varies and scales its pictures: an ImageDataGenerator, what it gives, and layers that do the same."""

from __future__ import annotations

import math
from collections.abc import Mapping

import msgspec

from cnn_tui.keras_io.code.arguments import named
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.data_values import Folder, Listed
from cnn_tui.keras_io.code.data.pictures.preparation import FUNCTION, of_generator
from cnn_tui.keras_io.code.data.pictures.scale import BY_ITSELF, EVENING_OUT, FITTED, evens_out
from cnn_tui.keras_io.code.data.tables.file_tables import named_in
from cnn_tui.keras_io.code.values import Instance, NotedInstance, Unknown, Value
from cnn_tui.keras_io.code.words import words_of
from cnn_tui.keras_io.notes import Notes
from cnn_tui.network.rescaling import WHITE
from cnn_tui.text import quiet

_MOST = {"rotation_range": 360, "shear_range": 45, "width_shift_range": 1, "height_shift_range": 1, "zoom_range": 1}
"""The largest values that have a layer: degrees, and shares. A shift of 1 or more is one in pixels."""
_LEAST_SIZE, _MOST_SIZE = 0.01, 2
"""What a RandomZoom can draw of the size of a picture."""
_SHIFTS = ("height_shift_range", "width_shift_range")
_FILLINGS = ("nearest", "reflect", "wrap", "constant")
_FLIPPED = {"random_flip_left_right": "horizontal", "random_flip_up_down": "vertical"}
"""Functions of `tf.image`, as the mode of a RandomFlip."""
_LIT = {"random_brightness": ("max_delta",), "random_contrast": ("lower", "upper")}
"""Those that change the light, with their arguments."""
_METHODS = ("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5")
"""Ways of `tf.image.resize` that a Resizing has too."""
_IN_PROPORTION = ("preserve_aspect_ratio", "crop_to_aspect_ratio", "pad_to_aspect_ratio")
_FLIPS = ("horizontal_flip", "vertical_flip")
_BRIGHTER = "channel_shift_range"
_ASIDE = ("rescale", FUNCTION, "fill_mode", "cval", "validation_split", "data_format", "dtype", FITTED, "**")


def augmentation(generator: Instance, white: float, notes: Notes) -> list[Instance]:
    """The layers that vary pictures as an ImageDataGenerator does. What none of them does is noted.

    `white` is the number of white in the pictures that it gets.
    """
    given = {name: value for name, value in generator.arguments.items() if value not in (0, 0.0, False, None)}
    place = f"ImageDataGenerator ({generator.place})"
    filling = _filling(given, white, place, notes)
    layers: list[Instance] = []

    def add(kind: str, arguments: dict[str, Value]) -> None:
        layers.append(Instance(kind, arguments, generator.place))

    numbers: dict[str, Value] = {
        name: _largest(given[name], most, name in _SHIFTS) for name, most in _MOST.items() if name in given
    }
    if "zoom_range" in given and numbers["zoom_range"] is None:
        numbers["zoom_range"] = _ends_of_zoom(given["zoom_range"])
    notes += [
        f"{place}: {name} is left out: {_why_left_out(name, given[name])}"
        for name, number in numbers.items()
        if number is None
    ]
    notes.to_know += [
        f"{place}: {name} gives only its two ends there, and anything between them here"
        for name in _SHIFTS
        if numbers.get(name) is not None and isinstance(given[name], list | tuple)
    ]
    if turn := numbers.get("rotation_range"):
        add("RandomRotation", {"factor": round(turn / 360, 6), **filling})
    shifts = [numbers.get(name) or 0.0 for name in _SHIFTS]
    if any(shifts):
        add("RandomTranslation", {"height_factor": shifts[0], "width_factor": shifts[1], **filling})
    if slant := numbers.get("shear_range"):  # degrees
        add("RandomShear", {"x_factor": round(math.tan(math.radians(slant)), 6), **filling})
    if zoom := numbers.get("zoom_range"):
        add("RandomZoom", {"height_factor": zoom, "width_factor": zoom, **filling})
    flips = [name.removesuffix("_flip") for name in _FLIPS if given.get(name) in (True, 1)]
    if flips:
        add("RandomFlip", {"mode": "_and_".join(flips)})
    if (brighter := _largest(given.get(_BRIGHTER), white)) is not None:
        add("RandomBrightness", {"factor": float(f"{brighter / white:.6g}"), "value_range": [0, 1]})
        notes.to_know.append(
            f"{place}: a RandomBrightness does what {_BRIGHTER} does; it cuts off at black and white, and that at the "
            "darkest and the brightest of each picture"
        )
    _note_left_out(generator, given, place, is_brighter=brighter is not None, notes=notes)
    return layers


def _filling(given: Mapping[str, Value], white: float, place: str, notes: Notes) -> dict[str, Value]:
    """What fills the corners of pictures that are moved."""
    mode, number = given.get("fill_mode", "nearest"), given.get("cval", 0.0)
    if mode not in _FILLINGS:
        shown = quiet(words_of(mode), 60)
        notes.append(f"{place}: fill_mode {shown} is left out: nearest, which Keras takes by itself, stands in")
        return {"fill_mode": "nearest"}
    if mode != "constant" or number == 0:
        return {"fill_mode": mode}
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= white:
        notes.append(f"{place}: cval {quiet(words_of(number), 60)} is left out: black stands in")
        return {"fill_mode": mode}
    return {"fill_mode": mode, "fill_value": float(f"{number / white:.6g}")}


def _why_left_out(name: str, value: Value) -> str:
    if _is_unknown(value):
        return f"{quiet(words_of(value), 60)} is not known"
    ends = value if isinstance(value, list | tuple) else ()
    if name == "zoom_range" and len(ends) == 2:
        return "a RandomZoom takes sizes from 0.01 to 2"
    if name == "zoom_range" and type(value) in (int, float):
        low, high = 1 - value, 1 + value
        return f"it draws sizes from {low:.3g} to {high:.3g} there, and a RandomZoom takes them from 0.01 to 2"
    if name in _SHIFTS:
        return "it counts in pixels there, and a RandomTranslation in shares below 1"
    return f"only a number up to {_MOST[name]} is taken"


def _note_left_out(
    generator: Instance, given: Mapping[str, Value], place: str, *, is_brighter: bool, notes: Notes
) -> None:
    """Note the arguments of a generator that no layer has."""
    aside = {*_MOST, *_FLIPS, *_ASIDE, *(EVENING_OUT if evens_out(generator) else ()), "brightness_range", *BY_ITSELF}
    if is_brighter:
        aside.add(_BRIGHTER)
    if "zca_whitening" not in given:
        aside.add("zca_epsilon")  # which only that asks for
    if given.get("interpolation_order") == 1:
        aside.add("interpolation_order")
    unfitted = [name for name in (*EVENING_OUT, "zca_whitening") if name in given and not given.get(FITTED)]
    aside.update(unfitted)
    notes.to_know += [f"{place}: {name} does nothing there, as the generator is not fitted" for name in unfitted]
    if brought := [words for name, words in BY_ITSELF.items() if name in given]:
        notes.append(
            f"{place}: each picture is brought to {' and '.join(brought)} by itself there, which no layer here does"
        )
    notes += [
        f"{place}: {name} is left out: {quiet(words_of(given[name]), 60)} is not known"
        for name in _FLIPS
        if given.get(name, True) not in (True, 1)
    ]
    notes += [f"{place}: {name} is left out" for name in given if name not in aside]
    if "brightness_range" in given:
        shown = quiet(words_of(given["brightness_range"]), 60)
        notes.append(
            f"{place}: brightness_range {shown} is left out: it multiplies the numbers of each picture, which no layer "
            "here does; RandomBrightness adds to them"
        )
    if (function := given.get(FUNCTION)) is not None and of_generator(generator) is None:
        shown = quiet(function.what if isinstance(function, Unknown) else str(function), 80)
        notes.append(f"{place}: {FUNCTION} is {shown}: what it does to each picture is left out")
    if "**" in given:
        notes.append(f"{place}: arguments that are not known are left out")


def _is_unknown(value: Value) -> bool:
    parts = value if isinstance(value, list | tuple) else (value,)
    return any(not isinstance(part, int | float) for part in parts)


def image_layer(call: Call) -> Instance | None:
    """The layer that does what a function of `tf.image`, given what is behind it, does to a picture; None for others.

    Of a brightness, the numbers are those of pictures from 0 to 1, or of bytes, which TensorFlow takes for such.
    """
    name, place = call.name.removeprefix("stateless_"), call.place
    if name in ("random_brightness", "random_contrast"):
        return _lit(name, call.by_name(*_LIT[name]), place)
    if name in _FLIPPED:
        return Instance("RandomFlip", {"mode": _FLIPPED[name]}, place)
    if name == "convert_image_dtype":  # from bytes to 0 to 1
        return Instance("Rescaling", {"scale": 1 / WHITE}, place)
    size = call.get(0, "size")
    if name == "resize" and isinstance(size, tuple | list) and len(size) == 2:
        kind = str(call.get(1, "method", "interpolation", usual="bilinear")).lower().removesuffix("_neighbor")
        if kind not in _METHODS or any(call.given.get(other) for other in _IN_PROPORTION):
            return None
        interpolation = {} if kind == "bilinear" else {"interpolation": kind}
        return Instance("Resizing", {"height": size[0], "width": size[1], **interpolation}, place)
    return None


def _lit(name: str, given: Mapping[str, Value], place: str) -> Instance | None:
    """The layer for another light: `random_brightness(image, 0.2)`, `random_contrast(image, 0.8, 1.2)`."""
    numbers = [float(number) for one in _LIT[name] if isinstance(number := given.get(one), int | float)]
    if len(numbers) != len(_LIT[name]):
        return None
    factor: Value = numbers[0]
    if name == "random_contrast":
        factor = [round(1 - numbers[0], 6), round(numbers[1] - 1, 6)]
        if not 0 <= factor[0] <= factor[1] <= 1:  # Keras takes the smaller one for what is lost at most
            return None
    elif not 0 <= factor <= 1:
        return None
    kind = "RandomContrast" if name == "random_contrast" else "RandomBrightness"
    note = f"{name} ({place}) is a {kind} here, which cuts off what goes past black and white"
    return NotedInstance(kind, {"factor": factor, "value_range": [0, 1]}, place, note)


def _ends_of_zoom(value: Value) -> list[float] | None:
    """The factors of a RandomZoom, of the ends of the sizes that are drawn: [0.5, 1.0] zooms in by up to 50 %."""
    if not isinstance(value, list | tuple) or len(value) != 2:
        return None
    if not all(type(end) in (int, float) and _LEAST_SIZE <= end <= _MOST_SIZE for end in value):
        return None
    return [round(end - 1, 6) for end in sorted(value)]


def _largest(value: Value, most: float, is_below: bool = False) -> float | None:
    """A range as one number up to `most`; None for another, and for a range that is not the same to both sides."""
    if isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(end, int | float) for end in value):
        low, high = value
        value = round(high - 1, 6) if math.isclose(high - 1, 1 - low) else -low if math.isclose(-low, high) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value) if 0 < value <= most and not (is_below and value == most) else None


def generator_method(generator: Instance, call: Call) -> Value:
    """What a method of an ImageDataGenerator gives. Unknown with no words where it is not known."""
    if call.name == "fit":
        generator.arguments[FITTED] = True
        return None
    arguments = {"batch_size": 32, **named(call.name, call)}  # Keras's own
    if call.name == "flow_from_directory":
        return Folder(arguments.pop("directory", None), arguments, generator, call.place)
    if call.name == "flow_from_dataframe":
        return _listed(arguments, generator, call.place)
    if call.name == "flow" and isinstance(read := arguments.get("x"), Folder):
        del arguments["x"]
        return msgspec.structs.replace(read, arguments=read.arguments | arguments, generator=generator)
    if call.name == "flow" and "x" in arguments:
        return Folder(arguments.pop("x"), arguments, generator, call.place)
    return Unknown("", call.place)


def _listed(arguments: dict[str, Value], generator: Instance, place: str) -> Folder:
    """Pictures that a table names. A part of a table that others are taken from too begins, or ends, with it."""
    rows, folder = arguments.pop("dataframe", None), arguments.pop("directory", None)
    table = rows.table if isinstance(rows, Unknown) else None
    words = "" if folder is None else folder if isinstance(folder, str) else str(folder)
    if table is not None and table.files_in is not None:
        return named_in(table, arguments, generator, place)
    share = round(table.share, 6) if table is not None else 1.0
    part = (round(1 - share, 6), 1.0) if table is not None and table.is_rest else (0.0, share)
    if table is None or table.joined_at or len(table.paths) != 1:
        is_made = isinstance(rows, Unknown) and (table is None or not table.paths)
        listed = Listed(words, "a table that it makes" if is_made else "a table")
        return Folder(listed, arguments, generator, place, part)
    labels_at = dict(table.columns).get(arguments.get("y_col", "class")) if len(table.columns) else ""
    numbers = table.numbers
    changed_at = numbers.changed_at or numbers.doubt or labels_at or numbers.drawn_by or numbers.left_by
    is_unknown = not isinstance(folder, str)
    listed = Listed(words, "a table", table.paths[0], changed_at, numbers.some_at, is_unknown)
    return Folder(listed, arguments, generator, place, part)
