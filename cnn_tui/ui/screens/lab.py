"""The lab: four panes, and what the keys do that work in all of them."""

from __future__ import annotations

import sqlite3
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.events import DescendantFocus, Resize
from textual.notifications import SeverityLevel
from textual.widgets import Static

from cnn_tui.experiment.document import Document
from cnn_tui.history.history import History
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.commands.exercises import ExerciseCommands
from cnn_tui.ui.commands.files import FileCommands
from cnn_tui.ui.commands.history import HistoryCommands
from cnn_tui.ui.commands.palette import palette_commands
from cnn_tui.ui.commands.place import PlaceCommands
from cnn_tui.ui.commands.runs import Launcher, QueueKeeper, RunCommands
from cnn_tui.ui.commands.searches import SearchCommands
from cnn_tui.ui.dialogs.dialog import Conversation, HelpScreen, KeyedScreen, PickItem
from cnn_tui.ui.dialogs.palette import PaletteScreen, keep_recent
from cnn_tui.ui.explain.pane import ExplainPane
from cnn_tui.ui.forecast import Forecast
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.history.pane import HistoryPane
from cnn_tui.ui.panes.history.run_reader import RunRead
from cnn_tui.ui.panes.log import LogPane
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.panes.stack.pane import StackPane
from cnn_tui.ui.panes.summary import SummaryPane
from cnn_tui.ui.panes.training.pane import TrainingPane
from cnn_tui.ui.screens.leaving import farewell, unfinished
from cnn_tui.ui.screens.pane_grid import PaneGrid
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.bars import KeyBar, LabHeader
from cnn_tui.ui.widgets.guide import GuidedStart
from cnn_tui.ui.widgets.machine_view import SensorsLike

SMALLEST = (60, 16)
"""Below this many columns and rows the lab asks for more room."""
SHORT = 22
"""Below this many rows the panes say less."""
_POLL_SECONDS, _POLL_SECONDS_AT_FIRST = 0.25, 0.1
"""Seconds between two looks whether the history has changed; fewer while the first batch of a run is waited for."""
_LOOK_SECONDS = 1.0
"""How often to look whether runs that are trained still are."""


