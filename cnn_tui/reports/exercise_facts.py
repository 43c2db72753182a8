"""What an exercise's page is made of."""

from __future__ import annotations

from typing import NamedTuple

from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.progress import ExerciseStatus
from cnn_tui.exercises.results import ExerciseFindings, by_command, work_out
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import History
from cnn_tui.history.records import Tally
from cnn_tui.reports.blocks import Curves


class ExerciseFacts(NamedTuple):
    """What an exercise's page is made of."""

    place: SetPlace
    exercise: Exercise
    status: ExerciseStatus | None
    findings: ExerciseFindings | None
    """None until they are worked out."""
    tally: Tally | None
    revealed: bool
    """Whether the notes' figures and conclusion were asked for before the user's own conclusion is written."""
    repeat: str
    """How its runs are repeated: a key in the lab, a command elsewhere."""
    mine: Experiment | None = None
    """The exercise's experiment as it is in the editor; None when another one is there."""
    curves: Curves | None = None
    """Of its runs and the baseline's, where the page is to show them."""

    @property
    def conclusion(self) -> str:
        """What the user concluded or answered."""
        return self.status.answer.conclusion if self.status else ""

    @property
    def shows_notes(self) -> bool:
        """Whether the notes' figures and conclusion may be seen: they give the answer away."""
        return self.revealed or bool(self.conclusion)

    @property
    def has_run(self) -> bool:
        """Whether a run of it gave figures."""
        return self.findings is not None and self.findings.result.group is not None

    @property
    def asks_first(self) -> bool:
        """Whether the user is still to say what they expect: nothing that gives it away is told before that."""
        is_open = self.status is not None and self.status.state == "open"
        return is_open and bool(self.exercise.predict) and self.exercise.is_run and not (self.is_base or self.revealed)

    @property
    def is_base(self) -> bool:
        """Whether it is the one that the others of its set are compared with."""
        return self.exercise.name == self.place.set.baseline


def read_exercise(
    history: History, place: SetPlace, exercise: Exercise, status: ExerciseStatus, revealed: bool = False
) -> ExerciseFacts:
    """The facts for a page outside the lab; `revealed` is as in the facts."""
    findings = work_out(history, place, exercise)
    return ExerciseFacts(place, exercise, status, findings, history.tally(), revealed, by_command(place, exercise))
