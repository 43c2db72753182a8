"""A box that asks for one value. What cannot be accepted is said on the spot, and the box stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static


class AskScreen(ModalScreen[tuple[object] | None]):
    """Gives the accepted value in a tuple of one, or None when it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "back")]

    def __init__(self, title: str, value: str, accept: Callable[[str], object], hint: str = "") -> None:
        super().__init__()
        self._title = title
        self._value = value
        self._accept = accept
        self._hint = hint

    def compose(self) -> ComposeResult:
        """A title, the field, and help that makes room for a complaint."""
        with Vertical(classes="box") as box:
            box.border_title = Text(self._title).markup
            box.border_subtitle = "Enter accepts, Esc leaves it"
            field = Input(self._value, select_on_focus=True)
            field.cursor_blink = False
            yield field
            yield Static(Text(self._hint), id="hint")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Take the value, or say why not."""
        try:
            self.dismiss((self._accept(event.value),))
        except ValueError as error:
            self.query_one("#hint", Static).update(Text(f"{error}", "bold"))

    def action_leave(self) -> None:
        """Back, with nothing changed."""
        self.dismiss(None)
