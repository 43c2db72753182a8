"""The queue: what is trained and what waits, in order, and when it is done. And the keys that fill and open it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.screen import ModalScreen, Screen

from cnn_tui.experiments.batch import listed_seeds, repeated
from cnn_tui.experiments.editing import Document
from cnn_tui.experiments.eta import Estimator, Item, Outlook
from cnn_tui.experiments.experiment import Experiment
from cnn_tui.experiments.history import History
from cnn_tui.experiments.pace import clock, in_words
from cnn_tui.experiments.wording import found
from cnn_tui.ui.keys import bindings_of, keys_of
from cnn_tui.ui.lines import Lines
from cnn_tui.ui.screens.ask import AskScreen
from cnn_tui.ui.table import Cell, Column, Table
from cnn_tui.ui.typeahead import DIALOG

USUAL_SEEDS = 3
MOST_SEEDS = 100
_POLL_SECONDS = 0.25
_COLUMNS = (
    Column("Place", 5, right=True),
    Column("Run", 4, right=True),
    Column("Name", 16, stretch=True),
    Column("Epochs", 6, right=True),
    Column("Takes", 7, right=True),
    Column("Done in", 7, right=True),
)


class QueueActions(Screen[None]):
    """What the lab does with the queue."""

    document: Document
    history: History

    def _refuses(self) -> bool:
        """Say what keeps the experiment from being trained; False when nothing does."""
        raise NotImplementedError

    def _queued(self) -> None:
        """Runs were added: wake the worker, show them."""
        raise NotImplementedError

    def _read_now(self) -> None:
        raise NotImplementedError

    async def show_run(self, run_id: int, among: Sequence[int] = ()) -> None:
        """Show a run's page."""
        raise NotImplementedError

    def _count_for_exercise(self, runs: Sequence[int]) -> None:
        """Say of runs that they were made for the exercise in the editor, if there is one."""

    @work(group=DIALOG)
    async def action_repeat_run(self) -> None:
        """Queue the experiment over several seeds."""
        if self._refuses():
            return
        experiment = self.document.experiment

        def accept(typed: str) -> list[Experiment]:
            return repeated(experiment, seeds_typed(typed), self.history)

        hint = _repeat_hint(experiment, Estimator(self.history).of(experiment).seconds)
        answer = await self.app.push_screen_wait(AskScreen("Over how many seeds?", str(USUAL_SEEDS), accept, hint))
        if answer is None:
            return
        wanted = answer[0]
        assert isinstance(wanted, list)
        with self.history.transaction():
            self._count_for_exercise([self.history.add(one) for one in wanted])
        self._queued()
        when = Estimator(self.history).outlook().words()
        self.notify(f"{len(wanted)} runs are queued, {listed_seeds(wanted)}. {when} Q shows the queue.")

    @work(group=DIALOG)
    async def action_open_queue(self) -> None:
        """What is trained and what waits."""
        await self.app.push_screen_wait(QueueScreen(self.history, self._read_now, self.show_run))


