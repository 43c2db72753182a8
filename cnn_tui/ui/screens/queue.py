"""The queue: what is trained and what waits, in order, and when it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.events import Resize

from cnn_tui.analysis.estimates import Estimator, Outlook, QueuedRun
from cnn_tui.analysis.pace import clock
from cnn_tui.history.alive import elsewhere_in_words
from cnn_tui.text import cells, cut
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.dialogs.dialog import Dialog
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.lines import Lines
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

_COLUMNS = (
    TableColumn("Place", 5, right=True),
    TableColumn("Run", 4, right=True),
    TableColumn("Name", 16, stretch=True),
    TableColumn("Epochs", 6, right=True),
    TableColumn("Takes", 7, right=True),
    TableColumn("Done in", 7, right=True),
)


class QueueScreen(Dialog[None]):
    """Lists the queue while it moves on."""

    scope: ClassVar[str] = "queue"
    BINDINGS = bindings_of("queue", "pane")
    DEFAULT_CSS: ClassVar[str] = "Total { height: 2; margin: 1 0 0 0; }"

    def __init__(
        self,
        live: Live,
        writer: HistoryWriter,
        show_run: Callable[[int, Sequence[int]], Awaitable[None]],
    ) -> None:
        """`show_run` shows the page of one of several runs."""
        super().__init__()
        self._show_run = show_run
        self._live = live
        self._writer = writer
        self._history = live.history
        self._estimator = Estimator(live.history)
        self._outlook = Outlook()

    def compose(self) -> ComposeResult:
        with self.frame("The queue") as frame:
            frame.styles.width = 100
            yield Table(
                _COLUMNS,
                self._rows,
                empty=(
                    f"Nothing waits. {key_of('run.start')} queues the experiment, "
                    f"{key_of('run.repeat')} over several seeds."
                ),
            )
            yield Total()

    def on_mount(self) -> None:
        self.query_one(Table).active = True
        self._live.changed.subscribe(self, lambda _: self._show())
        self._show()

    def on_resize(self, _: Resize) -> None:
        self._set_height()

    def action_move_run(self, places: int) -> None:
        """The run under the cursor later or earlier; the cursor goes with it."""
        item = self._waiting()
        if item is not None and item.is_elsewhere:
            self.notify(f"Run {item.line.id} waits for a job: the cluster decides when that begins.")
        elif item is not None:
            what, run_id = f"the place of run {item.line.id} in the queue", item.line.id
            self._writer.write(what, lambda history: history.move(run_id, places), lambda _: self._live.read())

    def action_remove_run(self) -> None:
        item = self._waiting()
        if item is None:
            return
        run_id = item.line.id

        def kept(_: None) -> None:
            self._live.read()
            again = f"{key_of('history.load')} on it in the history, then {key_of('run.start')}"
            self.app.notify(f"Run {run_id} left the queue. To queue it again: {again}.")

        self._writer.write(f"that run {run_id} leaves the queue", lambda history: history.ask(run_id, "stop"), kept)

    @work(group=DIALOG)
    async def action_show_run(self) -> None:
        item = self._current()
        if item is not None:
            await self._show_run(item.line.id, [one.line.id for one in self._outlook.items])

    def on_movement_keys_moved(self) -> None:
        self._show_total()

    # Inside

    def _show(self) -> None:
        """Read the queue and show it; the cursor stays on its run, or where it was when that has ended."""
        table, before = self.query_one(Table), self._current()
        self._outlook = self._estimator.outlook()
        items = self._outlook.items
        if before is not None:
            same = (at for at, item in enumerate(items) if item.line.id == before.line.id)
            table.cursor = next(same, table.cursor)
        table.set_count(len(items))
        self._set_height()
        self._show_total()

    def _show_total(self) -> None:
        """What the cluster says of the run under the cursor is read anew: a line of the queue does not have it."""
        item = self._current()
        run = self._history.run(item.line.id) if item is not None and item.is_elsewhere else None
        self.query_one(Total).show(self._outlook, f"Run {run.id}: {elsewhere_in_words(run)}" if run else "")

    def _set_height(self) -> None:
        self.query_one(Table).styles.height = max(4, min(len(self._outlook.items) + 1, self.app.size.height - 10))

    def _current(self) -> QueuedRun | None:
        at, items = self.query_one(Table).cursor, self._outlook.items
        return items[at] if at < len(items) else None

    def _waiting(self) -> QueuedRun | None:
        item = self._current()
        if item is not None and not item.waits:
            self.notify(f"Run {item.line.id} is being trained: {key_of('run.stop')} in the lab stops it.")
            return None
        return item

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        table = self.query_one(Table)
        style, room = (
            table.style,
            table.size.width - sum(column.width + table.GAP for column in _COLUMNS if not column.stretch),
        )
        return [
            (
                _place(item, style("accent")),
                str(item.line.id),
                Text(with_its_end(item.line.name, room)),
                f"{item.line.epochs_done}/{item.line.epochs}",
                _takes(item),
                _coarse(item.done_in),
            )
            for item in self._outlook.items[offset : offset + limit]
        ]


class Total(Lines):
    """How many wait, and when all of it is done."""

    def __init__(self) -> None:
        super().__init__()
        self._outlook = Outlook()
        self._where = ""

    def show(self, outlook: Outlook, where: str = "") -> None:
        """`where` is where the run under the cursor is trained, if that is not here."""
        self._outlook, self._where = outlook, where
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        if not self._outlook.items:
            return []
        lines = [Text.assemble((f"{self._outlook.waiting} waiting. ", self.style("strong")), self._outlook.words())]
        if self._where:
            lines.append(Text(cut(self._where, width), self.style("dim")))
        elif any(item.estimate.basis == "scaled" for item in self._outlook.items):
            lines.append(Text("~ is scaled from another run's time", self.style("dim")))
        return lines


def with_its_end(name: str, width: int) -> str:
    """A name in `width` cells: what tells a run from its neighbours stands behind the last colon, and is kept."""
    if cells(name) <= width:
        return name
    start, _, end = name.rpartition(": ")
    room = width - cells(end)
    return f"{cut(f'{start}: ', room)}{end}" if room > 1 else f"…{end}"


def _place(item: QueuedRun, now: Style) -> Cell:
    """Its place in the order in which this machine trains; `job` where a cluster has an order of its own."""
    return Text("now", now) if not item.waits else "job" if item.is_elsewhere else str(item.position)


def _takes(item: QueuedRun) -> str:
    return f"{'~' if item.estimate.basis == 'scaled' else ''}{_coarse(item.estimate.seconds)}"


def _coarse(seconds: float | None) -> str:
    """A time that changes seldom: on a slow line every row that counts seconds costs."""
    if seconds is None:
        return "?"
    step = 5 if seconds < 120 else 15 if seconds < 600 else 60
    return clock(round(seconds / step) * step)
