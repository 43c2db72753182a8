"""What the lab does with the exercises: it opens them, and the experiments that they are about."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cnn_tui.analysis.compare import diff_experiments
from cnn_tui.exercises.catalogue import Place, find_exercise, load_set, set_names
from cnn_tui.exercises.locks import locks_of
from cnn_tui.exercises.model import Exercise, ExerciseError
from cnn_tui.exercises.runs import Order, assign, obstacle
from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.ui.commands.files import FileCommands
from cnn_tui.ui.commands.runs import Launcher
from cnn_tui.ui.dialogs.dialog import Conversation
from cnn_tui.ui.explain.by_hand import ByHandView
from cnn_tui.ui.explain.lab2 import SET
from cnn_tui.ui.explain.pane import ExplainPane
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.screens.exercises import ExercisesScreen
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.lines import inert


class ExerciseCommands:
    """Opens the exercises screen and does what it is left for."""

    def __init__(
        self,
        talk: Conversation,
        live: Live,
        document: Document,
        files: FileCommands,
        launcher: Launcher,
        *,
        explain: ExplainPane,
        go_to: Callable[[str], None],
    ) -> None:
        """`go_to` goes to a pane by its name."""
        self._talk = talk
        self._live = live
        self._document = document
        self._files = files
        self._launcher = launcher
        self._explain = explain
        self._go_to = go_to
        self.pack: Place | None = None
        """The pack that the lab was opened with: its exercises take the place of those that come with the app."""
        self._at = ""

    def use_pack(self, pack: Place) -> None:
        """Show this pack's exercises, and hold its locks. Raises ExperimentError."""
        self.pack = pack
        self._document.locks = locks_of(pack)

    @property
    def places(self) -> tuple[Place, ...]:
        """The sets of exercises."""
        return (self.pack,) if self.pack else tuple(load_set(name) for name in set_names())

    async def open(self) -> None:
        """The exercises; the one that is chosen there goes into the editor."""
        screen = ExercisesScreen(self._live, self.places, self._launcher.queued, self._mine, self._at)
        chosen = await self._talk.ask(screen)
        self._at = screen.at
        if chosen is not None and chosen.exercise is not None:
            self._open_exercise(chosen.place, chosen.exercise)

    def _open_exercise(self, place: Place, exercise: Exercise) -> None:
        try:
            experiment = place.experiment(exercise)
        except (ExperimentError, ExerciseError) as error:
            self._talk.say(inert(str(error)), "error")
            return
        if experiment is None:
            self._go_by_hand(place, exercise)
            return
        key, undo = place.key(exercise), key_of("edit.undo")
        mine = self._mine(key)
        self._go_to("stack")
        if mine is not None and mine != experiment:
            self._talk.say(f"Your version of it is in the editor already; {undo} takes edits back.", seconds=4)
        elif self._files.put_into_editor(experiment, None, key):
            self._talk.say(
                f"{inert(exercise.heading)}: its experiment is in the editor; {undo} brings yours back, "
                f"{key_of('exercises.open')} goes back."
            )

    def _go_by_hand(self, place: Place, exercise: Exercise) -> None:
        """To where a question of LAB 2 is asked and answered."""
        if place.name == SET:
            self._explain.lab2.at = place.set.exercises.index(exercise)
        self._explain.show_view(ByHandView.code)
        self._go_to("explain")
        back = key_of("exercises.open")
        self._talk.say(f"Here it is done by hand, without training. {back} goes back to the exercises.", seconds=6)

    def _mine(self, key: str) -> Experiment | None:
        """What the editor has of an exercise's experiment; None when it has another one."""
        return self._document.experiment if self._document.exercise == key else None

    def claim(self, runs: Sequence[int]) -> None:
        """Say of runs of the editor's experiment that they are the exercise's, if they are what it asks for."""
        if not self._document.exercise:
            return
        try:
            place, exercise = find_exercise(self._document.exercise, self.places)
            given = place.experiment(exercise)
        except (ExerciseError, ExperimentError):
            return
        if given is None:
            return
        changed = bool(diff_experiments(given, self._document.experiment))
        if changed == exercise.change and not obstacle(Order(place, exercise, self._document.experiment)):
            for run in runs:
                assign(self._live.history, run, place, exercise)
