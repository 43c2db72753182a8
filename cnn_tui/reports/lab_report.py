"""A lab report in Markdown: the runs, what repeats say, the exercises with their conclusions, the curves as text."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

from cnn_tui.analysis.compare import pace_of
from cnn_tui.analysis.overfitting import read_out
from cnn_tui.analysis.verdict import BY_COMMAND, judge, sentences
from cnn_tui.exercises.catalogue import Place
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.results import BY_COMMAND as REPEAT_EXERCISE
from cnn_tui.exercises.results import ExerciseResult, FigureRow, result
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history import notebook
from cnn_tui.history.groups import Group, groups_of
from cnn_tui.history.history import History
from cnn_tui.history.rows import damage_in_words
from cnn_tui.history.run import Line, Run
from cnn_tui.history.same_network import first_runs
from cnn_tui.reports.markdown import escape, quote, table
from cnn_tui.reports.text_chart import TextCurve, draw
from cnn_tui.text import counted

MOST_RUNS = 500
MOST_CURVES = 30
INTERVAL = "± in a table is the standard deviation over the seeds; in a verdict it is the 95 % interval."


def report(history: History, runs: Sequence[int], places: Iterable[Place] = (), title: str = "Lab report") -> str:
    """The report on runs, in the order given, and on those exercises of `places` that have a run or an answer."""
    lines = {line.id: line for line in history.lines_of(runs)}
    chosen = [lines[one] for one in runs if one in lines]
    when = datetime.datetime.now().astimezone().isoformat(sep=" ", timespec="minutes")
    text = [f"# {escape(title)}", "", f"{counted(len(chosen), 'run')}, written {when}.", ""]
    text += _runs(history, chosen)
    groups = groups_of(history, [line.id for line in chosen])
    text += _groups(groups, _baseline(history, groups))
    for place in places:
        text += _exercises(history, place)
    text += _curves(history, chosen, groups)
    return "\n".join(text).rstrip() + "\n"


def set_table(history: History, place: Place) -> list[str]:
    """A set of exercises as one table, the notes' figures beside ours, and the verdicts below it."""
    found = [(one, result(history, place, one)) for one in place.set.exercises if one.is_run]
    groups = [what.group for _, what in found if what.group is not None]
    said = [one for _, what in found for one in sentences(what.verdicts, REPEAT_EXERCISE)]
    verdicts = [f"- {escape(one)}" for one in said]
    heading = ["exercise", "params", "seeds", "test acc", "change", "in the notes", "train acc", "in the notes"]
    heading += ["s/epoch", "in the notes"]
    made = table(heading, [_exercise_cells(*one) for one in found], right=range(1, len(heading)))
    return [*made, "", *_trained_on(groups), *verdicts, *(["", INTERVAL] if verdicts else [])]


def _exercise_cells(one: Exercise, what: ExerciseResult) -> list[str]:
    figures, noted = {row.key: row for row in what.rows}, one.notes.to_json()
    empty = FigureRow("", "", "", "", "")
    accuracy, train, pace, params = (
        figures.get(key, empty) for key in ("test accuracy", "train accuracy", "seconds an epoch", "parameters")
    )
    return [
        escape(one.heading),
        params.yours,
        str(len(what.group.by_seed("test_accuracy")) if what.group is not None else 0),
        *(accuracy.yours, accuracy.change, _noted(noted.get("test_accuracy"), 4)),
        *(train.yours, _noted(noted.get("train_accuracy"), 4)),
        *(pace.yours, _noted(noted.get("seconds_an_epoch"), 1)),
    ]


def _trained_on(groups: Sequence[Group]) -> list[str]:
    """A sentence for each set of images, so that nobody takes a sample's figures for the full set's."""
    seen = {(*group.images, trial.epochs, trial.device) for group in groups for trial in group.trials}
    lines = [
        f"Trained on {escape(name)} ({train:,} + {test:,} images), {counted(epochs, 'epoch')}, "
        f"{escape(device or 'unknown')}."
        for name, train, test, epochs, device in sorted(seen)
    ]
    return [*lines, ""] if lines else []


