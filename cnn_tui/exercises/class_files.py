"""What the members of a class hand over, submissions and histories alike: their runs and answers, checked one by one.

A value that is not what it has to be costs the run or the answer that it is in, and is counted. A run is taken for what
its own experiment is, whatever it calls itself.
"""

from __future__ import annotations

import datetime
import functools
import math
import statistics
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast, get_args

import msgspec

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.exercises.answers import Direction, Expectation
from cnn_tui.exercises.model import ExerciseError
from cnn_tui.exercises.packs import read_submission
from cnn_tui.exercises.submissions import MOST_TEXT, HandedInExercise
from cnn_tui.experiment.file import from_builtins
from cnn_tui.experiment.same import settings_of
from cnn_tui.history.ending import AS_PLANNED
from cnn_tui.history.errors import HistoryError
from cnn_tui.history.groups import EpochTime, Trial
from cnn_tui.history.other_history import HEADER, read_other
from cnn_tui.home import history_path
from cnn_tui.network.stack import Stack
from cnn_tui.text import cause_of, quiet

_Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
_Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e11)]
_Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
_MOST_WORDS = 200


class ClassRun(NamedTuple):
    """A run with what tells it from all others, and the exercise that it was made for: pack and name, or ""."""

    trial: Trial
    key: tuple[Any, ...]
    """The same for copies of one run."""
    pack: str
    exercise: str


class ClassAnswer(NamedTuple):
    """What somebody expected of an exercise, and what they concluded; "" for nothing yet."""

    pack: str
    exercise: str
    expected: Expectation
    conclusion: str
    changed: float
    who: str
    """The student, or the name of the file that names none."""


class ClassFile(NamedTuple):
    """One file. `unread` is how many of its runs and answers could not be read, `unended` did not end as planned."""

    name: str
    kind: str
    student: str
    runs: list[ClassRun]
    answers: list[ClassAnswer]
    exercises: list[HandedInExercise]
    pack: str
    unread: int
    unended: int


class _EpochRead(msgspec.Struct, frozen=True):
    seconds: _Seconds | None = None
    startup: _Seconds | None = None
    others: _Share | None = None
    throttled: _Share | None = None
    loss: float | None = None
    accuracy: float | None = None
    val_loss: float | None = None


class _RunInFile(msgspec.Struct, frozen=True):
    experiment: dict[str, Any]
    dataset: str
    train_images: _Count
    test_images: _Count
    status: str
    name: str = ""
    ending: str | None = ""
    stop_cause: str | None = ""
    seed: Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)] | None = None
    params: _Count = 0
    created: str | float = 0.0
    seconds: _Seconds = 0.0
    test_loss: float | None = None
    test_accuracy: _Share | None = None
    environment: dict[str, Any] = {}
    exercise: str | None = ""
    epochs: list[_EpochRead] = []

    @property
    def as_planned(self) -> bool:
        """Whether it ended as its experiment asked for; older versions say it in other words."""
        if self.ending:
            return self.ending in AS_PLANNED
        by_rule = (self.stop_cause or "").startswith("stop rule")
        return self.status == "finished" or (self.status == "stopped" and by_rule)


class _AnswerRead(msgspec.Struct, frozen=True):
    pack: str
    exercise: str
    prediction: dict[str, Any] = {}
    conclusion: str | None = ""
    changed: float | None = 0.0


def read_class_file(path: Path) -> ClassFile:
    """Read a submission or a history; of a folder, the history in it. Raises ExerciseError and HistoryError."""
    if path.is_dir():  # what CNN_TUI_HOME names
        path = path / history_path().name
    try:
        with path.open("rb") as file:
            is_history = file.read(len(HEADER)) == HEADER
    except OSError as error:
        raise ExerciseError(f"{quiet(str(path))} cannot be read: {cause_of(error)}") from None
    return _history(path) if is_history else _submission(path)


def _submission(path: Path) -> ClassFile:
    plain, _ = read_submission(path)
    pack = quiet(plain["pack"], _MOST_WORDS)
    exercises, wrong = [], 0
    for one in plain["exercises"]:
        try:
            exercises.append(msgspec.convert(one, HandedInExercise))
        except (ValueError, RecursionError):
            wrong += 1
    student = quiet(plain["student"], _MOST_WORDS)
    answers = [
        ClassAnswer(
            pack, one.name, told.prediction, _concluded(told.conclusion), told.changed, student or quiet(path.name)
        )
        for one in exercises
        if (told := one.answer) is not None
    ]
    runs, unread, unended = _runs([{**run, "pack": pack} for run in plain["runs"]])
    return ClassFile(str(path), "submission", student, runs, answers, exercises, pack, wrong + unread, unended)


