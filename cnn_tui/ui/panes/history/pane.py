"""The history pane: the table of runs, the filter below it, and what the keys do with runs."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.events import Hide, Resize, Show
from textual.message import Message

from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.table.columns import COLUMNS
from cnn_tui.history.table.folding import typical_run
from cnn_tui.history.table.listing import Listing
from cnn_tui.home import remedy
from cnn_tui.text import cause_of, counted, run_numbers
from cnn_tui.ui import dialogs
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.commands.run_editor import RunEditor
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.history.column_choice import ColumnChoice, remember
from cnn_tui.ui.panes.history.filter_prompt import FilterPrompt
from cnn_tui.ui.panes.history.frame_words import frame_words
from cnn_tui.ui.panes.history.preview import RunPreview
from cnn_tui.ui.panes.history.run_reader import RunRead, RunReader
from cnn_tui.ui.panes.history.runs_table import RunsTable
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.prompt import Prompt

_FOLDED = "Runs that differ by their seeds alone are one row: the mean, and ± the standard deviation in points."
_UNFOLDED = "Every run has a row."


class HistoryPane(Pane):
    """Every run, with the difference to the baseline. What a key does beyond the pane, it says by a message."""

    scope: ClassVar[str] = "history"
    title: ClassVar[str] = "History"
    number: ClassVar[int] = 4
    BINDINGS = bindings_of("history", "pane")

    class Asked(Message):
        """A wish about runs that the lab fulfils, not this pane: `action` is its id in the keymap."""

        def __init__(self, action: str, rows: Sequence[Sequence[int]]) -> None:
            """`rows` are runs as the table shows them: those of a folded row together."""
            super().__init__()
            self.action = action
            self.rows = rows

    def __init__(self, history: History, writer: HistoryWriter) -> None:
        super().__init__()
        self.history = history
        self._writer = writer
        self.rows = RunsTable(history, self._say, self._on_moved)
        self.preview = RunPreview()
        self._filter = FilterPrompt(self.rows)
        self._reader = RunReader(self, history)
        self._shown = True
        self._choosing = False
        """Whether the cursor was moved since the live run was followed."""

    def compose(self) -> ComposeResult:
        yield self.rows
        yield self.preview
        yield self._filter

    @functools.cached_property
    def editor(self) -> RunEditor:
        return RunEditor(self.app, self.history, self._writer)

    @property
    def listing(self) -> Listing:
        """Which runs are shown, in what order."""
        return self.rows.listing

    @property
    def current(self) -> int | None:
        return self.rows.current

    # Showing

    def on_show(self, _: Show) -> None:
        """Catch up with what happened meanwhile."""
        self._shown = True
        self.listing.forget()
        self.rows.names.forget()
        self.refresh_view()

    def on_resize(self, _: Resize) -> None:
        self.rows.fit(self.size.width)
        self._share_room()

    def on_hide(self, _: Hide) -> None:
        """Nobody sees it: read nothing."""
        self._shown = False

    def refresh_view(self) -> None:
        if self._shown:
            self.rows.follow()
            self.preview.keep_up()

    def on_movement_keys_moved(self) -> None:
        self.rows.keep_cursor()

    # The run under the cursor

    def _on_moved(self) -> None:
        self._choosing = True
        self._read_at_rest()

    def _read_at_rest(self) -> None:
        """Have the run under the cursor read, where it is to be shown."""
        if self._choosing or self.preview.display:
            self._reader.read_at_rest(self.rows.here)

    def on_run_read(self, message: RunRead) -> None:
        """Show it; where the cursor was moved to it, the lab does so too."""
        if not self._reader.takes(message):
            message.stop()
            return
        if self.preview.display:
            self.preview.show(message.watched)
        if not self._choosing:
            message.stop()

    def _share_room(self) -> None:
        """The preview takes the rows that the table leaves; a table without rows has words to say in its place."""
        width, height = self.content_size
        was, said = self.preview.display, 2 if self._filter.display else 0
        left = height - self.rows.count - 1 - said if self.rows.count else 0
        if height and self.preview.take_room(width, left) and not was:
            self._read_at_rest()

    def follow_live(self, run_id: int | None) -> None:
        """The cursor to the live run, where it is in the table; no run is chosen any more."""
        self._choosing = False
        if run_id is not None and self.rows.show_run(run_id):
            self._read_at_rest()

    def _say(self) -> None:
        """In the frame: how many runs, how they are sorted. At the bottom: the filter."""
        self.say(frame_words(self.rows))
        self._share_room()
        if self.rows.here != self._reader.wanted:
            self._read_at_rest()
        self._filter.tell_filter()

    # Sorting, filtering, columns, marks

    def action_sort_next(self) -> None:
        keys = [key for key in self.rows.columns_shown().columns if key in COLUMNS]
        now = self.listing.query.sort
        if keys:
            self.rows.show(sort=keys[(keys.index(now) + 1) % len(keys)] if now in keys else keys[0], reverse=False)

    def action_sort_reverse(self) -> None:
        self.rows.show(reverse=not self.listing.query.reverse)

    def action_start_filter(self) -> None:
        """Ask for a filter; what it leaves is shown while it is typed."""
        self.app.clear_notifications()  # they would lie over it
        self._filter.start()
        self._say()

    def on_prompt_closed(self, message: Prompt.Closed) -> None:
        message.stop()
        if message.kept is not None:
            self.screen.set_focus(self)
        self._say()

    @work(group=DIALOG)
    async def action_choose_columns(self) -> None:
        """Choose the columns, and whether archived runs are shown."""
        now = ColumnChoice(self.rows.chosen.columns, self.listing.query.archived)
        chosen = await self.app.push_screen_wait(dialogs.columns.ColumnsScreen(now))
        if chosen is not None:
            self.rows.chosen = chosen
            self.rows.show(archived=chosen.archived)
            try:
                remember(chosen)
            except OSError as error:
                why = f"{cause_of(error)}{remedy(error)}"
                words = f"The columns are as you chose, but cannot be kept for the next time: {why}."
                self.app.notify(words, severity="warning", markup=False)

    def step_back(self) -> bool:
        if not self.listing.query.filter:
            return False
        self.rows.show(filter="")
        return True

    def action_toggle_folding(self) -> None:
        """Fold runs that differ by their seeds alone, or give each a row."""
        folded = not self.listing.query.folded
        self.rows.show(folded=folded)
        self.app.notify(_FOLDED if folded else _UNFOLDED, timeout=3)

    def action_toggle_mark(self) -> None:
        self.rows.toggle_mark()

    def action_mark_all(self) -> None:
        self.rows.toggle_all_marks()

    def action_next_mark(self, by: int) -> None:
        if not self.rows.next_mark(by):
            self.app.notify(f"No run here is marked: {key_of('history.mark')} marks one.", timeout=3)

    # What goes up

    def action_open_run(self) -> None:
        """The run's page; of a folded row, its runs below it, or no more."""
        if not self.rows.toggle_fold():
            self._ask("history.open", self.rows.here)

    def action_load_run(self) -> None:
        self._ask_of_one("history.load")

    def action_resume_run(self) -> None:
        self._ask_of_one("history.resume")

    def action_explain_run(self) -> None:
        """Look into the run under the cursor: its predictions, what its layers see.

        Where it is one of two that are marked, the other one stands beside it.
        """
        run_id, marked = self._one(), self.rows.marked.rows()
        if run_id is not None:
            others = [some for some in marked if run_id not in some]
            paired = len(marked) == 2 and len(others) == 1
            self._ask("history.explain", [run_id], *(others if paired else []))

    def action_overlay_runs(self) -> None:
        """The curves of the marked runs over each other; with no mark, that of the row under the cursor."""
        self._ask("history.overlay", *(self.rows.marked.rows() or [self.rows.here]))

    def action_compare_runs(self, everything: bool) -> None:
        """The marked runs side by side; with no two marked, the row under the cursor and the baseline."""
        rows = self.rows.marked.to_compare(self.rows.here, notebook.pinned(self.history))
        if len(rows) < 2:
            self.app.notify(
                f"A comparison needs two runs: {key_of('history.mark')} marks them, or "
                f"{key_of('history.baseline')} makes one of them the baseline."
            )
        else:
            self._ask("history.compare_all" if everything else "history.compare", *rows)

    def _ask(self, action: str, *rows: Sequence[int]) -> None:
        wanted = [one for one in rows if one]
        if wanted:
            self.post_message(self.Asked(action, wanted))

    def _ask_of_one(self, action: str) -> None:
        run_id = self._one()
        if run_id is not None:
            self._ask(action, [run_id])

    def _one(self) -> int | None:
        """The run under the cursor; of a folded row, the one that is the nearest to its mean."""
        return typical_run(self.history, self.rows.here) if len(self.rows.here) > 1 else self.current

    def _only(self, what: str) -> int | None:
        """The run under the cursor; where there are several, say that `what` is written of one."""
        if len(self.rows.here) > 1:
            runs, shows = counted(len(self.rows.here), "run"), key_of("history.open")
            self.app.notify(f"{what} is of one run: {shows} shows the {runs} of this row.", timeout=3)
        return self.current

    # What is written

    @work(group=DIALOG)
    async def action_edit_note(self) -> None:
        run_id = self._only("A note")
        if run_id is not None:
            await self.editor.edit_note(run_id, self.rows.read)

    @work(group=DIALOG)
    async def action_edit_tags(self) -> None:
        """The tags of the run under the cursor, or of all that are marked."""
        runs = self.rows.acted_on
        if runs:
            await self.editor.edit_tags(runs, self.rows.read)

    @work(group=DIALOG)
    async def action_rename_run(self) -> None:
        run_id = self._only("A name")
        if run_id is not None:
            await self.editor.rename(run_id, self.rows.read_anew)

    def action_archive_runs(self) -> None:
        runs = self.rows.acted_on
        self.rows.keep_cursor()

        def after() -> None:
            for one in runs:
                self.rows.marked.pop(one, None)
            self.rows.read()

        if runs:
            self.editor.archive(runs, after)

    def action_toggle_baseline(self) -> None:
        self.rows.keep_cursor()
        pinned = notebook.pinned(self.history)
        run_id = pinned if pinned in self.rows.here else self._one()
        if run_id is not None:
            self.editor.toggle_baseline(run_id, self.rows.read)

    def copied(self) -> tuple[str, str] | None:
        """The row of the run under the cursor; of all the marked, if it is one of them."""
        runs = self.rows.acted_on
        if not runs:
            return None
        return f"the row{'s' if len(runs) > 1 else ''} of {run_numbers(runs)}", self.rows.row_text(runs)

    def undo(self) -> bool:
        """Take back what was written here last; False when that is not here."""
        return self.editor.undo_list.undo(self.rows.read_anew)

    def redo(self) -> bool:
        """Write it again; False when there is nothing."""
        return self.editor.undo_list.redo(self.rows.read_anew)
