"""Screens with keys of their own: what all of them share, the list to choose from, and the help that lists the keys."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable, Coroutine, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.notifications import SeverityLevel
from textual.screen import ModalScreen, Screen, ScreenResultType
from textual.widgets import Input, Static

from cnn_tui.history.errors import HistoryError, trouble_of
from cnn_tui.home import history_path, remedy
from cnn_tui.text import cause_of, cells, fault, padded, sentence
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.dialogs.glance import Glance, GlanceView
from cnn_tui.ui.keys import OWN, Key, key_bar, key_of, keys_of
from cnn_tui.ui.terminal.compositor import TrueCompositor
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.movement import MovementKeys
from cnn_tui.ui.widgets.table import Cell, Table, TableColumn

Commands = Mapping[str, Callable[[], Any]]
"""What actions do, by their ids; what gives a coroutine waits for a box, beside the keys."""


class Said(NamedTuple):
    """Words for the user, and how serious they are."""

    words: str
    severity: SeverityLevel = "information"
    seconds: float | None = None
    """How long they stay; None is the usual time."""


class Conversation:
    """How commands talk to the user: they say something, ask in a box, and work beside the keys."""

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen

    def say(self, words: str, severity: SeverityLevel = "information", seconds: float | None = None) -> None:
        """Say it in place of what was said before."""
        self._screen.notify(words, severity=severity, timeout=seconds, markup=False)

    async def ask(self, box: Screen[ScreenResultType]) -> ScreenResultType | None:
        """Open a box, or a whole screen, and wait for what it gives. For workers."""
        return await self._screen.app.push_screen_wait(box)

    def beside(self, work: Callable[[], Said | None]) -> None:
        """Work in a thread, and say what that gives, or what hinders it."""
        app = self._screen.app

        def run() -> None:
            try:
                said = work()
            except (OSError, HistoryError, sqlite3.Error) as error:
                said = Said(sentence(_hindrance(error)), "error")
            except Exception as error:  # whatever it is: somebody waits for what it gives
                said = Said(sentence(fault(error)), "error")
            if said:
                app.call_from_thread(self.say, *said)

        self._screen.run_worker(run, thread=True, exit_on_error=False)

    def copy(self, text: str) -> None:
        self._screen.app.copy_to_clipboard(text)


def _hindrance(error: Exception) -> str:
    if isinstance(error, sqlite3.Error):
        return str(trouble_of(error, history_path()))
    if isinstance(error, OSError):
        return f"{inert(str(error.filename or 'a file'))} cannot be used: {cause_of(error)}{remedy(error)}"
    return str(error)


class KeyedScreen(Screen[ScreenResultType], MovementKeys):
    """`scope` names its rows in the keymap."""

    scope: ClassVar[str]
    commands: Commands = MappingProxyType({})

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._compositor = TrueCompositor()

    def _compositor_refresh(self) -> None:
        """Behind two boxes the first of them has to be drawn anew too: it keeps what it shows of this screen."""
        stack = self.app.screen_stack
        if self in stack:
            for between in stack[stack.index(self) + 1 : -1]:
                between._set_dirty(*self._compositor._dirty_regions)
        super()._compositor_refresh()

    def on_screen_suspend(self) -> None:
        """What is said is said by the screen in front; behind that it would stand a second time."""
        self._leave_saying()
        self.app.call_later(self._leave_saying)  # a box that has just closed may have given it back

    def _leave_saying(self) -> None:
        if self.app.screen is not self:
            self.query("ToastHolder").remove()

    def action_command(self, action: str) -> None:
        """Do what the keymap calls by the action's id alone."""
        self.wait_beside(self.commands[action]())

    def wait_beside(self, waiting: Coroutine[Any, Any, None] | None) -> None:
        """Let what a command has begun wait for its box beside the keys; None is done already."""
        if waiting is not None:
            self.run_worker(waiting, group=DIALOG)

    @work(group=DIALOG)
    async def action_show_help(self) -> None:
        """The keys; the row that is taken runs."""
        action = await self.app.push_screen_wait(HelpScreen(self.scope, alone=True))
        if action is not None:
            await self.run_action(action)

    def action_leave(self) -> None:
        self.dismiss(None)


class Dialog(ModalScreen[ScreenResultType], KeyedScreen[ScreenResultType]):
    """Lies over the lab."""

    def frame(self, title: str, words: str = "", classes: str = "box") -> Vertical:
        """What stands around it: the title above; below, the keys that the key bar would name, or `words`."""
        frame = Vertical(classes=classes)
        frame.border_title = Text(inert(title)).markup
        frame.border_subtitle = Text(words or key_bar(self.scope)).markup
        return frame


class PickItem(NamedTuple):
    """A row: its key, what is shown, and a few words beside it."""

    key: str
    label: str
    detail: str = ""


Preview = Callable[[str], Glance]
"""What is shown below the list for the key of an item."""


