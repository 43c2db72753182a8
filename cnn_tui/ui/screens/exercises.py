"""The exercises: what is asked, what one expects, what came of it, what one concludes."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Container
from textual.events import Resize

from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.progress import ExerciseStatus
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.reports.blocks import Block, Curves, Page, Paragraph, Span
from cnn_tui.reports.chart.choice import ChartChoice
from cnn_tui.reports.chart.curves import SECONDS, metrics_of
from cnn_tui.reports.exercise_facts import ExerciseFacts
from cnn_tui.reports.exercise_page import SIGNS, exercise_page, set_page
from cnn_tui.text import cells, padded
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.commands.exercise_plan import ExercisePlanCommand
from cnn_tui.ui.commands.exercise_work import (
    AnswerCommands,
    AsTried,
    ChosenExercise,
    ExerciseRunCommands,
    as_given,
)
from cnn_tui.ui.dialogs.dialog import Conversation, KeyedScreen
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import with_keys
from cnn_tui.ui.screens.compare import CompareScreen
from cnn_tui.ui.screens.exercise_curves import curves_drawn
from cnn_tui.ui.screens.exercise_parts import ExerciseRow, ExercisesFoot, ExercisesHead
from cnn_tui.ui.screens.exercise_reader import ExerciseReader, ExercisesRead
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.guide import Guide
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.page_view import PageView
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

_SIDE_BY_SIDE = 100
"""From so many columns on the list stands beside the exercise, not above it."""
_NARROW_LIST, _LIST, _EXERCISE = 42, 48, 72
"""Columns of the list beside an exercise: at least, usually, and how many it leaves the exercise before it has more."""
_SIGN = 5
_CHART_ROWS = 10
_METRICS = ("loss", "accuracy", SECONDS)
"""What there is to see of every run; of one that is known, there may be more."""


class ExercisesScreen(KeyedScreen[ExerciseRow | None]):
    """Gives the exercise that is to be opened in the lab, or None when it was just left."""

    scope: ClassVar[str] = "exercises"
    BINDINGS = bindings_of("exercises", "pane")
    DEFAULT_CSS: ClassVar[str] = """
    ExercisesScreen { layout: vertical; background: $background; }
    ExercisesScreen ExercisesHead, ExercisesScreen ExercisesFoot { height: 1; background: $panel; }
    ExercisesScreen #exercises { layout: horizontal; height: 1fr; }
    ExercisesScreen #exercises Container { height: 1fr; }
    ExercisesScreen #exercise-list { width: 48; padding: 0 1; }
    ExercisesScreen #guide { height: 2; background: $panel; }
    ExercisesScreen #exercise-page { width: 1fr; padding: 0 1; border-left: solid $border-blurred; }
    ExercisesScreen PageView { height: 1fr; }
    ExercisesScreen.-stacked #exercises { layout: vertical; }
    ExercisesScreen.-stacked #exercise-list { width: 100%; }
    ExercisesScreen.-stacked #exercise-page { width: 100%; border-left: none; border-top: solid $border-blurred; }
    ExercisesScreen.-zoomed #exercise-list { display: none; }
    ExercisesScreen.-zoomed #exercise-page { border: none; }
    """

    def __init__(
        self,
        live: Live,
        writer: HistoryWriter,
        places: Sequence[SetPlace],
        queued: Callable[[], None],
        mine: Callable[[str], Experiment | None] = lambda key: None,
        at: str = "",
        guide: Guide | None = None,
        as_tried: AsTried = as_given,
    ) -> None:
        """`queued` is called when runs were added; `mine` gives the editor's experiment if it is an exercise's own.

        `at` is the row to begin with, by its key. `guide` is shown above the keys as long as it has something to say.
        `as_tried` puts an experiment on the data, and to the epochs, that its set is tried with in the editor.
        """
        super().__init__()
        self._live = live
        self._history = live.history
        self._mine = mine
        self._places = places
        self._rows = [ExerciseRow(place, one) for place in places for one in (None, *place.set.exercises)]
        self.at = at or self._rows[1].key
        """The row under the cursor, by its key."""
        self._reader = ExerciseReader(self, live.history, places)
        self._choice = ChartChoice()
        self._choice.metric = "accuracy"
        self._guide = guide
        self._revealed: set[str] = set()
        self._talk = Conversation(self)
        self._exercise = ChosenExercise(self._talk, lambda: self.chosen)
        self._answers = answers = AnswerCommands(
            self._talk, self._history, writer, self._exercise, written=self._read, reveal=self._toggle_notes
        )
        runs = ExerciseRunCommands(
            self._talk, self._history, writer, self._exercise, queued=queued, mine=mine, as_tried=as_tried
        )
        self.commands = {
            "exercises.predict": answers.predict,
            "exercises.conclude": answers.conclude,
            "exercises.done": answers.toggle_done,
            "exercises.notes": answers.reveal_notes,
            "exercises.run": runs.run,
            "exercises.repeat": runs.repeat,
            "exercises.plan": ExercisePlanCommand(runs).plan,
            "exercises.all": runs.queue_set,
            "exercises.experiment": self._open_experiment,
            "exercises.compare": self._compare,
        }

    def compose(self) -> ComposeResult:
        """The list beside or above the exercise, the keys below."""
        yield ExercisesHead()
        with Container(id="exercises"):
            with Container(id="exercise-list"):
                yield Table((TableColumn("", _SIGN), TableColumn("", 24, stretch=True)), self._cells)
            with Container(id="exercise-page"):
                yield PageView(self._build, self._draw_curves, keys=("move.page_down", "move.page_up"))
        if self._guide is not None:
            yield self._guide
        yield ExercisesFoot()

    def on_mount(self) -> None:
        table = self.query_one(Table)
        table.active = True
        table.cursor = next((row for row, chosen in enumerate(self._rows) if chosen.key == self.at), 1)
        table.set_count(len(self._rows))
        self._live.changed.subscribe(self, lambda _: self._read())
        self._read()

    def on_resize(self, event: Resize) -> None:
        width, height = event.size
        stacked = width < _SIDE_BY_SIDE
        self.set_class(stacked, "-stacked")
        styles = self.query_one("#exercise-list").styles
        styles.height = max(4, min(len(self._rows), height // 3)) if stacked else None
        if not stacked:
            styles.width = self._list_width(width)
        else:
            styles.clear_rule("width")
        self._show()

    def _list_width(self, width: int) -> int:
        """Columns for the list beside the exercise: for all of each title where the exercise has enough beside it."""
        titles = [one.exercise.heading if one.exercise else one.place.set.title for one in self._rows]
        wanted = _SIGN + Table.GAP + max(cells(inert(title)) for title in titles) + 2  # and a blank on each side
        return max(_NARROW_LIST, min(max(_LIST, wanted), width - _EXERCISE))

    @property
    def chosen(self) -> ExerciseRow:
        return self._rows[self.query_one(Table).cursor]

    # Reading

    def _read(self) -> None:
        if self._guide is not None and self._guide.progress.ended:
            self._guide.remove()
            self._guide = None
        if self.is_attached and self._reader.has_changed():
            self.query_one(ExercisesHead).show(*self._head())
            self._reader.read(self.chosen)

    def on_exercises_read(self, message: ExercisesRead) -> None:
        if self._reader.take(message, self.chosen):
            self._show()

    # Showing

    def _show(self) -> None:
        self.query_one(Table).redraw()
        self.query_one(ExercisesHead).show(*self._head())
        self.query_one(ExercisesFoot).show(self.chosen)
        self.query_one(PageView).rebuild()

    def _status(self, chosen: ExerciseRow) -> ExerciseStatus | None:
        return self._reader.statuses(chosen.place).get(chosen.exercise.name) if chosen.exercise else None

    def _build(self, width: int) -> Sequence[Block]:
        page = self._page()
        return [Paragraph([Span(page.title, "strong")]), *page.blocks]

    def _page(self) -> Page:
        chosen = self.chosen
        if chosen.exercise is None:
            return set_page(chosen.place, self._reader.statuses(chosen.place))
        findings = self._reader.findings(chosen.key)
        revealed, mine = chosen.key in self._revealed, self._mine(chosen.key)
        repeat, status = with_keys("{exercises.repeat}"), self._status(chosen)
        recorded = self._reader.curves(chosen.key)
        curves = Curves([one.recorded.run for one in recorded]) if recorded else None
        facts = ExerciseFacts(
            chosen.place, chosen.exercise, status, findings, self._reader.tally, revealed, repeat, mine, curves
        )
        return exercise_page(facts)

    def _draw_curves(self, view: PageView, width: int) -> Sequence[Text]:
        """The curves of the exercise's runs over the baseline's."""
        return curves_drawn(view, self._reader.curves(self.chosen.key), self._choice, width, _CHART_ROWS)

    def _cells(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        return [self._cell(chosen) for chosen in self._rows[offset : offset + limit]]

    def _cell(self, chosen: ExerciseRow) -> Sequence[Cell]:
        style = self.query_one(Table).style
        if chosen.exercise is None:
            found = self._reader.statuses(chosen.place)
            done = sum(one.state == "done" for one in found.values())
            whole = done == len(chosen.place.set.exercises)
            count = Text(f"{done}/{len(chosen.place.set.exercises)}", style("good" if whole else "dim"))
            return (count, Text(inert(chosen.place.set.title), style("strong")))
        status = self._status(chosen)
        sign, name = SIGNS[status.state] if status is not None else (" ", "dim")
        return (Text(padded(sign[0], _SIGN, right=True), style(name)), inert(chosen.exercise.heading))

    def _head(self) -> tuple[str, str]:
        """What stands on the left and on the right of the line above."""
        every = [one for place in self._places for one in self._reader.statuses(place).values()]
        done = f"{sum(one.state == 'done' for one in every)} of {len(every)} done" if every else ""
        words = []
        if (tally := self._reader.tally) is not None:
            words = [f"run {run} epoch {min(passed + 1, epochs)}/{epochs}" for run, passed, epochs in tally.going[:1]]
            words += [f"{tally.waiting} waiting"] if tally.waiting else []
        return done, ", ".join(words)

    # Moving

    def action_move_page(self, by: int) -> None:
        """Half a page of the exercise down or up."""
        self.query_one(PageView).move_half_pages(by)

    def on_movement_keys_moved(self) -> None:
        view = self.query_one(PageView)
        if self.at != self.chosen.key:
            self.at = self.chosen.key
            self.query_one(ExercisesFoot).show(self.chosen)
            view.top = 0
            view.rebuild()
            self._reader.read(self.chosen)

    def action_toggle_zoom(self) -> None:
        self.toggle_class("-zoomed")

    def action_next_metric(self) -> None:
        """Loss, accuracy, what else is measured, seconds an epoch."""
        shown = self._reader.curves(self.chosen.key)
        names = list(dict.fromkeys(name for one in shown for name in metrics_of(one.recorded.run))) or list(_METRICS)
        now = self._choice.metric
        self._choice.metric = names[(names.index(now) + 1) % len(names)] if now in names else names[0]
        self.query_one(PageView).rebuild()

    def _toggle_notes(self, key: str) -> bool:
        """Show an exercise's notes, or hide them; tells which."""
        self._revealed ^= {key}
        self.query_one(PageView).rebuild()
        return key in self._revealed

    def _open_experiment(self) -> Coroutine[Any, Any, None] | None:
        """Into the editor, or, for a question, to where it is answered."""
        _, one = self.chosen
        if one is None:
            self.action_move_cursor(1)
        elif one.is_question and one.by_hand is None:
            return self._answers.conclude()
        else:
            self.dismiss(self.chosen)
        return None

    async def _compare(self) -> None:
        found = self._exercise.ask()
        if found is None:
            return
        place, one = found
        findings = self._reader.findings(place.key(one))
        if findings is None or findings.result.group is None or findings.result.baseline is None:
            words = "There is nothing to compare yet: it takes a run of this and one of the baseline."
            self._talk.say(words, seconds=4)
            return
        both = [findings.result.baseline.runs, findings.result.group.runs]
        await self._talk.ask(CompareScreen(self._live, both))
