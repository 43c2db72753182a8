"""A search while it goes on: its trials, the best first, and what the repeats of the best say in the end."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.events import Resize
from textual.message import Message

from cnn_tui.analysis.search.importance import importances
from cnn_tui.analysis.search.result import result_of
from cnn_tui.analysis.search.trials import SearchTrial, is_maximized, trials_of
from cnn_tui.experiment.experiment import ExperimentError
from cnn_tui.experiment.search_space import Dimension, parse_space
from cnn_tui.history.ending import status_in_words
from cnn_tui.history.history import History, HistoryError
from cnn_tui.history.searches import Search, searches
from cnn_tui.reports.search_picture import search_picture
from cnn_tui.reports.search_words import best_first, values_in_words
from cnn_tui.text import counted, quiet, wrapped
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.chart.chart import kind_of
from cnn_tui.ui.dialogs.dialog import Dialog
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.lines import Lines
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

_COLUMNS = (
    TableColumn("Trial", 5, right=True),
    TableColumn("Run", 4, right=True),
    TableColumn("Tries", 20, stretch=True),
    TableColumn("Epochs", 6, right=True),
    TableColumn("Came to", 11, right=True),
)
_WORDS = 8
"""Rows that the words below the table have."""
_FEW = 4
"""Rows that the table has above the picture, and words below it two."""


class SearchScreen(Dialog[int]):
    """Shows the newest search, and those before it; left with the number of a run whose experiment is wanted."""

    scope: ClassVar[str] = "search"
    BINDINGS = bindings_of("search", "pane")
    DEFAULT_CSS: ClassVar[str] = f"""
    SearchWords {{ height: {_WORDS}; margin: 1 0 0 0; }}
    SearchPicture {{ display: none; margin: 1 0 0 0; }}
    SearchScreen.-picture SearchPicture {{ display: block; }}
    SearchScreen.-picture SearchWords {{ height: 2; }}
    """

    class Told(Message):
        """What the search numbered `search` found, as sentences."""

        def __init__(self, search: int, sentences: Sequence[str]) -> None:
            super().__init__()
            self.search, self.sentences = search, sentences

    def __init__(
        self,
        live: Live,
        show_run: Callable[[int, Sequence[int]], Awaitable[None]],
        begin: Callable[[Search | None], Awaitable[None]],
        stop: Callable[[Search], None],
    ) -> None:
        """`show_run` shows the page of one of several runs; `begin` asks for a search, like another, and begins it."""
        super().__init__()
        self._begin, self._stop = begin, stop
        self._live, self._history, self._show_run = live, live.history, show_run
        self._search: Search | None = None
        self._space: tuple[Dimension, ...] = ()
        self._trials: list[SearchTrial] = []
        self._back = 0
        """How many searches before the newest."""
        self._outline: tuple[Any, ...] = ()
        self._sentences: Sequence[str] = ()
        self._importance: Mapping[str, float] = {}

    def compose(self) -> ComposeResult:
        with self.frame("A search") as frame:
            frame.styles.width = 100
            yield Table(
                _COLUMNS,
                self._rows,
                empty=(
                    f"Nothing was searched yet. {key_of('search.begin')} begins a search of the editor's experiment; "
                    "so does cnn-tui tune EXPERIMENT --vary KEY=VALUES."
                ),
            )
            yield SearchPicture()
            yield SearchWords()

    def on_mount(self) -> None:
        self.query_one(Table).active = True
        self._live.changed.subscribe(self, lambda _: self._read())
        self._read()

    def on_resize(self, _: Resize) -> None:
        self._set_height()

    def on_movement_keys_moved(self) -> None:
        self._show_picture()

    def action_toggle_picture(self) -> None:
        """The trials as lines across their values, and back to more rows."""
        self.toggle_class("-picture")
        self._set_height()
        self._show_picture()

    def action_move_search(self, by: int) -> None:
        """To the search before this one, or after it."""
        self._show_back(max(0, min(self._back - by, len(searches(self._history)) - 1)))

    @work(group=DIALOG)
    async def action_begin_search(self) -> None:
        before = len(searches(self._history))
        await self._begin(self._search)
        if len(searches(self._history)) > before:
            self._show_back(0)

    def action_stop_search(self) -> None:
        if self._search is not None:
            self._stop(self._search)

    def action_load_run(self) -> None:
        """Leave with the run under the cursor: its experiment is put into the editor."""
        if (run := self._current()) is not None:
            self.dismiss(run)

    @work(group=DIALOG)
    async def action_show_run(self) -> None:
        if (run := self._current()) is not None:
            await self._show_run(run, [one.run.id for one in self._trials if one.run is not None])

    def on_search_screen_told(self, message: Told) -> None:
        """Show it, unless another search is shown by now."""
        if self._search is not None and message.search == self._search.id:
            self._sentences = message.sentences
            self._show_words()

    # Inside

    def _show_back(self, back: int) -> None:
        self._back, self._outline, self._sentences = back, (), ()
        self.query_one(Table).move(0)
        self._read()

    def _read(self) -> None:
        """Read the search and its trials, where an epoch or a run came; the cursor stays on its trial."""
        every = searches(self._history)
        self._search = every[-1 - self._back] if self._back < len(every) else None
        search = self._search
        if search is None:
            return
        outline = (search.id, search.status, *self._history.outline())
        if outline == self._outline:
            return
        self._outline = outline
        table, before = self.query_one(Table), self._current()
        table.empty = "No trial has begun yet."
        try:
            self._space = parse_space(search.plan.vary, search.plan.experiment)
        except ExperimentError:  # another version's keys
            self._space, self._trials, self._importance = (), [], {}
        else:
            trials = [one for one in trials_of(self._history, search) if one.repeats is None]
            self._trials = best_first(trials, search.plan.metric)
            self._importance = importances(self._space, trials, maximize=is_maximized(search.plan.metric))
        same = (at for at, one in enumerate(self._trials) if one.run is not None and one.run.id == before)
        table.set_count(len(self._trials), next(same, table.cursor))
        self._set_height()
        self._show_words()
        self._show_picture()
        if search.status == "finished" and not self._sentences:
            self._judge(search)

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _judge(self, search: Search) -> None:
        """Loading scipy takes the better part of a second: it must not hold up the keys."""
        try:
            with History(self._history.path) as history:
                said: Sequence[str] = [f"{one}." for one in result_of(history, search).sentences()]
        except (HistoryError, ExperimentError, sqlite3.Error) as error:
            said = [f"What it found cannot be told: {error}"]
        self.post_message(self.Told(search.id, said))

    def _show_picture(self) -> None:
        at, search = self.query_one(Table).cursor, self._search
        if search is not None and at < len(self._trials):
            chosen = self._trials[at]
            self.query_one(SearchPicture).show(self._space, self._trials, chosen, search.plan.metric, self._importance)

    def _show_words(self) -> None:
        search = self._search
        if search is None:
            return
        plan = search.plan
        trained = sum(one.run is not None for one in self._trials)
        state = {
            "going": "it goes on" if trained < plan.trials else "the best are judged again",
            "stopped": f"it was stopped; {key_of('search.begin')} with the same goes on with it",
            "failed": f"it failed: {search.why}",
            "finished": "it has ended",
        }[search.status]
        head = f"Search {search.id} of {plan.experiment.name}: {trained} of {counted(plan.trials, 'trial')}, {state}."
        self.query_one(SearchWords).show(quiet(head, 400), [quiet(one, 600) for one in self._sentences])

    def _set_height(self) -> None:
        room = self.app.size.height - _WORDS - 8
        if self.has_class("-picture"):
            self.query_one(Table).styles.height = _FEW
            self.query_one(SearchPicture).styles.height = max(4, min(18, room + _WORDS - 3 - _FEW))
        else:
            self.query_one(Table).styles.height = max(4, min(len(self._trials) + 1, room))

    def _current(self) -> int | None:
        """The run of the trial under the cursor."""
        at = self.query_one(Table).cursor
        run = self._trials[at].run if at < len(self._trials) else None
        return None if run is None else run.id

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        return [self._row(one) for one in self._trials[offset : offset + limit]]

    def _row(self, trial: SearchTrial) -> Sequence[Cell]:
        run = trial.run
        words = quiet(values_in_words(self._space, trial.values), 300)
        if trial.figure is not None:
            state = f"{trial.figure:.4f}"
        else:
            state = status_in_words(run.status, run.ending, short=True) if run is not None else "impossible"
        epochs = f"{len(trial.figures)}/{run.experiment.epochs}" if run is not None else ""
        return str(trial.number), "" if run is None else str(run.id), Text(words), epochs, state


class SearchWords(Lines):
    """How far a search is, and what it found."""

    def __init__(self) -> None:
        super().__init__()
        self._head, self._sentences = "", list[str]()

    def show(self, head: str, sentences: list[str]) -> None:
        self._head, self._sentences = head, sentences
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        lines = [Text(line, self.style("strong")) for line in wrapped(self._head, width)] if self._head else []
        lines += [Text(line) for one in self._sentences for line in wrapped(one, width)]
        return lines[:height]


class SearchPicture(Lines):
    """The trials of a search as lines across their values."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Sequence[Dimension], Sequence[SearchTrial], SearchTrial, str, Mapping[str, float]] | None
        self._shown = None

    def show(
        self,
        space: Sequence[Dimension],
        trials: Sequence[SearchTrial],
        chosen: SearchTrial,
        metric: str,
        importance: Mapping[str, float],
    ) -> None:
        self._shown = space, trials, chosen, metric, importance
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        if self._shown is None or not self._shown[0]:
            return []
        lines = search_picture(*self._shown, width, height, kind_of(self.app))
        return [
            Text.assemble(*((words, self.style(style) if style else "") for words, style in line)) for line in lines
        ]
