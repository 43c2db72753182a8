"""All that is known of a run, read at once and laid out as the lines of its page."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any, NamedTuple

from rich.text import Text

from cnn_tui import home
from cnn_tui.analysis.compare import Comparison, compare, gap_of, pace_of
from cnn_tui.analysis.overfitting import CurveReading, Suggestion, read_out
from cnn_tui.data.dataset import DatasetError
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.rows import damage_in_words
from cnn_tui.history.run import Event, Run
from cnn_tui.history.same_network import in_words, same_network
from cnn_tui.history.tested import tested_in_words
from cnn_tui.network.diff import DiffLine, arguments
from cnn_tui.network.report import keras_shape
from cnn_tui.network.summary import summarize
from cnn_tui.reports.epoch_rows import epoch_rows
from cnn_tui.text import counted
from cnn_tui.ui.chart.compose import ChartChoice, Recorded, picture_of
from cnn_tui.ui.chart.legend import legend
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.history.columns import STATUS_STYLES, figure, points
from cnn_tui.ui.watcher import Watched
from cnn_tui.ui.widgets.layout import flow
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.page_view import PageView, columns

_CHART_ROWS = 12
SIGNS = {" ": "dim", "+": "good", "-": "bad", "~": "warn"}
"""The styles of the lines of a difference; their signs say the same."""


class Facts(NamedTuple):
    """What is recorded of a run, and what follows from it."""

    recorded: Recorded
    events: Sequence[Event]
    same: str
    """What it has in common with earlier runs; "" for nothing."""
    baseline: int | None
    against: Comparison | None
    """It beside the pinned baseline; None where there is none, or it is the one."""
    reading: CurveReading | None
    suggestion: Suggestion | None

    @property
    def run(self) -> Run:
        """The run itself."""
        return self.recorded.run


def read_facts(history: History, watched: Watched, before: Facts | None = None) -> Facts | None:
    """All that is known of a run; None when there is none of that number. `before` is what was known of it."""
    watched.read()
    run, run_id = watched.run, watched.id
    if run is None:
        return None
    # What other runs it is like does not change while it goes on, and is slow to find out in a long history.
    same = before.same if before is not None else in_words(same_network(history, run))
    baseline = notebook.pinned(history)
    base = history.run(baseline) if baseline is not None and baseline != run_id else None
    found = read_out(run)
    reading, suggestion = found if found is not None else (None, None)
    return Facts(
        Recorded(run, watched.points),
        watched.events,
        same,
        baseline,
        compare([base, run], base.id) if base is not None else None,
        reading,
        suggestion,
    )


def lay_out(facts: Facts, choice: ChartChoice, view: PageView, width: int) -> list[Text]:
    """The lines of the page: what came of the run first, what it was below."""
    return [
        *_result(facts, view, width),
        *_words(facts.run, view, width),
        *_curves(facts, choice, view, width),
        *_overfitting(facts, view, width),
        *_difference(facts, view, width),
        *_experiment(facts.run, view, width),
        *_epochs(facts.run, view),
        *_what_happened(facts, view, width),
        *_around(facts.run, view, width),
    ]


def _result(facts: Facts, view: PageView, width: int) -> list[Text]:
    run = facts.run
    last = run.epochs[-1].metrics if run.epochs else {}
    gap = gap_of(run)
    pace = pace_of(run)
    accuracy = [
        f"test {figure(run.test_accuracy)}" if run.test_accuracy is not None else "",
        f"train {figure(last['accuracy'])}" if "accuracy" in last else "",
        f"validation {figure(last['val_accuracy'])}" if "val_accuracy" in last else "",
        f"gap {points(gap)} points{_of_epoch(run)}" if gap is not None else "",
    ]
    loss = [
        f"test {figure(run.test_loss)}" if run.test_loss is not None else "",
        f"train {figure(last['loss'])}" if "loss" in last else "",
        f"validation {figure(last['val_loss'])}" if "val_loss" in last else "",
    ]
    took = [f"{run.seconds:.1f} s of training", f"{pace:.1f} s an epoch" if pace is not None else ""]
    status = Text(run.status, view.style(STATUS_STYLES.get(run.status, "accent")))
    if run.stop_cause:
        status.append(f": {inert(run.stop_cause)}")
    if run.archived:
        status.append(" (archived)", view.style("dim"))
    lines = view.pair("status", status, width)
    if run.damage:
        damage = f"{_sentence(damage_in_words(run.id, run.damage))} What can be read is here."
        lines += view.pair("damaged", Text(inert(damage), view.style("bad")), width)
    lines += view.pair("epochs", f"{len(run.epochs)} of {run.experiment.training.epochs}", width)
    lines += view.pair("accuracy", Text(_joined(accuracy), view.style("strong")), width)
    lines += view.pair("loss", _joined(loss), width)
    lines += view.pair("time", _joined(took), width)
    lines += view.pair("network", f"{counted(run.params, 'parameter')}, fingerprint {run.fingerprint}", width)
    lines += view.pair("", _sentence(facts.same), width)
    if facts.baseline == run.id:
        lines += view.pair("", "It is the baseline that others are compared with.", width)
    return lines


def _of_epoch(run: Run) -> str:
    """Where the test is not of the last epoch: of which."""
    words = tested_in_words(run.tested_epoch)
    return f", tested {words}" if words else ""


def _words(run: Run, view: PageView, width: int) -> list[Text]:
    lines = view.pair("tags", " ".join(run.tags), width) + view.pair("exercise", run.exercise, width)
    lines += view.pair("note", run.note, width) + view.pair("conclusion", run.conclusion, width)
    return [Text(), *lines] if lines else []


def _curves(facts: Facts, choice: ChartChoice, view: PageView, width: int) -> list[Text]:
    lines = view.heading("Curves (m: the next metric)")
    if not facts.run.epochs and not facts.recorded.points:
        return [*lines, Text("There are none: no epoch was begun.", view.style("dim"))]
    picture = picture_of(facts.recorded, choice, empty="No value of it was recorded.")
    lines += view.chart(picture, width, _CHART_ROWS)
    return lines + flow(legend(facts.recorded, choice, None, view.style), width, 2)


def _overfitting(facts: Facts, view: PageView, width: int) -> list[Text]:
    if facts.reading is None:
        return []
    lines = [*view.heading("Overfitting"), *view.flowed(_sentence(facts.reading.reason), width)]
    if facts.suggestion is not None:
        words = (
            f"One experiment to try next: {facts.suggestion.label}. "
            f"{key_of('page.next_experiment')} puts it into the editor."
        )
        lines += view.flowed(Text(words, view.style("accent")), width)
    return lines


def _difference(facts: Facts, view: PageView, width: int) -> list[Text]:
    found = facts.against
    if found is None:
        return []
    lines = view.heading(f"Difference to the baseline, run {found.baseline}")
    for row in found.shown():
        change = row.change_shown(1)
        value = f"{row.shown(0) or '-'} → {row.shown(1) or '-'}" + (f"  ({change})" if change else "")
        lines += view.pair(inert(row.key), value, width)
    for diff in found.layers:
        if diff.differs:
            lines += diff_lines(diff.lines, view, width)
        else:
            lines += view.pair("layers", "the same network", width)
    return lines


def diff_lines(lines: Sequence[DiffLine], view: PageView, width: int, *, all_lines: bool = True) -> list[Text]:
    """The layers of a difference, each with its sign."""
    shown = []
    for line in lines:
        if all_lines or line.sign != " ":
            style = view.style(SIGNS[line.sign])
            first, *rest = view.flowed(inert(line.text), width - 4)
            shown += [Text(f"  {line.sign} {first.plain}", style), *(Text(f"    {one.plain}", style) for one in rest)]
    return shown


def _experiment(run: Run, view: PageView, width: int) -> list[Text]:
    training = run.experiment.training
    images = f", {run.train_images:,} training and {run.test_images:,} test images" if run.train_images else ""
    asked = f" (asked for: {run.experiment.dataset})" if run.dataset != run.experiment.dataset else ""
    settings = (
        f"{counted(training.epochs, 'epoch')}, batch {training.batch_size}, "
        f"{training.optimizer} {training.learning_rate:g}, {training.loss}, "
        f"{training.precision}, validation {training.validation}"
    )
    lines = view.heading("Experiment")
    if not run.has_experiment:
        return [*lines, Text("It cannot be read.", view.style("dim"))]
    lines += view.pair("data", run.dataset + asked + images, width)
    lines += view.pair("training", settings, width)
    lines += view.pair("metrics", ", ".join(training.metrics), width)
    lines += view.pair("seed", "random" if run.seed is None else str(run.seed), width)
    lines += view.pair("stop when", ", ".join(str(rule) for rule in run.experiment.stop), width)
    lines += view.pair("queued", _when(run.created), width)
    return [*lines, Text(), *_layers(run, view, width)]


def _layers(run: Run, view: PageView, width: int) -> list[Text]:
    layers = run.experiment.layers
    words = [f"{'' if layer.enabled else 'off  '}{arguments(layer)}" for layer in layers]
    try:
        rows = summarize(run.experiment.stack).rows
    except DatasetError:  # a file that has gone since takes no run's page with it
        rows = ()
    cells = []
    for at, layer in enumerate(layers):
        row = rows[at] if at < len(rows) and layer.enabled else None
        shape = keras_shape(row.output_shape) if row is not None and row.output_shape is not None else ""
        cells.append((str(at + 1), layer.type, words[at], shape, f"{row.params:,}" if row is not None else ""))
    lines = [Text(inert(line)) for line in columns(cells, right=(0, 4))]
    return [one for line in lines for one in view.flowed(line, width)]


def _epochs(run: Run, view: PageView) -> list[Text]:
    rows = epoch_rows(run)
    if not rows:
        return []
    head, *body = columns(rows, right=range(len(rows[0])))
    return [*view.heading("Epochs"), Text(head, view.style("dim")), *(Text(line) for line in body)]


def _what_happened(facts: Facts, view: PageView, width: int) -> list[Text]:
    if not facts.events:
        return []
    lines = view.heading("What happened")
    for event in facts.events:
        lines += view.pair(_when(event.at), event.text, width)
    return lines


def _around(run: Run, view: PageView, width: int) -> list[Text]:
    lines = view.heading("Environment")
    for name, value in run.environment.items():
        lines += view.pair(inert(str(name)[:16]), _plain(value), width)
    lines += view.heading("Files")
    places = (("model", home.model_path(run.id)), ("log", home.log_path(run.id)))
    there = [(name, path) for name, path in places if path.exists()]
    for name, path in there:
        lines += view.pair(name, str(path), width)
    return lines if there else [*lines, Text("There are none.", view.style("dim"))]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(inner)}" for key, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_plain(inner) for inner in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _joined(words: Sequence[str]) -> str:
    return ", ".join(word for word in words if word)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""


def _when(at: float) -> str:
    return datetime.datetime.fromtimestamp(at).isoformat(" ", "minutes")
