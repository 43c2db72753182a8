"""The sets of exercises that come with the app, and where an exercise's experiment is."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cnn_tui.exercises.model import Exercise, ExerciseError, ExerciseSet
from cnn_tui.exercises.reader import read_inside, read_set
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.presets import load_preset
from cnn_tui.text import did_you_mean, quiet


class Place(NamedTuple):
    """A set, its name, and the folder that its experiments are in."""

    name: str
    folder: Path
    set: ExerciseSet

    def exercise(self, name: str) -> Exercise:
        """The exercise of that name. Raises ExerciseError."""
        for one in self.set.exercises:
            if one.name == name:
                return one
        names = [one.name for one in self.set.exercises]
        raise ExerciseError(
            f"{self.name} has no exercise {found(name)}; there are {', '.join(names)}.{did_you_mean(name, names)}"
        )

    def experiment(self, exercise: Exercise) -> Experiment | None:
        """What an exercise trains; None for a question. Raises ExperimentError, and ExerciseError for a file."""
        if exercise.preset:
            return _preset(exercise.preset)
        if exercise.experiment:
            return read_inside(self.folder, exercise.experiment)
        return None

    def locked(self, exercise: Exercise) -> tuple[str, ...]:
        """The fields of an exercise's experiment that stay as they are."""
        return self.set.locked if exercise.locked is None else exercise.locked

    def key(self, exercise: Exercise) -> str:
        """How runs name the exercise that they were made for: `lab1/16-filters`."""
        return f"{self.name}/{exercise.name}"


@functools.cache
def _preset(name: str) -> Experiment:
    return load_preset(name)


def sets_folder() -> Path:
    """Where the sets that come with the app are."""
    return Path(__file__).parent / "sets"


def set_names() -> tuple[str, ...]:
    """The sets that come with the app, those of the notes first."""
    names = sorted(path.parent.name for path in sets_folder().glob("*/pack.toml"))
    return tuple(sorted(names, key=lambda name: not name.startswith("lab")))


@functools.cache
def load_set(name: str) -> Place:
    """A set that comes with the app. Raises ExerciseError for a name that is none."""
    names = set_names()
    if name not in names:
        raise ExerciseError(
            f"there is no set of exercises {found(name)}; there are {', '.join(names)}.{did_you_mean(name, names)}"
        )
    return Place(name, sets_folder() / name, read_set(sets_folder() / name))


def find_exercise(name: str, places: Sequence[Place] | None = None) -> tuple[Place, Exercise]:
    """The exercise that `SET/NAME` or, where it is the only one so called, `NAME` means. Raises ExerciseError."""
    known = [load_set(one) for one in set_names()] if places is None else list(places)
    wanted, slash, inner = name.partition("/")
    if slash:
        for place in known:
            if place.name == wanted:
                return place, place.exercise(inner)
        names = [place.name for place in known]
        raise ExerciseError(f"there is no set of exercises {found(wanted)}; there are {', '.join(names)}")
    having = [(place, one) for place in known for one in place.set.exercises if one.name == name]
    if len(having) == 1:
        return having[0]
    if having:
        either = " or ".join(place.key(one) for place, one in having)
        raise ExerciseError(f"{quiet(name, 60)} is in more than one set: say {either}")
    names = [one.name for place in known for one in place.set.exercises]
    raise ExerciseError(f"there is no exercise {found(name)}; cnn-tui exercises lists them.{did_you_mean(name, names)}")
