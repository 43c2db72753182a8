"""What every pane of the lab shares: a frame with its number, the focus, and a table that the movement keys move."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.events import Blur, Focus
from textual.message import Message

from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.movement import MovementKeys
from cnn_tui.ui.widgets.table import Table

GRID = (20, 2)
"""Columns and rows of the grid that the panes share."""


class Pane(MovementKeys, Vertical, can_focus=True):
    """A frame with a title. `scope` names its rows in the keymap."""

    scope: ClassVar[str]
    title: ClassVar[str]
    number: ClassVar[int]

    class KeysChanged(Message):
        """Other keys of the pane matter now."""

    def __init__(self) -> None:
        super().__init__(id=self.scope)
        self.border_title = f"{self.number} {self.title}"
        self._said = ""

    def take_place(self, shown: Collection[str], columns: int, rows: int) -> None:
        """Take so many columns and rows of the grid if it is among the panes that are `shown`, by their scopes.

        A class on the grid would do too, but then Textual works out the styles of everything in every pane.
        """
        self.display = self.scope in shown
        self.styles.column_span, self.styles.row_span = columns, rows

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Only the frame shows the focus; Textual would work out the styles of all that is inside as well."""
        self.app.stylesheet.update_nodes([self])

    def say(self, text: str) -> None:
        """Put words on the right of the pane's frame; text from outside is shown as it is."""
        if text != self._said:  # setting it repaints the whole frame
            self._said = text
            self.border_subtitle = Text(inert(text)).markup

    @property
    def first_keys(self) -> tuple[str, ...]:
        """The ids of the keys that matter now, the most important first; none where it is always the same ones."""
        return ()

    @property
    def key_words(self) -> Mapping[str, str]:
        """What the key bar says of a key now, by its id, where that is not what it says as a rule."""
        return {}

    def step_back(self) -> bool:
        """What Esc goes back from inside the pane, as a search; False when there is nothing."""
        return False

    def copied(self) -> tuple[str, str] | None:
        """What `y y` copies of the pane, in words, and its text; None leaves it to the lab: the layer of the stack."""
        return None

    def undo(self) -> bool:
        """Take back the last of the pane's own edits, if it has any; False leaves it to the lab."""
        return False

    def redo(self) -> bool:
        """Make again what `undo` took back; False leaves it to the lab."""
        return False

    @property
    def table(self) -> Table | None:
        """The table whose cursor row stands out while the pane has the focus."""
        return next(iter(self.query(Table)), None)

    def on_focus(self, _: Focus) -> None:
        self._mark(True)

    def on_blur(self, _: Blur) -> None:
        self._mark(False)

    def _mark(self, active: bool) -> None:
        if self.table:
            self.table.active = active
            self.table.redraw()
