"""`KEY=VALUE`: an experiment with single keys of its file changed, as if the file had been written so.

`KEY=A,B,C` gives several values. A value is read as TOML, so that commas inside brackets, braces and quotes are part of
it; a bare word is text. A name is taken whole, because names have commas in them.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cnn_tui.data.dataset import TRAIN, path_of
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import from_builtins
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.form.data_settings import FREE, FROM_DATASET
from cnn_tui.experiment.training import class_weights
from cnn_tui.experiment.training.start_weights import weights_path
from cnn_tui.experiment.training.training import Training, names_place
from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import LAYERS
from cnn_tui.text import did_you_mean, quiet

_KEY = re.compile(r"[A-Za-z_]\w*(\[\d+\])*(\.[A-Za-z_]\w*(\[\d+\])*)*")
_STEP = re.compile(r"([A-Za-z_]\w*)|\[(\d+)\]")
_OPENING = ("[", "{", '"', "'")
_NOTHING = object()
_MOST_COMMAS = 1_000  # in a list: what is tried to find its end grows with the square of them
_WORDS = re.compile(r"\[([\w ,]+)\]")
_PAIR = re.compile(r"\d{1,9}x\d{1,9}")


class Axis(NamedTuple):
    """A key of an experiment and the values that it takes, one in each column of a grid."""

    key: str
    values: tuple[Any, ...]


_NO_VALUE: dict[tuple[str | int, ...], str] = {
    ("training", field.name): field.none for field in fields_of(Training) if field.optional
}
_NO_VALUE |= dict.fromkeys((("training", "schedule"), ("training", "class_weight"), ("weights",)), "none")
_NO_VALUE |= {("image_size",): FREE, ("color",): FREE, ("test",): FROM_DATASET, ("label_column",): FROM_DATASET}
"""The words for settings that have no value, as steps_per_epoch=all."""
_LISTS = (("stop",), ("then",), ("leave_out",))
_FLAGS = {field.name for kind in (Training, *LAYERS.values()) for field in fields_of(kind) if field.kind == "flag"}


def override(experiment: Experiment, settings: Sequence[tuple[str, Any]]) -> Experiment:
    """The experiment with each (key, value) applied. Raises ExperimentError, which names the key."""
    for key, value in settings:
        if not experiment.dataset and steps_of(key) == ("dataset",) and isinstance(value, str) and value:
            experiment = experiment.with_dataset(_fitting(value, ("dataset",)))
    raw: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(experiment))  # lists, which can be changed
    if any(
        steps_of(key) == ("dataset",) and _fitting(value, ("dataset",)) != raw["dataset"] for key, value in settings
    ):
        # They are images of the other one; those of this one may be given beside it, in any order.
        raw["leave_out"], raw["training"]["validation"] = [], experiment.validation_elsewhere
        raw["label_column"] = None
    seen: set[tuple[str | int, ...]] = set()
    for key, value in settings:
        steps = steps_of(key)
        if steps in seen:
            raise ExperimentError(f"{quiet(key, 60)} is given twice; several values go into one: {quiet(key, 60)}=A,B")
        seen.add(steps)
        _put(raw, steps, _fitting(value, steps), key)
    return from_builtins(raw, "the options") if settings else experiment


def parse(setting: str) -> Axis:
    """The key and the values of `KEY=VALUE[,VALUE...]`. Raises ExperimentError."""
    key, text = split_setting(setting, "--set takes KEY=VALUE, as training.epochs=3 or layers[0].filters=16,32")
    return Axis(key, (_value(text.strip()),) if steps_of(key) == ("name",) else values_of(key, text))


def split_setting(setting: str, form: str) -> tuple[str, str]:
    """The key of `KEY=TEXT`, and the text. Raises ExperimentError, which says what `form` it should have."""
    key, equals, text = setting.partition("=")
    key = key.strip()
    if not equals or not _KEY.fullmatch(key):
        raise ExperimentError(f"{form}, not {found(setting)}")
    return key, text


def values_of(key: str, text: str) -> tuple[Any, ...]:
    """The values between the commas of a text. Raises ExperimentError, which names the key."""
    parts = _parts(text)
    if len(parts) > 1 and not all(parts):
        raise ExperimentError(f"{quiet(key, 60)}: there is nothing before or after a comma of {found(text)}")
    return tuple(map(_value, parts))


def _parts(text: str) -> list[str]:
    """The text between the commas that separate values."""
    parts = []
    while True:
        end = _end_of_value(text)
        parts.append(text[:end].strip())
        if end == len(text):
            return parts
        text = text[end + 1 :]


def _end_of_value(text: str) -> int:
    """Where the first value ends: at a comma, or at the end. One that opens with a bracket or a quote closes first."""
    commas = [at for at, char in enumerate(text) if char == ","]
    if text.lstrip()[:1] not in _OPENING:
        return commas[0] if commas else len(text)
    ends = (at for at in commas[:_MOST_COMMAS] if _toml(text[:at]) is not _NOTHING)
    return next(ends, len(text))  # a bracket that is never closed: the reader of the value says so


def _value(text: str) -> Any:
    value = _toml(text)
    return text if value is _NOTHING else value


def _toml(text: str) -> Any:
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return _NOTHING
    return parsed["value"] if parsed.keys() == {"value"} else _NOTHING


def steps_of(key: str) -> tuple[str | int, ...]:
    """The way to a key: a key of the training section may stand alone."""
    steps = tuple(name or int(index) for name, index in _STEP.findall(key))
    top, training = Experiment.__struct_fields__, Training.__struct_fields__
    first = str(steps[0])
    if first in top:
        return steps
    if first in training:
        return ("training", *steps)
    allowed = [*top, *training]
    if any(field.name == first for kind in LAYERS.values() for field in fields_of(kind)):
        hint = f" Layers have it, as layers[0].{first} of the first."
    else:
        hint = did_you_mean(first, allowed)
    raise ExperimentError(f"{quiet(key, 60)} is an unknown key; allowed: {', '.join(allowed)}.{hint}")


def _fitting(value: Any, steps: tuple[str | int, ...]) -> Any:
    """The value as the file would have it: 3x3 is what it is everywhere else here, and a path is whole."""
    if isinstance(value, str) and steps[0] in ("layers", "image_size") and _PAIR.fullmatch(value):
        return [int(part) for part in value.split("x")]
    if value in ("none", _NO_VALUE.get(steps)) and steps in _NO_VALUE:
        return None
    is_place = (
        steps == ("dataset",)
        or (steps == ("test",) and value != TRAIN)
        or (steps == ("training", "validation") and names_place(value))
    )
    if isinstance(value, str) and is_place and path_of(value) is not None:
        # The training process has a folder of its own.
        return str(Path(value).expanduser().absolute())
    if isinstance(value, str) and steps == ("weights",):
        return _weights(value)
    if steps == ("training", "class_weight") and isinstance(value, str):
        return _class_weight(value)
    if steps in _LISTS and value == "none":
        return []
    if steps == ("training", "metrics") and isinstance(value, str) and (inside := _WORDS.fullmatch(value)):
        return [word.strip() for word in inside[1].split(",")]
    if steps[-1] in _FLAGS and value in ("yes", "no"):
        return value == "yes"
    return value


def _class_weight(text: str) -> Any:
    try:
        weights = class_weights.parse(text)
    except ValueError as error:
        raise ExperimentError(str(error)) from None
    return None if weights is None else class_weights.to_table(weights)


def _weights(path: str) -> str:
    try:
        return weights_path(path)
    except ValueError as error:
        raise ExperimentError(str(error)) from None


def _put(raw: Any, steps: tuple[str | int, ...], value: Any, key: str) -> None:
    """Set the value at the end of `steps`. What the last key may be is for the reader of files to say."""
    inner = raw
    for at, step in enumerate(steps):
        last = at == len(steps) - 1
        if isinstance(step, int):
            if not isinstance(inner, list):
                raise ExperimentError(f"{quiet(key, 60)}: what stands before [{step}] is not a list")
            if step >= len(inner):
                raise ExperimentError(f"{quiet(key, 60)}: there is no [{step}]; {_counted(len(inner))}")
        elif not isinstance(inner, dict) or (not last and step not in inner):
            raise ExperimentError(f"{quiet(key, 60)}: there is nothing to set at {step}")
        if last:
            inner[step] = value
        else:
            inner = inner[step]


def _counted(count: int) -> str:
    if count == 0:
        return "the experiment has none of these"
    return f"the experiment has {count}, [0] to [{count - 1}]" if count > 1 else "the experiment has one, [0]"