def _history(path: Path) -> ClassFile:
    found = read_other(path)
    runs, unread, unended = _runs(found.runs)
    answers = []
    for one in found.answers:
        try:
            told = msgspec.convert(one, _AnswerRead)
        except (ValueError, RecursionError):
            unread += 1
            continue
        expected = Expectation(_direction(told.prediction, "accuracy"), _direction(told.prediction, "time"))
        conclusion, changed = _concluded(told.conclusion or ""), told.changed or 0.0
        answers.append(ClassAnswer(told.pack, told.exercise, expected, conclusion, changed, quiet(path.name)))
    return ClassFile(str(path), "history", "", runs, answers, [], "", unread, unended)


def _concluded(text: str) -> str:
    """A conclusion on one line, inert."""
    return quiet(" ".join(text.split()), MOST_TEXT)


def _direction(prediction: dict[str, Any], figure: str) -> Direction | None:
    value = prediction.get(figure)
    return cast("Direction", value) if isinstance(value, str) and value in get_args(Direction) else None


def _runs(plain: list[dict[str, Any]]) -> tuple[list[ClassRun], int, int]:
    """The runs that ended as planned; how many could not be read, and how many did not end so."""
    runs, unread, unended = [], 0, 0
    for one in plain:
        try:
            told = msgspec.convert(one, _RunInFile)
            run = _class_run(told, one.get("pack")) if told.as_planned else None
        except (ValueError, OverflowError, RecursionError):
            unread += 1
            continue
        if run is None:
            unended += 1
        else:
            runs.append(run)
    return runs, unread, unended


def _class_run(told: _RunInFile, pack: str | None) -> ClassRun:
    """Raises ValueError for a run that cannot be what it says."""
    written = msgspec.json.encode({**told.experiment, "name": "x"})
    fingerprint, settings = _what(_without_seed(written))
    # The folder of a file is another one on every machine.
    dataset = told.dataset if told.dataset in BUILT_IN else quiet(Path(told.dataset).name, _MOST_WORDS)
    images = (dataset, told.train_images, told.test_images)
    created = _moment(told.created)
    last = told.epochs[-1] if told.epochs else _EpochRead()
    accuracy, loss, test_loss = _finite(last.accuracy), _finite(last.loss), _finite(told.test_loss)
    times = tuple(_time(one.seconds, one) for one in told.epochs if one.seconds is not None)
    tested = told.test_accuracy if told.test_images else None  # or it was those that it learned from
    gap = accuracy - tested if accuracy is not None and tested is not None else None
    device = told.environment.get("device")
    trial = Trial(
        0,
        quiet(told.name, _MOST_WORDS),
        told.seed,
        told.test_accuracy,
        test_loss,
        accuracy,
        loss,
        statistics.fmean(time.seconds for time in times) if times else None,
        len(told.epochs),
        told.params,
        quiet(device, _MOST_WORDS) if isinstance(device, str) else "",
        fingerprint,
        images,
        settings,
        written.decode(),
        gap,
        _finite(last.val_loss),
        times,
    )
    key = (fingerprint, settings, images, told.seed, int(created), round(told.seconds, 2))
    of_pack, _, exercise = (told.exercise or "").rpartition("/")
    return ClassRun(trial, key, quiet(pack or of_pack, _MOST_WORDS), quiet(exercise, _MOST_WORDS))


def _time(seconds: float, epoch: _EpochRead) -> EpochTime:
    load = None if epoch.others is None else epoch.others + (epoch.throttled or 0.0)
    return EpochTime(seconds - (epoch.startup or 0.0), load)


def _without_seed(written: bytes) -> bytes:
    plain = msgspec.json.decode(written)
    if isinstance(plain.get("training"), dict):
        plain["training"].pop("seed", None)
    return msgspec.json.encode(plain, order="sorted")


@functools.lru_cache(maxsize=2_000)
def _what(written: bytes) -> tuple[str, str]:
    """The fingerprint and the settings of an experiment. Raises ValueError."""
    experiment = from_builtins(msgspec.json.decode(written))
    settings = settings_of(written)
    if settings is None:
        raise ValueError("its settings cannot be read")
    if experiment.dataset in BUILT_IN:
        return experiment.stack.fingerprint(), settings.training
    # Its file lies on another machine, and no path that somebody wrote is looked at here.
    return Stack((1, 1, 1), experiment.layers).fingerprint(), settings.training


def identity_given(plain: dict[str, Any] | None) -> tuple[str, str] | None:
    """What an exercise trains as it was given out: fingerprint and settings; None where there is nothing to train."""
    if plain is None:
        return None
    try:
        return _what(_without_seed(msgspec.json.encode({**plain, "name": "x"})))
    except (ValueError, RecursionError):
        return None


def _moment(created: str | float) -> float:
    """When a run was queued, in seconds since 1970."""
    moment = datetime.datetime.fromisoformat(created).timestamp() if isinstance(created, str) else created
    if not 0 <= moment < 1e12:
        raise ValueError("no time of a run")
    return moment


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


FILE_ERRORS = (ExerciseError, HistoryError)
"""What `read_class_file` raises."""
