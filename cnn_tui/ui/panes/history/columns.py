"""The columns of the history: which there are, which are shown, and what they say of a run."""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.style import Style
from rich.text import Text

from cnn_tui.analysis.compare import Delta, delta, in_points
from cnn_tui.history.listing import SORTS
from cnn_tui.history.run import Line
from cnn_tui.home import home
from cnn_tui.reports.blocks import STATUS_STYLES
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.table import Cell, TableColumn

Styles = Callable[[str], Style]

MARK, BASELINE, PUT_AWAY = "*", "b", "-"
"""Beside a run's number: it is marked, it is the baseline, it is archived."""
_CUT = 200  # characters of a name or note: no column is as wide


class Around(NamedTuple):
    """What the cells of a row depend on beside its run."""

    style: Styles
    baseline: Line | None = None
    marked: Mapping[int, object] = {}
    first: Mapping[int, int] = {}
    """For runs that repeat a network, the first run that had it."""


class Change(NamedTuple):
    """How the difference to the baseline is shown beside a figure."""

    of: Callable[[Delta], float | None]
    shown: Callable[[float], str]
    width: int
    better: int = 0
    """1 when more is better, -1 when less is, 0 when it is neither."""


class HistoryColumn(NamedTuple):
    """A column to choose: its key (of SORTS, where it sorts), its title, its width, what it shows, what it is."""

    key: str
    title: str
    width: int
    shown: Callable[[Line, Around], Cell]
    help: str
    right: bool = True
    change: Change | None = None

    @property
    def sorts(self) -> bool:
        return self.key in SORTS


class ColumnChoice(msgspec.Struct, frozen=True):
    """What the user wants to see: the keys of the columns in order, and archived runs or not."""

    columns: tuple[str, ...] = ()
    archived: bool = False


def _signed(value: float) -> str:
    return f"{int(value):+,}"


def _seconds(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f}"


def figure(value: float | None, digits: int = 4) -> str:
    """A figure with so many digits, or nothing."""
    return f"{value:.{digits}f}" if value is not None else ""


def _value(name: str, digits: int = 4) -> Callable[[Line, Around], Cell]:
    return lambda line, around: figure(getattr(line, name), digits)


def _words(text: str) -> str:
    return inert(text[:_CUT])


def _run(line: Line, around: Around) -> Cell:
    baseline = around.baseline is not None and around.baseline.id == line.id
    before = MARK if line.id in around.marked else " "
    after = BASELINE if baseline else PUT_AWAY if line.archived else " "
    words = f"{before}{line.id}{after}"
    return Text(words, around.style("accent")) if before + after != "  " else words


def _test(line: Line, around: Around) -> Cell:
    return Text(figure(line.test_accuracy), around.style("strong"))


def _status(line: Line, around: Around) -> Cell:
    return Text(line.status, around.style(STATUS_STYLES.get(line.status, "accent")))


def _dataset(line: Line, around: Around) -> Cell:
    # The sample is no mishap to overlook: its figures are not those of the whole.
    words = _words(line.dataset)
    return Text(words, around.style("warn")) if line.dataset == "fashion_mnist_sample" else words


def _gap(line: Line, around: Around) -> Cell:
    return in_points(line.gap) if line.gap is not None else ""


def _created(line: Line, around: Around) -> Cell:
    return datetime.datetime.fromtimestamp(line.created).isoformat(" ", "minutes")


