"""Locked fields: parts of an experiment that a pack forbids to change, in the editor and in what is handed in.

A field is named as in the experiment's file:
`dataset`, `training`, `training.epochs`, `stop`, `then`, `layers`, `layers[0]`, `layers[2].filters`; `layers[0]` is the
first.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from cnn_tui.data.dataset import OPTION_KEYS
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.training.phases import phases_of
from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import AnyLayer
from cnn_tui.text import did_you_mean, quiet

if TYPE_CHECKING:
    from cnn_tui.exercises.catalogue import SetPlace

MAX_LOCKS = 200
_PATH = re.compile(r"(?P<top>[a-z_]+)(?:\[(?P<at>\d{1,4})\])?(?:\.(?P<key>[a-z_]+))?")
_LAYER = re.compile(r"layers\[(\d+)\](?:\.(\w+))?")
_PLAIN = {
    "stop": "the stop rule",
    "then": "the later phases",
    "layers": "the stack",
    "training": "all of the training settings",
}
_NOTHING = object()


class LockError(ValueError):
    """A pack locks something that is not a field; the message is a sentence."""


class LockedError(ValueError):
    """An edit changes a locked field; the message is a sentence."""


class LockedFields(NamedTuple):
    """The fields of an exercise's experiment that have to stay as the pack gave them out."""

    given: Experiment
    paths: tuple[str, ...]
    by: str
    """Who locks them, as it stands in a sentence: the pack 'Week 3'."""

    def check(self, after: Experiment) -> None:
        """Raises LockedError when a locked field has another value in `after`."""
        changed = changed_locked_fields(self.given, after, self.paths)
        if changed:
            raise LockedError(f"{self.by} locks {self._told(changed[0], after)}")

    def _told(self, path: str, after: Experiment) -> str:
        """A field in words; a layer that is no longer where it was is named as a whole."""
        match = _LAYER.fullmatch(path)
        if match is None:
            return in_words(path)
        at, before = int(match[1]), self.given.layers
        moved = len(after.layers) != len(before) or type(after.layers[at]) is not type(before[at])
        layer = f"layer {at + 1}, {before[at].type}"
        return f"the place of {layer}" if moved else match[2] or layer


def check_paths(experiment: Experiment, locked: Sequence[str]) -> None:
    """Raises LockError for a path that names no field of the experiment."""
    if len(locked) > MAX_LOCKS:
        raise LockError(f"{len(locked):,} fields; at most {MAX_LOCKS} can be locked")
    for path in locked:
        if value_at(experiment, path) is _NOTHING:
            raise LockError(f"{found(path)} is no field of {experiment.name}.{_hint(experiment, path)}")


def value_at(experiment: Experiment, path: str) -> Any:
    """The value of a field as plain data, also one that is left at its default; `_NOTHING` for no field."""
    match = _PATH.fullmatch(path)
    if match is None or match["top"] not in experiment.__struct_fields__ or match["top"] == "name":
        return _NOTHING
    value: Any = getattr(experiment, match["top"])
    if match["at"] is not None:
        if not isinstance(value, tuple) or int(match["at"]) >= len(value):
            return _NOTHING
        value = value[int(match["at"])]
    if match["key"] is not None:
        if not isinstance(value, msgspec.Struct) or match["key"] not in (*value.__struct_fields__, "type"):
            return _NOTHING
        value = getattr(value, match["key"])
    return _plain(value)


def changed_locked_fields(before: Experiment, after: Experiment, locked: Iterable[str]) -> tuple[str, ...]:
    """The locked fields that differ between what a pack gave out and what was trained.

    A lock of `training` as a whole does not lock the seed: repeats need other seeds. Later phases of a training change
    nothing of what is locked either.
    """
    old, new = phases_of(before), phases_of(after)
    return tuple(path for path in locked if value_at(before, path) != value_at(after, path) or _later(path, old, new))


def _later(path: str, before: Sequence[Experiment], after: Sequence[Experiment]) -> bool:
    """Whether a field differs in a later phase. A phase more has other epochs, and mostly all else as it was."""
    if path in ("training", "training.epochs") and len(before) != len(after):
        return True
    pairs = itertools.zip_longest(before, after)
    return any(value_at(one or before[-1], path) != value_at(other or after[-1], path) for one, other in pairs)


def in_words(path: str) -> str:
    """A locked field as a person says it: `layers[0].filters` is filters of layer 1."""
    match = _LAYER.fullmatch(path)
    if match is None:
        return _PLAIN.get(path, path.removeprefix("training."))
    layer = f"layer {int(match[1]) + 1}"
    return f"{match[2]} of {layer}" if match[2] else layer


def locks_of(place: SetPlace) -> Mapping[str, LockedFields]:
    """The locks of a set, by the key of the exercise (`lab1/16-filters`). Raises ExperimentError."""
    by = f"the pack '{quiet(place.set.title, 60)}'"
    found: dict[str, LockedFields] = {}
    for one in place.set.exercises:
        experiment, paths = place.experiment(one), place.locked(one)
        if experiment is not None and paths:
            found[place.key(one)] = LockedFields(experiment, paths, by)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, msgspec.Struct):
        plain = {name: _plain(getattr(value, name)) for name in value.__struct_fields__ if name != "seed"}
        # The kind of a layer is its class, not one of its fields.
        return {"type": type(value).__name__, **plain}
    return value


def _hint(experiment: Experiment, path: str) -> str:
    choices = [
        "dataset",
        *OPTION_KEYS,
        "stop",
        "then",
        "layers",
        "training",
        *(f"training.{name}" for name in experiment.training.__struct_fields__),
        *(f"layers[{at}]" for at in range(len(experiment.layers))),
        *(name for at, layer in enumerate(experiment.layers) for name in _fields(at, layer)),
    ]
    return f" As one: dataset, training.epochs, layers[0], layers[0].filters.{did_you_mean(path, choices)}"


def _fields(at: int, layer: AnyLayer) -> list[str]:
    return [f"layers[{at}].{field.name}" for field in fields_of(type(layer))]
