"""A plan for an exercise: how many runs each, chosen before there are any; then it is judged, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnn_tui.analysis.chance.looks import FEWEST_OF_A_SET
from cnn_tui.analysis.estimates import Estimator
from cnn_tui.exercises.fixed_plan import fixed_plan_of, queue_fixed_plan
from cnn_tui.exercises.runs import TrainingOrder
from cnn_tui.text import counted
from cnn_tui.ui.commands.exercise_words import count_of_runs, takes
from cnn_tui.ui.commands.exercise_work import ExerciseRunCommands
from cnn_tui.ui.dialogs.ask import SeedsScreen

_FEWEST = 2
_ONCE = "They are judged once, when all have ended: with the full level, and no look before. More runs change nothing."


@dataclass(eq=False)
class ExercisePlanCommand:
    """Asks how many runs each, and queues them as a plan."""

    runs: ExerciseRunCommands

    async def plan(self) -> None:
        """Queue so many runs of the exercise and of its baseline, to be judged once."""
        found = self.runs.orders(given=True)  # a plan is for an exercise as it is
        if found is None:
            return
        order, base = found
        if base is None:
            self.runs.refuse("a plan compares an exercise with its baseline, and this one is compared with none")
            return
        if order.exercise.change:
            self.runs.refuse("a plan is for an exercise as it is, and this one asks you to change it")
            return
        if planned := self._planned(order):
            words = f"it has a plan already, of {count_of_runs(len(planned))}; a second one would be another look"
            self.runs.refuse(f"{words}. To give it up, archive its runs")
            return
        known = self._planned(base)
        seconds = self.runs.seconds([order, base])

        def told(each: int) -> str:
            counts = [(order, each), *([] if known else [(base, each)])]
            also = f"and {len(known)} that were planned of the baseline" if known else "and as many of the baseline"
            return f"{count_of_runs(each)} of it, {also}: {takes(counts, seconds)} {_ONCE}"

        answer = await self.runs.talk.ask(
            SeedsScreen("How many runs each, before it is judged?", FEWEST_OF_A_SET, told, least=_FEWEST)
        )
        if answer is not None:
            self._queue([base, order], int(str(answer[0])))

    def _planned(self, order: TrainingOrder) -> tuple[int, ...]:
        return fixed_plan_of(self.runs.history, order.place, order.exercise)

    def _queue(self, orders: Sequence[TrainingOrder], each: int) -> None:
        def kept(made: tuple[tuple[int, ...], tuple[str, ...]]) -> None:
            self.runs.queued()
            outlook = Estimator(self.runs.history).outlook().words()
            self.runs.talk.say(f"{counted(len(made[0]), 'run')} planned and queued, to be judged once. {outlook}")

        self.runs.writer.write("the plan", lambda history: queue_fixed_plan(history, orders, each), kept)
