"""What the lab does with the exercises: it opens them, and the experiments that they are about."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path

from textual import work

from cnn_tui.analysis.compare import diff_experiments
from cnn_tui.exercises.catalogue import Place, find_exercise, load_set, set_names
from cnn_tui.exercises.locks import locks_of
from cnn_tui.exercises.model import Exercise, ExerciseError
from cnn_tui.exercises.runs import Order, assign, obstacle
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.history.history import History
from cnn_tui.history.listing import Listing
from cnn_tui.reports.lab_report import report
from cnn_tui.reports.markdown import to_markdown
from cnn_tui.text import counted
from cnn_tui.ui.commands import files
from cnn_tui.ui.commands.file_actions import FileActions
from cnn_tui.ui.dialogs.ask import AskScreen
from cnn_tui.ui.explain.by_hand import ByHandView
from cnn_tui.ui.explain.lab2 import SET
from cnn_tui.ui.explain.pane import ExplainPane
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.history.pane import HistoryPane
from cnn_tui.ui.screens.exercises import ExercisesScreen
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.lines import inert


class ExerciseActions(FileActions):
    """Opens the exercises screen and does what it is left for."""

    history: History
    pack: Place | None = None
    """The pack that the lab was opened with: its exercises take the place of those that come with the app."""
    _exercise_at = ""

    def _queued(self) -> None:
        raise NotImplementedError

    def action_focus_pane(self, name: str) -> None:
        """Go to a pane."""
        raise NotImplementedError

    def use_pack(self, pack: Place) -> None:
        """Show this pack's exercises, and hold its locks. Raises ExperimentError."""
        self.pack = pack
        self.document.locks = locks_of(pack)

    @property
    def places(self) -> tuple[Place, ...]:
        """The sets of exercises."""
        return (self.pack,) if self.pack else tuple(load_set(name) for name in set_names())

    @work(group=DIALOG)
    async def action_open_exercises(self) -> None:
        """The exercises; Enter there opens one in the editor."""
        screen = ExercisesScreen(self.history, self.places, self._queued, self._mine, self._exercise_at)
        chosen = await self.app.push_screen_wait(screen)
        self._exercise_at = screen.at
        if chosen is not None and chosen.exercise is not None:
            self._open_exercise(chosen.place, chosen.exercise)

    def _open_exercise(self, place: Place, exercise: Exercise) -> None:
        try:
            experiment = place.experiment(exercise)
        except (ExperimentError, ExerciseError) as error:
            self.notify(inert(str(error)), severity="error", markup=False)
            return
        if experiment is None:
            self._go_by_hand(place, exercise)
            return
        key = place.key(exercise)
        mine = self._mine(key)
        self.action_focus_pane("stack")
        if mine is not None and mine != experiment:
            self.notify(
                f"Your version of it is in the editor already; {key_of('edit.undo')} takes edits back.", timeout=4
            )
            return
        if self._open(experiment, None, key):
            words = (
                f"{inert(exercise.heading)}: its experiment is in the editor; "
                f"{key_of('edit.undo')} brings yours back, {key_of('exercises.open')} goes back."
            )
            self.notify(words, markup=False)

    def _go_by_hand(self, place: Place, exercise: Exercise) -> None:
        """To where a question of LAB 2 is asked and answered."""
        explain = self.query_one(ExplainPane)
        if place.name == SET:
            explain.lab2.at = place.set.exercises.index(exercise)
        explain.show_view(ByHandView.code)
        self.action_focus_pane("explain")
        self.notify(
            f"Here it is done by hand, without training. {key_of('exercises.open')} goes back to the exercises.",
            timeout=6,
        )

    def _mine(self, key: str) -> Experiment | None:
        """What the editor has of an exercise's experiment; None when it has another one."""
        return self.document.experiment if self.document.exercise == key else None

    async def export_report(self) -> None:
        """Write the lab report to a new file: on the runs that the history's filter leaves, and on the exercises."""
        query = self.query_one(HistoryPane).listing.query
        # The pane reads only while it is seen: it may not know the newest runs.
        runs = list(Listing(self.history, query._replace(sort="id", reverse=True)).ids())
        if not runs:
            self.notify("There is no run to report on" + (" that passes the filter." if query.filter else "."))
            return
        accept = functools.partial(files.new_file, suffix=".md")
        hint = f"A file that ends in .md. {counted(len(runs), 'run')}, the newest last."
        answer = await self.app.push_screen_wait(AskScreen("Write the lab report to", "lab-report.md", accept, hint))
        if answer is not None:
            self._write_report(Path(str(answer[0])), runs)

    @work(thread=True, exit_on_error=False)
    def _write_report(self, path: Path, runs: Sequence[int]) -> None:
        """In a thread: its verdicts load scipy, and each of many runs has its curves."""
        with History(self.history.path) as history:
            text = to_markdown(report(history, runs, self.places))
        try:
            files.write(path, text)
        except OSError as error:
            words, severity = f"Not saved: {inert(str(path))}: {error.strerror}.", "error"
        else:
            words, severity = f"Saved to {inert(str(path))}.", "information"
        self.app.call_from_thread(self.notify, words, severity=severity, markup=False)

    def _count_for_exercise(self, runs: Sequence[int]) -> None:
        """Say of runs of the editor's experiment that they are the exercise's, if they are what it asks for."""
        if not self.document.exercise:
            return
        try:
            place, exercise = find_exercise(self.document.exercise, self.places)
            given = place.experiment(exercise)
        except (ExerciseError, ExperimentError):
            return
        if given is None:
            return
        changed = bool(diff_experiments(given, self.document.experiment))
        if changed == exercise.change and not obstacle(Order(place, exercise, self.document.experiment)):
            for run in runs:
                assign(self.history, run, place, exercise)
