"""The keys of the exercises screen that queue runs: one, one over seeds, a whole set."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import work

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.pace import in_words
from cnn_tui.exercises.progress import baseline_order, counted, missing, queue_missing
from cnn_tui.exercises.runs import LeftOut, Order, obstacle, orders
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.text import counted as number_of
from cnn_tui.ui.commands.exercise_answers import ExerciseAnswers
from cnn_tui.ui.dialogs.ask import USUAL_SEEDS, SeedsScreen
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.lines import inert


class ExerciseQueue(ExerciseAnswers):
    """Queues what the exercises ask for."""

    _queued: Callable[[], None]
    _mine: Callable[[str], Experiment | None]

    def action_run(self) -> None:
        """Queue it, and the baseline if that has no run yet."""
        found = self._orders()
        if found is not None:
            order, base = found
            have = counted(self._history, [base]) if base else []
            self._queue([*missing(have, 1), (order, 1)])

    @work(group=DIALOG)
    async def action_repeat(self) -> None:
        """Queue it over several seeds, and as many of the baseline."""
        found = self._orders()
        if found is None:
            return
        order, base = found
        have = counted(self._history, [base] if base else [])
        seconds = self._seconds([order, *([base] if base else [])])

        def told(each: int) -> str:
            more = missing(have, each)
            also = f", and {more[0][1]} of the baseline, so that both have as many" if more else ""
            return f"{_runs(each)} of it{also}: {_takes([(order, each), *more], seconds)}"

        answer = await self.app.push_screen_wait(SeedsScreen("Over how many seeds?", USUAL_SEEDS, told))
        if answer is not None:
            each = int(str(answer[0]))
            self._queue([*missing(have, each), (order, each)])

    @work(group=DIALOG)
    async def action_queue_set(self) -> None:
        """Queue the whole set over some seeds."""
        place = self.chosen.place
        wanted, left_out = orders([(place, one) for one in place.set.exercises])
        if not wanted:
            self.notify("Nothing of this set is trained.", timeout=4)
            return
        have, seconds = counted(self._history, wanted), self._seconds(wanted)

        def told(each: int) -> str:
            counts = missing(have, each)
            total = sum(count for _, count in counts)
            there = each * len(have) - total
            also = f" {_runs(there)} of them {'is' if there == 1 else 'are'} there already." if there else ""
            words = f"{number_of(len(have), 'exercise')} over {number_of(each, 'seed')}.{also}"
            return f"{words} To queue: {_takes(counts, seconds)}{_left_out(left_out)}"

        title = f"The whole set {place.name}: over how many seeds?"
        answer = await self.app.push_screen_wait(SeedsScreen(title, 1, told))
        if answer is None:
            return
        counts = missing(have, int(str(answer[0])))
        if counts:
            self._queue(counts)
        else:
            self.notify("They have as many runs already; a larger number queues more.", timeout=4)

    def _orders(self) -> tuple[Order, Order | None] | None:
        """What to train for the exercise, and for its baseline; says why when it cannot be run."""
        found = self._exercise()
        if found is None:
            return None
        place, one = found
        mine = self._mine(place.key(one)) if one.change else None
        if mine is not None and (why := obstacle(Order(place, one, mine))):
            self._refuse(why)
            return None
        made, left_out = orders([(place, one)], lambda given: mine or given)
        if made:
            return made[0], baseline_order(place, one)
        if one.change and mine in (None, place.experiment(one)):
            self._refuse(
                f"{key_of('exercises.experiment')} opens its experiment: change it there, then "
                f"{key_of('exercises.run')} runs it for this exercise"
            )
        elif one.is_question:
            self._refuse(f"there is nothing to train: {key_of('exercises.conclude')} writes your answer")
        else:
            self._refuse(left_out[0].why)
        return None

    def _refuse(self, why: str) -> None:
        words = inert(why)
        self.notify(f"Not started: {words}.", severity="warning", markup=False)

    def _queue(self, counts: Sequence[tuple[Order, int]]) -> None:
        ids = queue_missing(self._history, counts)
        self._queued()
        self._read()
        which = f"Run {ids[0]} is" if len(ids) == 1 else f"{len(ids)} runs, {ids[0]} to {ids[-1]}, are"
        first = ", the baseline's too" if len(counts) == 2 and len(ids) == 2 else ""
        self.notify(f"{which} queued{first}. {Estimator(self._history).outlook().words()}")

    def _seconds(self, wanted: Sequence[Order]) -> dict[str, float | None]:
        estimator = Estimator(self._history)
        return {order.key: estimator.of(order.experiment).seconds for order in wanted}


def _runs(count: int) -> str:
    return number_of(count, "run")


def _takes(counts: Sequence[tuple[Order, int]], seconds: dict[str, float | None]) -> str:
    """How many runs, and how long they take where that is known."""
    total = sum(count for _, count in counts)
    each = [(seconds[order.key], count) for order, count in counts]
    known = [one * count for one, count in each if one is not None]
    if len(known) < len(each) or not each:
        return f"{_runs(total)}{'; how long they take is known once one has trained' if total else ''}."
    return f"{_runs(total)}, about {in_words(sum(known))}."


def _left_out(left_out: Sequence[LeftOut]) -> str:
    names = [one.key.partition("/")[2] for one in left_out]
    return f"\nLeft out, as their pages say why: {', '.join(names)}." if names else ""
