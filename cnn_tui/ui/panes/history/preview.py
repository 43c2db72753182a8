"""The run under the cursor, below the table of runs where that leaves room: its figures, its layers, its curves."""

from __future__ import annotations

from collections.abc import Iterable

from rich.text import Text
from textual.containers import Horizontal, Vertical

from cnn_tui.history.run import Run
from cnn_tui.reports.chart.choice import ChartChoice, Recorded
from cnn_tui.reports.chart.compose import picture_of
from cnn_tui.reports.layout import PageLayout
from cnn_tui.reports.run_page import in_brief
from cnn_tui.ui.chart.chart import Chart
from cnn_tui.ui.chart.legend import legend
from cnn_tui.ui.watcher import Watched
from cnn_tui.ui.widgets.layout import flow
from cnn_tui.ui.widgets.lines import Lines, inert

LEAST_ROWS = 11
"""Fewer are no room for it."""
LEAST_COLUMNS = 84
_WORDS = 44
"""Columns of its words; the curves have the others."""


class RunPreview(Horizontal):
    """Shows what is recorded of one run; `take_room` shows and hides it."""

    DEFAULT_CSS = f"""
    RunPreview {{ height: auto; display: none; }}
    RunPreview PreviewWords {{ width: {_WORDS}; margin: 1 2 0 0; }}
    RunPreview PreviewLegend {{ height: 1; margin: 1 0 0 0; }}
    """

    def __init__(self) -> None:
        super().__init__()
        self.watched: Watched | None = None
        self._state: object = None

    def take_room(self, columns: int, rows: int) -> bool:
        """Be shown in so many rows, if they are enough; whether it is."""
        there = columns >= LEAST_COLUMNS and rows >= LEAST_ROWS
        if there and not self.children:  # few labs are as large: the others open without it
            self.mount(PreviewWords(), Vertical(PreviewLegend(), Chart()))
        if there and (self.styles.height is None or self.styles.height.value != rows):
            self.styles.height = rows
        if there != self.display:
            self.display = there
        return there

    def show(self, watched: Watched | None) -> None:
        """Show a run that was read."""
        self.watched = watched
        self._draw_now()

    def keep_up(self) -> None:
        """Show what a run that goes on has reached, when an epoch of it or the run has ended."""
        if self.display and self.watched is not None and self.watched.run is not None and self.watched.run.live:
            self.watched.read()
            if self._state != _state(self.watched):
                self._draw_now()

    def _draw_now(self) -> None:
        run = self.watched.run if self.watched else None
        self._state = _state(self.watched) if self.watched else None
        words, signs, chart = self.query_one(PreviewWords), self.query_one(PreviewLegend), self.query_one(Chart)
        words.run = run
        if run is None or self.watched is None:
            signs.recorded = None
        else:
            signs.recorded = Recorded(run, self.watched.points)
            chart.show(picture_of(signs.recorded, signs.choice, empty="No epoch of it is recorded."))
        words.redraw()
        signs.redraw()


class PreviewWords(Lines):
    """Its name, what it was made with and reached, its layers."""

    def __init__(self) -> None:
        super().__init__()
        self.run: Run | None = None

    def draw(self, width: int, height: int) -> list[Text]:
        if self.run is None:
            return []
        lines = PageLayout(width, inert).lines(in_brief(self.run))
        return [self._painted(line) for line in lines[:height]]

    def _painted(self, line: Iterable[tuple[str, str]]) -> Text:
        return Text.assemble(*((words, self.style(style) if style else "") for words, style in line), no_wrap=True)


class PreviewLegend(Lines):
    """What the signs of its curves mean."""

    def __init__(self) -> None:
        super().__init__()
        self.choice = ChartChoice()
        self.choice.metric = "accuracy"  # the loss is in the training pane
        self.recorded: Recorded | None = None

    def draw(self, width: int, height: int) -> list[Text]:
        if self.recorded is None:
            return []
        return flow(legend(self.recorded, self.choice, None, self.style), width, height)


def _state(watched: Watched) -> object:
    run = watched.run
    return run and (run.id, run.status, len(run.epochs))
