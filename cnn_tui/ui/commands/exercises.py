"""What the lab does with the exercises: it opens them, and the experiments that they are about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from cnn_tui.exercises.catalogue import SetPlace, find_exercise, load_set, set_names
from cnn_tui.exercises.locks import locks_of
from cnn_tui.exercises.model import Exercise, ExerciseError
from cnn_tui.exercises.progress import first_to_do
from cnn_tui.exercises.runs import TrainingOrder, find_obstacle
from cnn_tui.experiment.difference import diff_experiments
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.text import counted
from cnn_tui.ui import screens
from cnn_tui.ui.commands.files import FileCommands
from cnn_tui.ui.commands.runs import LabCommands
from cnn_tui.ui.explain.hand.view import ByHandView
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
            self.live, self.writer, self.places, self.launcher.queued, self._mine, at, guide, self._as_before
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
        kept = self._as_before(place, exercise, experiment)
        self.go_to("stack")
        if mine is not None and mine not in (experiment, kept):
            self.talk.say(f"Your version of it is in the editor already; {undo} takes edits back.", seconds=4)
        elif self.files.put_into_editor(kept, None, key):
            epochs = counted(kept.epochs, "epoch")
            there = f"in the editor{'' if kept == experiment else f', on {inert(kept.dataset)} for {epochs} as before'}"
            self.talk.say(
                f"{inert(exercise.heading)}: its experiment is {there}; {undo} brings yours back, "
                f"{key_of('exercises.open')} goes back."
            )

    def _as_before(self, place: SetPlace, exercise: Exercise, experiment: Experiment) -> Experiment:
        """An exercise's experiment on the data, and for the epochs, that one of its set is tried with in the editor.

        Whoever tries a set on the sample would else have to choose it for each exercise again.
        """
        before = self._exercise_in_editor()
        if before is None or before.place.name != place.name:
            return experiment
        given, now = before.given, self.document.experiment
        if _conditions(given) != _conditions(experiment) or _conditions(now) == _conditions(given):
            return experiment
        kept = _in_conditions_of(experiment, now)
        return experiment if find_obstacle(TrainingOrder(place, exercise, kept)) else kept

    def _exercise_in_editor(self) -> ExerciseInEditor | None:
        """The exercise whose experiment was put into the editor; None where there is none, or it is gone."""
        try:
            place, exercise = find_exercise(self.document.exercise, self.places)
            given = place.experiment(exercise)
        except (ExerciseError, ExperimentError):
            return None
        return None if given is None else ExerciseInEditor(place, exercise, given)

    def _mine(self, key: str) -> Experiment | None:
        """What the editor has of an exercise's experiment; None when it has another one."""
        return self.document.experiment if self.document.exercise == key else None

    def order(self) -> TrainingOrder | None:
        """The exercise that runs of the editor's experiment are for, if they are what it asks for.

        On other data, or for other epochs, they still are: the exercise shows such runs apart.
        """
        found = self._exercise_in_editor() if self.document.exercise else None
        if found is None:
            return None
        wanted, now = found.given, self.document.experiment
        changed = bool(diff_experiments(wanted, _in_conditions_of(now, wanted)))
        order = TrainingOrder(found.place, found.exercise, now)
        return order if changed == found.exercise.change and not find_obstacle(order) else None


class ExerciseInEditor(NamedTuple):
    """An exercise and its experiment as it was given out."""

    place: SetPlace
    exercise: Exercise
    given: Experiment


def _conditions(experiment: Experiment) -> tuple[str, int]:
    """What an exercise is tried with: the data, and for how many epochs."""
    return experiment.dataset, experiment.training.epochs


def _in_conditions_of(experiment: Experiment, other: Experiment) -> Experiment:
    """The experiment on the other's data, for as many epochs."""
    if experiment.dataset != other.dataset:
        experiment = experiment.with_dataset(other.dataset)
    return experiment.with_training(epochs=other.training.epochs)
