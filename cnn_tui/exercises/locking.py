"""What a pack does not let be changed while its experiment is edited."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from cnn_tui.exercises.catalogue import Place
from cnn_tui.exercises.locked_fields import unlocked_changes
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.text import quiet

_PLAIN = {"stop": "the stop rule", "layers": "the stack", "training": "all of the training settings"}


_LAYER = re.compile(r"layers\[(\d+)\](?:\.(\w+))?")


class LockedError(ValueError):
    """An edit of a field that is locked; the message is a sentence."""


class LockedFields(NamedTuple):
    """The fields of an exercise's experiment that stay as they were given out."""

    given: Experiment
    paths: tuple[str, ...]
    by: str
    """Whose lock it is, in words: the pack 'Week 3'."""

    def check(self, after: Experiment) -> None:
        """Raises LockedError when a locked field is another one in `after`."""
        changed = unlocked_changes(self.given, after, self.paths)
        if changed:
            raise LockedError(f"{self.by} locks {self._told(changed[0], after)}")

    def _told(self, path: str, after: Experiment) -> str:
        """A field in words. A layer that is no longer where it was is told as a whole."""
        match = _LAYER.fullmatch(path)
        if match is None:
            return in_words(path)
        at, before = int(match[1]), self.given.layers
        moved = len(after.layers) != len(before) or type(after.layers[at]) is not type(before[at])
        layer = f"layer {at + 1}, {before[at].type}"
        return f"the place of {layer}" if moved else match[2] or layer


def in_words(path: str) -> str:
    """A locked field as a person says it: `layers[0].filters` is filters of layer 1."""
    match = _LAYER.fullmatch(path)
    if match is None:
        return _PLAIN.get(path, path.removeprefix("training."))
    layer = f"layer {int(match[1]) + 1}"
    return f"{match[2]} of {layer}" if match[2] else layer


def locks_of(place: Place) -> Mapping[str, LockedFields]:
    """The locks of a set, by the exercise as runs name it. Raises ExperimentError."""
    by = f"the pack '{quiet(place.set.title, 60)}'"
    found: dict[str, LockedFields] = {}
    for one in place.set.exercises:
        experiment, paths = place.experiment(one), place.locked(one)
        if experiment is not None and paths:
            found[place.key(one)] = LockedFields(experiment, paths, by)
    return found
