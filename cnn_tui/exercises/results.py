"""What came of an exercise: its runs' figures beside the baseline's, the notes' and what the user expected."""

from __future__ import annotations

import contextlib
from typing import Any, NamedTuple

from cnn_tui.analysis.compare import diff_experiments
from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.known_spread import known_spread
from cnn_tui.analysis.tested_images import sampling_error
from cnn_tui.analysis.verdict import Figure, Verdict, judge, of_a_set
from cnn_tui.data.dataset import DatasetError
from cnn_tui.exercises.answers import Answer, Direction, answer
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.fixed_plan import fixed_plan_of, judge_fixed_plan
from cnn_tui.exercises.model import CourseNotes, Exercise
from cnn_tui.exercises.runs import group_of, runs_of, same_exercises
from cnn_tui.history.groups import Group
from cnn_tui.history.history import History
from cnn_tui.network.diff import DiffLine
from cnn_tui.network.summary import summarize

BY_COMMAND = "cnn-tui exercises run NAME --repeat 5"
"""How the runs of an exercise are repeated outside the lab."""

SAME_ACCURACY, SAME_TIME = 0.005, 0.05
"""An accuracy within half a point of the baseline's, and a time within 5 % of it, count as the same."""


class FigureRow(NamedTuple):
    """A figure of an exercise: over its runs, over the baseline's, the difference of the two, and in the notes."""

    key: str
    yours: str
    baseline: str
    change: str
    notes: str


class ExpectationOutcome(NamedTuple):
    """What the user expected of a figure, and which way it went. `found` is None while that cannot be told."""

    figure: Figure
    expected: Direction | None
    found: Direction | None
    sentence: str
    remedy: str = ""
    """How to find out more, as in `Verdict`."""

    def told(self, repeat: str) -> str:
        """The sentence with what to do about it; `repeat` is how runs are repeated."""
        return f"{self.sentence}; {self.remedy} {repeat}" if self.remedy else self.sentence

    @property
    def right(self) -> bool | None:
        """Whether what was expected came true; None where nothing was expected, or it cannot be told."""
        return None if self.expected is None or self.found is None else self.expected == self.found


class ExerciseResult(NamedTuple):
    """What came of an exercise. `runs` are all of its runs, `group` those that the figures are made of."""

    runs: tuple[int, ...]
    group: Group | None
    baseline: Group | None
    answer: Answer
    rows: tuple[FigureRow, ...]
    outcomes: tuple[ExpectationOutcome, ...]
    verdicts: tuple[Verdict, ...]
    """Accuracy and time against the baseline; empty for the baseline itself and before there are runs of both."""


class ExerciseFindings(NamedTuple):
    """An exercise's result, and whatever else has to be worked out about it."""

    result: ExerciseResult
    seconds: float | None
    """How long a run of it takes, in seconds; None where that is not known."""
    changes: tuple[DiffLine, ...]
    """How its experiment differs from the baseline's."""
    params: tuple[int, int] | None
    """How many parameters the baseline has, and it has."""
    same: tuple[str, ...]
    """The other exercises of its set that train the same."""


class _Figure(NamedTuple):
    """A row of figures: its name, the field of `Trial`, the digits after the point, and its name in the notes."""

    key: str
    field: str
    digits: int
    noted: str


GAP, VALIDATION_LOSS = "gap, train - test", "validation loss"
_HELD_OUT = ("gap", "val_loss")
_FIGURES = (
    _Figure("test accuracy", "test_accuracy", 4, "test_accuracy"),
    _Figure("test loss", "test_loss", 4, "test_loss"),
    _Figure("train accuracy", "accuracy", 4, "train_accuracy"),
    _Figure("train loss", "loss", 4, "train_loss"),
    _Figure(GAP, "gap", 4, ""),
    _Figure(VALIDATION_LOSS, "val_loss", 4, ""),
    _Figure("seconds an epoch", "pace", 1, "seconds_an_epoch"),
    _Figure("epochs", "epochs", 0, ""),
    _Figure("parameters", "params", 0, "params"),
)


