"""What came of an exercise: its runs' figures beside the baseline's, the notes' and what the user expected."""

from __future__ import annotations

import contextlib
import shlex
from typing import Any, NamedTuple

from cnn_tui.analysis.chance.known_spread import known_spread
from cnn_tui.analysis.chance.verdict import Figure, Verdict, judge, of_a_set, refuse
from cnn_tui.analysis.estimates import Estimator
from cnn_tui.data.dataset import DatasetError
from cnn_tui.exercises.answers import Answer, Direction, answer
from cnn_tui.exercises.catalogue import SetPlace, sets_folder
from cnn_tui.exercises.figures import FigureRow, accuracy_row, figure_rows
from cnn_tui.exercises.fixed_plan import fixed_plan_of, judge_fixed_plan
from cnn_tui.exercises.model import Exercise, against_baseline
from cnn_tui.exercises.runs import runs_of, same_exercises
from cnn_tui.exercises.shown_runs import ShownRuns, shown_runs
from cnn_tui.experiment.difference import diff_experiments
from cnn_tui.history.groups import Group
from cnn_tui.history.history import History
from cnn_tui.network.diff import DiffLine
from cnn_tui.network.summary import summarize

BY_COMMAND = "cnn-tui exercises run NAME --repeat 5"
"""How the runs of an exercise are repeated outside the lab, where it is said of several exercises."""


def by_command(place: SetPlace, exercise: Exercise) -> str:
    """How the runs of this exercise are repeated outside the lab."""
    if place.folder.parent == sets_folder():
        return f"cnn-tui exercises run {place.name}/{exercise.name} --repeat 5"
    return f"cnn-tui exercises --pack {shlex.quote(str(place.folder))} run {exercise.name} --repeat 5"


SAME_ACCURACY, SAME_TIME = 0.005, 0.05
"""An accuracy within half a point of the baseline's, and a time within 5 % of it, count as the same."""


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


class OtherConditions(NamedTuple):
    """Test accuracy under conditions that are further from those of the exercise, in words; "" where there is none."""

    conditions: str
    runs: tuple[int, ...]
    """Of the exercise."""
    yours: str
    baseline: str
    change: str


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
    others: tuple[OtherConditions, ...] = ()
    """Runs of it under other conditions, which are not judged."""

    @property
    def come_since(self) -> tuple[int, ...]:
        """The runs of the figures that the conclusion does not know, as they came after it was written."""
        about = self.answer.about
        return () if about is None else tuple(run for run in self._shown if run not in about)

    @property
    def gone_since(self) -> tuple[int, ...]:
        """The runs that the conclusion was written about, but that the figures are not made of any more."""
        return tuple(run for run in self.answer.about or () if run not in self._shown)

    @property
    def _shown(self) -> tuple[int, ...]:
        return ShownRuns(self.group, self.baseline).runs


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


def result(history: History, place: SetPlace, exercise: Exercise) -> ExerciseResult:
    """What the history says of an exercise. Where there are repeats, this loads scipy: see `verdict.py`."""
    base_exercise = place.exercise(place.set.baseline) if place.set.baseline else None
    is_base = base_exercise is None or base_exercise.name == exercise.name or not exercise.is_run
    shown, *others = shown_runs(history, place, exercise)
    verdicts: tuple[Verdict, ...] = ()
    if shown.group is not None and shown.baseline is not None and base_exercise is not None:
        verdicts = _verdicts(history, place, (exercise, shown.group), (base_exercise, shown.baseline))
        if shown.other_epochs is not None and "planned" not in {one.outcome for one in verdicts}:
            verdicts = (_refused_for_epochs(verdicts[0], shown.other_epochs), *verdicts[1:])
    given = answer(history, place.name, exercise.name)
    figures = () if is_base else exercise.predict
    return ExerciseResult(
        runs_of(history, place, exercise),
        shown.group,
        shown.baseline,
        given,
        figure_rows(exercise.notes, shown),
        tuple(_outcome(figure, given, shown.group, shown.baseline, verdicts) for figure in figures),
        verdicts,
        tuple(_other(one) for one in others if one.group is not None),
    )


def _refused_for_epochs(accuracy: Verdict, epochs: tuple[int, int]) -> Verdict:
    """The verdict on an accuracy that was reached in other epochs than the baseline's."""
    why = f"not as many epochs ({epochs[0]} against {epochs[1]}), so the figures say nothing of the change"
    return accuracy if accuracy.why else refuse("accuracy", accuracy.compared, why)


