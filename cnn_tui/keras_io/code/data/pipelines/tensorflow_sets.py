"""What TensorFlow Datasets gives: the parts of a dataset as pipelines, or at once as arrays."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays, half_of
from cnn_tui.keras_io.code.data.arrays.array_joins import put_together
from cnn_tui.keras_io.code.data.data_values import BY_NAME, STORED, Folder, PictureCount
from cnn_tui.keras_io.code.data.pipelines.pipelines import pipeline_method
from cnn_tui.keras_io.code.kept import options_of
from cnn_tui.keras_io.code.values import Method, Named, Unknown, Value

_PART = re.compile(r"(\w+)(?:\[(?:(-?\d+)(%?))?:(?:(-?\d+)(%?))?\])?")
"""A part of a dataset as it is written there: `train[:80%]`."""
_EVEN = re.compile(r"(\w+) (\d+) of (\d+)")
"""One of several parts that are as large as each other, as `train 0 of 3`: how even_splits is kept."""
_HALVES = {"tensorflow_datasets.Split.TRAIN": "train", "tensorflow_datasets.Split.TEST": "test"}
PERCENT = "tensorflow_datasets.percent"
"""What parts of a split were taken of once, as `percent[:80]`."""
_MOST_PARTS = 1_000
_ALL_AT_ONCE = -1
"""The batch size of which a dataset comes as arrays."""


def dataset_call(call: Call) -> Value:
    """What a function of TensorFlow Datasets gives; None for any other function."""
    if not call.path.startswith("tensorflow_datasets."):
        return None
    if call.name == "load":
        return _loaded(call)
    if call.name == "even_splits":
        return _even_splits(*call.unnamed, **call.given)
    if call.name == "subsplit" and (half := _HALVES.get(call.path.rpartition(".")[0])):
        return _weighted(half, *call.unnamed, **call.given)
    if call.name == "ReadInstruction":
        return _read_instruction(*call.unnamed, **call.given)
    return call.first if call.name == "as_numpy" and call.unnamed else None


def _even_splits(split: Value = None, n: Value = None, **_: Value) -> Value:
    """The parts of a half by their names; None where it is not known how many."""
    known = isinstance(split, str) and type(n) is int and 0 < n <= _MOST_PARTS
    return [f"{split} {at} of {n}" for at in range(n)] if known else None


def _weighted(half: str, arg: Value = None, k: Value = None, weighted: Value = None, **_: Value) -> Value:
    """What `subsplit` made of a half once: so many parts, by weights or alike, or the one that percent says."""
    asked = next((one for one in (arg, k, weighted) if one is not None), None)
    if isinstance(asked, slice):
        first, last = (str(end) + "%" if end is not None else "" for end in (asked.start, asked.stop))
        return f"{half}[{first}:{last}]"
    weights = [1] * asked if type(asked) is int and 0 < asked <= _MOST_PARTS else asked
    if not isinstance(weights, list | tuple) or not weights or not all(type(one) is int and one > 0 for one in weights):
        return None
    ends = [round(100 * sum(weights[:at]) / sum(weights)) for at in range(len(weights) + 1)]
    return [f"{half}[{first}%:{last}%]" for first, last in itertools.pairwise(ends)]


def _read_instruction(split_name: Value = None, **given: Value) -> Value:
    """A part as an object says it: `ReadInstruction("train", to=80, unit="%")`; None where that is not known."""
    ends = [given.get(name) for name in ("from_", "to")]
    if not isinstance(split_name, str) or not all(one is None or type(one) is int for one in ends):
        return None
    unit = "%" if given.get("unit") == "%" else ""
    first, last = ("" if end is None else f"{end}{unit}" for end in ends)
    return f"{split_name}[{first}:{last}]"


def _loaded(call: Call) -> Value:
    """The parts of a dataset that are asked for, or all by their names."""
    named = call.by_name("name", "split")
    name, split = named.get("name"), named.get("split")
    if not isinstance(name, str):
        return Unknown("", call.place)
    name = re.split(r"[:/]", name)[0]
    size, is_pair = named.get("batch_size"), named.get("as_supervised") is True
    halves = {half: _half(name, half, call.place) for half in ("train", "test")}
    asked = halves if split is None else split

    def part(one: Value) -> Value:
        half = one if isinstance(one, Folder) else _half(name, one, call.place)
        if not isinstance(half, Folder):
            return half
        if size == _ALL_AT_ONCE:
            return _at_once(half, is_pair)
        if named.get("shuffle_files") not in (None, False) and name not in BUILT_IN:  # those lie in one file each
            half = half.given({"shuffle": True})
        if not is_pair:
            half = half.given({BY_NAME: True})
        return half if size is None else pipeline_method(half, Call(Method(half, "batch"), call.place, (size,)))

    parts: Value
    if isinstance(asked, dict):
        parts = {half: part(one) for half, one in asked.items()}
    else:
        parts = [part(one) for one in asked] if isinstance(asked, list | tuple) else part(asked)
    return (parts, _said_of(name, halves, call.place)) if named.get("with_info") is True else parts


def _said_of(name: str, halves: Mapping[str, Value], place: str) -> Value:
    """What is said of a dataset beside it: how many images its parts have, their shape, and the classes."""
    if name not in BUILT_IN:
        counts = {half: options_of({"num_examples": PictureCount(one.path)}, place) for half, one in halves.items()}
        return options_of({"splits": counts}, place)
    here = BUILT_IN[name]
    parts = {"train": here.train_images, "test": here.test_images}
    splits = {part: options_of({"num_examples": count}, place) for part, count in parts.items()}
    label = options_of({"num_classes": here.classes, "names": [*here.class_names]}, place)
    image = options_of({"shape": here.input_shape}, place)
    return options_of({"splits": splits, "features": {"label": label, "image": image}}, place)


def _at_once(half: Folder, is_pair: bool) -> Value:
    """The images and the labels of a part as arrays: a pair of them, or both by their names."""
    images: Value = half.path
    labels: Value = Unknown("labels", half.place)
    if isinstance(images, DatasetArrays):
        labels = images.labels()
    return (images, labels) if is_pair else {"image": images, "label": labels}


def _half(name: str, part: Value, place: str) -> Value:
    """A part of a dataset, as `train[:80%]`."""
    if isinstance(part, Named):
        part = _HALVES.get(part.path)
    if isinstance(part, str) and "+" in part:
        return _together([_half(name, one.strip(), place) for one in part.split("+")], place)
    match = _PART.fullmatch(part) if isinstance(part, str) else None
    even = _EVEN.fullmatch(part) if isinstance(part, str) else None
    if even is not None and even[1] in ("train", "test"):
        return _even_part(name, even[1], int(even[2]), int(even[3]), place)
    if match is None or match[1] not in ("train", "test"):
        return Unknown("", place)
    ends = [(match[2], match[3], 0.0), (match[4], match[5], 1.0)]
    if name not in BUILT_IN:
        shares = [int(number) / 100 + (int(number) < 0) if number and sign else usual for number, sign, usual in ends]
        known = all(sign or not number for number, sign, _ in ends)
        path = Unknown(f"{match[1]} of {name}", place)
        return Folder(path, {"shuffle": False, STORED: name}, None, place, (shares[0], shares[1]) if known else None)
    images = _all_of(name, match[1])
    first, last = (
        round(images.whole * (int(number) / 100 if sign else int(number) / images.whole))
        if number
        else round(images.whole * usual)
        for number, sign, usual in ends
    )
    rows = range(images.whole)[first:last]  # an end below 0 counts from the last
    return Folder(images.part(rows), {"shuffle": False}, None, place)


def _together(parts: Sequence[Value], place: str) -> Value:
    """Several parts as one pipeline, as `train+test` asks for them."""
    if not parts or not all(isinstance(one, Folder) and isinstance(one.path, DatasetArrays) for one in parts):
        return Unknown("", place)
    return msgspec.structs.replace(parts[0], path=put_together([one.path for one in parts], place))


def _even_part(name: str, half: str, at: int, parts: int, place: str) -> Folder:
    """One of so many parts of a half that are as large as each other."""
    if name not in BUILT_IN:
        shares = (at / parts, (at + 1) / parts)
        return Folder(Unknown(f"{half} of {name}", place), {"shuffle": False, STORED: name}, None, place, shares)
    images = _all_of(name, half)
    rows = range(images.whole * at // parts, images.whole * (at + 1) // parts)
    return Folder(images.part(rows), {"shuffle": False}, None, place)


def _all_of(name: str, half: str) -> DatasetArrays:
    """The images of a half, which come in an order of their own."""
    return msgspec.structs.replace(half_of(name, half, has_channel=True), is_ordered=False)
