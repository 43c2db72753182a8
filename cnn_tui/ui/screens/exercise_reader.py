"""What is known of the exercises: how far each has come, what was worked out about one, the curves of its runs."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from textual.message import Message
from textual.widget import Widget

from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.progress import ExerciseStatus, read_statuses
from cnn_tui.exercises.results import ExerciseFindings, work_out
from cnn_tui.history.history import History
from cnn_tui.history.records import Tally
from cnn_tui.ui.screens.exercise_curves import ExerciseCurve, read_curves
from cnn_tui.ui.screens.exercise_parts import ExerciseRow

_Statuses = dict[str, dict[str, ExerciseStatus]]
"""By the name of the set and of the exercise."""


class ExercisesRead(Message):
    """Something was read, as of a `change` of the history: all statuses, or what there is of one exercise."""

    def __init__(
        self,
        change: int,
        statuses: _Statuses | None,
        key: str = "",
        findings: ExerciseFindings | None = None,
        curves: Sequence[ExerciseCurve] = (),
    ) -> None:
        """`findings` of the exercise `key` are None where they could not be had."""
        super().__init__()
        self.change, self.statuses, self.key, self.findings, self.curves = change, statuses, key, findings, curves


class ExerciseReader:
    """Reads in a thread, one at a time, and posts ExercisesRead to its owner."""

    def __init__(self, owner: Widget, history: History, places: Sequence[SetPlace]) -> None:
        self.tally: Tally | None = None
        self._owner = owner
        self._history = history
        self._places = places
        self._change = 0
        """Counts the changes of the history that matter here."""
        self._reading = False
        self._statuses: _Statuses = {}
        self._statuses_at = -1
        self._findings: dict[str, tuple[int, ExerciseFindings]] = {}
        self._curves: dict[str, Sequence[ExerciseCurve]] = {}

    def statuses(self, place: SetPlace) -> dict[str, ExerciseStatus]:
        """How far each exercise of a set has come, by its name; empty before it is read."""
        return self._statuses.get(place.name, {})

    def findings(self, key: str) -> ExerciseFindings | None:
        """What was worked out last about an exercise."""
        return self._findings.get(key, (0, None))[1]

    def curves(self, key: str) -> Sequence[ExerciseCurve]:
        """The curves of an exercise's runs and of the baseline's."""
        return self._curves.get(key, ())

    def has_changed(self) -> bool:
        """Whether something that matters here was written into the history since this was asked last."""
        now = self._history.tally()
        if now == self.tally:
            return False
        self.tally = now
        self._change += 1
        return True

    def read(self, chosen: ExerciseRow) -> None:
        """Read what is not known yet, all statuses and what there is of the exercise of this row."""
        known = chosen.exercise is None or self._findings.get(chosen.key, (-1, None))[0] == self._change
        if not self._reading and not (known and self._statuses_at == self._change):
            self._reading = True
            all_of_them = self._statuses_at != self._change
            work = functools.partial(self._work_out, self._change, all_of_them, None if known else chosen)
            self._owner.run_worker(work, thread=True, exit_on_error=False)

    def take(self, read: ExercisesRead, chosen: ExerciseRow) -> bool:
        """Keep what was read, and go on with what has changed meanwhile; tells whether there is something to show."""
        if read.statuses is not None:
            self._statuses, self._statuses_at = read.statuses, read.change
            return True
        self._reading = False
        if read.findings is not None:
            self._findings[read.key] = (read.change, read.findings)
            self._curves[read.key] = read.curves
        if read.findings is not None or read.change != self._change or read.key != chosen.key:
            self.read(chosen)
        return read.findings is not None

    def _work_out(self, change: int, all_of_them: bool, chosen: ExerciseRow | None) -> None:
        findings: ExerciseFindings | None = None
        curves: Sequence[ExerciseCurve] = ()
        try:
            with History(self._history.path) as history:
                if all_of_them:
                    statuses = {place.name: read_statuses(history, place) for place in self._places}
                    self._owner.post_message(ExercisesRead(change, statuses))
                if chosen is not None and chosen.exercise is not None:
                    findings = work_out(history, chosen.place, chosen.exercise)
                    curves = read_curves(history, findings.result)
        finally:
            self._owner.post_message(ExercisesRead(change, None, chosen.key if chosen else "", findings, curves))
