"""The history pane: what its keys do with runs. How they are shown is in `runs.py`."""

from __future__ import annotations

import functools
from typing import ClassVar

from textual import work
from textual.message import Message

from cnn_tui.history import notebook
from cnn_tui.text import run_numbers
from cnn_tui.ui.commands.run_editor import RunEditor
from cnn_tui.ui.keys import bindings_of, key_of
from cnn_tui.ui.panes.history.rows import RunsPane
from cnn_tui.ui.typeahead import DIALOG


class HistoryPane(RunsPane):
    """Every run, with the difference to the baseline. What a key does beyond the pane, it says by a message."""

    scope: ClassVar[str] = "history"
    title: ClassVar[str] = "History"
    number: ClassVar[int] = 4
    BINDINGS = bindings_of("history", "pane")

    class Asked(Message):
        """Something is wanted of runs that is not done here."""

        def __init__(self, *runs: int) -> None:
            super().__init__()
            self.runs = runs

    class Opened(Asked):
        """A run's page is wanted."""

    class Loaded(Asked):
        """A run's experiment is wanted in the editor."""

    class Resumed(Asked):
        """A run is to go on."""

    class Explained(Asked):
        """Somebody wants to look into a run."""

    class Overlaid(Asked):
        """Curves are wanted over each other."""

    class Compared(Asked):
        """A comparison is wanted, of what differs or of everything."""

        def __init__(self, *runs: int, everything: bool = False) -> None:
            super().__init__(*runs)
            self.everything = everything

    @functools.cached_property
    def editor(self) -> RunEditor:
        """What writes about runs."""
        return RunEditor(self.app, self.history)

    # What goes up

    def action_open_run(self) -> None:
        """The page of the run under the cursor."""
        self._ask(self.Opened, self.current)

    def action_load_run(self) -> None:
        """The experiment of the run under the cursor, into the editor."""
        self._ask(self.Loaded, self.current)

    def action_resume_run(self) -> None:
        """Let the run under the cursor go on."""
        self._ask(self.Resumed, self.current)

    def action_explain_run(self) -> None:
        """Look into the run under the cursor: its predictions, what its layers see."""
        self._ask(self.Explained, self.current)

    def action_overlay_runs(self) -> None:
        """The curves of the marked runs over each other; with no mark, that of the run under the cursor."""
        self._ask(self.Overlaid, *(sorted(self.marked) if self.marked else [self.current]))

    def action_compare_runs(self, everything: bool) -> None:
        """The marked runs side by side; with no two marked, the run under the cursor and the baseline."""
        runs = sorted(self.marked)
        if len(runs) < 2:
            both = [notebook.pinned(self.history), *runs, self.current]
            runs = list(dict.fromkeys(one for one in both if one is not None))
        if len(runs) < 2:
            self.app.notify(
                f"A comparison needs two runs: {key_of('history.mark')} marks them, or "
                f"{key_of('history.baseline')} makes one of them the baseline."
            )
        else:
            self.post_message(self.Compared(*runs, everything=everything))

    def _ask(self, message: type[Asked], *runs: int | None) -> None:
        wanted = [one for one in runs if one is not None]
        if wanted:
            self.post_message(message(*wanted))

    # What is written

    @work(group=DIALOG)
    async def action_edit_note(self) -> None:
        """Note and conclusion of the run under the cursor."""
        run_id = self.current
        if run_id is not None and await self.editor.edit_note(run_id):
            self.read()

    @work(group=DIALOG)
    async def action_edit_tags(self) -> None:
        """The tags of the run under the cursor, or of all that are marked."""
        runs = self._acted_on()
        if runs and await self.editor.edit_tags(runs):
            self.read()

    @work(group=DIALOG)
    async def action_rename_run(self) -> None:
        """Another name for the run under the cursor."""
        run_id = self.current
        if run_id is not None and await self.editor.rename(run_id):
            self.read()

    def action_archive_runs(self) -> None:
        """Put the run away, or all that are marked."""
        runs = self._acted_on()
        self._selected = self.current
        if runs and self.editor.archive(runs):
            for one in runs:
                self.marked.pop(one, None)
            self.read()

    def action_toggle_baseline(self) -> None:
        """Compare every run with this one, or with none again."""
        run_id = self._selected = self.current
        if run_id is not None and self.editor.toggle_baseline(run_id):
            self.read()

    def copied(self) -> tuple[str, str] | None:
        """The row of the run under the cursor; of all the marked, if it is one of them."""
        runs = self._acted_on()
        return (f"the row{'s' if len(runs) > 1 else ''} of {run_numbers(runs)}", self.row_text(runs)) if runs else None

    def undo(self) -> bool:
        """Take back what was written here last; False when that is not here."""
        return self._after(self.editor.undo())

    def redo(self) -> bool:
        """Write it again; False when there is nothing."""
        return self._after(self.editor.redo())

    def _after(self, written: bool) -> bool:
        if written:
            self.read()
        return written

    def _acted_on(self) -> tuple[int, ...]:
        """The run under the cursor; all that are marked, if it is one of them."""
        run_id = self.current
        if run_id is None:
            return ()
        return tuple(sorted(self.marked)) if run_id in self.marked else (run_id,)
