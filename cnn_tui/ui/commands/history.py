"""What the lab does with runs of the history: their pages, comparisons, curves, and new runs of them."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any

from cnn_tui.artifacts.weights import goes_on
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history import notebook
from cnn_tui.history.history import HistoryError
from cnn_tui.history.records import require_experiment
from cnn_tui.history.run import Run
from cnn_tui.reports.chart.compose import MOST_OVERLAID
from cnn_tui.text import run_numbers, sentence
from cnn_tui.ui import screens
from cnn_tui.ui.commands.files import FileCommands
from cnn_tui.ui.commands.runs import LabCommands
from cnn_tui.ui.explain.pane import ExplainPane
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.history.pane import HistoryPane
from cnn_tui.ui.panes.training.pane import TrainingPane
from cnn_tui.ui.widgets.lines import inert


@dataclass(eq=False)
class HistoryCommands(LabCommands):
    """What the history pane and the pages of runs ask of the lab."""

    files: FileCommands
    runs: HistoryPane
    training: TrainingPane
    explain_pane: ExplainPane
    go_to: Callable[[str], None]
    """Goes to a pane by its name."""

    def answer(self, action: str, rows: Sequence[Sequence[int]]) -> Coroutine[Any, Any, None] | None:
        """Do what the history pane asks, by the id of its action; what waits for a box is given back."""
        first = rows[0][0]
        match action:
            case "history.open":
                return self.show_run(first, self.runs.listing.ids())
            case "history.compare" | "history.compare_all":
                return self.compare(rows, everything=action == "history.compare_all")
            case "history.load":
                self.load(first)
            case "history.resume":
                self.resume(first)
            case "history.explain":
                self.explain(first)
                for beside in rows[1:]:
                    self.explain_pane.show_beside(beside[0])
            case "history.overlay":
                self.overlay(rows)
        return None

    async def show_run(self, run_id: int, among: Sequence[int] = ()) -> None:
        """Show a run's page, with those `among` which it stands beside it, and do what it is left for."""
        wanted = await self.talk.ask(screens.run_page.RunScreen(self.live, self.runs.editor, run_id, among))
        self.runs.rows.read()
        if wanted is None:
            return
        if wanted.what == "resume":
            self.resume(wanted.run)
        elif wanted.what == "explain":
            self.explain(wanted.run)
        elif wanted.what == "compare":
            base = notebook.pinned(self.history)
            await self.compare([[one] for one in (base, wanted.run) if one is not None])
        else:
            self._load(wanted.experiment, wanted.words)

    def load(self, run_id: int) -> None:
        run = self.history.run(run_id)
        if run is not None and self._has_experiment(run):
            self._load(run.experiment, f"Run {run.id}'s experiment")

    def _load(self, loaded: Experiment | None, words: str) -> None:
        if loaded is not None and self.files.put_into_editor(loaded, None):
            self.runs.editor.undo_list.note_load(lambda: self.document.experiment == loaded)
            self.talk.say(f"{inert(words)} is in the editor; {key_of('edit.undo')} brings yours back.")

    def resume(self, run_id: int) -> None:
        run = self.history.run(run_id)
        if run is None or not self._has_experiment(run):
            return
        if run.live:
            self.talk.say(f"Run {run_id} has not ended: it is {run.status}.")
            return

        def kept(resumed: bool) -> None:
            if resumed:
                self.launcher.queued()
                self.talk.say(f"Run {run_id} is queued again: it {goes_on(run)}.")
            else:
                again = f"{key_of('history.load')} and {key_of('run.start')} run it again"
                self.talk.say(f"Run {run_id} came to its end: there is nothing to resume. {again}.")

        self.writer.write(f"run {run_id} in the queue again", lambda history: history.resume(run_id), kept)

    def _has_experiment(self, run: Run) -> bool:
        """Whether it is known what a run tried; says so where it is not."""
        try:
            require_experiment(run)
        except HistoryError as error:
            self.talk.say(sentence(str(error)), "error")
            return False
        return True

    def explain(self, run_id: int) -> None:
        self.explain_pane.show_run(run_id)
        self.go_to("explain")

    def follow(self) -> None:
        """Show the live run in the training pane, and have the history's cursor on it."""
        self.training.follow()
        self.runs.follow_live(self.live.watched.id if self.live.watched else None)
        self._see_training()

    def watch_live(self) -> None:
        """Show the live run in the training pane, unless runs are overlaid there; the history's cursor stays."""
        if not self.training.runs.overlaid:
            self.training.follow()
            self.runs.follow_live(None)

    def _see_training(self) -> None:
        """Go to the training pane where it is not on the screen."""
        if not self.training.display or not self.training.size:
            self.go_to("training")

    def overlay(self, wanted: Sequence[Sequence[int]]) -> None:
        """Lay the curves of runs over each other; those of several in one row as their mean."""
        rows = wanted[:MOST_OVERLAID]
        self.training.overlay(rows)
        self._see_training()
        runs = [run for row in rows for run in row]
        more = f", the first {MOST_OVERLAID} of {len(wanted)}" if len(wanted) > len(rows) else ""
        mean = "; of runs of one experiment their mean" if len(runs) > len(rows) else ""
        back = key_of("lab.back")
        self.talk.say(f"The chart shows {run_numbers(runs)}{more}{mean}. {back} in the training pane goes back.")

    async def compare(self, rows: Sequence[Sequence[int]], *, everything: bool = False) -> None:
        """Compare runs; those of one row are together."""
        if len(rows) > MOST_OVERLAID:
            self.talk.say(
                f"{len(rows)} rows are marked; at most {MOST_OVERLAID} can be compared. "
                f"{key_of('history.mark_all')} takes the marks away."
            )
            return
        await self.talk.ask(screens.compare.CompareScreen(self.live, rows, everything=everything))