def _other(shown: ShownRuns) -> OtherConditions:
    assert shown.group is not None
    row = accuracy_row(shown if shown.comparable else ShownRuns(shown.group, None))
    return OtherConditions(shown.group.conditions_in_words(), shown.group.runs, row.yours, row.baseline, row.change)


def comparisons(place: SetPlace) -> int:
    """How many experiments of a set are compared with its baseline; those that train the very same count once."""
    compared = [one for one in place.set.exercises if one.is_run and one.name != place.set.baseline]
    return len({same_exercises(place, one)[0].name for one in compared})


def _verdicts(
    history: History, place: SetPlace, ours: tuple[Exercise, Group], theirs: tuple[Exercise, Group]
) -> tuple[Verdict, ...]:
    """What is said of an exercise against the baseline, strict enough for all verdicts of the set together."""
    (exercise, group), (base_exercise, base) = ours, theirs
    names, count = against_baseline(exercise.heading), comparisons(place)
    plans = fixed_plan_of(history, place, exercise), fixed_plan_of(history, place, base_exercise)
    planned = judge_fixed_plan(history, plans, names, count) if all(plans) else ()
    return planned or judge(group, base, names, of_a_set(count), known_spread(history, base.images, base.planned))


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
    """An exercise with its answer, its runs and their figures, in the promised form."""
    given = answer(history, place.name, exercise.name)
    experiment = place.experiment(exercise)
    shown = shown_runs(history, place, exercise)
    come = [run for run in shown[0].runs if given.about is not None and run not in given.about]
    return {
        "name": exercise.name,
        "set": place.name,
        "title": exercise.heading,
        "question": exercise.question,
        "preset": exercise.preset or None,
        "dataset": experiment.dataset if experiment is not None else None,
        "epochs": experiment.epochs if experiment is not None else None,
        "notes": exercise.notes.to_json(),
        "remark": exercise.remark,
        "runs": list(runs_of(history, place, exercise)),
        "results": [_result_json(one) for one in shown if one.group is not None],
        "prediction": {"accuracy": given.prediction.accuracy, "time": given.prediction.time},
        "conclusion": given.conclusion,
        "about": list(given.about) if given.about is not None else None,
        "come_since": come,
        "done": given.done,
    }


def _result_json(shown: ShownRuns) -> dict[str, Any]:
    """Runs under one set of conditions; a figure is their mean, a deviation is over the seeds."""
    group, base = shown.group, shown.baseline
    assert group is not None
    accuracy, pace = group.spread("test_accuracy"), group.spread("pace")
    return {
        "conditions": [trial.conditions.to_json() for trial in group.trials],
        "runs": list(group.runs),
        "baseline_runs": list(base.runs) if base is not None else [],
        "test_accuracy": accuracy.mean,
        "test_accuracy_deviation": accuracy.deviation,
        "seconds_an_epoch": pace.mean,
    }


def _outcome(
    figure: Figure, given: Answer, group: Group | None, base: Group | None, verdicts: tuple[Verdict, ...]
) -> ExpectationOutcome:
    expected = given.prediction.accuracy if figure == "accuracy" else given.prediction.time
    words = f"{figure}: you expected {expected}" if expected else f"{figure}: nothing was expected"
    if group is None or base is None:
        missing = "this" if group is None else "the baseline"
        return ExpectationOutcome(figure, expected, None, f"{words}; there is no run of {missing} yet")
    said = next(one for one in verdicts if one.figure == figure)
    found = direction_of(said, base)
    if found is not None:
        went = "it stayed the same" if found == "same" else f"it went {found}"
        return ExpectationOutcome(figure, expected, found, f"{words}, {went}" if expected else f"{figure}: {went}")
    if said.outcome == "too few" and said.difference is not None:
        return ExpectationOutcome(
            figure, expected, None, f"{figure}: {_by_few(said, said.difference, expected)}", "repeat with"
        )
    return ExpectationOutcome(figure, expected, None, f"{words}; {_why_open(said)}")


def direction_of(said: Verdict, base: Group) -> Direction | None:
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
    way = f"{shown} {ways[difference <= 0]}{said.part}{f', {came} you expected' if expected in ('up', 'down') else ''}"
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