class LabScreen(KeyedScreen[None]):
    """Owns what is under edit; the panes draw it and say what was done."""

    scope: ClassVar[str] = "lab"
    BINDINGS = bindings_of("lab")
    AUTO_FOCUS = "#stack"

    def __init__(self, document: Document, history: History, keeper: QueueKeeper, sensors: SensorsLike) -> None:
        super().__init__()
        self.document = document
        self.history = history
        self.live = Live(history, self)
        self.writer = HistoryWriter(history, self.post_message, self._say_of_writing)
        self.forecast = Forecast(document, history)
        self.stack_pane = StackPane(document, self.forecast, lambda: history.device)
        self.summary = SummaryPane(document, self.forecast)
        self.training = TrainingPane(self.live, document)
        self.runs = HistoryPane(history, self.writer)
        self.explain = ExplainPane(history, self.writer, document)
        self.log_pane = LogPane(self.live, sensors)
        panes = (self.stack_pane, self.summary, self.training, self.runs, self.explain, self.log_pane)
        self.panes: dict[str, Pane] = {pane.scope: pane for pane in panes}
        self.pane_grid = PaneGrid(self.panes)
        self.header = LabHeader(document, self.live, self.writer)
        self.key_bar = KeyBar()
        self.guided_start = GuidedStart(self, document, self.live)
        self._give_commands(keeper, sensors)
        self._warned = False
        self.theme_names: tuple[str, ...] = ()
        """What the palette offers; to be set before it is opened."""

    def _give_commands(self, keeper: QueueKeeper, sensors: SensorsLike) -> None:
        talk, live, document = Conversation(self), self.live, self.document
        self.launcher = Launcher(talk, live, keeper, sensors)
        given = (talk, live, document, self.launcher, self.writer)
        self.files = files = FileCommands(
            talk,
            document,
            self.stack_pane,
            self.runs,
            show=self._show_document,
            copied=lambda: self.shown.copied(),
            places=lambda: self.exercises.places,
        )
        self.exercises = ExerciseCommands(*given, files, self.explain, self.action_focus_pane)
        self.exercises.guide = self.guided_start.widget_in_exercises
        self.past = HistoryCommands(*given, files, self.runs, self.training, self.explain, self.action_focus_pane)
        self.run_commands = runs = RunCommands(
            *given, claims=self.exercises.order, show_run=self.past.show_run, watch_live=self.past.watch_live
        )
        self.searches = SearchCommands(*given, show_run=self.past.show_run, load=self.past.load)
        self.commands = {
            "run.start": runs.start,
            "run.repeat": runs.repeat,
            "run.stop": runs.stop,
            "run.pause": runs.pause,
            "run.follow": self.past.follow,
            "run.place": PlaceCommands(*given, self.header.redraw).choose,
            "queue.open": runs.open_queue,
            "search.open": self.searches.open,
            "file.open": files.open,
            "file.save": files.save,
            "file.save_as": files.save_as,
            "file.copy": files.copy,
            "file.export": files.export,
            "exercises.open": self.exercises.open,
        }

    def compose(self) -> ComposeResult:
        """A header, four panes and those that are shown alone, the keys."""
        # What is painted first is laid out for the terminal's size, which Textual tells only after that.
        short = self.app.size.height < SHORT
        self.set_class(short, "-short")
        self.set_class(not short, "-high")
        self.set_class(self.guided_start.shown, "-guided")
        self._place(*self.app.size)
        yield self.header
        yield self.pane_grid
        if self.guided_start.shown:
            yield self.guided_start.widget()
        yield self.key_bar
        yield Static(id="small")

    def on_mount(self) -> None:
        self.live.changed.subscribe(self, lambda _: self._show_runs())
        self.set_interval(_LOOK_SECONDS, self.launcher.look)
        self.call_after_refresh(self.launcher.recover)
        self.call_after_refresh(self._begin_forecast)
        self._show_document()
        if self.exercises.pack:
            self.action_command("exercises.open")
        self._poll()  # last: it may be that nothing can be read now
        self._show_runs()

    def _poll(self) -> None:
        """Look whether the history has changed, now and from now on."""
        self.set_timer(_POLL_SECONDS_AT_FIRST if self.live.begins else _POLL_SECONDS, self._poll)
        self.live.poll()

    def on_unmount(self) -> None:
        self.writer.close()

    def on_resize(self, event: Resize) -> None:
        """All four panes where they fit, one at a time where they do not."""
        self._lay_out(event.size.width, event.size.height)
        if self.focused is None:  # what is hidden in a terminal that is too small loses the focus
            self.call_after_refresh(self.shown.focus)

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        """The keys below the panes are those of the pane in focus."""
        pane = self.panes.get(event.widget.id or "")
        if pane is event.widget:
            self._mark_shown(pane)

    # Showing

    def _show_document(self) -> None:
        self.stack_pane.refresh_view()
        self.summary.refresh_view()
        self.training.follow_document()
        self.on_movement_keys_moved()
        self.header.redraw()
        self.guided_start.look(self.header.shown)
        self.files.tell_trouble()

    def _begin_forecast(self) -> None:
        """The first picture stands: there is time to read what past runs took."""
        self.forecast.begin()
        self._show_forecast()

    def _show_forecast(self) -> None:
        self.forecast.look()
        self.stack_pane.show_forecast()
        self.summary.show_forecast()

    def _show_runs(self) -> None:
        try:
            for pane in (self.training, self.runs, self.explain, self.log_pane):
                pane.refresh_view()
        except sqlite3.Error:
            self.live.look_again()
            raise
        self._show_forecast()
        self.header.redraw()
        self.guided_start.look(self.header.shown)

    def _lay_out(self, width: int, height: int) -> None:
        tiny = width < SMALLEST[0] or height < SMALLEST[1]
        self.set_class(tiny, "-tiny")
        if tiny:
            words = (
                f"The terminal is {width}x{height}; the lab needs {SMALLEST[0]}x{SMALLEST[1]}. "
                f"Make it larger, or {key_of('lab.quit')}."
            )
            self.query_one("#small", Static).update(Text(words))
        self._place(width, height)
        self.header.redraw()

    def _place(self, width: int, height: int) -> None:
        self.header.tabs = self.pane_grid.place(width, height, self.header.shown)

    def _mark_shown(self, pane: Pane) -> None:
        if not self.pane_grid.shows_alone(pane.scope):
            self.pane_grid.left = pane.scope
        self.header.shown = self.key_bar.scope = pane.scope
        self.guided_start.look(self.header.shown)
        self._lay_out(*self.size)
        self.on_pane_keys_changed()

    def on_pane_keys_changed(self) -> None:
        """Name the keys that matter now."""
        self.key_bar.first, self.key_bar.words = self.shown.first_keys, self.shown.key_words
        self.key_bar.redraw()

    @property
    def shown(self) -> Pane:
        """The pane that the keys are for."""
        return self.panes[self.header.shown]

    async def run_there(self, pane: Pane, action: str) -> None:
        """Go to a pane, and do there what one of its keys does."""
        self.action_focus_pane(pane.scope)
        await self.app.run_action(action, pane)

    # What the panes say

    def on_stack_pane_edited(self) -> None:
        """All panes follow an edit."""
        self._warned = False
        self._show_document()

    def on_movement_keys_moved(self) -> None:
        """The summary marks the layer under the stack's cursor."""
        self.summary.mark(self.stack_pane.rows.cursor)

    def on_history_pane_asked(self, message: HistoryPane.Asked) -> None:
        self.wait_beside(self.past.answer(message.action, message.rows))

    def on_run_read(self, message: RunRead) -> None:
        """The training pane shows the run under the history's cursor."""
        self.training.choose(message.watched, len(message.runs))

    def on_explain_pane_run_wanted(self, message: ExplainPane.RunWanted) -> None:
        self.run_commands.start_other(message.experiment)

    def on_history_writer_tried(self) -> None:
        """Say what is written by now, or is not."""
        self.writer.settle()
        self.header.redraw()

    def _say_of_writing(self, words: str, severity: SeverityLevel) -> None:
        self.app.notify(words, severity=severity, markup=False, timeout=20 if severity == "error" else 5)

    # The keys

    def action_focus_pane(self, name: str) -> None:
        pane = self.panes[name]
        self._mark_shown(pane)
        pane.focus()

    def action_cycle_pane(self, by: int) -> None:
        self.action_focus_pane(self.pane_grid.next_pane(self.header.shown, by))

    def action_toggle_zoom(self) -> None:
        """This pane alone, and back; one that is always alone stays so."""
        if not self.pane_grid.shows_alone(self.shown.scope):
            self.pane_grid.zoomed = not self.pane_grid.zoomed
            self._lay_out(*self.size)

    def action_go_back(self) -> None:
        """Out of what the pane is in, of the guide, which says so, of a pane that is shown alone, of the zoom."""
        pane = self.shown
        if pane.step_back():
            return
        if self.guided_start.shown:
            self.guided_start.end()
            return
        if self.pane_grid.shows_alone(pane.scope):
            self.action_focus_pane(self.pane_grid.left)
        elif self.pane_grid.zoomed:
            self.action_toggle_zoom()

    def action_undo_edit(self) -> None:
        """Take the last edit back; in a pane that has edits of its own, the last of those."""
        if not self.shown.undo():
            self._say_and_show("undo", self.document.undo())

    def action_redo_edit(self) -> None:
        if not self.shown.redo():
            self._say_and_show("redo", self.document.redo())

    def _say_and_show(self, word: str, label: str | None) -> None:
        self.notify(f"{word}: {label}" if label else f"There is nothing to {word}.", markup=False, timeout=2)
        self._show_document()

    @work(group=DIALOG)
    async def action_show_help(self) -> None:
        """The keys of this pane and of the lab; Enter runs one."""
        pane = self.shown
        action = await self.app.push_screen_wait(HelpScreen(pane.scope))
        if action is not None:
            await self.app.run_action(action, pane if hasattr(pane, f"action_{action.split('(')[0]}") else self)

    @work(group=DIALOG)
    async def action_open_palette(self) -> None:
        """All that can be done here and in the other panes, by name."""
        listed = palette_commands(self.shown.scope, self.theme_names, self.explain.views)
        items = [PickItem(one.id, one.name, one.keys) for one in listed]
        chosen = await self.app.push_screen_wait(PaletteScreen(items))
        if chosen is None:
            return
        keep_recent(chosen)
        command = next(one for one in listed if one.id == chosen)
        if command.theme:
            self.app.theme = command.theme
        elif command.pane:
            await self.run_there(self.panes[command.pane], command.action)
        else:
            await self.app.run_action(command.action, self)

    def action_quit_lab(self) -> None:
        """Leave; a run goes on, and unsaved work is mentioned first."""
        if not self._warned and (words := unfinished(self.writer, self.document)):
            self._warned = True
            self.notify(words, severity="warning", markup=False)
            return
        self.app.exit(message=farewell(self.writer, self.live))