class PickScreen(Dialog[str | None]):
    """A list that typing narrows. Gives the key of the chosen item, or None when it was left."""

    scope: ClassVar[str] = "list"
    BINDINGS = bindings_of("list")

    def __init__(
        self,
        title: str,
        items: Sequence[PickItem],
        *,
        at: str = "",
        hint: str = "",
        preview: Preview | None = None,
        is_tall: bool = False,
    ) -> None:
        """A tall box is as high as may be, and leaves the rows that the list does not need to the preview."""
        super().__init__()
        self._title = title
        self.items = tuple(items)
        self._found: Sequence[PickItem] = self.items
        self._labels = max((cells(item.label) for item in self.items), default=0)
        self._details = max((cells(item.detail) for item in self.items), default=0)
        self._at = at
        self._hint = hint
        self._preview = preview
        self._is_tall = is_tall

    def compose(self) -> ComposeResult:
        words = f"type to find, {key_of('list.take')} takes it, {key_of('list.leave')} leaves"
        with self.frame(self._title, words, "box tall" if self._is_tall else "box"):
            field = Input(placeholder="type to find")
            field.cursor_blink = False
            yield field
            yield Table([TableColumn("", 10, stretch=True)], self._rows, empty="Nothing here has those words.")
            if self._preview:
                yield GlanceView()
            if self._hint:
                yield Static(Text(self._hint), id="hint")

    def row(self, item: PickItem, width: int) -> Text:
        """The label and, where there is one, the detail in so many cells: what is too long loses its end.

        Details begin below each other; one whose label is longer than most of the box allows begins behind it.
        """
        if not item.detail:
            return Text(item.label)
        begin = self._labels if self._labels <= width // 2 else max(width // 2, width - Table.GAP - self._details)
        label = padded(item.label, min(begin, self._labels))
        return Text.assemble(label, " " * Table.GAP, (item.detail, self.query_one(Table).style("dim")))

    def find(self, words: str) -> Sequence[PickItem]:
        """The items that hold all the words, those whose label starts with them first."""
        wanted = words.lower().split()
        if not wanted:
            return self.items
        hits = [item for item in self.items if all(word in f"{item.label} {item.detail}".lower() for word in wanted)]
        first = wanted[0]
        return sorted(
            hits, key=lambda item: (not item.label.lower().startswith(first), first not in item.label.lower())
        )

    def on_mount(self) -> None:
        """Start on the item that is chosen now."""
        table = self.query_one(Table)
        table.active = True
        self._fit()
        table.cursor = next((at for at, item in enumerate(self.items) if item.key == self._at), 0)
        table.set_count(len(self._found))
        self._show_preview()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow the list to what the words find."""
        table = self.query_one(Table)
        if not event.value and self._found is self.items:
            return
        self._found = self.find(event.value)
        if self._is_tall:
            self._fit()
        table.cursor = 0
        table.set_count(len(self._found))
        self._show_preview()

    def action_take(self) -> None:
        if self._found:
            self.dismiss(self._found[self.query_one(Table).cursor].key)

    def action_move(self, by: int) -> None:
        self.query_one(Table).move_rows(by)
        self._show_preview()

    def _fit(self) -> None:
        """Give the list the rows that it needs, and in a tall box at most half of those that there are."""
        height = self.app.size.height
        most = (height * 9 // 10 - 5) // 2 if self._is_tall else height - (11 if self._preview else 8)
        count = len(self._found) if self._is_tall else len(self.items)
        self.query_one(Table).styles.height = max(1, min(count, 17, most))

    def _show_preview(self) -> None:
        if self._preview:
            none = Glance(())
            glance = self._preview(self._found[self.query_one(Table).cursor].key) if self._found else none
            self.query_one(GlanceView).show(glance)

    def _rows(self, offset: int, limit: int) -> Sequence[Sequence[Cell]]:
        return [[functools.partial(self.row, item)] for item in self._found[offset : offset + limit]]


class HelpScreen(PickScreen):
    """The keys of a pane or screen. Gives the action to run, or None."""

    def __init__(self, scope: str, *, alone: bool = False) -> None:
        """`alone` leaves the lab's keys out: over a page they do nothing."""
        keys = [*keys_of(scope), *([] if alone else keys_of("lab", OWN)), *keys_of("pane")]
        rows = [_item(key) for key in keys]
        labels = max(cells(row.label) for row in rows) + Table.GAP
        whole = {
            row.key: Glance((f"{row.label.replace('  ', ', ')}: {row.detail}.",), (), labels + cells(row.detail))
            for row in rows
        }
        super().__init__("Keys", rows, preview=whole.__getitem__)


def _item(key: Key) -> PickItem:
    words = key.label.split(" ")[-1]
    return PickItem(key.action, key.keys.replace(" ", "  "), key.help if words in key.help else f"{key.help} ({words})")
