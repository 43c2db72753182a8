"""What the keys of the exercises screen do: queue runs, keep what one expects and concludes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from cnn_tui.analysis.chance.looks import FEWEST_OF_A_SET
from cnn_tui.analysis.estimates import Estimator
from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.exercises.progress import baseline_order, count_runs, missing, queue_missing
from cnn_tui.exercises.runs import TrainingOrder, find_obstacle, make_orders, runs_of
from cnn_tui.exercises.shown_runs import runs_concluded_from
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.groups import ended_as_planned
from cnn_tui.history.history import History
from cnn_tui.reports.exercise_page import NO_CONCLUSION
from cnn_tui.text import counted
from cnn_tui.ui import dialogs
from cnn_tui.ui.commands.exercise_words import count_of_runs, judged, left_out_in_words, on_what, takes
from cnn_tui.ui.dialogs.ask import USUAL_SEEDS, SeedsScreen
from cnn_tui.ui.dialogs.dialog import Conversation
from cnn_tui.ui.dialogs.predict import PredictScreen
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.screens.exercise_parts import ExerciseRow
from cnn_tui.ui.widgets.lines import inert

AsTried: TypeAlias = Callable[[SetPlace, Exercise, Experiment], Experiment]
"""Gives an exercise's experiment on the data, and for the epochs, that its set is tried with in the editor."""


def as_given(place: SetPlace, exercise: Exercise, experiment: Experiment) -> Experiment:
    """Where nothing of the set is in the editor."""
    return experiment


@dataclass(eq=False)
class ChosenExercise:
    """The exercise under the cursor; says so when it is a set."""

    talk: Conversation
    row: Callable[[], ExerciseRow]

    @property
    def place(self) -> SetPlace:
        """The set that it is of."""
        return self.row().place

    def ask(self) -> tuple[SetPlace, Exercise] | None:
        """It and its set; None, after words about it, for a whole set."""
        place, one = self.row()
        if one is None:
            down, every = key_of("move.down"), key_of("exercises.all")
            words = f"This is a whole set: {down} goes to its exercises, {every} queues all of them."
            self.talk.say(words, seconds=4)
            return None
        return place, one


@dataclass(eq=False)
class AnswerCommands:
    """Predictions, conclusions, what is done, and the notes on demand."""

    talk: Conversation
    history: History
    writer: HistoryWriter
    chosen: ChosenExercise
    written: Callable[[], None]
    """Is told after a change."""
    reveal: Callable[[str], bool]
    """Shows or hides an exercise's notes, and tells whether they are shown."""

    async def predict(self) -> None:
        """Say what is expected, before the result is known."""
        found = self.chosen.ask()
        if found is None:
            return
        place, one = found
        if not place.expected(one):
            self.talk.say("This exercise does not ask what you expect.", seconds=4)
            return
        if ended_as_planned(self.history, runs_of(self.history, place, one)):
            self.talk.say("Its result is known already: what one expects is said before the run.", seconds=4)
            return
        before = self._answer(place, one).prediction
        for name in place.expected(one):
            way = await self.talk.ask(PredictScreen(name, getattr(before, name)))
            if way is None:
                return
            self._expect(place, one, name, way or None)

    async def conclude(self) -> None:
        """Write the conclusion or the answer; then the exercise is done."""
        found = self.chosen.ask()
        if found is None:
            return
        place, one = found
        before = self._answer(place, one).conclusion
        question = " ".join(one.question.split())
        box = dialogs.note.NoteScreen(one.heading, {"Conclusion": before}, question, covers=lambda rows: None)
        typed = await self.talk.ask(box)
        text = typed[0] if typed else None
        if text is None:
            return

        def finish(history: History) -> None:
            answers.finish(history, place.name, one.name, text, runs_concluded_from(history, place, one))

        def kept(_: None) -> None:
            self.written()
            if text.strip():
                self.talk.say(
                    f"Kept, and marked as done; {key_of('exercises.done')} marks it as to do again.", seconds=4
                )

        self.writer.write(
            f"the {'answer to' if one.is_question else 'conclusion of'} {one.name}",
            lambda history: answers.finish(
                history, place.name, one.name, text, runs_concluded_from(history, place, one)
            ),
            kept,
            subject=place.key(one),
            leaves={"conclusion": text, "done": bool(text.strip())},
        )

    def toggle_done(self) -> None:
        if found := self.chosen.ask():
            place, one = found
            now = self._answer(place, one).done
            self.writer.write(
                f"{one.name} as {'to do' if now else 'done'}",
                lambda history: answers.mark(history, place.name, one.name, not now),
                lambda _: self.written(),
                subject=place.key(one),
                leaves={"done": not now},
            )

    def reveal_notes(self) -> None:
        """What the notes found, before one's own conclusion is written; again: hidden."""
        if found := self.chosen.ask():
            place, one = found
            shown = self.reveal(place.key(one))
            if not one.has_notes:
                self.talk.say("The notes say nothing about this one.", seconds=3)
            elif self._answer(place, one).conclusion:
                self.talk.say("Your conclusion is written, so what the notes found is shown.", seconds=4)
            elif shown and not (one.notes.conclusion or one.remark):
                self.talk.say(f"{NO_CONCLUSION} Their figures are in the table.", seconds=4)

    def _answer(self, place: SetPlace, one: Exercise) -> answers.Answer:
        """The answer as it will be once all is written."""
        return self.writer.expected(place.key(one), answers.answer(self.history, place.name, one.name))

    def _expect(self, place: SetPlace, one: Exercise, name: str, way: str | None) -> None:
        self.writer.write(
            f"what you expect of {one.name}",
            lambda history: answers.predict(history, place.name, one.name, {name: way}),
            lambda _: self.written(),
        )


