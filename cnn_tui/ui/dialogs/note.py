"""A box for texts of several lines: what is written about a run, what one concludes from an exercise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.events import Paste, Resize
from textual.screen import ScreenResultType
from textual.widgets import Static, TextArea

from cnn_tui.history.notebook import MAX_TEXT
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.dialogs.dialog import Dialog
from cnn_tui.ui.keys import key_bar
from cnn_tui.ui.widgets.lines import inert

_SHORT = 22
"""Rows of a terminal below which a field at the bottom has two lines only."""


class FieldsDialog(Dialog[ScreenResultType]):
    """A box of several fields, some of them of several lines."""

    scope: ClassVar[str] = "field"
    BINDINGS = bindings_of("field")

    def action_next_field(self, by: int) -> None:
        if by > 0:
            self.focus_next()
        else:
            self.focus_previous()

    def action_new_line(self) -> None:
        for field in self.query(NoteField):
            if field.has_focus:
                field.insert("\n")


class NoteScreen(FieldsDialog[tuple[str | None, ...] | None]):
    """Gives what was typed in each field, None where nothing was changed; or None when it was left."""

    DEFAULT_CSS: ClassVar[str] = """
    NoteScreen NoteField, NoteScreen NoteField:focus { height: 6; border: none; padding: 0; background: $panel; }
    NoteScreen .label { color: $dim; }
    NoteScreen #question { height: auto; margin: 0 0 1 0; }
    NoteScreen #hint { height: auto; margin: 0; }
    NoteScreen.-low #question { margin: 0; }
    NoteScreen.-low NoteField, NoteScreen.-low NoteField:focus { height: 4; }
    NoteScreen.-low.-short NoteField, NoteScreen.-low.-short NoteField:focus { height: 2; }
    """

    def __init__(
        self,
        title: str,
        fields: Mapping[str, str],
        question: str = "",
        *,
        covers: Callable[[int], None] | None = None,
    ) -> None:
        """`fields` are the texts so far by their names; what a terminal would obey is not shown, and stays.

        With `covers` it lies at the bottom, and says how many rows it takes there: what it is about stays to be seen.
        """
        super().__init__(classes="-low" if covers else None)
        self._covers = covers
        self._title = title
        self._before = {name: shown(text) for name, text in fields.items()}
        self._question = shown(question.strip())

    def compose(self) -> ComposeResult:
        several = len(self._before) > 1
        with self.frame(self._title, key_bar("field") if several else key_bar("field", without="field.next")):
            if self._question:
                yield Static(Text(self._question), id="question")
            for name, text in self._before.items():
                if several:
                    yield Static(name, classes="label")
                yield NoteField(text)
            hint = Static(id="hint")
            hint.display = False
            yield hint

    def on_resize(self, event: Resize) -> None:
        self.set_class(event.size.height < _SHORT, "-short")
        self.call_after_refresh(self._tell_covered)

    def _tell_covered(self) -> None:
        if self._covers is not None and self.is_current:
            self._covers(self.query_one(".box").outer_size.height)

    def action_accept(self) -> None:
        texts = [field.text for field in self.query(NoteField)]
        for name, text in zip(self._before, texts, strict=True):
            if len(text) > MAX_TEXT:
                what = name.partition(":")[0].lower()
                words = f"The {what} has {len(text):,} characters; it may have {MAX_TEXT:,}."
                hint = self.query_one("#hint", Static)
                hint.update(Text(words, "bold"))
                hint.display = True
                return
        before = self._before.values()
        self.dismiss(tuple(None if text == old else text for text, old in zip(texts, before, strict=True)))


class NoteField(TextArea):
    def __init__(self, text: str) -> None:
        super().__init__(text, tab_behavior="focus", soft_wrap=True, highlight_cursor_line=False)
        self.cursor_blink = False
        self.move_cursor(self.document.end)

    async def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        self.insert(shown(event.text))


def shown(text: str) -> str:
    """Text of several lines without what a terminal would obey."""
    return "\n".join(inert(line.expandtabs(4)) for line in text.splitlines())
