"""Reads a set of exercises from its folder. What is wrong with it, or meant to do harm, ends as one sentence.

Only data is read, only from inside the folder, and only so much of it: a folder comes from somebody else.
"""

from __future__ import annotations

import itertools
import tomllib
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.exercises.locks import LockError, check_paths
from cnn_tui.exercises.model import NAME, Exercise, ExerciseError, ExerciseSet
from cnn_tui.experiment import file_errors
from cnn_tui.experiment.experiment import MAX_DOTS, MAX_FILE_BYTES, Experiment, ExperimentError, read
from cnn_tui.experiment.presets import load_preset
from cnn_tui.text import quiet

FILE = "pack.toml"
MAX_EXERCISES = 200
MAX_WORDS = 10_000
"""Characters in a question, a title, a remark."""


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
    shown = file_errors.found(name)
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
    if experiment.dataset not in BUILT_IN and not Path(experiment.dataset).resolve().is_relative_to(home):
        raise ExerciseError(
            f"{shown}: the dataset {file_errors.found(experiment.dataset)} lies outside of the pack; it must be "
            "built in, or inside the folder"
        )
    return experiment


def _toml(path: Path, shown: str) -> dict[str, Any]:
    try:
        if not path.is_file():
            raise ExerciseError(f"{shown} does not exist: a pack is a folder with a {FILE}")
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise ExerciseError(f"{shown} cannot be read: {error.strerror or error}") from None
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
        raise ExerciseError(f"{shown} is not valid TOML: {file_errors.misread(error)}") from None


def _decoded(raw: dict[str, Any], shown: str) -> ExerciseSet:
    try:
        return msgspec.convert(raw, ExerciseSet)
    except msgspec.ValidationError as error:
        raise ExerciseError(f"{shown}: {file_errors.explain(str(error), raw, ExerciseSet)}") from None
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
                f"{shown}: exercises[{at}].name: found {file_errors.found(name)}; allowed: small letters, digits "
                "and -, at most 50"
            )
        if name in names[:at]:
            raise ExerciseError(f"{shown}: exercises[{at}].name: there is another exercise {name}")
    if made.baseline and made.baseline not in names:
        raise ExerciseError(f"{shown}: baseline: found {file_errors.found(made.baseline)}; allowed: {', '.join(names)}")
    texts = itertools.chain.from_iterable((one.question, one.title, one.remark) for one in made.exercises)
    if any(len(text) > MAX_WORDS for text in (*texts, made.title, made.about)):
        raise ExerciseError(f"{shown} has a text of more than {MAX_WORDS:,} characters")
    for one in made.exercises:
        _check_exercise(one, made, folder, f"{shown}: exercise {one.name}")


def _check_exercise(one: Exercise, made: ExerciseSet, folder: Path, where: str) -> None:
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
