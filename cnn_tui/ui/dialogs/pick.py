"""A list to choose from: type to narrow it, Enter takes the row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn


class PickItem(NamedTuple):
    """A row: its key, what is shown, and a few words beside it."""

    key: str
    label: str
    detail: str = ""


Preview = Callable[[str], Sequence[str]]
"""The lines shown below the list for the key of an item."""


class PickScreen(ModalScreen[str | None]):
    """Gives the key of the chosen item, or None when it was left with Esc."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "back"),
        Binding("down,ctrl+n", "move(1)", "down"),
        Binding("up,ctrl+p", "move(-1)", "up"),
        Binding("pagedown", "move(8)", "page down"),
        Binding("pageup", "move(-8)", "page up"),
    ]

    def __init__(
        self, title: str, items: Sequence[PickItem], *, at: str = "", hint: str = "", preview: Preview | None = None
    ) -> None:
        super().__init__()
        self._title = title
        self._items = tuple(items)
        self._found = self._items
        self._at = at
        self._hint = hint
        self._preview = preview

    def compose(self) -> ComposeResult:
        """A field, the list, a line of help."""
        width = max((len(item.label) for item in self._items), default=1)
        with Vertical(classes="box tall") as box:
            box.border_title = Text(self._title).markup
            box.border_subtitle = "type to find, Enter takes it, Esc leaves"
            field = Input(placeholder="type to find")
            field.cursor_blink = False
            yield field
            columns = (TableColumn("", width), TableColumn("", 10, stretch=True))
            yield Table(columns, self._rows, empty="Nothing here has those words.")
            if self._preview:
                yield Static(id="preview")
            if self._hint:
                yield Static(Text(self._hint), id="hint")

    def on_mount(self) -> None:
        """Start on the item that is chosen now."""
        table = self.query_one(Table)
        table.active = True
        most = self.app.size.height - (11 if self._preview else 8)
        table.styles.height = max(1, min(len(self._items), 17, most))
        table.cursor = next((at for at, item in enumerate(self._items) if item.key == self._at), 0)
        table.set_count(len(self._found))
        self._show_preview()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list: what starts with the words first, then what holds them."""
        table = self.query_one(Table)
        if not event.value and self._found is self._items:
            return
        self._found = find(self._items, event.value)
        table.cursor = 0
        table.set_count(len(self._found))
        self._show_preview()

    def on_input_submitted(self, _: Input.Submitted) -> None:
        """Take the row under the cursor."""
        if self._found:
            self.dismiss(self._found[self.query_one(Table).cursor].key)

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        table = self.query_one(Table)
        table.move(table.cursor + by)
        self._show_preview()

    def action_leave(self) -> None:
        """Back, with nothing chosen."""
        self.dismiss(None)

    def _show_preview(self) -> None:
        if self._preview:
            words = self._preview(self._found[self.query_one(Table).cursor].key) if self._found else ()
            preview = self.query_one("#preview", Static)
            preview.styles.text_wrap = "wrap" if len(words) == 1 else "nowrap"  # the rows of a table stay rows
            preview.update(Text("\n".join(inert(line) for line in words)))

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        dim = self.query_one(Table).style("dim")
        return [(item.label, Text(item.detail, dim)) for item in self._found[offset : offset + limit]]


def find(items: Sequence[PickItem], words: str) -> tuple[PickItem, ...]:
    """The items that hold all the words, those whose label starts with them first."""
    wanted = words.lower().split()
    if not wanted:
        return tuple(items)
    hits = [item for item in items if all(word in f"{item.label} {item.detail}".lower() for word in wanted)]
    return tuple(
        sorted(
            hits, key=lambda item: (not item.label.lower().startswith(wanted[0]), wanted[0] not in item.label.lower())
        )
    )