def _noted(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _runs(history: History, lines: Sequence[Line]) -> list[str]:
    firsts = first_runs(history, lines)
    rows = [_run_cells(line, firsts) for line in lines[:MOST_RUNS]]
    heading = ["run", "name", "status", "params", "test acc", "test loss", "train acc", "gap", "s/epoch", "epochs"]
    made = ["## Runs", "", *table([*heading, "dataset", "tags", "same network as"], rows, right=(0, *range(3, 10)))]
    if len(lines) > MOST_RUNS:
        made += ["", f"The first {MOST_RUNS} of {len(lines):,} runs."]
    written = history.conclusions([line.id for line in lines[:MOST_RUNS]])
    for line in lines[:MOST_RUNS]:
        for kind, words in (("note", line.note), ("conclusion", written.get(line.id, ""))):
            if words:
                made += ["", f"Run {line.id}, {kind}:", "", *quote(words)]
    return [*made, ""] if lines else []


def _run_cells(line: Line, firsts: dict[int, int]) -> list[str]:
    return [
        str(line.id),
        escape(line.name, 200),
        f"{line.status}, damaged" if line.damage else line.status,
        f"{line.params:,}",
        *(_noted(value, 4) for value in (line.test_accuracy, line.test_loss, line.accuracy, line.gap)),
        _noted(line.pace, 1),
        f"{line.epochs_done}/{line.epochs}",
        escape(line.dataset, 200),
        escape(" ".join(line.tags), 200),
        f"run {firsts[line.id]}" if line.id in firsts else "",
    ]


def _baseline(history: History, groups: Sequence[Group]) -> Group | None:
    """The group of the pinned run, else the first one that has repeats."""
    pinned = notebook.pinned(history)
    for group in groups:
        if pinned in group.runs:
            return group
    return max(groups, key=lambda group: len(group.trials), default=None)


def _groups(groups: Sequence[Group], base: Group | None) -> list[str]:
    if len(groups) < 2 and not any(len(group.trials) > 1 for group in groups):
        return []
    rows = [
        [
            escape(group.name, 200),
            ", ".join(map(str, group.runs[:20])) + (" …" if len(group.runs) > 20 else ""),
            *(
                group.spread(field).shown(digits)
                for field, digits in (("test_accuracy", 4), ("accuracy", 4), ("pace", 1))
            ),
        ]
        for group in groups
    ]
    made = ["## Repeats", "", *table(["experiment", "runs", "test acc", "train acc", "s/epoch"], rows)]
    said = [one for group in groups if base is not None and group is not base for one in judge(group, base)]
    if said and base is not None:
        made += [
            "",
            f"Against {escape(base.name, 200)}:",
            "",
            *(f"- {escape(one)}" for one in sentences(said, BY_COMMAND)),
        ]
    return [*made, "", INTERVAL, ""]


def _exercises(history: History, place: Place) -> list[str]:
    found = [(one, result(history, place, one)) for one in place.set.exercises]
    kept = [(one, what) for one, what in found if what.runs or what.answer.changed]
    if not kept:
        return []
    text = [f"## {escape(place.set.title)}", ""]
    for one, what in kept:
        text += [f"### {escape(one.heading)}", "", escape(one.question.strip()), "", *_exercise(one, what), ""]
    return text


def _exercise(one: Exercise, what: ExerciseResult) -> list[str]:
    text = []
    if what.rows:
        rows = [[row.key, *map(escape, row[1:])] for row in what.rows]
        text += [*table(["", "yours", "baseline", "change", "notes"], rows, right=range(1, 5)), ""]
    said = [outcome.told(REPEAT_EXERCISE) for outcome in what.outcomes if outcome.expected or outcome.found]
    said += sentences(what.verdicts, REPEAT_EXERCISE)
    text += [f"- {escape(sentence)}" for sentence in said]
    if one.notes.conclusion:
        text += ["", "The notes conclude:", "", *quote(one.notes.conclusion)]
    if what.answer.conclusion:
        text += ["", "Conclusion:" if not one.is_question else "Answer:", "", *quote(what.answer.conclusion)]
    return text


def _curves(history: History, lines: Sequence[Line], groups: Sequence[Group]) -> list[str]:
    """The curves of one run of each experiment, and what they say."""
    repeats = {run for group in groups for run in group.runs[1:]}
    wanted = [line.id for line in lines if line.id not in repeats and line.epochs_done][:MOST_CURVES]
    text: list[str] = []
    for number in wanted:
        run = history.run(number)
        if run is not None:
            text += _curve(run)
    return ["## Curves", "", *text] if text else []


def _curve(run: Run) -> list[str]:
    pace = pace_of(run)
    settings = _settings(run.experiment) if run.has_experiment else "Settings unknown"
    text = [f"### Run {run.id}: {escape(run.name, 200)}", "", f"{settings}, seed {run.seed}"]
    text[-1] += f", {pace:.1f} s an epoch." if pace is not None else "."
    if run.damage:
        text += ["", f"{escape(damage_in_words(run.id, run.damage)).capitalize()}."]
    for metric, name in (("loss", "Loss"), ("accuracy", "Accuracy")):
        series = [
            TextCurve(label, mark, tuple((one.epoch, one.metrics[key]) for one in run.epochs if key in one.metrics))
            for label, mark, key in (("training", "*", metric), ("validation", "o", f"val_{metric}"))
        ]
        chart = draw(series)
        if chart:
            text += ["", f"{name}:", "", "```text", *chart, "```"]
    said = read_out(run)
    if said is not None:
        reading, suggestion = said
        text += ["", escape(reading.reason) + "."]
        text += [f"Next: {escape(suggestion.label)}."] if suggestion is not None else []
    return [*text, ""]


def _settings(experiment: Experiment) -> str:
    training = experiment.training
    rules = "".join(f", stop when {rule}" for rule in experiment.stop)
    return escape(
        f"{counted(training.epochs, 'epoch')} of {experiment.dataset}, batches of {training.batch_size}, "
        f"{training.optimizer} {training.learning_rate:g}{rules}"
    )
