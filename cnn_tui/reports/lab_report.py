"""A lab report: the runs, what their repeats say, the exercises with their conclusions, the curves."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence

from cnn_tui.analysis.compare import pace_of
from cnn_tui.analysis.known_spread import known_spread
from cnn_tui.analysis.looks import FEWEST_OF_A_SET
from cnn_tui.analysis.verdict import ALONE, BY_COMMAND, TOGETHER, judge, sentences
from cnn_tui.exercises.answers import answers
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.progress import read_statuses
from cnn_tui.exercises.results import BY_COMMAND as REPEAT_EXERCISE
from cnn_tui.exercises.results import GAP, VALIDATION_LOSS, ExerciseResult, FigureRow, result
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history import notebook
from cnn_tui.history.columns import COLUMNS
from cnn_tui.history.groups import Group, groups_of
from cnn_tui.history.history import History
from cnn_tui.history.run import Line, Run
from cnn_tui.history.same_network import first_runs
from cnn_tui.reports.blocks import Block, Bullet, Curves, Heading, Page, Paragraph, Quote, TextTable
from cnn_tui.reports.exercise_page import exercise_page, read_exercise
from cnn_tui.reports.run_page import overfitting
from cnn_tui.text import counted

MOST_RUNS = 500
MOST_CURVES = 30
_COLUMNS = tuple(
    COLUMNS[key]
    for key in (
        *("id", "name", "status", "params", "test_accuracy", "test_loss", "accuracy", "gap", "pace", "epochs_done"),
        *("dataset", "tags"),
    )
)
INTERVAL = "± in a table is the standard deviation over the seeds; in a verdict it is half of the 95 % interval."


def report(history: History, runs: Sequence[int], places: Iterable[SetPlace] = (), title: str = "Lab report") -> Page:
    """The report on runs, in the order given, and on those exercises of `places` that have a run or an answer."""
    lines = {line.id: line for line in history.lines_of(runs)}
    chosen = [lines[one] for one in runs if one in lines]
    when = datetime.datetime.now().astimezone().isoformat(sep=" ", timespec="minutes")
    groups = groups_of(history, [line.id for line in chosen])
    blocks: list[Block] = [Paragraph(f"{counted(len(chosen), 'run')}, written {when}.")]
    blocks += _runs(history, chosen) if chosen else ()
    blocks += _groups(history, groups, _baseline(history, groups))
    for place in places:
        blocks += _exercises(history, place)
    return Page(title, [*blocks, *_curves(history, chosen, groups)])


def set_table(history: History, place: SetPlace) -> Iterator[Block]:
    """A set of exercises as a table, the notes' figures beside those of the runs; then verdicts and conclusions."""
    found = [(one, result(history, place, one)) for one in place.set.exercises if one.is_run]
    heading = ["exercise", "params", "seeds", "test acc", "change", "in the notes", "train acc", "in the notes"]
    heading += ["s/epoch", "in the notes"]
    more = [key for key in (GAP, VALIDATION_LOSS) if any(row.key == key for _, what in found for row in what.rows)]
    cells = [[*_exercise_cells(*one), *_further_cells(one[1], more)] for one in found]
    yield TextTable([*heading, *more], cells, right=range(1, len(heading) + len(more)))
    yield from _trained_on([what.group for _, what in found if what.group is not None])
    verdicts = [one for _, what in found for one in what.verdicts]
    few = any(one.outcome == "too few" for one in verdicts)
    told = [one.sentence if one.outcome == "too few" else one.told(REPEAT_EXERCISE) for one in verdicts]
    yield from (Bullet(words) for words in dict.fromkeys(told))
    if few:
        yield Paragraph(f"Judged from {FEWEST_OF_A_SET} runs each on: {REPEAT_EXERCISE}.")
    if verdicts:
        yield Paragraph(f"{INTERVAL} {TOGETHER}")
    given = answers(history, place.name)
    written = [one for one in place.set.exercises if one.name in given and given[one.name].conclusion]
    if written:
        yield Paragraph("Conclusions:")
    for one in written:
        yield Bullet(f"{one.heading}: {' '.join(given[one.name].conclusion.split())}")


def _exercise_cells(one: Exercise, what: ExerciseResult) -> list[str]:
    figures, noted = {row.key: row for row in what.rows}, one.notes.to_json()
    empty = FigureRow("", "", "", "", "")
    accuracy, train, pace, params = (
        figures.get(key, empty) for key in ("test accuracy", "train accuracy", "seconds an epoch", "parameters")
    )
    return [
        one.heading,
        params.yours,
        str(len(what.group.by_seed("test_accuracy")) if what.group is not None else 0),
        *(accuracy.yours, accuracy.change, _noted(noted.get("test_accuracy"), 4)),
        *(train.yours, _noted(noted.get("train_accuracy"), 4)),
        *(pace.yours, _noted(noted.get("seconds_an_epoch"), 1)),
    ]