@dataclass(eq=False)
class ExerciseRunCommands:
    """Queues what the exercises ask for: a run, one over seeds, a whole set."""

    talk: Conversation
    history: History
    writer: HistoryWriter
    chosen: ChosenExercise
    queued: Callable[[], None]
    """Is told after runs were added."""
    mine: Callable[[str], Experiment | None]
    """Gives the editor's experiment if it is an exercise's own."""
    as_tried: AsTried = as_given

    def run(self) -> None:
        """Queue it, and the baseline if that has no run yet."""
        found = self.orders()
        if found is not None:
            order, base = found
            have = count_runs(self.history, [base]) if base else []
            self._queue([*missing(have, 1), (order, 1)])

    async def repeat(self) -> None:
        """Queue it over several seeds, and as many of the baseline."""
        found = self.orders()
        if found is None:
            return
        order, base = found
        have = count_runs(self.history, [base] if base else [])
        seconds = self.seconds([order, *([base] if base else [])])

        def told(each: int) -> str:
            more = missing(have, each)
            also = f", and {more[0][1]} of the baseline, so that both have as many" if more else ""
            counts = [(order, each), *more]
            words = f"{count_of_runs(each)} of it{also}{on_what(counts)}: {takes(counts, seconds)}"
            return f"{words} {judged()}" if base else words

        proposed = FEWEST_OF_A_SET if base else USUAL_SEEDS
        answer = await self.talk.ask(SeedsScreen("Over how many seeds?", proposed, told))
        if answer is not None:
            each = int(str(answer[0]))
            self._queue([*missing(have, each), (order, each)])

    async def queue_set(self) -> None:
        place = self.chosen.place
        made, left_out = make_orders([(place, one) for one in place.set.exercises])
        wanted = [self._as_tried(order) for order in made]
        if not wanted:
            self.talk.say("Nothing of this set is trained.", seconds=4)
            return
        have, seconds = count_runs(self.history, wanted), self.seconds(wanted)

        def told(each: int) -> str:
            counts = missing(have, each)
            total = sum(count for _, count in counts)
            there = each * len(have) - total
            also = f" {count_of_runs(there)} of them {'is' if there == 1 else 'are'} there already." if there else ""
            on = on_what([(order, each) for order in wanted])
            words = f"{counted(len(have), 'exercise')} over {counted(each, 'seed')}{on}.{also}"
            return f"{words} To queue: {takes(counts, seconds)}{left_out_in_words(left_out)}"

        answer = await self.talk.ask(SeedsScreen(f"The whole set {place.name}: over how many seeds?", 1, told))
        if answer is None:
            return
        counts = missing(have, int(str(answer[0])))
        if counts:
            self._queue(counts)
        else:
            self.talk.say("They have as many runs already; a larger number queues more.", seconds=4)

    def orders(self, *, given: bool = False) -> tuple[TrainingOrder, TrainingOrder | None] | None:
        """What to train for the exercise, and for its baseline; says why when it cannot be run.

        Both are on the data, and for the epochs, that the set is tried with in the editor; with `given` they are not.
        """
        found = self.chosen.ask()
        if found is None:
            return None
        place, one = found
        mine = self.mine(place.key(one)) if one.change else None
        if mine is not None and (why := find_obstacle(TrainingOrder(place, one, mine))):
            self.refuse(why)
            return None
        made, left_out = make_orders([(place, one)], lambda experiment: mine or experiment)
        if made:
            base = baseline_order(place, one)
            if given:
                return made[0], base
            return self._as_tried(made[0]), self._as_tried(base) if base else None
        if one.change and mine in (None, place.experiment(one)):
            enter, start = key_of("exercises.experiment"), key_of("exercises.run")
            why = f"{enter} opens its experiment: change it there, then {start} runs it for this exercise"
        elif one.is_question:
            why = f"there is nothing to train: {key_of('exercises.conclude')} writes your answer"
        else:
            why = left_out[0].why
        self.refuse(why)
        return None

    def _as_tried(self, order: TrainingOrder) -> TrainingOrder:
        return order._replace(experiment=self.as_tried(*order))

    def refuse(self, why: str) -> None:
        self.talk.say(f"Not started: {inert(why)}.", "warning")

    def _queue(self, counts: Sequence[tuple[TrainingOrder, int]]) -> None:
        def kept(ids: Sequence[int]) -> None:
            self.queued()
            ahead = [one.id for one in (*self.history.going(), *self.history.queue()) if one.id not in ids]
            # With nothing before it, it may be training before these words are read.
            alone = f"Run {ids[0]} {'is queued' if ahead else 'starts'}"
            which = alone if len(ids) == 1 else f"{len(ids)} runs, {ids[0]} to {ids[-1]}, are queued"
            first = ", the baseline's too" if len(counts) == 2 and len(ids) == 2 else ""
            self.talk.say(f"{which}{first}{on_what(counts)}. {Estimator(self.history).outlook().words()}")

        total = sum(count for _, count in counts)
        self.writer.write(f"{count_of_runs(total)} in the queue", lambda history: queue_missing(history, counts), kept)

    def seconds(self, wanted: Sequence[TrainingOrder]) -> dict[str, float | None]:
        estimator = Estimator(self.history)
        return {order.key: estimator.of(order.experiment).seconds for order in wanted}
