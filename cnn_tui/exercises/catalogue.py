"""Sets of exercises, read from their folders; those that come with the app, and where an exercise's experiment is.

A folder may come from somebody else: only data is read, only from inside the folder, and only so much of it. What is
wrong with it, or meant to do harm, ends as one sentence.
"""

from __future__ import annotations

import functools
import itertools
import tomllib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import msgspec

from cnn_tui.analysis.chance.verdict import Figure
from cnn_tui.data.dataset import NAMED
from cnn_tui.exercises.locks import LockError, check_paths
from cnn_tui.exercises.model import NAME, ByHand, Exercise, ExerciseError, ExerciseSet
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import MAX_DOTS, MAX_FILE_BYTES, read
from cnn_tui.experiment.file_errors import explain, found, misread
from cnn_tui.experiment.presets import load_preset
from cnn_tui.network.by_hand.image_kernels import KERNELS, LARGEST
from cnn_tui.text import cause_of, did_you_mean, quiet

FILE = "pack.toml"
_ORDER = (
    *("lab1", "lab2", "overfitting", "padding-and-pooling"),
    *("horses-or-humans", "cats-and-dogs", "transfer-learning", "rock-paper-scissors", "sign-mnist"),
)
MAX_EXERCISES = 200
MAX_WORDS = 10_000
"""Characters in a question, a title or a remark."""


class SetPlace(NamedTuple):
    """A set of exercises where it is: its name, its folder with the experiments, and what it holds."""

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

    def expected(self, exercise: Exercise) -> tuple[Figure, ...]:
        """The figures of which one says before the run what one expects: none for a question, nor for the baseline."""
        return exercise.predict if exercise.is_run and exercise.name != self.set.baseline else ()

    def key(self, exercise: Exercise) -> str:
        """How runs name the exercise that they were made for: `lab1/16-filters`."""
        return f"{self.name}/{exercise.name}"


@functools.cache
def _preset(name: str) -> Experiment:
    return load_preset(name)


def sets_folder() -> Path:
    """The folder of the sets that come with the app."""
    return Path(__file__).parent / "sets"


def set_names() -> tuple[str, ...]:
    """The sets that come with the app, in the order in which one works through them; others come last."""
    names = sorted(path.parent.name for path in sets_folder().glob("*/pack.toml"))
    return tuple(sorted(names, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER)))


@functools.cache
def load_set(name: str) -> SetPlace:
    """A set that comes with the app. Raises ExerciseError for a name that is none."""
    names = set_names()
    if name not in names:
        raise ExerciseError(
            f"there is no set of exercises {found(name)}; there are {', '.join(names)}.{did_you_mean(name, names)}"
        )
    return SetPlace(name, sets_folder() / name, read_set(sets_folder() / name))


def find_exercise(name: str, places: Sequence[SetPlace] | None = None) -> tuple[SetPlace, Exercise]:
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


def read_set(folder: Path) -> ExerciseSet:
    """The set in a folder. Raises ExerciseError with one sentence a person can act on."""
    shown = quiet(str(folder))
    if not folder.is_dir():
        raise ExerciseError(f"{shown} is no folder: a pack is a folder with a {FILE}")
    made = _decoded(_toml(folder / FILE, f"{shown}/{FILE}"), f"{shown}/{FILE}")
    _check(made, folder, f"{shown}/{FILE}")
    return made


