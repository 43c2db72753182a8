"""What the lab does with runs of the history: their pages, comparisons, curves, and new runs of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textual import work
from textual.screen import Screen

from cnn_tui.artifacts.weights import goes_on
from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history import notebook
from cnn_tui.history.history import History, HistoryError
from cnn_tui.history.records import require_experiment
from cnn_tui.history.run import Run
from cnn_tui.history.same_network import in_words, same_network
from cnn_tui.reports.blocks import LETTERS
from cnn_tui.text import run_numbers
from cnn_tui.ui.explain.pane import ExplainPane
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.history.pane import HistoryPane
from cnn_tui.ui.panes.training.pane import TrainingPane
from cnn_tui.ui.screens.compare import MOST, CompareScreen
from cnn_tui.ui.screens.run_page import RunScreen, Wanted
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.lines import inert


class HistoryActions(Screen[None]):
    """What the history pane and the pages of runs ask of the lab."""

    document: Document
    history: History

    def _queued(self) -> None:
        raise NotImplementedError

    def action_focus_pane(self, name: str) -> None:
        """Go to a pane."""
        raise NotImplementedError

    def _open(self, experiment: Experiment, path: Path | None) -> bool:
        """Put an experiment into the editor; tells whether it could be."""
        raise NotImplementedError

    @work(group=DIALOG)
    async def on_history_pane_opened(self, message: HistoryPane.Opened) -> None:
        """Show a run's page."""
        await self.show_run(message.runs[0], self.query_one(HistoryPane).listing.ids())

    async def show_run(self, run_id: int, among: Sequence[int] = ()) -> None:
        """Show a run's page, and do what it is left for. For workers."""
        pane = self.query_one(HistoryPane)
        wanted = await self.app.push_screen_wait(RunScreen(self.history, pane.editor, run_id, among))
        pane.rows.read()
        if wanted is None:
            return
        if wanted.what == "resume":
            self._resume(wanted.run)
        elif wanted.what == "explain":
            self._explain(wanted.run)
        elif wanted.what == "compare":
            base = notebook.pinned(self.history)
            await self._compare([one for one in (base, wanted.run) if one is not None], everything=False)
        elif wanted.experiment is not None:
            self._load(wanted)

    def on_history_pane_loaded(self, message: HistoryPane.Loaded) -> None:
        """Put a run's experiment into the editor."""
        run = self.history.run(message.runs[0])
        if run is not None and self._has_experiment(run):
            self._load(Wanted("load", run.id, run.experiment, f"Run {run.id}'s experiment"))

    def _load(self, wanted: Wanted) -> None:
        loaded = wanted.experiment
        if loaded is not None and self._open(loaded, None):
            self.query_one(HistoryPane).editor.note_load(lambda: self.document.experiment == loaded)
            self.notify(
                f"{inert(wanted.words)} is in the editor; {key_of('edit.undo')} brings yours back.", markup=False
            )

    def on_history_pane_resumed(self, message: HistoryPane.Resumed) -> None:
        """Let a run go on that was cut short."""
        self._resume(message.runs[0])

    def _resume(self, run_id: int) -> None:
        run = self.history.run(run_id)
        if run is None or not self._has_experiment(run):
            return
        if run.live:
            self.notify(f"Run {run_id} has not ended: it is {run.status}.")
        elif not self.history.resume(run_id):
            self.notify(
                f"Run {run_id} came to its end: there is nothing to resume. {key_of('history.load')} "
                f"and {key_of('run.start')} run it again."
            )
        else:
            self._queued()
            self.notify(f"Run {run_id} is queued again: it {goes_on(run)}.")

    def _has_experiment(self, run: Run) -> bool:
        """Whether it is known what a run tried; says so where it is not."""
        try:
            require_experiment(run)
        except HistoryError as error:
            words = str(error)
            self.notify(f"{words[:1].upper()}{words[1:]}.", severity="error", markup=False)
            return False
        return True

    def on_history_pane_explained(self, message: HistoryPane.Explained) -> None:
        """Look into a run."""
        self._explain(message.runs[0])

    def _explain(self, run_id: int) -> None:
        self.query_one(ExplainPane).show_run(run_id)
        self.action_focus_pane("explain")

    def on_history_pane_overlaid(self, message: HistoryPane.Overlaid) -> None:
        """Lay the curves of runs over each other."""
        runs = message.runs[: len(LETTERS)]
        training = self.query_one(TrainingPane)
        training.overlay(runs)
        if not training.display or not training.size:
            self.action_focus_pane("training")
        more = f", the first {len(LETTERS)} of {len(message.runs)}" if len(message.runs) > len(runs) else ""
        self.notify(f"The chart shows {run_numbers(runs)}{more}. {key_of('lab.back')} in the training pane goes back.")

    @work(group=DIALOG)
    async def on_history_pane_compared(self, message: HistoryPane.Compared) -> None:
        """Show runs side by side."""
        await self._compare(message.runs, message.everything)

    async def _compare(self, runs: Sequence[int], everything: bool) -> None:
        if len(runs) > MOST:
            self.notify(
                f"{len(runs)} runs are marked; at most {MOST} can be compared. "
                f"{key_of('history.mark_all')} takes the marks away."
            )
            return
        await self.app.push_screen_wait(CompareScreen(self.history, runs, everything=everything))

    def same_as(self, experiment: Experiment) -> str:
        """What to say when an experiment is queued: ` Same network as run 4.`, or nothing."""
        try:
            words = in_words(same_network(self.history, experiment))
        except DatasetError:
            return ""
        return f" {words[:1].upper()}{words[1:]}." if words else ""
