"""The chart as a widget: it keeps the bounds of its axis while they do, so that a new point changes few cells."""

from __future__ import annotations

from typing import Any

from rich.text import Text
from textual.app import App
from textual.events import Click
from textual.message import Message

from cnn_tui.reports.chart.axes import Bounds
from cnn_tui.reports.chart.canvas import Kind
from cnn_tui.reports.chart.picture import ChartPicture, fit_bounds
from cnn_tui.reports.chart.plot import SMALLEST, epoch_at, plot
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import Lines


def kind_of(app: App[Any]) -> Kind:
    """What lines are drawn of in this app."""
    kind: Kind = getattr(app, "lines_of_charts", "braille")
    return kind


class Chart(Lines):
    """Draws a picture of curves in the room that it has; without one, or in too little room, says why not."""

    class Clicked(Message):
        """A click on the curves, at a place on their x axis."""

        def __init__(self, epoch: float) -> None:
            super().__init__()
            self.epoch = epoch

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.picture = ChartPicture()
        self._bounds: Bounds | None = None

    def show(self, picture: ChartPicture) -> None:
        """Draw a picture; nothing is done when it is the same as before."""
        if picture == self.picture:
            return
        before = self._bounds if picture.subject == self.picture.subject else None
        self._bounds = fit_bounds(picture, before)
        self.picture = picture
        self.redraw()

    def on_click(self, event: Click) -> None:
        if self._bounds is None or self._words(*self.size):
            return
        epoch = epoch_at(self.picture, self._bounds, *self.size, event.x)
        if epoch is not None:
            self.post_message(self.Clicked(epoch))

    def draw(self, width: int, height: int) -> list[Text]:
        if words := self._words(width, height):
            return list(Text(words, self.style("dim")).wrap(self.app.console, width))
        if self._bounds is None:
            return []
        lines = plot(self.picture, self._bounds, width, height, kind_of(self.app))
        styles = {name: self.style(name) for line in lines for _, name in line}
        return [Text.assemble(*((text, styles[name]) for text, name in line), no_wrap=True) for line in lines]

    def _words(self, width: int, height: int) -> str:
        """What is said in place of a chart."""
        if not any(one.points for one in self.picture.series):
            return self.picture.empty
        if self._bounds is None and self.picture.log:
            return f"No value here is above 0: {key_of('training.log')} goes back from the log scale."
        if self._bounds is None:
            return "No value here is a number."
        if width < SMALLEST[0] or height < SMALLEST[1]:
            return f"The chart needs more room: {key_of('pane.zoom')} shows this pane alone."
        return ""