def read_inside(folder: Path, name: str) -> Experiment:
    """An experiment file of a set's folder. Raises ExerciseError for a path that leads out, and ExperimentError."""
    path = PurePosixPath(name)
    shown = found(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or "\0" in name:
        raise ExerciseError(f"{shown} leads out of the pack: an experiment is a file inside its folder")
    inside = folder / path
    try:
        home, there = folder.resolve(strict=True), inside.resolve(strict=True)
    except (OSError, RuntimeError):
        raise ExerciseError(f"{shown} is not in the pack {quiet(str(folder))}") from None
    if not there.is_relative_to(home):
        raise ExerciseError(f"{shown} is a link that leads out of the pack: an experiment is a file inside its folder")
    if not there.is_file():
        raise ExerciseError(f"{shown} is no file")
    experiment = read(inside)
    validation = experiment.training.validation_path
    places = {"dataset": experiment.dataset, "test": experiment.test_path, "validation": validation}
    for key, data in places.items():
        if isinstance(data, str) and data not in NAMED and not Path(data).resolve().is_relative_to(home):
            raise ExerciseError(
                f"{shown}: the {key} {found(data)} lies outside of the pack; it must be built in, or inside the folder"
            )
    return experiment


def _toml(path: Path, shown: str) -> dict[str, Any]:
    try:
        if not path.is_file():
            raise ExerciseError(f"{shown} does not exist: a pack is a folder with a {FILE}")
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ExerciseError(f"{shown} cannot be read: {cause_of(error)}") from None
    if len(content) > MAX_FILE_BYTES:
        raise ExerciseError(f"{shown} is larger than {MAX_FILE_BYTES:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ExerciseError(f"{shown} is not a text file in UTF-8") from None
    # What tomllib needs for a dotted key grows with the square of its parts.
    if any(line.count(".") > MAX_DOTS and "=" in line.partition('"')[0] for line in text.split("\n")):
        raise ExerciseError(f"{shown} has a line with more than {MAX_DOTS} dots before its quotes")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ExerciseError(f"{shown} is not valid TOML: {misread(error)}") from None


def _decoded(raw: dict[str, Any], shown: str) -> ExerciseSet:
    try:
        return msgspec.convert(raw, ExerciseSet)
    except msgspec.ValidationError as error:
        raise ExerciseError(f"{shown}: {explain(str(error), raw, ExerciseSet)}") from None
    except RecursionError:
        raise ExerciseError(f"{shown} is nested too deeply") from None
    except UnicodeEncodeError:
        raise ExerciseError(f"{shown} has half a character (a lone surrogate) in it") from None


def _check(made: ExerciseSet, folder: Path, shown: str) -> None:
    if not 1 <= len(made.exercises) <= MAX_EXERCISES:
        raise ExerciseError(f"{shown} has {len(made.exercises):,} exercises; 1 to {MAX_EXERCISES} are allowed")
    names = [one.name for one in made.exercises]
    for at, name in enumerate(names):
        if not NAME.fullmatch(name):
            raise ExerciseError(
                f"{shown}: exercises[{at}].name: found {found(name)}; allowed: small letters, digits and -, at most 50"
            )
        if name in names[:at]:
            raise ExerciseError(f"{shown}: exercises[{at}].name: there is another exercise {name}")
    if made.baseline and made.baseline not in names:
        raise ExerciseError(f"{shown}: baseline: found {found(made.baseline)}; allowed: {', '.join(names)}")
    texts = itertools.chain.from_iterable((one.question, one.title, one.remark) for one in made.exercises)
    if any(len(text) > MAX_WORDS for text in (*texts, made.title, made.about)):
        raise ExerciseError(f"{shown} has a text of more than {MAX_WORDS:,} characters")
    for one in made.exercises:
        _check_exercise(one, made, folder, f"{shown}: exercise {one.name}")


def _check_exercise(one: Exercise, made: ExerciseSet, folder: Path, where: str) -> None:
    if one.by_hand is not None:
        _check_by_hand(one, one.by_hand, where)
    if one.preset and one.experiment:
        raise ExerciseError(f"{where} has a preset and an experiment; it takes one of them, or none for a question")
    try:
        experiment = load_preset(one.preset) if one.preset else None
        if one.experiment:
            experiment = read_inside(folder, one.experiment)
    except (ExperimentError, ExerciseError) as error:
        raise ExerciseError(f"{where}: {error}") from None
    locked = made.locked if one.locked is None else one.locked
    if experiment is None:
        if one.locked:
            raise ExerciseError(f"{where} has no experiment, so there is nothing to lock")
        return
    try:
        check_paths(experiment, locked)
    except LockError as error:
        raise ExerciseError(f"{where}: locked: {error}") from None


def _check_by_hand(one: Exercise, wanted: ByHand, where: str) -> None:
    """What is set up has to be there, and only a question is answered by hand."""
    if not one.is_question:
        raise ExerciseError(f"{where} has by_hand and an experiment; by_hand is for a question")
    kernels = [kernel.name for kernel in KERNELS]
    if wanted.kernel not in kernels:
        raise ExerciseError(f"{where}: by_hand.kernel: found {found(wanted.kernel)}; allowed: {', '.join(kernels)}")
    for name, value, least, most in (
        ("number", wanted.number, 1, 10_000),
        ("size", wanted.size, 0, LARGEST),
        ("stride", wanted.stride, 0, LARGEST),
    ):
        if not least <= value <= most:
            raise ExerciseError(f"{where}: by_hand.{name}: found {value}; allowed: {least} to {most}")
