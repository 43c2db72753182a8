"""What every pane of the lab shares: a frame with its number, the focus, and a table that the movement keys move."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.containers import Vertical
from textual.events import Blur, Focus
from textual.message import Message

from cnn_tui.ui.lines import inert
from cnn_tui.ui.table import Table


class Pane(Vertical, can_focus=True):
    """A frame with a title. `scope` names its rows in the keymap."""

    scope: ClassVar[str]
    title: ClassVar[str]
    number: ClassVar[int]
    alone: ClassVar[bool] = False
    """Whether it takes the whole room when it is shown, and none beside the others."""

    class Moved(Message):
        """The cursor of the pane's table is on another row."""

    def __init__(self) -> None:
        super().__init__(id=self.scope, classes="-alone" if self.alone else None)
        self.border_title = f"{self.number} {self.title}"
        self._said = ""

    def say(self, text: str) -> None:
        """Put words on the right of the pane's frame; text from outside is shown as it is."""
        if text != self._said:  # setting it repaints the whole frame
            self._said = text
            self.border_subtitle = Text(inert(text)).markup

    def step_back(self) -> bool:
        """What Esc goes back from inside the pane, as a search; False when there is nothing."""
        return False

    def undo(self) -> bool:
        """Take back the last of the pane's own edits, if it has any; False leaves it to the lab."""
        return False

    def redo(self) -> bool:
        """Make again what `undo` took back; False leaves it to the lab."""
        return False

    @property
    def table(self) -> Table | None:
        """The table that the movement keys move; None where there is none."""
        return next(iter(self.query(Table)), None)

    def action_move_cursor(self, by: int) -> None:
        """One row down or up."""
        if self.table:
            self._move_to(self.table.cursor + by)

    def action_move_first(self) -> None:
        """The first row."""
        self._move_to(0)

    def action_move_last(self) -> None:
        """The last row."""
        if self.table:
            self._move_to(self.table.count - 1)

    def action_move_page(self, by: int) -> None:
        """Half a page down or up."""
        if self.table:
            self._move_to(self.table.cursor + by * self.table.page)

    def action_scroll_columns(self, by: int) -> None:
        """Shift the table's columns."""
        if self.table:
            self.table.scroll_columns(by)

    def on_focus(self, _: Focus) -> None:
        """The cursor row stands out."""
        self._mark(True)

    def on_blur(self, _: Blur) -> None:
        """The cursor row steps back."""
        self._mark(False)

    def _mark(self, active: bool) -> None:
        if self.table:
            self.table.active = active
            self.table.redraw()

    def _move_to(self, row: int) -> None:
        if self.table:
            self.table.move(row)
            self.post_message(self.Moved())
