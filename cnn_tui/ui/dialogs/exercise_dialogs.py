"""The boxes of the exercises screen: how many runs, and what one concludes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from cnn_tui.history.notebook import MAX_TEXT
from cnn_tui.ui.dialogs.ask import AskScreen
from cnn_tui.ui.dialogs.note import NoteField, shown
from cnn_tui.ui.dialogs.seeds import seeds_typed
from cnn_tui.ui.widgets.lines import inert


class SeedsScreen(AskScreen):
    """Asks over how many seeds, and says what that comes to while it is typed."""

    def __init__(self, title: str, value: int, told: Callable[[int], str]) -> None:
        super().__init__(title, str(value), seeds_typed, told(value))
        self._told = told

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say it for the number that stands there now."""
        try:
            words = self._told(seeds_typed(event.value))
        except ValueError as error:
            words = str(error)
        self.query_one("#hint", Static).update(Text(words))


class ConclusionScreen(ModalScreen[str | None]):
    """Gives what was typed, or None when it was left with Esc or nothing was changed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "leave", "back")]
    DEFAULT_CSS: ClassVar[str] = """
    ConclusionScreen TextArea, ConclusionScreen TextArea:focus { border: none; }
    ConclusionScreen TextArea { height: 6; padding: 0; background: $panel; }
    ConclusionScreen #question { height: auto; max-height: 6; margin: 0 0 1 0; color: $dim; }
    """

    def __init__(self, title: str, question: str, text: str) -> None:
        super().__init__()
        self._title = title
        self._question = question
        self._before = shown(text)

    def compose(self) -> ComposeResult:
        """The question, and the field."""
        with Vertical(classes="box") as box:
            box.border_title = Text(inert(self._title)).markup
            box.border_subtitle = "Enter keeps it, ctrl+j is a new line, Esc leaves"
            yield Static(Text("\n".join(map(inert, self._question.strip().splitlines()))), id="question")
            yield NoteField(self._before, id="conclusion")
            yield Static(id="hint")

    def on_note_field_accepted(self) -> None:
        """Give what was typed, or say why not."""
        text = self.query_one(NoteField).text
        if len(text) > MAX_TEXT:
            words = f"It has {len(text):,} characters; it may have {MAX_TEXT:,}."
            self.query_one("#hint", Static).update(Text(words, "bold"))
            return
        self.dismiss(None if text == self._before else text)

    def action_leave(self) -> None:
        """Back, with nothing changed."""
        self.dismiss(None)
