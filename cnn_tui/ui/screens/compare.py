"""Runs side by side: what differs, what came of it, and whether chance says as much."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.message import Message

from cnn_tui.analysis.compare import Comparison, baseline_of, compare
from cnn_tui.analysis.verdict import BY_KEY, sentences, verdicts
from cnn_tui.history import notebook
from cnn_tui.history.history import History, HistoryError
from cnn_tui.history.run import Run
from cnn_tui.text import counted
from cnn_tui.ui.chart.compose import ChartChoice, Recorded, places
from cnn_tui.ui.chart.curves import metrics_of
from cnn_tui.ui.keys import bindings_of
from cnn_tui.ui.screens.comparison import Side, fitting, lay_out
from cnn_tui.ui.screens.long_page import LongPage
from cnn_tui.ui.watcher import Watched
from cnn_tui.ui.widgets.page_view import PageView

MOST = 26
"""So many runs have a letter of their own."""


class CompareScreen(LongPage[None]):
    """A table of the runs, their layers, verdicts over their repeats, and their curves."""

    scope: ClassVar[str] = "compare"
    BINDINGS = bindings_of("compare", "pane")

    class Judged(Message):
        """The verdicts are there, as sentences; of the comparison against the run `baseline`."""

        def __init__(self, baseline: int, sentences: Sequence[str]) -> None:
            super().__init__()
            self.baseline = baseline
            self.sentences = sentences

    def __init__(self, history: History, runs: Sequence[int], *, everything: bool = False) -> None:
        super().__init__(history)
        self.choice = ChartChoice()
        self.choice.metric = "accuracy"
        self._ids = list(dict.fromkeys(runs))
        self._places = places(self._ids, {})
        self._baseline = 0  # a run, once they are read
        self._everything = everything
        self._left = 0
        self._watched = [Watched(history, one) for one in self._ids]
        self._recorded: list[Recorded] = []
        self._found: Comparison | None = None
        self._verdicts: Sequence[str] | None = None

    def on_mount(self) -> None:
        """Show it, and work out the verdicts meanwhile."""
        super().on_mount()
        self._judge(self._baseline)

    @property
    def _runs(self) -> list[Run]:
        return [one.run for one in self._recorded]

    @property
    def goes_on(self) -> bool:
        """Whether any of the runs does."""
        return any(run.live for run in self._runs)

    def read(self) -> None:
        """Read the runs and compare them."""
        for one in self._watched:
            one.read_unless_ended()
        self._recorded = [Recorded(one.run, one.points) for one in self._watched if one.run]
        self._compare()

    def _compare(self) -> None:
        self._baseline = self._baseline or baseline_of(self._runs, notebook.pinned(self.history))
        self._found = compare(self._runs, self._baseline)
        self.entitle(f"{counted(len(self._runs), 'run')}, against run {self._found.baseline}")

    def build(self, view: PageView, width: int) -> list[Text]:
        """The lines of the page."""
        if self._found is None:
            return []
        self._left = max(0, min(self._left, self._most_left(width)))
        recorded = [(one, self._places[one.run.id]) for one in self._recorded]
        side = Side(self._found, recorded, self._everything, self._left, self._verdicts)
        return lay_out(side, self.choice, view, width)

    def _most_left(self, width: int) -> int:
        others = len(self._runs) - 1
        return others - fitting(width, others)

    # The keys

    def action_toggle_everything(self) -> None:
        """All rows, or those that differ."""
        self._everything = not self._everything
        self.page.rebuild()

    def action_next_metric(self) -> None:
        """The next metric of the curves."""
        names = list(dict.fromkeys(name for run in self._runs for name in metrics_of(run)))
        now = self.choice.metric
        self.choice.metric = names[(names.index(now) + 1) % len(names)] if now in names else names[0]
        self.page.rebuild()

    def action_scroll_columns(self, by: int) -> None:
        """The runs before or after those beside the baseline."""
        left = max(0, min(self._left + by, self._most_left(self.page.size.width)))
        if left != self._left:
            self._left = left
            self.page.rebuild()

    def action_next_baseline(self) -> None:
        """Compare with the next of the runs."""
        self._baseline = self._ids[(self._ids.index(self._baseline) + 1) % len(self._ids)]
        self._verdicts = None
        self._compare()
        self.page.rebuild()
        self._judge(self._baseline)

    # Verdicts

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _judge(self, baseline: int) -> None:
        """Loading scipy takes the better part of a second: it must not hold up the keys."""
        try:
            with History(self.history.path) as history:
                runs = [run for one in self._ids if (run := history.run(one)) is not None]
                base = next(run for run in runs if run.id == baseline)
                said = sentences(verdicts(history, runs, base), BY_KEY)
        except (HistoryError, sqlite3.Error) as error:
            said = [f"they cannot be told: {error}"]
        told = [f"{one}." for one in said]
        nothing = "There are no two different experiments among those of them that ended as planned."
        self.post_message(self.Judged(baseline, told or [nothing]))

    def on_compare_screen_judged(self, message: Judged) -> None:
        """Show them, unless they are of another comparison by now."""
        if message.baseline == self._baseline:
            self._verdicts = message.sentences
            self.page.rebuild()
