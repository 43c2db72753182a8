"""The columns that the history can show: which there are, and what each says of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from rich.text import Text

from cnn_tui.analysis.compare import RunChanges, in_points
from cnn_tui.data.dataset import is_stand_in
from cnn_tui.experiment.names import ShortName
from cnn_tui.history.conditions import dataset_in_short
from cnn_tui.history.ending import status_in_words
from cnn_tui.history.run import Line
from cnn_tui.history.table.columns import COLUMNS, RunColumn
from cnn_tui.history.table.folding import Repeats
from cnn_tui.reports.blocks import status_style
from cnn_tui.text import cells, moment
from cnn_tui.ui.widgets.lines import Styles, inert
from cnn_tui.ui.widgets.table import Cell

MARK, BASELINE, PUT_AWAY = "*", "b", "-"
"""Beside a run's number: it is marked, it is the baseline, it is archived."""
OTHER_DATA = "≠"
"""Behind a test accuracy: it is of other data than those that it ranks with."""
FOLDED, OPEN = "▸", "▾"
"""Behind how many runs a row is of: they are folded into it, or stand below it as well."""
_CUT = 200  # characters of a name or note: no column is as wide


class FoldOnScreen(NamedTuple):
    """Runs that differ by their seeds alone, in one row; they stand below it too where it `is_open`."""

    repeats: Repeats
    is_open: bool


class Around(NamedTuple):
    """What the cells of a row depend on beside its run."""

    style: Styles
    baseline: Line | None = None
    marked: Mapping[int, object] = {}
    first: Mapping[int, int] = {}
    """For runs that repeat a network, the first run that had it."""
    fold: FoldOnScreen | None = None
    """What the row is of, if it is of several runs; its line has their means."""
    inside: bool = False
    """Whether the run stands below such a row."""
    names: Mapping[int, ShortName] = {}
    data: tuple[str, int, int] | None = None
    """What the figures that are ranked are of, as `Line.images` has it; those of other data are marked."""


class Change(NamedTuple):
    """How the difference to the baseline is shown beside a figure."""

    of: Callable[[RunChanges], float | None]
    shown: Callable[[float], str]
    width: int
    better: int = 0
    """1 when more is better, -1 when less is, 0 when it is neither."""


class HistoryColumn(NamedTuple):
    """How a column is drawn: its width, its cell where that is more than its words, the change beside it."""

    column: RunColumn
    width: int
    cell: Callable[[Line, Around], Cell] | None = None
    change: Change | None = None

    def shown(self, line: Line, around: Around) -> Cell:
        return self.cell(line, around) if self.cell else inert(self.column.show(line)[:_CUT])


def _signed(value: float) -> str:
    return f"{int(value):+,}"


def _seconds(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f}"


def figure(value: float | None, digits: int = 4) -> str:
    """A figure with so many digits, or nothing."""
    return f"{value:.{digits}f}" if value is not None else ""


def _run(line: Line, around: Around) -> Cell:
    runs: tuple[int, ...] = (line.id,)
    number = f"{line.id}"
    if around.fold is not None:
        runs, number = (
            around.fold.repeats.runs,
            f"{len(around.fold.repeats.runs)}×{OPEN if around.fold.is_open else FOLDED}",
        )
    baseline = around.baseline is not None and around.baseline.id in runs
    before = MARK if any(one in around.marked for one in runs) else " "
    after = BASELINE if baseline else PUT_AWAY if line.archived else " "
    words = f"{before}{number}{after}"
    return Text(words, around.style("accent")) if before + after != "  " or around.fold else words


def _test(line: Line, around: Around) -> Cell:
    words = figure(line.test_accuracy)
    if around.data is None or not words:
        return Text(words, around.style("strong"))
    sign = OTHER_DATA if line.images != around.data else " "
    return Text.assemble((words, around.style("strong")), (sign, around.style("warn")))


def _seed(line: Line, around: Around) -> Cell:
    return f"{around.fold.repeats.seeds} seeds" if around.fold else COLUMNS["seed"].show(line)


_DATASET = 13
"""Cells of the column, so that the status has room beside it at 120x40."""
_WITH_NAN = 7
"""So many letters of a status have room beside the word that the loss is no number."""


def _status(line: Line, around: Around) -> Cell:
    words = status_in_words(line.status, line.ending, short=True)
    status = Text(words, around.style(status_style(line.status, line.ending)))
    if line.lost and (line.status == "finished" or len(words) > _WITH_NAN):
        return Text("loss nan", around.style("bad"))
    return Text.assemble(("nan ", around.style("bad")), status) if line.lost else status


def _dataset(line: Line, around: Around) -> Cell:
    # The sample is no mishap to overlook: its figures are not those of the whole.
    words = inert(dataset_in_short(line.dataset)[:_CUT])  # of a path, what tells it from others
    if cells(words) > _DATASET:  # its end tells what stands in for a whole one: …_sample, …_drawn
        words = f"{words[: _DATASET - 8]}…{words[-7:]}"
    return Text(words, around.style("warn")) if is_stand_in(line.dataset) else words


def _gap(line: Line, around: Around) -> Cell:
    return in_points(line.gap) if line.gap is not None else ""


def _created(line: Line, around: Around) -> Cell:
    return moment(line.created)


def _same(line: Line, around: Around) -> Cell:
    return f"run {around.first[line.id]}" if line.id in around.first else ""


_SAME = RunColumn("same", "same", "the first run of the same network", lambda line: "", heading="Same net")
_DRAWN = (
    HistoryColumn(COLUMNS["id"], 3, _run),
    HistoryColumn(COLUMNS["name"], 20),
    HistoryColumn(COLUMNS["test_accuracy"], 6, _test, Change(lambda one: one.test_accuracy, in_points, 6, 1)),
    HistoryColumn(COLUMNS["gap"], 6, _gap, Change(lambda one: one.gap, in_points, 6, -1)),
    HistoryColumn(COLUMNS["pace"], 7, change=Change(lambda one: one.pace, _seconds, 6, -1)),
    HistoryColumn(COLUMNS["status"], 11, _status),
    HistoryColumn(COLUMNS["epochs_done"], 7),
    HistoryColumn(COLUMNS["dataset"], _DATASET, _dataset),
    HistoryColumn(COLUMNS["params"], 10, change=Change(lambda one: one.params, _signed, 9)),
    HistoryColumn(COLUMNS["tags"], 14),
    HistoryColumn(COLUMNS["note"], 30),
    HistoryColumn(COLUMNS["accuracy"], 6),
    HistoryColumn(COLUMNS["val_accuracy"], 6),
    HistoryColumn(COLUMNS["test_loss"], 9),
    HistoryColumn(COLUMNS["loss"], 7),
    HistoryColumn(COLUMNS["val_loss"], 8),
    HistoryColumn(COLUMNS["seconds"], 8),
    HistoryColumn(COLUMNS["seed"], 8, _seed),
    HistoryColumn(_SAME, 9, _same),
    HistoryColumn(COLUMNS["exercise"], 16),
    HistoryColumn(COLUMNS["train_images"], 15),
    HistoryColumn(COLUMNS["test_images"], 11),
    HistoryColumn(COLUMNS["tested_epoch"], 12),
    HistoryColumn(COLUMNS["created"], 16, _created),
)
FIELD = {one.column.key: one for one in _DRAWN}
"""By the keys of their columns, in the order in which they are offered."""