def _further_cells(what: ExerciseResult, keys: Sequence[str]) -> list[str]:
    """Figures that only some sets have: how far training is ahead, and the loss on held-out images."""
    figures = {row.key: row.yours for row in what.rows}
    return [figures.get(key, "") for key in keys]


def _trained_on(groups: Sequence[Group]) -> Iterator[Block]:
    """A sentence for each set of images and each device: figures of a sample are not those of the whole set."""
    seen = {(*group.key[1], trial.epochs, trial.device) for group in groups for trial in group.trials}
    for name, train, test, epochs, device in sorted(seen):
        images, length = f"{train:,} + {test:,} images", counted(epochs, "epoch")
        yield Paragraph(f"Trained on {name} ({images}), {length}, {device or 'unknown'}.")


def _noted(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _runs(history: History, lines: Sequence[Line]) -> Iterator[Block]:
    firsts = first_runs(history, lines)
    rows = [_run_cells(line, firsts) for line in lines[:MOST_RUNS]]
    yield Heading("Runs")
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


def _baseline(history: History, groups: Sequence[Group]) -> Group | None:
    """The group of the pinned run, else the one with the most repeats."""
    pinned = notebook.pinned(history)
    for group in groups:
        if pinned in group.runs:
            return group
    return max(groups, key=lambda group: len(group.trials), default=None)


def _groups(history: History, groups: Sequence[Group], base: Group | None) -> Iterator[Block]:
    if len(groups) < 2 and not any(len(group.trials) > 1 for group in groups):
        return
    rows = [
        [
            group.name,
            ", ".join(map(str, group.runs[:20])) + (" …" if len(group.runs) > 20 else ""),
            *(
                group.spread(field).shown(digits)
                for field, digits in (("test_accuracy", 4), ("accuracy", 4), ("pace", 1))
            ),
        ]
        for group in groups
    ]
    yield Heading("Repeats")
    yield TextTable(["experiment", "runs", "test acc", "train acc", "s/epoch"], rows)
    known = known_spread(history, base.images) if base is not None else None
    others = [group for group in groups if group is not base]
    said = [one for group in others if base is not None for one in judge(group, base, known=known)]
    if said and base is not None:
        yield Paragraph(f"Against {base.name}:")
        yield from (Bullet(one) for one in sentences(said, BY_COMMAND))
    yield Paragraph(f"{INTERVAL} {ALONE}")


def _exercises(history: History, place: SetPlace) -> list[Block]:
    """The pages of the exercises of a set that have a run or an answer."""
    found = read_statuses(history, place)
    begun = [one for one in place.set.exercises if found[one.name].runs or found[one.name].answer.changed]
    pages = [exercise_page(read_exercise(history, place, one, found[one.name])) for one in begun]
    blocks = [block for page in pages for block in page.nested(2)]
    return [Heading(place.set.title), *blocks] if blocks else []


def _curves(history: History, lines: Sequence[Line], groups: Sequence[Group]) -> Iterator[Block]:
    """The curves of one run of each experiment, and whether it overfits."""
    repeats = {run for group in groups for run in group.runs[1:]}
    wanted = [line.id for line in lines if line.id not in repeats and line.epochs_done][:MOST_CURVES]
    runs = [run for number in wanted if (run := history.run(number)) is not None]
    if runs:
        yield Heading("Curves")
    for run in runs:
        yield from Page(f"Run {run.id}: {run.name}", [*_curve(run)]).nested(2)


def _curve(run: Run) -> Iterator[Block]:
    pace = pace_of(run)
    settings = _settings(run.experiment) if run.has_experiment else "Settings unknown"
    yield Paragraph(f"{settings}, seed {run.seed}{f', {pace:.1f} s an epoch' if pace is not None else ''}.")
    yield Curves([run])
    yield from overfitting(run)


def _settings(experiment: Experiment) -> str:
    training = experiment.training
    rules = "".join(f", stop when {rule}" for rule in experiment.stop)
    return (
        f"{counted(training.epochs, 'epoch')} of {experiment.dataset}, batches of {training.batch_size}, "
        f"{training.optimizer} {training.learning_rate:g}{rules}"
    )
