"""A box for what is written about a run: a note, and what it has shown."""

from __future__ import annotations

from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.events import Key, Paste
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static, TextArea

from cnn_tui.history.notebook import MAX_TEXT
from cnn_tui.ui.widgets.lines import inert


class TypedNotes(NamedTuple):
    """What was typed; None where nothing was changed."""

    note: str | None
    conclusion: str | None


class NoteScreen(ModalScreen[TypedNotes | None]):
    """Gives what was typed, or None when it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back"),
        Binding("tab", "next_field", "other field", priority=True),
        Binding("shift+tab", "next_field", "other field", priority=True),
    ]
    DEFAULT_CSS: ClassVar[str] = """
    NoteScreen NoteField, NoteScreen NoteField:focus { height: 1fr; border: none; padding: 0; background: $panel; }
    NoteScreen .box { height: 18; }
    NoteScreen .label { color: $dim; }
    NoteScreen #hint { height: auto; margin: 0; }
    """

    def __init__(self, run_id: int, note: str, conclusion: str) -> None:
        super().__init__()
        self._run = run_id
        # What a terminal would obey is not shown; text that nobody touches is kept as it is.
        self._before = TypedNotes(shown(note), shown(conclusion))

    def compose(self) -> ComposeResult:
        """Two fields."""
        with Vertical(classes="box") as box:
            box.border_title = f"Run {self._run}"
            box.border_subtitle = "Enter keeps it  ctrl+j new line  Tab next  Esc back"
            yield Static("Note", classes="label")
            yield NoteField(self._before.note or "", id="note")
            yield Static("Conclusion: what it has shown", classes="label")
            yield NoteField(self._before.conclusion or "", id="conclusion")
            yield Static(id="hint")

    def on_note_field_accepted(self) -> None:
        """Give what was changed, or say why not."""
        fields = [self.query_one(f"#{name}", NoteField).text for name in TypedNotes._fields]
        for name, text in zip(TypedNotes._fields, fields, strict=True):
            if len(text) > MAX_TEXT:
                words = f"The {name} has {len(text):,} characters; it may have {MAX_TEXT:,}."
                self.query_one("#hint", Static).update(Text(words, "bold"))
                return
        changed = [None if text == before else text for text, before in zip(fields, self._before, strict=True)]
        self.dismiss(TypedNotes(*changed))

    def action_next_field(self) -> None:
        """From one field to the other."""
        note, conclusion = self.query(NoteField)
        self.set_focus(conclusion if note.has_focus else note)

    def action_leave(self) -> None:
        """Back, with nothing changed."""
        self.dismiss(None)


class NoteField(TextArea):
    """Text of several lines; Enter accepts all of it."""

    class Accepted(Message):
        """Enter was pressed."""

    def __init__(self, text: str, *, id: str) -> None:
        super().__init__(text, id=id, tab_behavior="focus", soft_wrap=True, highlight_cursor_line=False)
        self.cursor_blink = False
        self.move_cursor(self.document.end)

    async def _on_key(self, event: Key) -> None:
        if event.key in ("enter", "ctrl+j", "newline"):
            event.stop()
            event.prevent_default()
            if event.key == "enter":
                self.post_message(self.Accepted())
            else:
                self.insert("\n")
            return
        await super()._on_key(event)

    async def _on_paste(self, event: Paste) -> None:
        event.stop()
        event.prevent_default()
        self.insert(shown(event.text))


def shown(text: str) -> str:
    """Text of several lines without what a terminal would obey."""
    return "\n".join(inert(line.expandtabs(4)) for line in text.splitlines())