FIELDS: tuple[HistoryColumn, ...] = (
    HistoryColumn("id", "Run", 3, _run, "the number of the run"),
    HistoryColumn("name", "Name", 12, lambda line, around: _words(line.name), "the name", right=False),
    HistoryColumn(
        "test_accuracy",
        "Test",
        6,
        _test,
        "accuracy on the test images",
        change=Change(lambda one: one.test_accuracy, in_points, 6, 1),
    ),
    HistoryColumn(
        "gap",
        "Gap",
        6,
        _gap,
        "training minus test accuracy, in points",
        change=Change(lambda one: one.gap, in_points, 6, -1),
    ),
    HistoryColumn(
        "pace",
        "s/epoch",
        7,
        _value("pace", 1),
        "seconds an epoch",
        change=Change(lambda one: one.pace, _seconds, 6, -1),
    ),
    HistoryColumn("status", "Status", 11, _status, "queued, running, finished …", right=False),
    HistoryColumn(
        "params",
        "Params",
        10,
        lambda line, around: f"{line.params:,}",
        "parameters",
        change=Change(lambda one: one.params, _signed, 9),
    ),
    HistoryColumn(
        "epochs_done",
        "Epochs",
        7,
        lambda line, around: f"{line.epochs_done}/{line.epochs}",
        "epochs done, of those asked for",
    ),
    HistoryColumn("dataset", "Dataset", 20, _dataset, "the data, where it is not the same everywhere", right=False),
    HistoryColumn("tags", "Tags", 14, lambda line, around: _words(" ".join(line.tags)), "the tags", right=False),
    HistoryColumn("note", "Note", 30, lambda line, around: _words(line.note), "the note", right=False),
    HistoryColumn("accuracy", "Train", 6, _value("accuracy"), "accuracy on the training images in the last epoch"),
    HistoryColumn("val_accuracy", "Val", 6, _value("val_accuracy"), "validation accuracy after the last epoch"),
    HistoryColumn("test_loss", "Test loss", 9, _value("test_loss"), "loss on the test images"),
    HistoryColumn("loss", "Loss", 7, _value("loss"), "training loss of the last epoch"),
    HistoryColumn("val_loss", "Val loss", 8, _value("val_loss"), "validation loss after the last epoch"),
    HistoryColumn("seconds", "Seconds", 8, _value("seconds", 1), "seconds of training"),
    HistoryColumn("seed", "Seed", 6, lambda line, around: "" if line.seed is None else str(line.seed), "the seed"),
    HistoryColumn(
        "same",
        "Same net",
        9,
        lambda line, around: f"run {around.first[line.id]}" if line.id in around.first else "",
        "the first run of the same network",
    ),
    HistoryColumn("exercise", "Exercise", 16, lambda line, around: _words(line.exercise), "its exercise", right=False),
    HistoryColumn("created", "Created", 16, _created, "when it was queued", right=False),
)
FIELD = {field.key: field for field in FIELDS}
USUAL = ColumnChoice(tuple(field.key for field in FIELDS[:11]))


class Layout:
    """The columns on show, for a table: the chosen ones, each with the difference to the baseline if there is one."""

    def __init__(
        self,
        chosen: ColumnChoice,
        *,
        room: int = 80,
        widest_run: int = 1,
        baseline: int | None = None,
        sort: str = "id",
        reverse: bool = False,
    ) -> None:
        """`room` is the width of the table, `widest_run` the largest number of a run, `baseline` the pinned run."""
        self.columns: list[TableColumn] = []
        self._cells: list[Callable[[Line, Around, Delta | None], Cell]] = []
        self.sorted_column: int | None = None
        """The place of the column that the runs are sorted by; None where it is not on show."""
        for key in chosen.columns:
            field = FIELD[key]
            width = {"id": len(str(widest_run)) + 2, "name": max(field.width, room // 5)}.get(key, field.width)
            title = field.title
            if key == sort:
                self.sorted_column = len(self.columns)
                title = f"{title}{arrow(sort, reverse)}"
            self.columns.append(TableColumn(title, max(width, len(title)), field.right, stretch=key == "name"))
            self._cells.append(_plain(field))
            if field.change is not None and baseline is not None:
                title = f"vs {baseline}"
                self.columns.append(TableColumn(title, max(field.change.width, len(title)), right=True))
                self._cells.append(_changed(field.change))

    def row(self, line: Line, around: Around) -> Sequence[Cell]:
        base = around.baseline
        change = delta(line, base) if base is not None and base.id != line.id else None
        return [cell(line, around, change) for cell in self._cells]


def arrow(sort: str, reverse: bool) -> str:
    """Which way runs are sorted: ▼ from the largest or newest, ▲ from the smallest; words from A to Z are ▲."""
    return "▲" if SORTS[sort].words != reverse else "▼"


def remembered() -> ColumnChoice:
    """What the user chose the last time."""
    try:
        found = msgspec.json.decode(_file().read_bytes(), type=ColumnChoice)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return USUAL
    columns = tuple(key for key in dict.fromkeys(found.columns) if key in FIELD)
    return ColumnChoice(columns or USUAL.columns)


def remember(chosen: ColumnChoice) -> None:
    """Keep the columns for the next time; that archived runs are shown is not kept."""
    with contextlib.suppress(OSError):  # a full disk: the usual columns come again, that is all
        _file().write_bytes(msgspec.json.encode(ColumnChoice(chosen.columns)))


def _file() -> Path:
    return home() / "history-columns.json"


def _plain(field: HistoryColumn) -> Callable[[Line, Around, Delta | None], Cell]:
    return lambda line, around, change: field.shown(line, around)


def _changed(change: Change) -> Callable[[Line, Around, Delta | None], Cell]:
    def cell(line: Line, around: Around, found: Delta | None) -> Cell:
        value = change.of(found) if found is not None else None
        if value is None:
            return ""
        shown = change.shown(value)
        better = change.better * value
        style = "good" if better > 0 else "warn" if better < 0 else "dim"
        return Text(shown, around.style(style if shown.strip("+-0.") else "dim"))

    return cell