class QueueScreen(ModalScreen[None]):
    """Lists the queue while it moves on; `changed` is called after a change that is made here."""

    BINDINGS = bindings_of("queue", "pane")
    DEFAULT_CSS: ClassVar[str] = "Total { height: 2; margin: 1 0 0 0; }"

    def __init__(
        self,
        history: History,
        changed: Callable[[], None],
        show_run: Callable[[int, Sequence[int]], Awaitable[None]] | None = None,
    ) -> None:
        super().__init__()
        self._show_run = show_run
        self._history = history
        self._changed = changed
        self._estimator = Estimator(history)
        self._outlook = Outlook()
        self._version: int | None = None

    def compose(self) -> ComposeResult:
        """The runs, and when all of them are done."""
        with Vertical(classes="box") as box:
            box.styles.width = 100
            box.border_title = "The queue"
            box.border_subtitle = "  ".join(" ".join(key.shown) for key in keys_of("queue") if key.label)
            yield Table(_COLUMNS, self._rows, empty="Nothing waits. r queues the experiment, R over several seeds.")
            yield Total()

    def on_mount(self) -> None:
        """Show it, then look for changes."""
        self.query_one(Table).active = True
        self._poll()
        self.set_interval(_POLL_SECONDS, self._poll)

    def on_resize(self, _: Resize) -> None:
        """As many rows as fit."""
        self._set_height()

    def action_move_cursor(self, by: int) -> None:
        """One row down or up."""
        table = self.query_one(Table)
        table.move(table.cursor + by)

    def action_move_first(self) -> None:
        """The first row."""
        self.query_one(Table).move(0)

    def action_move_last(self) -> None:
        """The last row."""
        self.query_one(Table).move(len(self._outlook.items) - 1)

    def action_move_page(self, by: int) -> None:
        """Half a page down or up."""
        self.action_move_cursor(by * self.query_one(Table).page)

    def action_move_run(self, places: int) -> None:
        """The run under the cursor later or earlier; the cursor goes with it."""
        item = self._waiting()
        if item is not None and self._history.move(item.line.id, places):
            self._read()

    def action_remove_run(self) -> None:
        """The run under the cursor leaves the queue."""
        item = self._waiting()
        if item is None:
            return
        self._history.ask(item.line.id, "stop")
        self._read()
        self.notify(f"Run {item.line.id} left the queue. To queue it again: L on it in the history, then r.")

    @work(group=DIALOG)
    async def action_show_run(self) -> None:
        """The page of the run under the cursor."""
        item = self._current()
        if item is not None and self._show_run is not None:
            await self._show_run(item.line.id, [one.line.id for one in self._outlook.items])

    def action_leave(self) -> None:
        """Back to the lab."""
        self.dismiss(None)

    # Inside

    def _poll(self) -> None:
        version = self._history.data_version()
        if version != self._version:
            self._version = version
            self._show()

    def _read(self) -> None:
        self._show()
        self._changed()

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
        self.query_one(Total).show(self._outlook)

    def _set_height(self) -> None:
        self.query_one(Table).styles.height = max(4, min(len(self._outlook.items) + 1, self.app.size.height - 10))

    def _current(self) -> Item | None:
        at, items = self.query_one(Table).cursor, self._outlook.items
        return items[at] if at < len(items) else None

    def _waiting(self) -> Item | None:
        """The run under the cursor if it waits."""
        item = self._current()
        if item is not None and not item.position:
            self.notify(f"Run {item.line.id} is being trained: s in the lab stops it.")
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
                str(item.position) if item.position else Text("now", style("accent")),
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

    def show(self, outlook: Outlook) -> None:
        """Show it for what is now in the queue."""
        self._outlook = outlook
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        """The total, and what the signs mean."""
        if not self._outlook.items:
            return []
        lines = [Text.assemble((f"{self._outlook.waiting} waiting. ", self.style("strong")), self._outlook.words())]
        if any(item.estimate.basis == "scaled" for item in self._outlook.items):
            lines.append(Text("~ is scaled from another run's time", self.style("dim")))
        return lines


def with_its_end(name: str, width: int) -> str:
    """A name in `width` cells: what tells a run from its neighbours stands behind the last colon, and is kept."""
    if cell_len(name) <= width:
        return name
    start, _, end = name.rpartition(": ")
    room = width - cell_len(end) - 1
    return f"{set_cell_size(start, room)}…{end}" if room > 0 else f"…{end}"


def seeds_typed(text: str) -> int:
    """How many seeds were asked for. Raises ValueError with a sentence."""
    text = text.strip()
    if text.isascii() and text.isdigit() and 2 <= int(text[:9]) <= MOST_SEEDS and len(text) < 10:
        return int(text)
    raise ValueError(f"how many seeds must be a whole number from 2 to {MOST_SEEDS}, not {found(text)}")


def _repeat_hint(experiment: Experiment, seconds: float | None) -> str:
    first = experiment.training.seed
    which = f"The seeds are {first} and those after it." if first is not None else "Seeds not used yet are taken."
    takes = f" A run takes about {in_words(seconds)}." if seconds is not None else ""
    return f"The same experiment, another seed each: how far its figures can be trusted. {which}{takes}"


def _takes(item: Item) -> str:
    return f"{'~' if item.estimate.basis == 'scaled' else ''}{_coarse(item.estimate.seconds)}"


def _coarse(seconds: float | None) -> str:
    """A time that changes seldom: on a slow line every row that counts seconds costs."""
    if seconds is None:
        return "?"
    step = 5 if seconds < 120 else 15 if seconds < 600 else 60
    return clock(round(seconds / step) * step)