def result(history: History, place: SetPlace, exercise: Exercise) -> ExerciseResult:
    """What the history says of an exercise. Where there are repeats, this loads scipy: see `verdict.py`."""
    base_exercise = place.exercise(place.set.baseline) if place.set.baseline else None
    is_base = base_exercise is None or base_exercise.name == exercise.name or not exercise.is_run
    group = group_of(history, place, exercise) if exercise.is_run else None
    base = None if is_base or base_exercise is None else group_of(history, place, base_exercise, group)
    verdicts: tuple[Verdict, ...] = ()
    if group is not None and base is not None and base_exercise is not None:
        verdicts = _verdicts(history, place, (exercise, group), (base_exercise, base))
    given = answer(history, place.name, exercise.name)
    return ExerciseResult(
        runs_of(history, place, exercise),
        group,
        base,
        given,
        _rows(exercise.notes, group, base),
        tuple(_outcome(figure, given, group, base, verdicts) for figure in (() if is_base else exercise.predict)),
        verdicts,
    )


def comparisons(place: SetPlace) -> int:
    """How many experiments of a set are compared with its baseline; those that train the very same count once."""
    compared = [one for one in place.set.exercises if one.is_run and one.name != place.set.baseline]
    return len({same_exercises(place, one)[0].name for one in compared})


def _verdicts(
    history: History, place: SetPlace, ours: tuple[Exercise, Group], theirs: tuple[Exercise, Group]
) -> tuple[Verdict, ...]:
    """What is said of an exercise against the baseline, strict enough for all verdicts of the set together."""
    (exercise, group), (base_exercise, base) = ours, theirs
    names, count = f"{exercise.name} against {base_exercise.name}", comparisons(place)
    plans = fixed_plan_of(history, place, exercise), fixed_plan_of(history, place, base_exercise)
    planned = judge_fixed_plan(history, plans, names, count) if all(plans) else ()
    return planned or judge(group, base, names, of_a_set(count), known_spread(history, base.images))


def work_out(history: History, place: SetPlace, exercise: Exercise) -> ExerciseFindings:
    """Work out what there is to say of an exercise; in a thread, because verdicts load scipy."""
    experiment = place.experiment(exercise)
    base = place.experiment(place.exercise(place.set.baseline)) if place.set.baseline else None
    changes: tuple[DiffLine, ...] = ()
    params, seconds = None, None
    with contextlib.suppress(DatasetError):
        if experiment is not None and base is not None:
            changes = tuple(line for line in diff_experiments(base, experiment) if line.sign != " ")
            params = (summarize(base.stack).total_params, summarize(experiment.stack).total_params)
        seconds = Estimator(history).of(experiment).seconds if experiment and exercise.is_run else None
    same = tuple(one.name for one in same_exercises(place, exercise) if one.name != exercise.name)
    return ExerciseFindings(result(history, place, exercise), seconds, changes, params, same)


def to_json(history: History, place: SetPlace, exercise: Exercise) -> dict[str, Any]:
    """An exercise with its answer and its runs, in the promised form."""
    given = answer(history, place.name, exercise.name)
    return {
        "name": exercise.name,
        "set": place.name,
        "title": exercise.heading,
        "question": exercise.question,
        "preset": exercise.preset or None,
        "notes": exercise.notes.to_json(),
        "remark": exercise.remark,
        "runs": list(runs_of(history, place, exercise)),
        "prediction": {"accuracy": given.prediction.accuracy, "time": given.prediction.time},
        "conclusion": given.conclusion,
        "done": given.done,
    }


