"""The columns of the history: which there are, which are shown, and what they say of a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec
from rich.text import Text

from cnn_tui.analysis.compare import RunChanges, changes_of, in_points
from cnn_tui.data.dataset import is_stand_in
from cnn_tui.experiment.names import ShortName
from cnn_tui.history.columns import COLUMNS, RunColumn
from cnn_tui.history.ending import status_in_words
from cnn_tui.history.folding import Repeats
from cnn_tui.history.run import Line
from cnn_tui.home import home
from cnn_tui.reports.blocks import status_style
from cnn_tui.text import cells, moment
from cnn_tui.ui.panes.history.name_cell import BESIDE, Styles, name_cell
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

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


def _spread(line: Line, around: Around, _change: RunChanges | None) -> Cell:
    """The standard deviation of the test accuracies of a row of several runs, in points."""
    spread = around.fold.repeats.figures["test_accuracy"].deviation if around.fold else None
    return "" if spread is None else f"±{spread * 100:.2f}"


def _seed(line: Line, around: Around) -> Cell:
    return f"{around.fold.repeats.seeds} seeds" if around.fold else COLUMNS["seed"].show(line)


_DATASET = 13
"""Cells of the column, so that the status has room beside it at 120x40."""
ROOMY = 90
"""Below so many columns what runs were trained on stands behind their names."""
_NARROW_NAME = 36
_NARROW, _WITH_BASELINE, _WITH_REPEATS = 29, 8, 9
"""So many columns of a narrow table have its number, test accuracy and status; and what comes to them."""
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
    words = inert(Path(line.dataset).name[:_CUT])  # of a path, what tells it from others
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
USUAL = ColumnChoice(tuple(FIELD)[:11])


class Layout:
    """The columns on show, for a table: the chosen ones, each with the difference to the baseline if there is one."""

    def __init__(
        self,
        chosen: ColumnChoice,
        *,
        room: int = 80,
        widest_run: int = 1,
        most_repeats: int = 0,
        baseline: int | None = None,
        sort: str = "id",
        reverse: bool = False,
        marks_data: bool = False,
    ) -> None:
        """`room` is the width of the table, `widest_run` the largest number of a run, `baseline` the pinned run.

        `most_repeats` is of how many runs a row is at most; 0 where none is of several. `marks_data` leaves room for
        the mark of a figure of other data.
        """
        self.columns: list[TableColumn] = []
        self._beside: tuple[str, ...] = ()
        """What stands behind the names, for its column is not seen."""
        seen: list[str] = []
        self._cells: list[Callable[[Line, Around, RunChanges | None], Cell]] = []
        self.sorted_column: int | None = None
        """The place of the column that the runs are sorted by; None where it is not on show."""
        least_name = room // 5
        if room < ROOMY:  # names have what the status leaves, for what is told behind them
            taken = _NARROW + _WITH_BASELINE * (baseline is not None) + _WITH_REPEATS * (most_repeats > 0)
            least_name = min(_NARROW_NAME, room - taken)
        for key in chosen.columns:
            field = FIELD[key]
            number = max(len(str(widest_run)), len(f"{most_repeats}×{FOLDED}") if most_repeats else 0)
            width = {"id": number + 2, "name": max(field.width, least_name)}.get(key, field.width)
            title = field.column.lab_title
            if key == sort:
                self.sorted_column = len(self.columns)
                title = f"{title}{arrow(sort, reverse)}"
            width = max(width + (marks_data and key == "test_accuracy"), cells(title))
            self.columns.append(TableColumn(title, width, field.column.right, stretch=key == "name"))
            self._cells.append(self._name if key == "name" else _plain(field))
            if sum(column.width + Table.GAP for column in self.columns) - Table.GAP <= room:
                seen.append(key)
            if key == "test_accuracy" and most_repeats:
                self.columns.append(TableColumn("±", 5, right=True))
                self._cells.append(_spread)
            if field.change is not None and baseline is not None:
                title = f"vs {baseline}"
                self.columns.append(TableColumn(title, max(field.change.width, cells(title)), right=True))
                self._cells.append(_changed(field.change))
        self._beside = tuple(key for key in BESIDE if key not in seen)

    def _name(self, line: Line, around: Around, _change: RunChanges | None) -> Cell:
        short = around.names.get(line.id) or ShortName(line.name)
        # The frame names the data that is not told here.
        usual = not is_stand_in(line.dataset) and around.data in (None, line.images)
        beside = [key for key in self._beside if key != "dataset" or not usual]
        return name_cell(line, short, beside, around.style, inside=around.inside)

    def row(self, line: Line, around: Around) -> Sequence[Cell]:
        base = around.baseline
        own = around.fold.repeats.runs if around.fold else (line.id,)
        change = changes_of(line, base) if base is not None and base.id not in own else None
        return [cell(line, around, change) for cell in self._cells]


def arrow(sort: str, reverse: bool) -> str:
    """Which way runs are sorted: ▼ from the largest or newest, ▲ from the smallest; words from A to Z are ▲."""
    return "▲" if COLUMNS[sort].words != reverse else "▼"


def remembered() -> ColumnChoice:
    """What the user chose the last time."""
    try:
        found = msgspec.json.decode(_file().read_bytes(), type=ColumnChoice)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return USUAL
    columns = tuple(key for key in dict.fromkeys(found.columns) if key in FIELD)
    return ColumnChoice(columns or USUAL.columns)


def remember(chosen: ColumnChoice) -> None:
    """Keep the columns for the next time; that archived runs are shown is not kept. Raises OSError."""
    part = _file().with_suffix(".part")
    part.write_bytes(msgspec.json.encode(ColumnChoice(chosen.columns)))
    part.replace(_file())


def _file() -> Path:
    return home() / "history-columns.json"


def _plain(field: HistoryColumn) -> Callable[[Line, Around, RunChanges | None], Cell]:
    return lambda line, around, change: field.shown(line, around)


def _changed(change: Change) -> Callable[[Line, Around, RunChanges | None], Cell]:
    def cell(line: Line, around: Around, found: RunChanges | None) -> Cell:
        value = change.of(found) if found is not None else None
        if value is None:
            return ""
        shown = change.shown(value)
        better = change.better * value
        style = "good" if better > 0 else "warn" if better < 0 else "dim"
        return Text(shown, around.style(style if shown.strip("+-0.") else "dim"))

    return cell
