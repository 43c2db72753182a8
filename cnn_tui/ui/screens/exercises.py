"""The exercises: what is asked, what one expects, what came of it, what one concludes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Resize
from textual.message import Message
from textual.screen import Screen

from cnn_tui.experiments import answers
from cnn_tui.experiments.eta import Estimator
from cnn_tui.experiments.exercise_runs import LeftOut, Order, obstacle, orders, runs_of
from cnn_tui.experiments.exercise_state import (
    Standing,
    Tally,
    baseline_order,
    counted,
    ended,
    missing,
    queue_missing,
    standings,
    tally,
)
from cnn_tui.experiments.exercises import Exercise, Place, sets_folder
from cnn_tui.experiments.experiment import Experiment
from cnn_tui.experiments.history import History
from cnn_tui.experiments.pace import in_words
from cnn_tui.ui.keys import bindings_of, keys_of
from cnn_tui.ui.lines import Lines, inert
from cnn_tui.ui.page_view import PageView
from cnn_tui.ui.parts import Part, fit
from cnn_tui.ui.screens.compare import MOST, CompareScreen
from cnn_tui.ui.screens.exercise_page import SIGNS, Asked, Seen, lay_out, lay_out_set, look
from cnn_tui.ui.screens.help import HelpScreen
from cnn_tui.ui.screens.menu import Choice, MenuScreen
from cnn_tui.ui.table import Cell, Column, Table
from cnn_tui.ui.typeahead import DIALOG

_POLL_SECONDS = 0.5
_SIDE_BY_SIDE = 100
"""From so many columns on the list stands beside the exercise, not above it."""
_LIST = 42
_STATE, _NAME = 13, 24
_USUAL_SEEDS = 3
_DIRECTIONS = (("u", "up"), ("s", "the same"), ("d", "down"), ("x", "I cannot say"))
_PREDICTED = {
    "accuracy": "Test accuracy, against the baseline",
    "time": "Time of an epoch, against the baseline",
}


class Chosen(NamedTuple):
    """A row of the list: a set, or one of its exercises."""

    place: Place
    exercise: Exercise | None

    @property
    def key(self) -> str:
        """How runs name the exercise; the set's name for a set."""
        return self.place.key(self.exercise) if self.exercise else self.place.name


