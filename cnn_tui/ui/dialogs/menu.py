"""A small menu: one key for each thing it offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Static


class MenuLine(NamedTuple):
    """A line of the menu: its key, its words, and what the menu gives for it."""

    key: str
    label: str
    value: str


class MenuScreen(ModalScreen[str | None]):
    """Gives the value of the chosen line, or None when it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "back")]

    def __init__(self, title: str, choices: Sequence[MenuLine]) -> None:
        super().__init__()
        self._title = title
        self._choices = {choice.key: choice for choice in choices}

    def compose(self) -> ComposeResult:
        """The lines."""
        with Vertical(classes="box") as box:
            box.border_title = self._title
            box.border_subtitle = "press a key, Esc leaves"
            lines = [Text.assemble((choice.key, "bold"), f"  {choice.label}") for choice in self._choices.values()]
            yield Static(Text("\n").join(lines))

    def on_key(self, event: Key) -> None:
        """Take the line of the key."""
        choice = self._choices.get(event.character or "")
        if choice is not None:
            event.stop()
            self.dismiss(choice.value)

    def action_leave(self) -> None:
        """Back, with nothing chosen."""
        self.dismiss(None)