def _rows(notes: CourseNotes, group: Group | None, base: Group | None) -> tuple[FigureRow, ...]:
    noted = notes.to_json()
    rows = []
    for figure in _FIGURES:
        if figure.field in _HELD_OUT and not any(one is not None and _holds_out(one) for one in (group, base)):
            continue
        ours, theirs = (_spread(one, figure) for one in (group, base))
        change = ""
        if group is not None and base is not None:
            mine, other = group.spread(figure.field).mean, base.spread(figure.field).mean
            change = "" if mine is None or other is None else f"{mine - other:+,.{figure.digits}f}"
        value = noted.get(figure.noted)
        written = "" if value is None else f"{value:,.{figure.digits}f}"
        if ours or theirs or written:
            rows.append(FigureRow(figure.key, ours, theirs, change, written))
    return tuple(rows)


def _holds_out(group: Group) -> bool:
    """Whether a part of the training images was held out, so that validation is another figure than the test's."""
    experiment = group.experiment
    return experiment is not None and not isinstance(experiment.training.validation, str)


def _spread(group: Group | None, figure: _Figure) -> str:
    if group is None:
        return ""
    spread = group.spread(figure.field)
    if spread.mean is None:
        return ""
    around = spread.deviation if figure.digits else None
    if figure.field == "test_accuracy" and spread.n == 1:
        around = sampling_error(spread.mean, group.images[2])
    return f"{spread.mean:,.{figure.digits}f}" + (f" ± {around:.{figure.digits}f}" if around is not None else "")


def _outcome(
    figure: Figure, given: Answer, group: Group | None, base: Group | None, verdicts: tuple[Verdict, ...]
) -> ExpectationOutcome:
    expected = given.prediction.accuracy if figure == "accuracy" else given.prediction.time
    words = f"{figure}: you expected {expected}" if expected else f"{figure}: nothing was expected"
    if group is None or base is None:
        missing = "this" if group is None else "the baseline"
        return ExpectationOutcome(figure, expected, None, f"{words}; there is no run of {missing} yet")
    said = next(one for one in verdicts if one.figure == figure)
    found = _direction(said, base)
    if found is not None:
        went = "it stayed the same" if found == "same" else f"it went {found}"
        return ExpectationOutcome(figure, expected, found, f"{words}, {went}" if expected else f"{figure}: {went}")
    if said.outcome == "too few" and said.difference is not None:
        return ExpectationOutcome(
            figure, expected, None, f"{figure}: {_by_few(said, said.difference, expected)}", "repeat with"
        )
    return ExpectationOutcome(figure, expected, None, f"{words}; {_why_open(said)}")


def _direction(said: Verdict, base: Group) -> Direction | None:
    """Which way a figure went; "same" where any difference is small, None where chance may explain it."""
    test = said.test
    if test is None:
        return None
    if said.outcome == "decided":
        return "up" if test.difference > 0 else "down"
    return "same" if abs(test.difference) + test.margin < _small(said.figure, base) else None


def _by_few(said: Verdict, difference: float, expected: Direction | None) -> str:
    """What so few runs show, beside what was expected.

    As `0.8 points lower, as you expected; luck alone does as much in 28 of 100 cases`.
    """
    if said.figure == "accuracy":
        shown, ways = f"{abs(difference) * 100:.1f} points", ("higher", "lower")
    else:
        shown, ways = f"{abs(difference):.1f} s an epoch", ("slower", "quicker")
    seen = "up" if difference > 0 else "down"
    came = "as" if seen == expected else "not as"
    way = f"{shown} {ways[difference <= 0]}{f', {came} you expected' if expected in ('up', 'down') else ''}"
    return f"{way}; {_how_often(said.luck)}"


def _how_often(luck: float | None) -> str:
    if luck is None:
        return "so few runs may be luck"
    return f"luck alone does as much in {f'{luck * 100:.0f}' if luck >= 0.005 else 'fewer than 1'} of 100 cases"


def _small(figure: Figure, base: Group) -> float:
    return SAME_ACCURACY if figure == "accuracy" else SAME_TIME * (base.spread("pace").mean or 0.0)


def _why_open(said: Verdict) -> str:
    return {
        "planned": "the planned runs have not all ended",
        "undecided": "the runs cannot tell yet",
        "no spread": "the runs do not differ among themselves, so there is no chance to reckon with",
    }.get(said.outcome, "the runs cannot be compared")