class ExercisesScreen(Screen[Chosen | None]):
    """Gives the exercise that is to be opened in the lab, or None when it was just left."""

    scope: ClassVar[str] = "exercises"
    BINDINGS = bindings_of("exercises", "pane")
    DEFAULT_CSS: ClassVar[str] = """
    ExercisesScreen { layout: vertical; background: $background; }
    ExercisesScreen ExercisesHead, ExercisesScreen ExercisesFoot { height: 1; background: $panel; }
    ExercisesScreen #exercises { layout: horizontal; height: 1fr; }
    ExercisesScreen #exercises Container { height: 1fr; }
    ExercisesScreen #exercise-list { width: 42; padding: 0 1; }
    ExercisesScreen #exercise-page { width: 1fr; padding: 0 1; border-left: solid $border-blurred; }
    ExercisesScreen PageView { height: 1fr; }
    ExercisesScreen.-stacked #exercises { layout: vertical; }
    ExercisesScreen.-stacked #exercise-list { width: 100%; }
    ExercisesScreen.-stacked #exercise-page { width: 100%; border-left: none; border-top: solid $border-blurred; }
    ExercisesScreen.-zoomed #exercise-list { display: none; }
    ExercisesScreen.-zoomed #exercise-page { border: none; }
    """

    class Looked(Message):
        """The standings, and what was worked out about an exercise, as of the `change`; None where it failed."""

        def __init__(self, change: int, found: dict[str, dict[str, Standing]] | None, key: str, seen: Seen | None):
            super().__init__()
            self.change, self.found, self.key, self.seen = change, found, key, seen

    def __init__(
        self,
        history: History,
        places: Sequence[Place],
        queued: Callable[[], None],
        mine: Callable[[str], Experiment | None] = lambda key: None,
        at: str = "",
    ) -> None:
        """`queued` is called when runs were added; `mine` gives the editor's experiment if it is an exercise's own.

        `at` is the row to begin with, by its key.
        """
        super().__init__()
        self._history = history
        self._queued = queued
        self._mine = mine
        self._rows = [Chosen(place, one) for place in places for one in (None, *place.set.exercises)]
        self.at = at or self._rows[1].key
        """The row under the cursor, by its key."""
        self._version: int | None = None
        self._tally: Tally | None = None
        self._change = 0
        """Counts the changes of the history that matter here."""
        self._standings: dict[str, dict[str, Standing]] = {}
        self._standing_at = -1
        self._seen: dict[str, tuple[int, Seen]] = {}
        self._looking = False
        self._revealed: set[str] = set()

    def compose(self) -> ComposeResult:
        """The list beside or above the exercise, the keys below."""
        yield ExercisesHead()
        with Container(id="exercises"):
            with Container(id="exercise-list"):
                yield Table((Column("", _STATE), Column("", _NAME, stretch=True)), self._cells)
            with Container(id="exercise-page"):
                yield ExerciseView(self._build)
        yield ExercisesFoot()

    def on_mount(self) -> None:
        """Show it, then look for changes."""
        table = self.query_one(Table)
        table.active = True
        table.cursor = next((row for row, chosen in enumerate(self._rows) if chosen.key == self.at), 1)
        table.set_count(len(self._rows))
        self._poll()
        self.set_interval(_POLL_SECONDS, self._poll)

    def on_resize(self, event: Resize) -> None:
        """Side by side where both fit."""
        width, height = event.size
        stacked = width < _SIDE_BY_SIDE
        self.set_class(stacked, "-stacked")
        self.query_one("#exercise-list").styles.height = max(4, min(len(self._rows), height // 3)) if stacked else None
        titles = (Column("", 30, stretch=True),) if stacked and width >= _STATE + _NAME + 40 else ()
        self.query_one(Table).columns = (Column("", _STATE), Column("", _NAME, stretch=not titles), *titles)
        self._show()

    @property
    def chosen(self) -> Chosen:
        """The row under the cursor."""
        return self._rows[self.query_one(Table).cursor]

    # Reading

    def _poll(self) -> None:
        version = self._history.data_version()
        if version != self._version:
            self._version = version
            self._read()

    def _read(self) -> None:
        now = tally(self._history)
        if now == self._tally:
            return
        self._tally = now
        self._change += 1
        self.query_one(ExercisesHead).redraw()
        self._look()

    def _look(self) -> None:
        """Work out what is not known yet, one thread at a time: `on_..._looked` goes on where this ends."""
        key = self.chosen.key
        known = self._seen.get(key, (-1, None))[0] == self._change or self.chosen.exercise is None
        if not self._looking and not (known and self._standing_at == self._change):
            self._looking = True
            self._look_closer(self._change, self._standing_at != self._change, None if known else self.chosen)

    @work(thread=True, exit_on_error=False)
    def _look_closer(self, change: int, all_of_them: bool, chosen: Chosen | None) -> None:
        found: dict[str, dict[str, Standing]] | None = None
        seen: Seen | None = None
        try:
            with History(self._history.path) as history:
                if all_of_them:
                    places = {row.place.name: row.place for row in self._rows}
                    found = {name: standings(history, place) for name, place in places.items()}
                    self.post_message(self.Looked(change, found, "", None))
                if chosen is not None and chosen.exercise is not None:
                    seen = look(history, chosen.place, chosen.exercise)
        finally:
            self.post_message(self.Looked(change, None, chosen.key if chosen else "", seen))

    def on_exercises_screen_looked(self, message: Looked) -> None:
        """Show it, and go on with what has changed meanwhile."""
        if message.found is not None:
            self._standings, self._standing_at = message.found, message.change
            self._show()
            return
        self._looking = False
        if message.seen is not None:
            self._seen[message.key] = (message.change, message.seen)
            self._show()
        if message.seen is not None or message.change != self._change or message.key != self.chosen.key:
            self._look()

    # Showing

    def _show(self) -> None:
        self.query_one(Table).redraw()
        self.query_one(ExercisesHead).redraw()
        self.query_one(ExerciseView).rebuild()

    def _standing(self, chosen: Chosen) -> Standing | None:
        return self._standings.get(chosen.place.name, {}).get(chosen.exercise.name) if chosen.exercise else None

    def _build(self, view: PageView, width: int) -> list[Text]:
        chosen = self.chosen
        if chosen.exercise is None:
            return lay_out_set(chosen.place, self._standings.get(chosen.place.name, {}), view, width)
        _, seen = self._seen.get(chosen.key, (0, None))
        key = chosen.key
        revealed, mine = key in self._revealed, self._mine(key)
        asked = Asked(chosen.place, chosen.exercise, self._standing(chosen), seen, self._tally, revealed, mine)
        return lay_out(asked, view, width)

    def _cells(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        return [self._cell(chosen) for chosen in self._rows[offset : offset + limit]]

    def _cell(self, chosen: Chosen) -> Sequence[Cell]:
        style = self.query_one(Table).style
        if chosen.exercise is None:
            found = self._standings.get(chosen.place.name, {})
            done = sum(one.state == "done" for one in found.values())
            count = Text(f"{done}/{len(chosen.place.set.exercises)} done", style("dim"))
            return (count, Text(inert(chosen.place.set.title), style("strong")), "")
        standing = self._standing(chosen)
        state = Text()
        if standing is not None:
            sign, name = SIGNS[standing.state]
            state = Text(f"  {sign} {standing.state}"[:_STATE], style(name))
        return (state, inert(chosen.exercise.name), Text(inert(chosen.exercise.heading), style("dim")))

    def head(self) -> tuple[str, str]:
        """What stands on the left and on the right of the line above."""
        every = [one for found in self._standings.values() for one in found.values()]
        done = f"{sum(one.state == 'done' for one in every)} of {len(every)} done" if every else ""
        words = []
        if self._tally is not None:
            going = self._tally.going[:1]
            words = [f"run {run} epoch {min(passed + 1, epochs)}/{epochs}" for run, passed, epochs in going]
            words += [f"{self._tally.waiting} waiting"] if self._tally.waiting else []
        return done, ", ".join(words)

    # Moving

    def action_move_cursor(self, by: int) -> None:
        """The next or previous exercise."""
        self._move_to(self.query_one(Table).cursor + by)

    def action_move_first(self) -> None:
        """The first row."""
        self._move_to(0)

    def action_move_last(self) -> None:
        """The last row."""
        self._move_to(len(self._rows) - 1)

    def action_move_page(self, by: int) -> None:
        """Half a page of the exercise down or up."""
        self.query_one(ExerciseView).scroll_half(by)

    def _move_to(self, row: int) -> None:
        table, view = self.query_one(Table), self.query_one(ExerciseView)
        before = table.cursor
        table.move(row)
        if table.cursor != before:
            self.at = self.chosen.key
            view.top = 0
            view.rebuild()
            self._look()

    def action_toggle_zoom(self) -> None:
        """The exercise alone, and back."""
        self.toggle_class("-zoomed")

    def action_leave(self) -> None:
        """Back to the lab."""
        self.dismiss(None)

    def action_open_experiment(self) -> None:
        """Into the editor, or, for a question, to where it is answered."""
        place, one = self.chosen
        if one is None:
            self.action_move_cursor(1)
        elif one.is_question and place.folder.parent != sets_folder():
            self.action_conclude()
        else:
            self.dismiss(self.chosen)

    @work(group=DIALOG)
    async def action_show_help(self) -> None:
        """The keys; Enter runs one."""
        action = await self.app.push_screen_wait(HelpScreen(self.scope, alone=True))
        if action is not None:
            await self.run_action(action)

    # Answering

    def _exercise(self) -> tuple[Place, Exercise] | None:
        """The exercise under the cursor; says so when it is a set."""
        place, one = self.chosen
        if one is None:
            self.notify("This is a whole set: j goes to its exercises, A queues all of them.", timeout=4)
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
        if ended(self._history, runs_of(self._history, place, one)):
            self.notify("Its result is known already: what one expects is said before the run.", timeout=4)
            return
        for name in one.predict:
            choices = [Choice(key, words, "same" if key == "s" else words) for key, words in _DIRECTIONS]
            way = await self.app.push_screen_wait(MenuScreen(_PREDICTED[name], choices))
            if way is None:
                return
            kept = way if way in ("up", "down", "same") else None
            answers.predict(self._history, place.name, one.name, {name: kept})
            self._read()

    @work(group=DIALOG)
    async def action_conclude(self) -> None:
        """Write the conclusion or the answer; then the exercise is done."""
        from cnn_tui.ui.screens.exercise_dialogs import ConclusionScreen  # only here: its field is slow to load

        found = self._exercise()
        if found is None:
            return
        place, one = found
        before = answers.answer(self._history, place.name, one.name).conclusion
        text = await self.app.push_screen_wait(ConclusionScreen(one.heading, one.question, before))
        if text is None:
            return
        answers.conclude(self._history, place.name, one.name, text)
        answers.mark(self._history, place.name, one.name, bool(text.strip()))
        self._read()
        if text.strip():
            self.notify("Kept, and marked as done; Space opens it again.", timeout=4)

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
            if not (one.notes.to_json() or one.remark):
                self.notify("The notes say nothing about this one.", timeout=3)
            self._revealed ^= {place.key(one)}
            self.query_one(ExerciseView).rebuild()

    # Running

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
        from cnn_tui.ui.screens.exercise_dialogs import SeedsScreen

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

        answer = await self.app.push_screen_wait(SeedsScreen("Over how many seeds?", _USUAL_SEEDS, told))
        if answer is not None:
            each = int(str(answer[0]))
            self._queue([*missing(have, each), (order, each)])

    @work(group=DIALOG)
    async def action_queue_set(self) -> None:
        """Queue the whole set over some seeds."""
        from cnn_tui.ui.screens.exercise_dialogs import SeedsScreen

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
            words = f"{len(have)} exercises over {each} seed{'s' if each != 1 else ''}.{also}"
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
            self._refuse("Enter opens its experiment: change it there, then r runs it for this exercise")
        elif one.is_question:
            self._refuse("there is nothing to train: i writes your answer")
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
        first = "the baseline's too, " if len(counts) == 2 and len(ids) == 2 else ""
        when = Estimator(self._history).outlook().words()
        self.notify(f"{which} queued, {first}{when[:1].lower()}{when[1:]}" if first else f"{which} queued. {when}")

    def _seconds(self, wanted: Sequence[Order]) -> dict[str, float | None]:
        estimator = Estimator(self._history)
        return {order.key: estimator.of(order.experiment).seconds for order in wanted}

    @work(group=DIALOG)
    async def action_compare(self) -> None:
        """Its runs and the baseline's, side by side."""
        found = self._exercise()
        if found is None:
            return
        place, one = found
        _, seen = self._seen.get(place.key(one), (0, None))
        if seen is None or seen.result.group is None or seen.result.baseline is None:
            self.notify("There is nothing to compare yet: it takes a run of this and one of the baseline.", timeout=4)
            return
        most = MOST // 2
        runs = [*seen.result.baseline.runs[-most:], *seen.result.group.runs[-most:]]
        await self.app.push_screen_wait(CompareScreen(self._history, runs))


class ExerciseView(PageView):
    """The exercise; the cursor keys belong to the list."""

    more_key: ClassVar[str] = "ctrl+d"


class ExercisesHead(Lines):
    """How much is done, and what is trained."""

    def draw(self, width: int, height: int) -> list[Text]:
        """One line."""
        screen = self.screen
        assert isinstance(screen, ExercisesScreen)
        done, going = screen.head()
        left = Text.assemble((" Exercises  ", self.style("strong")), (done, self.style("dim")))
        right = Text(f"{going} ", self.style("accent"))
        return [left + Text(" " * max(1, width - left.cell_len - right.cell_len)) + right]


class ExercisesFoot(Lines):
    """The keys, as many as fit."""

    def draw(self, width: int, height: int) -> list[Text]:
        """One line."""
        shown = [key for key in keys_of("exercises") if key.label]
        first = ("predict", "run", "conclude", "help", "leave", "experiment", "repeat", "all", "done", "notes")
        parts = []
        for key in shown:
            name = key.id.split(".")[1]
            one, label = key.shown
            text = Text.assemble((one, self.style("accent")), (f" {label}", self.style("dim")))
            parts.append(Part(first.index(name) if name in first else len(first), text))
        return [Text(" ") + fit(parts, width - 1)]


def _runs(count: int) -> str:
    return f"{count} run{'s' if count != 1 else ''}"


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
