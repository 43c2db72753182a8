"""What one expects of a figure before the run: three large choices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.events import Click
from textual.widgets import Static

from cnn_tui.analysis.chance.verdict import Figure
from cnn_tui.exercises.answers import Direction
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.dialogs.dialog import Dialog
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.layout import cut
from cnn_tui.ui.widgets.lines import Lines

WAYS: tuple[Direction, ...] = ("up", "same", "down")
_TITLES: Mapping[Figure, str] = {
    "accuracy": "Test accuracy, against the baseline",
    "time": "Time of an epoch, against the baseline",
}
_MEANS: Mapping[Figure, tuple[str, str, str]] = {
    "accuracy": ("more are right", "± half a point", "fewer are right"),
    "time": ("it takes longer", "± 5 %", "it is quicker"),
}
"""What each of the ways means."""
_WORDS: Mapping[Direction, str] = {"up": "up", "same": "the same", "down": "down"}
_PICTURES: Mapping[Direction, tuple[str, ...]] = {
    "up": ("▲", "▲▲▲", "█"),
    "same": ("", "█████████", ""),
    "down": ("█", "▼▼▼", "▼"),
}
_THIN, _THICK = tuple("╭─╮│╰╯"), tuple("┏━┓┃┗┛")
_GAP = 2


class Choices(Lines):
    """The three ways beside each other, the chosen one in a thick frame."""

    def __init__(self, figure: Figure, at: int) -> None:
        super().__init__(id="choices")
        self._figure = figure
        self.at = at

    def draw(self, width: int, height: int) -> list[Text]:
        wide = self._wide(width)
        return side_by_side([self._card(at, wide) for at in range(len(WAYS))], _GAP)

    def way_at(self, x: int) -> int:
        """Which of the ways stands at a column."""
        return min(len(WAYS) - 1, x // (self._wide(self.size.width) + _GAP))

    def _wide(self, width: int) -> int:
        return max(12, (width - _GAP * (len(WAYS) - 1)) // len(WAYS))

    def _card(self, at: int, wide: int) -> list[Text]:
        way, chosen = WAYS[at], at == self.at
        left, line, right, side, foot, end = _THICK if chosen else _THIN
        style = self.style("accent" if chosen else "dim")
        key = Text.assemble((key_of(f"predict.{way}"), self.style("accent")), f"  {_WORDS[way]}")
        inside = [*(Text(words, style) for words in _PICTURES[way]), Text(), key]
        inside.append(Text(_MEANS[self._figure][at], self.style("dim")))
        rows = [_centred(cut(words, wide - 2), wide - 2, side, style) for words in inside]
        return [Text(f"{left}{line * (wide - 2)}{right}", style), *rows, Text(f"{foot}{line * (wide - 2)}{end}", style)]


def _centred(words: Text, width: int, side: str, style: Style) -> Text:
    before = (width - words.cell_len) // 2
    after = width - words.cell_len - before
    return Text.assemble((side, style), " " * before, words, " " * after, (side, style))


class PredictScreen(Dialog[str | None]):
    """Gives the way that a figure will go, "" where one cannot say, or None when it was left."""

    scope: ClassVar[str] = "predict"
    BINDINGS = bindings_of("predict", "menu")
    DEFAULT_CSS: ClassVar[str] = """
    PredictScreen Choices { height: 8; margin: 1 0; }
    """

    def __init__(self, figure: Figure, before: Direction | None) -> None:
        """`before` is what was expected so far."""
        super().__init__()
        self._figure = figure
        self._choices = Choices(figure, WAYS.index(before or "same"))

    def compose(self) -> ComposeResult:
        keys = f"{key_of('predict.left')}/{key_of('predict.right')} choose  {key_of('predict.chosen')} takes it"
        with self.frame(_TITLES[self._figure], f"{keys}  {key_of('menu.leave')} leaves"):
            yield Static("What do you expect?")
            yield self._choices
            yield Static(Text.assemble((key_of("predict.open"), "bold"), "  I cannot say"))

    def action_take(self, what: str) -> None:
        self.dismiss(what)

    def action_move_choice(self, by: int) -> None:
        self._choices.at = max(0, min(self._choices.at + by, len(WAYS) - 1))
        self._choices.redraw()

    def action_take_chosen(self) -> None:
        self.dismiss(WAYS[self._choices.at])

    def on_click(self, event: Click) -> None:
        """A click takes the way under it."""
        if event.widget is self._choices:
            self.dismiss(WAYS[self._choices.way_at(event.x)])
