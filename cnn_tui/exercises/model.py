"""Sets of exercises: questions about experiments, what the notes found, and what may be changed.

A set is a folder with a `pack.toml`; those that come with the app and those that a teacher hands out (packs) are alike.
An exercise is about a preset, about an experiment file of the folder, or about none: then it is a question.
"""

from __future__ import annotations

import difflib
import functools
import re
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cnn_tui.exercises.answers import Predicted
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.presets import load_preset
from cnn_tui.text import quiet

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,49}")
"""What a set or an exercise may be called: it stands in tags, in file names and on the command line."""


class ExerciseError(ValueError):
    """A set or an exercise that is not there, or cannot be used; the message is a sentence."""


class NotedEpoch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An epoch in somebody's notes, on the training images. `seconds` are as Keras prints them, without a fraction."""

    loss: float
    accuracy: float
    seconds: float


class Notes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the course notes found; what they do not say is None or empty."""

    params: int | None = None
    epochs: tuple[NotedEpoch, ...] = ()
    test_loss: float | None = None
    test_accuracy: float | None = None
    conclusion: str = ""

    @property
    def seconds_an_epoch(self) -> float | None:
        """The mean over the epochs."""
        return statistics.fmean(epoch.seconds for epoch in self.epochs) if self.epochs else None

    def to_json(self) -> dict[str, Any]:
        """The figures that there are, those of the last epoch as `train_loss` and `train_accuracy`."""
        last = self.epochs[-1] if self.epochs else None
        figures: dict[str, Any] = {
            "params": self.params,
            "train_loss": last.loss if last else None,
            "train_accuracy": last.accuracy if last else None,
            "test_loss": self.test_loss,
            "test_accuracy": self.test_accuracy,
            "seconds_an_epoch": self.seconds_an_epoch,
            "epochs": [msgspec.structs.asdict(epoch) for epoch in self.epochs] or None,
            "conclusion": self.conclusion or None,
        }
        return {name: value for name, value in figures.items() if value is not None}


class Exercise(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One exercise of a set."""

    name: str
    question: str
    title: str = ""
    preset: str = ""
    experiment: str = ""
    """A file of the set's folder, in place of a preset."""
    predict: tuple[Predicted, ...] = ("accuracy", "time")
    """What is to be expected before the run, against the set's baseline."""
    locked: tuple[str, ...] | None = None
    """Fields of the experiment that stay as they are, as `training.epochs` or `layers[0]`; None for the set's."""
    change: bool = False
    """Whether the experiment is only where one starts: runs count that were made for the exercise, and no others."""
    impossible: bool = False
    """Whether the experiment cannot be trained, which is its point."""
    remark: str = ""
    """What is good to know beside the result."""
    notes: Notes = Notes()

    @property
    def heading(self) -> str:
        """Its title, or its name where it has none."""
        return self.title or self.name

    @property
    def is_question(self) -> bool:
        """Whether there is nothing to run."""
        return not self.preset and not self.experiment

    @property
    def is_run(self) -> bool:
        """Whether there is something that can be run."""
        return not self.is_question and not self.impossible


class ExerciseSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a `pack.toml` holds."""

    title: str
    exercises: tuple[Exercise, ...]
    about: str = ""
    baseline: str = ""
    """The exercise that the others are compared with."""
    locked: tuple[str, ...] = ()
    """Fields of every experiment that stay as they are."""


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
            f"{self.name} has no exercise {found(name)}; there are {', '.join(names)}.{near(name, names)}"
        )

    def experiment(self, exercise: Exercise) -> Experiment | None:
        """What an exercise trains; None for a question. Raises ExperimentError, and ExerciseError for a file."""
        if exercise.preset:
            return _preset(exercise.preset)
        if exercise.experiment:
            from cnn_tui.exercises.reader import read_inside

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
    if name not in set_names():
        raise ExerciseError(
            f"there is no set of exercises {found(name)}; there are {', '.join(set_names())}.{near(name, set_names())}"
        )
    from cnn_tui.exercises.reader import read_set

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
    raise ExerciseError(f"there is no exercise {found(name)}; cnn-tui exercises lists them.{near(name, names)}")


def near(word: str, choices: Sequence[str]) -> str:
    """A hint at what was meant, to stand behind a sentence."""
    close = difflib.get_close_matches(word, choices, 1, 0.5)
    return f" Did you mean {close[0]}?" if close else ""
