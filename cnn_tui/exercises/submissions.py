"""Checks a submission: whether it keeps to its pack, what is missing, and what came of each exercise."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypeVar

import msgspec

from cnn_tui.data.dataset import DatasetError
from cnn_tui.exercises.answers import Answer
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.locks import changed_locked_fields
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.packs import digest
from cnn_tui.experiment.difference import diff_experiments
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import from_builtins
from cnn_tui.experiment.file_errors import misread
from cnn_tui.history.conditions import WITHIN, Conditions, dataset_in_short
from cnn_tui.text import counted, quiet

MOST_TEXT = 10_000


class CheckedExercise(NamedTuple):
    """What a check found out about one exercise of a submission. Its texts are inert."""

    name: str
    heading: str
    question: str
    runs: tuple[int, ...]
    figures: str
    """Test accuracy over the runs that ended as planned, with what it was made with; "" without any."""
    expected: str
    answer: str
    changes: tuple[str, ...]
    """How the experiments of the runs differ from the one that the pack gave out."""
    problems: tuple[str, ...]
    """Sentences on what is missing or not allowed."""


class SubmissionCheck(NamedTuple):
    """What a check found out about a submission. `problems` are those of the whole; each exercise has its own."""

    student: str
    pack: str
    title: str
    submitted: str
    problems: tuple[str, ...]
    exercises: tuple[CheckedExercise, ...]

    @property
    def flawless(self) -> bool:
        return not self.problems and not any(one.problems for one in self.exercises)


class HandedInRun(msgspec.Struct, frozen=True):
    """What is looked at of a run as it was handed in."""

    id: int = 0
    exercise: str = ""
    status: str = ""
    dataset: str = ""
    train_images: int = 0
    test_images: int = 0
    epochs: list[Any] = []
    weights: str | None = None
    weights_epoch: int | None = None
    test_accuracy: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    fingerprint: str = ""
    experiment: dict[str, Any] | None = None

    @property
    def conditions(self) -> Conditions:
        """What its figures were made with, as far as it says so."""
        tested = {"checkpoint": self.weights_epoch, "within an epoch": WITHIN}.get(self.weights or "last")
        done = len(self.epochs)
        dataset = quiet(dataset_in_short(self.dataset), 60)  # the folders of a path are those of the student's machine
        return Conditions(dataset, self.train_images, self.test_images, done, done, tested)


class HandedInExercise(msgspec.Struct, frozen=True):
    """An exercise as the pack gave it out, with the answer to it."""

    name: str = ""
    heading: str = ""
    question: str = ""
    locked: tuple[str, ...] = ()
    experiment: dict[str, Any] | None = None
    predict: tuple[str, ...] = ()
    answer: Answer | None = None


class GivenExercise(NamedTuple):
    """What an exercise asks for: of the pack, or of the copy of it that a submission holds."""

    name: str
    heading: str
    question: str
    locked: Sequence[str]
    experiment: Experiment | None
    predict: Sequence[str]


def check_submission(plain: dict[str, Any], whole: bool, place: SetPlace | None = None) -> SubmissionCheck:
    """Check a submission as `packs.read_submission` read it; `whole` is whether its checksum holds.

    It is checked against the pack in `place` or, without one, against the copy of the pack that it holds.
    """
    problems = [] if whole else ["it was changed after cnn-tui wrote it: the checksum does not hold"]
    if place is not None and plain["digest"] != digest(place):
        problems.append(f"it was made for another pack, or another version of it ({quiet(plain['title'], 80)})")
    exercises, unread = _parts(plain, "exercises", HandedInExercise)
    runs, unread_runs = _parts(plain, "runs", HandedInRun)
    problems += [*unread, *unread_runs]
    given = (
        [_given(one) for one in exercises] if place is None else [_given_by(place, one) for one in place.set.exercises]
    )
    known = {one.name for one in given}
    strange = sorted({run.exercise for run in runs if run.exercise not in known})
    if strange:
        problems.append(f"it has runs of exercises that the pack does not have: {quiet(', '.join(strange), 100)}")
    answers = {one.name: one.answer for one in exercises}
    checked = tuple(
        _check(one, [run for run in runs if run.exercise == one.name], answers.get(one.name)) for one in given
    )
    student, pack, title, when = (quiet(plain[key], 200) for key in ("student", "pack", "title", "submitted"))
    return SubmissionCheck(student, pack, title, when, tuple(problems), checked)


Part = TypeVar("Part", HandedInRun, HandedInExercise)


def _parts(plain: dict[str, Any], key: str, kind: type[Part]) -> tuple[list[Part], list[str]]:
    """The runs or the exercises of a submission, and sentences on those that are not as the app writes them."""
    read, wrong = [], []
    for at, one in enumerate(plain[key]):
        try:
            read.append(msgspec.convert(one, kind))
        except (ValueError, RecursionError) as error:  # text that is half a character is a ValueError too
            wrong.append(f"{key}[{at}] cannot be read: {misread(error, 120)}")
    return read, wrong


def _given(one: HandedInExercise) -> GivenExercise:
    return GivenExercise(one.name, one.heading, one.question, one.locked, _experiment(one.experiment), one.predict)


def _given_by(place: SetPlace, one: Exercise) -> GivenExercise:
    predict = place.expected(one)
    experiment = place.experiment(one) if one.is_run else None
    return GivenExercise(one.name, one.heading, one.question, place.locked(one), experiment, predict)


def _check(given: GivenExercise, runs: list[HandedInRun], answer: Answer | None) -> CheckedExercise:
    answer = answer or Answer()
    problems: list[str] = []
    changes: list[str] = []
    ended = [run for run in runs if run.status in ("finished", "stopped")]
    if given.experiment is not None:
        if not ended:
            problems.append("no run of it has come to its end")
        for run in runs:
            experiment = _experiment(run.experiment)
            if experiment is None:
                problems.append(f"run {run.id}: its experiment cannot be read")
                continue
            problems += _wrong(run, experiment, given.experiment, given.locked)
            changes += _changes(experiment, given.experiment)
    if not answer.conclusion.strip():
        problems.append("no conclusion" if given.experiment is not None else "no answer")
    expected = {name: way for name, way in msgspec.to_builtins(answer.prediction).items() if way}
    unsaid = [figure for figure in given.predict if figure not in expected]
    if unsaid:
        problems.append(f"nothing was expected of {quiet(' and '.join(unsaid), 100)}")
    return CheckedExercise(
        quiet(given.name, 50),
        quiet(given.heading, 200),
        quiet(given.question, MOST_TEXT),
        tuple(run.id for run in runs),
        _figures(ended),
        ", ".join(f"{name} {way}" for name, way in expected.items()),
        quiet(answer.conclusion, MOST_TEXT),
        tuple(dict.fromkeys(changes)),
        tuple(dict.fromkeys(problems)),
    )


def _wrong(run: HandedInRun, experiment: Experiment, given: Experiment, locked: Sequence[str]) -> list[str]:
    """What of a run is not as it was to be; `experiment` is its own, as it was read."""
    wrong = [
        f"run {run.id}: the locked field {quiet(path, 60)} was changed"
        for path in changed_locked_fields(given.without_folders(), experiment.without_folders(), locked)
    ]
    try:
        if _with_images_of(given, experiment).stack.fingerprint() != run.fingerprint:
            wrong.append(f"run {run.id}: its layers are not those that its fingerprint was made of")
    except DatasetError:  # a file on another machine, and no copy of the pack here
        pass
    if run.dataset and Path(run.dataset).name != Path(experiment.dataset).name:
        wrong.append(f"run {run.id}: it was trained on {quiet(run.dataset, 80)}")
    return wrong


def _changes(experiment: Experiment, given: Experiment) -> list[str]:
    before = given.without_folders().with_training(seed=None)
    after = experiment.without_folders().with_training(seed=None)
    lines = diff_experiments(before, after)
    return [quiet(f"{line.sign} {line.text}", 200) for line in lines if line.sign != " "]


def _with_images_of(given: Experiment, experiment: Experiment) -> Experiment:
    """The experiment on the pack's own images, which lie elsewhere than on the machine that it was trained on."""
    if Path(experiment.dataset).name != Path(given.dataset).name:
        return experiment
    return msgspec.structs.replace(experiment, dataset=given.dataset, test=given.test)


def _experiment(plain: dict[str, Any] | None) -> Experiment | None:
    try:
        return None if plain is None else from_builtins(plain)
    except ExperimentError:
        return None


def _figures(runs: Sequence[HandedInRun]) -> str:
    """Means over the runs that were made alike: as `0.8918 ± 0.0012 (3 runs) on fashion_mnist, 60,000 + …`."""
    scores: dict[Conditions, list[float]] = {}
    for run in runs:
        if run.test_accuracy is not None:
            scores.setdefault(run.conditions, []).append(run.test_accuracy)
    return "; ".join(f"{_mean(values)} on {conditions.in_words()}" for conditions, values in scores.items())


def _mean(scores: Sequence[float]) -> str:
    around = f" ± {statistics.stdev(scores):.4f}" if len(scores) > 1 else ""
    return f"{statistics.fmean(scores):.4f}{around} ({counted(len(scores), 'run')})"
