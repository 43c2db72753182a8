"""What the lab does with the exercises: it opens them, and the experiments that they are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cnn_tui.analysis.experiment_diff import diff_experiments
from cnn_tui.exercises.catalogue import SetPlace, find_exercise, load_set, set_names
from cnn_tui.exercises.locks import locks_of
from cnn_tui.exercises.model import Exercise, ExerciseError
from cnn_tui.exercises.progress import first_to_do
from cnn_tui.exercises.runs import TrainingOrder, find_obstacle
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.ui import screens
from cnn_tui.ui.commands.files import FileCommands
from cnn_tui.ui.commands.runs import LabCommands
from cnn_tui.ui.explain.by_hand import ByHandView
from cnn_tui.ui.explain.pane import ExplainPane
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.guide import Guide
from cnn_tui.ui.widgets.lines import inert


@dataclass(eq=False)
class ExerciseCommands(LabCommands):
    """Opens the exercises screen and does what it is left for."""

    files: FileCommands
    explain: ExplainPane
    go_to: Callable[[str], None]
    """Goes to a pane by its name."""
    pack: SetPlace | None = None
    """The pack that the lab was opened with: its exercises take the place of those that come with the app."""
    _at: str = ""
    """The row that the cursor was on when the exercises were left, by its key."""
    guide: Callable[[], Guide | None] = lambda: None
    """Gives the guided start for the exercises screen, while it leads there."""

    def use_pack(self, pack: SetPlace) -> None:
        """Show this pack's exercises, and hold its locks. Raises ExperimentError."""
        self.pack = pack
        self.document.locks = locks_of(pack)

    @property
    def places(self) -> tuple[SetPlace, ...]:
        return (self.pack,) if self.pack else tuple(load_set(name) for name in set_names())

    async def open(self) -> None:
        """The exercises; the one that is chosen there goes into the editor, or to where it is done by hand."""
        at, guide = self._at or first_to_do(self.history, self.places), self.guide()
        screen = screens.exercises.ExercisesScreen(
            self.live, self.writer, self.places, self.launcher.queued, self._mine, at, guide
        )
        chosen = await self.talk.ask(screen)
        self._at = screen.at
        if chosen is not None and chosen.exercise is not None:
            self._open_exercise(chosen.place, chosen.exercise)

    def _open_exercise(self, place: SetPlace, exercise: Exercise) -> None:
        try:
            experiment = place.experiment(exercise)
        except (ExperimentError, ExerciseError) as error:
            self.talk.say(inert(str(error)), "error")
            return
        if experiment is None:
            self.explain.lab2.ask(place, exercise)
            self.explain.show_view(ByHandView.code)
            self.go_to("explain")
            return
        key, undo = place.key(exercise), key_of("edit.undo")
        mine = self._mine(key)
        self.go_to("stack")
        if mine is not None and mine != experiment:
            self.talk.say(f"Your version of it is in the editor already; {undo} takes edits back.", seconds=4)
        elif self.files.put_into_editor(experiment, None, key):
            self.talk.say(
                f"{inert(exercise.heading)}: its experiment is in the editor; {undo} brings yours back, "
                f"{key_of('exercises.open')} goes back."
            )

    def _mine(self, key: str) -> Experiment | None:
        """What the editor has of an exercise's experiment; None when it has another one."""
        return self.document.experiment if self.document.exercise == key else None

    def order(self) -> TrainingOrder | None:
        """The exercise that runs of the editor's experiment are for, if they are what it asks for."""
        if not self.document.exercise:
            return None
        try:
            place, exercise = find_exercise(self.document.exercise, self.places)
            given = place.experiment(exercise)
        except (ExerciseError, ExperimentError):
            return None
        if given is None:
            return None
        changed = bool(diff_experiments(given, self.document.experiment))
        order = TrainingOrder(place, exercise, self.document.experiment)
        return order if changed == exercise.change and not find_obstacle(order) else None
