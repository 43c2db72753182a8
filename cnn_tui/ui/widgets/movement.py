"""The movement keys: the lines that they move, and their actions in the panes and screens around those lines."""

from __future__ import annotations

from collections.abc import Callable

from textual.dom import DOMNode
from textual.events import MouseScrollDown, MouseScrollUp
from textual.message import Message

from cnn_tui.ui.steady import Steady
from cnn_tui.ui.widgets.lines import Lines

_FAR = 10**9
"""More rows than there are anywhere."""
_WHEEL = 3
"""Rows for a notch of the wheel."""


class MovingLines(Lines):
    """Lines that the movement keys move: the cursor of a table, the window on a page or a log."""

    def move_rows(self, by: int) -> None:
        """So many rows down or, below 0, up; lines without rows to go to stay where they are."""

    def move_half_pages(self, by: int) -> None:
        """Half of what is on the screen, down or up."""
        self.move_rows(by * max(1, self.size.height // 2))

    def move_to_end(self, *, last: bool) -> None:
        self.move_rows(_FAR if last else -_FAR)

    def move_sideways(self, by: int) -> None:
        """Right or left; lines that are all seen stay where they are."""

    def on_mouse_scroll_down(self, event: MouseScrollDown) -> None:
        self._turn(event, _WHEEL)

    def on_mouse_scroll_up(self, event: MouseScrollUp) -> None:
        self._turn(event, -_WHEEL)

    def _turn(self, event: MouseScrollDown | MouseScrollUp, by: int) -> None:
        event.stop()
        self.move_rows(by)
        self.post_message(MovementKeys.Moved())


class MovementKeys(Steady, DOMNode):
    """What the movement keys do in a pane or screen: move the first lines in it that are shown and can be moved."""

    class Moved(Message):
        """What moves has been moved, by a key or with the mouse, unless it was at its end."""

    def action_move_cursor(self, by: int) -> None:
        self._move(lambda lines: lines.move_rows(by))

    def action_move_page(self, by: int) -> None:
        self._move(lambda lines: lines.move_half_pages(by))

    def action_move_first(self) -> None:
        self._move(lambda lines: lines.move_to_end(last=False))

    def action_move_last(self) -> None:
        self._move(lambda lines: lines.move_to_end(last=True))

    def action_scroll_columns(self, by: int) -> None:
        for lines in self._moving():
            lines.move_sideways(by)

    def _moving(self) -> list[MovingLines]:
        return [lines for lines in self.query(MovingLines) if lines.display][:1]

    def _move(self, move: Callable[[MovingLines], None]) -> None:
        for lines in self._moving():
            move(lines)
            self.post_message(MovementKeys.Moved())
