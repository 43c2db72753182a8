"""Runs side by side: what differs, what came of it, and whether chance says as much."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.text import Text
from textual import work
from textual.message import Message

from cnn_tui.analysis.chance.tested_images import told_apart
from cnn_tui.analysis.chance.verdict import ALONE, below, sentences, verdicts
from cnn_tui.analysis.compare import baseline_of, compare_groups
from cnn_tui.analysis.comparison import Comparison
from cnn_tui.analysis.run_names import names_of_runs
from cnn_tui.history import notebook
from cnn_tui.history.history import History, HistoryError
from cnn_tui.history.run import Run
from cnn_tui.reports.blocks import NO_CURVES, Block, SideBySide, Span
from cnn_tui.reports.chart.canvas import PATTERNS, sample
from cnn_tui.reports.chart.choice import ChartChoice, Recorded
from cnn_tui.reports.chart.compose import overlay_of, overlay_style, places
from cnn_tui.reports.chart.curves import MeanOfRuns, metrics_of
from cnn_tui.reports.comparison import ComparisonFacts, compared_title, comparison_page
from cnn_tui.reports.layout import count_fitting
from cnn_tui.text import fault
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.chart.chart import kind_of
from cnn_tui.ui.chart.legend import overlay_legend
from cnn_tui.ui.keys import with_keys
from cnn_tui.ui.screens.long_page import LongPage
from cnn_tui.ui.watcher import Live, Watched
from cnn_tui.ui.widgets.layout import flow
from cnn_tui.ui.widgets.page_view import PageView

_CHART_ROWS = 14


class CompareScreen(LongPage[None]):
    """A table of the runs, their layers, verdicts over their repeats, and their curves."""

    scope: ClassVar[str] = "compare"
    BINDINGS = bindings_of("compare", "pane")

    class Judged(Message):
        """The verdicts are there, as sentences, and what is said `below` them; against the run `baseline`."""

        def __init__(
            self, baseline: int, sentences: Sequence[str], on_same_images: Sequence[str] = (), below: str = ""
        ) -> None:
            super().__init__()
            self.baseline = baseline
            self.sentences = sentences
            self.below = below
            self.on_same_images = on_same_images

    def __init__(self, live: Live, rows: Sequence[Sequence[int]], *, everything: bool = False) -> None:
        """`rows` are runs, of which those that repeat one experiment may stand together, as one column."""
        super().__init__(live)
        self.choice = ChartChoice()
        self.choice.metric = "accuracy"
        self._rows = list(dict.fromkeys(tuple(row) for row in rows))
        self._ids = [row[0] for row in self._rows]
        """The first run of each column."""
        self._places = places(self._ids, {})
        self._baseline = 0  # a run, once they are read
        self._everything = everything
        self._left = 0
        self._watched = [Watched(live.history, one) for one in self._ids]
        self._recorded: list[Recorded] = []
        self._means: dict[int, MeanOfRuns] = {}
        self._found: Comparison | None = None
        self._verdicts: Sequence[str] | None = None
        self._below = ""
        self._on_same_images: Sequence[str] = ()

    def on_mount(self) -> None:
        """Show it, and work out the verdicts meanwhile."""
        super().on_mount()
        self._judge(self._baseline)

    @property
    def _runs(self) -> list[Run]:
        return [one.run for one in self._recorded]

    @property
    def goes_on(self) -> bool:
        return any(run.live for run in self._runs)

    def read(self) -> None:
        for one in self._watched:
            one.read_unless_ended()
        if not self._means:  # runs that repeat one another have ended
            several = (row for row in self._rows if len(row) > 1)
            self._means = {row[0]: MeanOfRuns(self.history.runs_of(row)) for row in several}
        self._recorded = [
            Recorded(one.run, one.points, mean=self._means.get(one.id)) for one in self._watched if one.run
        ]
        self._compare()

    def _compare(self) -> None:
        columns = [one.runs for one in self._recorded]
        every = [run for column in columns for run in column]
        self._found = compare_groups(columns, self._baseline or baseline_of(every, notebook.pinned(self.history)))
        self._baseline = self._found.baseline
        self.entitle(compared_title(self._found))

    def build(self, width: int) -> Iterable[Block]:
        """The blocks of the page; of the runs beside the baseline, those that fit."""
        if self._found is None:
            return
        columns = [one.runs for one in self._recorded]
        kind = kind_of(self.app)
        marks = {
            run: Span(sample(PATTERNS[place % len(PATTERNS)], kind), overlay_style(place))
            for run, place in self._places.items()
        }
        told = self._verdicts, self._on_same_images, marks, self._below
        facts = ComparisonFacts(self._found, columns, self._everything, *told)
        for block in comparison_page(facts).blocks:
            yield self._seen(block, width) if isinstance(block, SideBySide) else block

    def _seen(self, block: SideBySide, width: int) -> SideBySide:
        """The runs beside the baseline that fit, from the one on that was scrolled to."""
        if count_fitting(block, width) == block.others:
            return block
        keys = with_keys("{compare.left} {compare.right}")
        fit = count_fitting(block.keyed(f"{block.others}-{block.others} of {block.others}: {keys}"), width)
        self._left = max(0, min(self._left, block.others - fit))
        told = f"{self._left + 1}-{self._left + fit} of {block.others}: {keys}"
        return block.part(self._left, fit).keyed(told)

    def draw_curves(self, view: PageView, width: int) -> Sequence[Text]:
        """The runs' curves over each other, and what they are called."""
        shown = [(one, self._places[one.run.id]) for one in self._recorded if one.run.epochs or one.points]
        if not shown:
            return [Text(NO_CURVES, view.style("dim"))]
        names = names_of_runs([one.run for one, _ in shown])
        picture = overlay_of(shown, self.choice, self._baseline, "No value of it was recorded.", names)
        legend = overlay_legend(shown, self.choice, view.style, width, 3, names, kind_of(self.app))
        signs = flow(legend, width, 3)
        return [*view.chart(picture, width, _CHART_ROWS), *signs]

    # The keys

    def action_toggle_everything(self) -> None:
        self._everything = not self._everything
        self.page.rebuild()

    def action_next_metric(self) -> None:
        names = list(dict.fromkeys(name for run in self._runs for name in metrics_of(run)))
        now = self.choice.metric
        self.choice.metric = names[(names.index(now) + 1) % len(names)] if now in names else names[0]
        self.page.rebuild()

    def action_scroll_columns(self, by: int) -> None:
        """The runs before or after those beside the baseline."""
        self._left += by
        self.page.rebuild()

    def action_next_baseline(self) -> None:
        self._baseline = self._ids[(self._ids.index(self._baseline) + 1) % len(self._ids)]
        self._verdicts, self._on_same_images, self._below = None, (), ""
        self._compare()
        self.page.rebuild()
        self._judge(self._baseline)

    # Verdicts

    @work(thread=True, exclusive=True, exit_on_error=False)
    def _judge(self, baseline: int) -> None:
        """Loading scipy takes the better part of a second: it must not hold up the keys."""
        repeat = with_keys("{run.repeat}")
        apart: Sequence[str] = ()
        below_them = ""
        try:
            with History(self.history.path) as history:
                runs = [run for one in self._ids if (run := history.run(one)) is not None]
                base = next(run for run in runs if run.id == baseline)
                judged = verdicts(history, runs, base)
                # Image by image is for runs: of several, the verdicts tell more.
                singly = all(len(row) == 1 for row in self._rows)
                said, below_them = sentences(judged, repeat), below(judged, ALONE, spread=not singly)
                apart = [one.in_words() for one in told_apart(runs, base)] if singly else ()
        except (HistoryError, sqlite3.Error) as error:
            said = [f"they cannot be told: {error}"]
        except Exception as error:  # whatever it is: the page waits for them
            said = [f"they cannot be told: {fault(error)}"]
        self.post_message(self.Judged(baseline, said, apart, below_them))

    def on_compare_screen_judged(self, message: Judged) -> None:
        """Show them, unless they are of another comparison by now."""
        if message.baseline == self._baseline:
            self._verdicts, self._on_same_images = message.sentences, message.on_same_images
            self._below = message.below
            self.page.rebuild()
