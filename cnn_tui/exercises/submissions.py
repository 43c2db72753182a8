"""Checks a submission: whether it keeps to its pack, what is missing, and what came of each exercise."""

from __future__ import annotations

import statistics
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cnn_tui.analysis.compare import diff_experiments
from cnn_tui.data.dataset import BUILT_IN, DatasetError
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.locks import changed_locked_fields
from cnn_tui.exercises.packs import digest
from cnn_tui.experiment.experiment import Experiment, ExperimentError, from_builtins
from cnn_tui.text import counted, quiet

MOST_TEXT = 10_000


class CheckedExercise(NamedTuple):
    """What a check found out about one exercise of a submission. Its texts are inert."""

    name: str
    heading: str
    question: str
    runs: tuple[int, ...]
    figures: str
    """Test accuracy over the runs that ended as planned; "" without any."""
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


def check_submission(plain: dict[str, Any], whole: bool, place: SetPlace | None = None) -> SubmissionCheck:
    """Check a submission as `packs.read_submission` read it; `whole` is whether its checksum holds.

    It is checked against the pack in `place` or, without one, against the copy of the pack that it holds.
    """
    problems = [] if whole else ["it was changed after cnn-tui wrote it: the checksum does not hold"]
    if place is not None and plain["digest"] != digest(place):
        problems.append(f"it was made for another pack, or another version of it ({_text(plain['title'], 80)})")
    given = _given(plain) if place is None else _given_by(place)
    runs = [_HandedInRun(run) for run in plain["runs"]]
    known = {str(one["name"]) for one in given}
    strange = sorted({run.exercise for run in runs if run.exercise not in known})
    if strange:
        problems.append(f"it has runs of exercises that the pack does not have: {_text(', '.join(strange), 100)}")
    answers = {str(one.get("name")): one.get("answer") for one in plain["exercises"]}
    checked = tuple(
        _check(one, [run for run in runs if run.exercise == one["name"]], answers.get(one["name"])) for one in given
    )
    student, pack, title, when = (_text(plain[key], 200) for key in ("student", "pack", "title", "submitted"))
    return SubmissionCheck(student, pack, title, when, tuple(problems), checked)


class _HandedInRun:
    """A run as it was handed in. What is not as the app writes it becomes empty or None."""

    def __init__(self, plain: dict[str, Any]) -> None:
        number = plain.get("id")
        self.id: int = number if isinstance(number, int) else 0
        self.exercise = str(plain.get("exercise", ""))
        self.status, self.dataset = str(plain.get("status", "")), str(plain.get("dataset", ""))
        accuracy = plain.get("test_accuracy")
        self.test_accuracy = accuracy if isinstance(accuracy, int | float) and 0 <= accuracy <= 1 else None
        self.fingerprint = plain.get("fingerprint")
        self.experiment = _experiment(plain.get("experiment"))


def _given(plain: dict[str, Any]) -> list[dict[str, Any]]:
    """The exercises of the pack, from the copy in the submission."""
    return [
        {
            "name": str(one.get("name", "")),
            "heading": one.get("heading", ""),
            "question": one.get("question", ""),
            "locked": [path for path in one.get("locked") or [] if isinstance(path, str)],
            "experiment": _experiment(one.get("experiment")),
            "predict": [figure for figure in one.get("predict") or [] if isinstance(figure, str)],
        }
        for one in plain["exercises"]
    ]


def _given_by(place: SetPlace) -> list[dict[str, Any]]:
    """The exercises of the pack itself, in the same form."""
    return [
        {
            "name": one.name,
            "heading": one.heading,
            "question": one.question,
            "locked": place.locked(one),
            "experiment": place.experiment(one) if one.is_run else None,
            "predict": one.predict if one.is_run and one.name != place.set.baseline else (),
        }
        for one in place.set.exercises
    ]


def _check(given: dict[str, Any], runs: list[_HandedInRun], answer: Any) -> CheckedExercise:
    answer = answer if isinstance(answer, dict) else {}
    problems: list[str] = []
    changes: list[str] = []
    experiment: Experiment | None = given["experiment"]
    ended = [run for run in runs if run.status in ("finished", "stopped")]
    if experiment is not None:
        if not ended:
            problems.append("no run of it has come to its end")
        for run in runs:
            problems += _wrong(run, experiment, given["locked"])
            changes += _changes(run, experiment)
    text = answer.get("conclusion")
    text = text if isinstance(text, str) else ""
    if not text.strip():
        problems.append("no conclusion" if experiment is not None else "no answer")
    prediction = answer.get("prediction")
    prediction = prediction if isinstance(prediction, dict) else {}
    unsaid = [figure for figure in given["predict"] if not prediction.get(figure)]
    if unsaid:
        problems.append(f"nothing was expected of {' and '.join(unsaid)}")
    scores = [run.test_accuracy for run in ended if run.test_accuracy is not None]
    return CheckedExercise(
        _text(given["name"], 50),
        _text(given["heading"], 200),
        _text(given["question"], MOST_TEXT),
        tuple(run.id for run in runs),
        _figures(scores),
        ", ".join(f"{_text(name, 20)} {_text(way, 20)}" for name, way in prediction.items() if way),
        _text(text, MOST_TEXT),
        tuple(dict.fromkeys(changes)),
        tuple(dict.fromkeys(problems)),
    )


def _wrong(run: _HandedInRun, given: Experiment, locked: list[str]) -> list[str]:
    if run.experiment is None:
        return [f"run {run.id}: its experiment cannot be read"]
    wrong = [
        f"run {run.id}: the locked field {quiet(path, 60)} was changed"
        for path in changed_locked_fields(_portable(given), _portable(run.experiment), locked)
    ]
    try:
        if run.experiment.stack.fingerprint() != run.fingerprint:
            wrong.append(f"run {run.id}: its layers are not those that its fingerprint was made of")
    except DatasetError:  # a file on another machine
        pass
    if run.dataset and Path(run.dataset).name != Path(run.experiment.dataset).name:
        wrong.append(f"run {run.id}: it was trained on {_text(run.dataset, 80)}")
    return wrong


def _changes(run: _HandedInRun, given: Experiment) -> list[str]:
    if run.experiment is None:
        return []
    before = _portable(given).with_training(seed=None)
    after = _portable(run.experiment).with_training(seed=None)
    try:
        lines = diff_experiments(before, after)
    except DatasetError:
        return []
    return [quiet(f"{line.sign} {line.text}", 200) for line in lines if line.sign != " "]


def _portable(experiment: Experiment) -> Experiment:
    """The experiment without the folder of its dataset, which lies elsewhere on another machine."""
    if experiment.dataset in BUILT_IN:
        return experiment
    return msgspec.structs.replace(experiment, dataset=Path(experiment.dataset).name)


def _experiment(plain: Any) -> Experiment | None:
    if not isinstance(plain, dict):
        return None
    try:
        return from_builtins(plain)
    except ExperimentError:
        return None


def _figures(scores: list[float]) -> str:
    if not scores:
        return ""
    around = f" ± {statistics.stdev(scores):.4f}" if len(scores) > 1 else ""
    return f"{statistics.fmean(scores):.4f}{around} ({counted(len(scores), 'run')})"


def _text(value: Any, most: int) -> str:
    return quiet(value if isinstance(value, str) else str(value)[:most], most)
