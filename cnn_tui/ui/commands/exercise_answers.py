"""The keys of the exercises screen that keep what one expects and concludes."""

from __future__ import annotations

from textual import work
from textual.screen import Screen

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import Place
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.runs import runs_of
from cnn_tui.history.groups import ended_as_planned
from cnn_tui.history.history import History
from cnn_tui.reports.exercise_page import NO_CONCLUSION
from cnn_tui.ui.dialogs.ask import PredictMenu
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.screens.exercise_parts import ExerciseRow, ExerciseView
from cnn_tui.ui.typeahead import DIALOG

_PREDICTED = {
    "accuracy": "Test accuracy, against the baseline",
    "time": "Time of an epoch, against the baseline",
}


class ExerciseAnswers(Screen[ExerciseRow | None]):
    """Predictions, conclusions, what is done, and the notes on demand."""

    _history: History
    _revealed: set[str]

    @property
    def chosen(self) -> ExerciseRow:
        """The row under the cursor."""
        raise NotImplementedError

    def _read(self) -> None:
        """Look again: something was written."""
        raise NotImplementedError

    def _exercise(self) -> tuple[Place, Exercise] | None:
        """The exercise under the cursor; says so when it is a set."""
        place, one = self.chosen
        if one is None:
            self.notify(
                f"This is a whole set: {key_of('move.down')} goes to its exercises, "
                f"{key_of('exercises.all')} queues all of them.",
                timeout=4,
            )
            return None
        return place, one

    @work(group=DIALOG)
    async def action_predict(self) -> None:
        """Say what is expected, before the result is known."""
        found = self._exercise()
        if found is None:
            return
        place, one = found
        if not one.predict or not one.is_run or one.name == place.set.baseline:
            self.notify("This exercise does not ask what you expect.", timeout=4)
            return
        if ended_as_planned(self._history, runs_of(self._history, place, one)):
            self.notify("Its result is known already: what one expects is said before the run.", timeout=4)
            return
        for name in one.predict:
            way = await self.app.push_screen_wait(PredictMenu(_PREDICTED[name]))
            if way is None:
                return
            answers.predict(self._history, place.name, one.name, {name: way or None})
            self._read()

    @work(group=DIALOG)
    async def action_conclude(self) -> None:
        """Write the conclusion or the answer; then the exercise is done."""
        from cnn_tui.ui.dialogs.note import NoteScreen  # only here: its field is slow to load

        found = self._exercise()
        if found is None:
            return
        place, one = found
        before = answers.answer(self._history, place.name, one.name).conclusion
        typed = await self.app.push_screen_wait(NoteScreen(one.heading, {"Conclusion": before}, one.question))
        text = typed[0] if typed else None
        if text is None:
            return
        answers.conclude(self._history, place.name, one.name, text)
        answers.mark(self._history, place.name, one.name, bool(text.strip()))
        self._read()
        if text.strip():
            self.notify(f"Kept, and marked as done; {key_of('exercises.done')} opens it again.", timeout=4)

    def action_toggle_done(self) -> None:
        """Done, or open again."""
        if found := self._exercise():
            place, one = found
            now = answers.answer(self._history, place.name, one.name).done
            answers.mark(self._history, place.name, one.name, not now)
            self._read()

    def action_reveal_notes(self) -> None:
        """What the notes found, before one's own conclusion is written; again: hidden."""
        if found := self._exercise():
            place, one = found
            self._revealed ^= {place.key(one)}
            if not (one.notes.to_json() or one.remark):
                self.notify("The notes say nothing about this one.", timeout=3)
            elif not (one.notes.conclusion or one.remark) and place.key(one) in self._revealed:
                self.notify(f"{NO_CONCLUSION} Their figures are in the table.", timeout=4)
            self.query_one(ExerciseView).rebuild()
