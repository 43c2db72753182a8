"""The chart as a widget: what it says where it cannot draw, and that a new point changes few lines."""

from __future__ import annotations

import math
from typing import ClassVar

import pytest
from textual.app import App, ComposeResult

from cnn_tui.reports.chart.choice import ChartChoice
from cnn_tui.reports.chart.compose import picture_of
from cnn_tui.reports.chart.picture import ChartPicture, ChartSeries
from cnn_tui.ui.chart.chart import Chart
from cnn_tui.ui.theme import DARK
from cnn_tui.ui.widgets.lines import COMPONENTS
from tests.reports.recorded import recorded
from tests.ui.screen import text


class Alone(App[None]):
    """A chart and nothing else."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*COMPONENTS}
    CSS_PATH = "../../../cnn_tui/ui/app.tcss"

    def __init__(self, picture: ChartPicture) -> None:
        super().__init__()
        self.picture = picture
        self.chart = Chart()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The variables of the lab's own themes."""
        return DARK.variables

    def compose(self) -> ComposeResult:
        """The chart."""
        yield self.chart


@pytest.mark.parametrize(
    ("picture", "size", "words"),
    [
        (ChartPicture(empty="Nothing yet."), (60, 10), "Nothing yet."),
        (ChartPicture([ChartSeries("train", [(1.0, 0.5)])], held=[0.5]), (60, 4), "needs more room"),
        (ChartPicture([ChartSeries("train", [(1.0, -0.5)])], held=[-0.5], log=True), (60, 10), "is above 0"),
        (ChartPicture([ChartSeries("train", [(1.0, math.nan)])]), (60, 10), "is a number"),
    ],
)
async def test_where_there_is_no_chart_words_say_why(picture: ChartPicture, size: tuple[int, int], words: str) -> None:
    app = Alone(picture)
    async with app.run_test(size=size) as pilot:
        app.chart.show(picture)
        await pilot.pause()
        shown = " ".join(line.plain for line in app.chart.draw(*app.chart.size))
        assert words in shown


async def test_a_new_reading_changes_few_lines_and_the_same_picture_none() -> None:
    readings = [(at / 20, 1 / (1 + at)) for at in range(1, 30)]
    pictures = [picture_of(recorded(losses=[0.6], readings=readings[:count]), ChartChoice()) for count in (27, 28, 28)]
    app = Alone(pictures[0])
    async with app.run_test(size=(60, 12)) as pilot:
        app.chart.show(pictures[0])
        await pilot.pause()
        assert "┤" in text(app)
        before = app.chart._strips
        app.chart.show(pictures[1])
        after = app.chart._strips
        assert 1 <= sum(one != other for one, other in zip(before, after, strict=True)) <= 2
        app.chart.show(pictures[2])
        assert app.chart._strips is after
