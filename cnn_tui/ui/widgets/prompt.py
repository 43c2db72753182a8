"""A line at the bottom of a pane that asks for words, with a few words of its own above it."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Input

from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.widgets.layout import wrap
from cnn_tui.ui.widgets.lines import Lines, inert

_MOST_LINES = 4


class Prompt(Vertical):
    """A field with a sentence above it; seen while it is typed in, and as long as there is something to say."""

    DEFAULT_CSS: ClassVar[str] = """
    Prompt { height: auto; display: none; }
    Prompt.-open, Prompt.-told { display: block; }
    Prompt PromptField, Prompt PromptField:focus { display: none; height: 1; border: none; padding: 0; }
    Prompt PromptField { background: $panel; }
    Prompt.-open PromptField { display: block; }
    Prompt PromptWords { height: 1; }
    """

    class Changed(Message):
        def __init__(self, value: str) -> None:
            super().__init__()
            self.value = value

    class Closed(Message):
        """It was left: with Enter, which keeps what was typed, with Esc, or (None) for something else."""

        def __init__(self, kept: bool | None) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self, placeholder: str) -> None:
        super().__init__()
        self._placeholder = placeholder
        self.refused = False
        """Whether what is typed cannot be kept: Enter waits until it can."""

    def compose(self) -> ComposeResult:
        yield PromptWords()
        yield PromptField(self._placeholder)

    @property
    def is_open(self) -> bool:
        return self.has_class("-open")

    def open(self, value: str) -> None:
        """Ask; the next letter takes the place of `value`."""
        field = self.query_one(PromptField)
        with field.prevent(Input.Changed):
            field.value = inert(value)
        field.select_all()
        self.add_class("-open")
        self.screen.set_focus(field)

    def tell(self, words: str, style: str = "dim") -> None:
        """Say this above the field; nothing takes the words away."""
        self.set_class(bool(words), "-told")
        self.query_one(PromptWords).show(words, style)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self.is_open:
            self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self.refused:
            self._close(True)

    def on_prompt_field_left(self, event: PromptField.Left) -> None:
        event.stop()
        self._close(False)

    def on_descendant_blur(self) -> None:
        """It is open only while it is typed in; that the whole terminal is left for a moment does not count."""
        if self.is_open and self.app.app_focus:
            self._close(None)

    def _close(self, kept: bool | None) -> None:
        self.refused = False
        self.remove_class("-open")
        self.post_message(self.Closed(kept))


class PromptField(Input):
    """A field that Esc leaves."""

    BINDINGS = bindings_of("field")

    class Left(Message):
        """It was left with Esc."""

    def __init__(self, placeholder: str, *, id: str | None = None) -> None:
        super().__init__(placeholder=placeholder, select_on_focus=False, id=id)
        self.cursor_blink = False

    def action_leave(self) -> None:
        self.post_message(self.Left())

    async def action_accept(self) -> None:
        await self.action_submit()


class PromptWords(Lines):
    """A sentence, on as many lines as it takes, up to four."""

    def __init__(self) -> None:
        super().__init__()
        self._words, self._style = "", "dim"

    def show(self, words: str, style: str) -> None:
        if (words, style) != (self._words, self._style):
            self._words, self._style = words, style
            self._fit()
            self.redraw()

    def on_resize(self) -> None:
        self._fit()

    def draw(self, width: int, height: int) -> list[Text]:
        return wrap(inert(self._words), self.style(self._style), width, height)

    def _fit(self) -> None:
        rows = len(wrap(inert(self._words), "", self.size.width, _MOST_LINES)) if self.size.width else 1
        if self.styles.height is None or self.styles.height.value != rows:
            self.styles.height = rows
