"""A lab report: two pages with the exercises, what came of them, and the figures; all else as an appendix."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from cnn_tui.analysis.chance.known_spread import known_spread
from cnn_tui.analysis.chance.verdict import ALONE, BY_COMMAND, TOGETHER, Verdict, below, judge, sentences
from cnn_tui.analysis.compare import pace_of
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.progress import ExerciseStatus, read_statuses
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.phases import phases_in_words
from cnn_tui.history import notebook
from cnn_tui.history.groups import Group, groups_of
from cnn_tui.history.history import History
from cnn_tui.history.run import Line, Run
from cnn_tui.history.same_network import first_runs
from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.reports.blocks import Block, Bullet, Curves, Heading, Page, Paragraph, Quote, TextTable
from cnn_tui.reports.exercise_facts import read_exercise
from cnn_tui.reports.exercise_page import exercise_page
from cnn_tui.reports.run_page import overfitting
from cnn_tui.reports.set_table import rows_of, short_table, verdicts_of
from cnn_tui.text import counted

MOST_RUNS = 500
MOST_CURVES = 30
_MOST_GROUPS = 30  # in the two pages
_COLUMNS = tuple(
    COLUMNS[key]
    for key in (
        *("id", "name", "status", "params", "test_accuracy", "test_loss", "accuracy", "gap", "pace", "epochs_done"),
        *("dataset", "train_images", "tested_epoch", "tags"),
    )
)


class _BegunSet:
    """A set of which some exercises have a run or an answer: those, and how far the user is with each."""

    def __init__(self, history: History, place: SetPlace) -> None:
        self.place = place
        self.statuses = read_statuses(history, place)
        self.exercises = [one for one in place.set.exercises if _is_begun(self.statuses[one.name])]

    @property
    def runs(self) -> set[int]:
        """The runs of those exercises."""
        return {run for one in self.exercises for run in self.statuses[one.name].runs}


def report(history: History, runs: Sequence[int], places: Iterable[SetPlace] = (), title: str = "Lab report") -> Page:
    """The report on runs, in the order given, and on those exercises of `places` that have a run or an answer."""
    lines = {line.id: line for line in history.lines_of(runs)}
    chosen = [lines[one] for one in runs if one in lines]
    when = datetime.datetime.now().astimezone().isoformat(sep=" ", timespec="minutes")
    groups = groups_of(history, [line.id for line in chosen])
    begun = [one for one in (_BegunSet(history, place) for place in places) if one.exercises]
    blocks: list[Block] = [Paragraph(f"{counted(len(chosen), 'run')}, written {when}.")]
    said: list[Verdict] = []
    for one in begun:
        rows = rows_of(history, one.place, one.exercises, revealed=False)
        blocks += [Heading(one.place.set.title), *short_table(history, one.place, rows)]
        said += verdicts_of(rows)
    judged = {run for one in begun for run in one.runs}
    if judged:
        blocks.append(Paragraph(below(said, TOGETHER)))
    blocks += _figures(history, groups, judged)
    blocks += _runs(history, chosen) if chosen else ()
    blocks += _exercises(history, begun)
    return Page(title, [*blocks, *_curves(history, chosen, groups)])


def _is_begun(status: ExerciseStatus) -> bool:
    return bool(status.runs or status.answer.changed)


def _figures(history: History, groups: Sequence[Group], judged: set[int]) -> Iterator[Block]:
    """Each experiment with its figures and what they were made with; verdicts on those that no exercise judges."""
    if not groups:
        return
    rows = [
        [
            group.name,
            ", ".join(map(str, group.runs[:10])) + (" …" if len(group.runs) > 10 else ""),
            *(
                group.spread(field).shown(digits)
                for field, digits in (("test_accuracy", 4), ("accuracy", 4), ("pace", 1))
            ),
            group.conditions_in_words(),
        ]
        for group in groups[:_MOST_GROUPS]
    ]
    yield Heading("Figures")
    yield TextTable(["experiment", "runs", "test acc", "train acc", "s/epoch", "made with"], rows)
    if len(groups) > _MOST_GROUPS:
        yield Paragraph(f"The first {_MOST_GROUPS} of {len(groups):,} experiments; all runs are in the appendix.")
    yield from _verdicts(history, groups, judged)


def _verdicts(history: History, groups: Sequence[Group], judged: set[int]) -> Iterator[Block]:
    """The others against the baseline, or against the experiment with the most repeats."""
    base = _baseline(history, groups)
    others = [group for group in groups if group is not base and not judged.issuperset(group.runs)]
    if base is None or not others:
        return
    known = known_spread(history, base.images, base.planned)
    yield Paragraph(f"Against {base.name} (run {base.runs[0]}):")
    said = [one for group in others for one in judge(group, base, known=known)]
    yield from (Bullet(one) for one in sentences(said, BY_COMMAND))
    yield Paragraph(below(said, ALONE))


def _baseline(history: History, groups: Sequence[Group]) -> Group | None:
    """The group of the pinned run, else the one with the most repeats."""
    pinned = notebook.pinned(history)
    for group in groups:
        if pinned in group.runs:
            return group
    return max(groups, key=lambda group: len(group.trials), default=None)


# The appendix


def _runs(history: History, lines: Sequence[Line]) -> Iterator[Block]:
    firsts = first_runs(history, lines)
    rows = [_run_cells(line, firsts) for line in lines[:MOST_RUNS]]
    yield Heading("Appendix: runs")
    heading = ["run", *(column.title for column in _COLUMNS[1:]), "same network as"]
    yield TextTable(heading, rows, [at for at, column in enumerate(_COLUMNS) if column.right])
    if len(lines) > MOST_RUNS:
        yield Paragraph(f"The first {MOST_RUNS} of {len(lines):,} runs.")
    written = history.conclusions([line.id for line in lines[:MOST_RUNS]])
    for line in lines[:MOST_RUNS]:
        for kind, words in (("note", line.note), ("conclusion", written.get(line.id, ""))):
            if words:
                yield Paragraph(f"Run {line.id}, {kind}:")
                yield Quote(words)


def _run_cells(line: Line, firsts: dict[int, int]) -> list[str]:
    cells = [column.show(line) for column in _COLUMNS]
    return [*cells, f"run {firsts[line.id]}" if line.id in firsts else ""]


def _exercises(history: History, begun: Sequence[_BegunSet]) -> Iterator[Block]:
    """The pages of the exercises that have a run or an answer: the questions, and all figures."""
    if begun:
        yield Heading("Appendix: exercises")
    for one in begun:
        for exercise in one.exercises:
            yield from _page(history, one, exercise).nested(2)


def _page(history: History, begun: _BegunSet, exercise: Exercise) -> Page:
    return exercise_page(read_exercise(history, begun.place, exercise, begun.statuses[exercise.name]))


def _curves(history: History, lines: Sequence[Line], groups: Sequence[Group]) -> Iterator[Block]:
    """The curves of one run of each experiment, and whether it overfits."""
    repeats = {run for group in groups for run in group.runs[1:]}
    wanted = [line.id for line in lines if line.id not in repeats and line.epochs_done][:MOST_CURVES]
    runs = [run for number in wanted if (run := history.run(number)) is not None]
    if runs:
        yield Heading("Appendix: curves")
    for run in runs:
        yield from Page(f"Run {run.id}: {run.name}", [*_curve(history, run)]).nested(2)


def _curve(history: History, run: Run) -> Iterator[Block]:
    pace = pace_of(run)
    settings = _settings(run.experiment) if run.has_experiment else "Settings unknown"
    yield Paragraph(f"{settings}, seed {run.seed}{f', {pace:.1f} s an epoch' if pace is not None else ''}.")
    yield Paragraph(f"Made with {run.conditions.in_words()}.")
    yield Curves([run], points=history.points(run.id))
    yield from overfitting(run)


def _settings(experiment: Experiment) -> str:
    training = experiment.training
    rules = "".join(f", stop when {rule}" for rule in experiment.stop)
    later = "".join(f", then {words}" for words in phases_in_words(experiment))
    start = f", from the weights of {Path(experiment.weights).name}" if experiment.weights else ""
    return (
        f"{counted(training.epochs, 'epoch')} of {experiment.dataset}, batches of {training.batch_size}, "
        f"{training.optimizer} {training.learning_rate:g}{start}{rules}{later}"
    )
