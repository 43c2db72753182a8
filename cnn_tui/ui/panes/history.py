"""The history pane: every run, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.message import Message

from cnn_tui.experiments.history import History
from cnn_tui.experiments.run import Line
from cnn_tui.ui.keys import bindings_of
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.table import Cell, Column, Table

_COLUMNS = (
    Column("Run", 3, right=True),
    Column("Name", 12, stretch=True),
    Column("Test", 6, right=True),
    Column("Train", 6, right=True),
    Column("s/epoch", 7, right=True),
    Column("Status", 11),
    Column("Params", 10, right=True),
    Column("Epochs", 6, right=True),
    Column("Dataset", 20),
)
_STYLES = {"finished": "good", "failed": "bad", "interrupted": "warn", "stopped": "warn"}


class HistoryPane(Pane):
    """A window on the history's runs."""

    scope: ClassVar[str] = "history"
    title: ClassVar[str] = "History"
    number: ClassVar[int] = 4
    BINDINGS = bindings_of("history", "pane")

    class Opened(Message):
        """A run's page is wanted."""

        def __init__(self, run_id: int) -> None:
            super().__init__()
            self.run_id = run_id

    class Loaded(Message):
        """A run's experiment is wanted in the editor."""

        def __init__(self, run_id: int) -> None:
            super().__init__()
            self.run_id = run_id

    def __init__(self, history: History) -> None:
        super().__init__()
        self.history = history

    def compose(self) -> ComposeResult:
        """One table."""
        yield Table(
            _COLUMNS, self._rows, empty="Every run comes here, with its figures. r trains the stack.", id="runs"
        )

    def refresh_view(self) -> None:
        """Show the history as it is now; the cursor stays on its run when new ones come in above."""
        table = self.query_one(Table)
        count = self.history.count()
        if table.count and count > table.count and table.cursor > 0:
            table.cursor += count - table.count
        self.say(f"{count} run{'s' if count != 1 else ''}" if count else "no runs yet")
        table.set_count(count)

    def action_open_run(self) -> None:
        """The page of the run under the cursor."""
        if (line := self._current()) is not None:
            self.post_message(self.Opened(line.id))

    def action_load_run(self) -> None:
        """The experiment of the run under the cursor, into the editor."""
        if (line := self._current()) is not None:
            self.post_message(self.Loaded(line.id))

    def _current(self) -> Line | None:
        lines = self.history.lines(limit=1, offset=self.query_one(Table).cursor)
        return lines[0] if lines else None

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        return [self._row(line) for line in self.history.lines(limit, offset)]

    def _row(self, line: Line) -> Sequence[Cell]:
        style = self.query_one(Table).style
        each = line.pace
        sample = line.dataset == "fashion_mnist_sample"
        return (
            str(line.id),
            Text(line.name),
            Text(figure(line.test_accuracy), style("strong")),
            Text(figure(line.accuracy), style("dim")),
            f"{each:.1f}" if each is not None else "",
            Text(line.status, style(_STYLES.get(line.status, "accent"))),
            f"{line.params:,}",
            f"{line.epochs_done}/{line.epochs}",
            Text(line.dataset, style("warn")) if sample else line.dataset,
        )


def figure(value: float | None) -> str:
    """A share with four digits, or nothing."""
    return f"{value:.4f}" if value is not None else ""
