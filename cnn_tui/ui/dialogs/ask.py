"""Boxes that ask: for one value, over how many seeds, for a line of a menu; and one that shows a page of text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.visual import VisualType
from textual.widgets import Input, Static

from cnn_tui.experiment.file_errors import found
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.dialogs.dialog import Dialog
from cnn_tui.ui.keys import key_bar, key_of, keys_of
from cnn_tui.ui.typeahead import TypeaheadApp

USUAL_SEEDS = 3
MOST_SEEDS = 100
_FAR = 10**9
_MENU_SECONDS = 0.3
"""How long the second key of a pair is waited for before a menu shows what it may be."""


class AskScreen(Dialog[tuple[object] | None]):
    """Gives the accepted value in a tuple of one, or None when it was left. What is refused is said on the spot."""

    scope: ClassVar[str] = "field"
    BINDINGS = bindings_of("field")

    def __init__(self, title: str, value: str, accept: Callable[[str], object], hint: str = "") -> None:
        """`accept` makes the value of what was typed, or raises ValueError with a sentence."""
        super().__init__()
        self._title = title
        self._value = value
        self._accept = accept
        self._hint = hint

    def compose(self) -> ComposeResult:
        """A title, the field, and help that makes room for a complaint."""
        with self.frame(self._title, f"{key_of('field.accept')} accepts, {key_of('field.leave')} leaves it"):
            field = Input(self._value, select_on_focus=True)
            field.cursor_blink = False
            yield field
            yield Static(Text(self._hint), id="hint")

    def action_accept(self) -> None:
        try:
            self.dismiss((self._accept(self.query_one(Input).value),))
        except ValueError as error:
            self.query_one("#hint", Static).update(Text(f"{error}", "bold"))


class SeedsScreen(AskScreen):
    """Asks over how many seeds, and says what that comes to while it is typed."""

    def __init__(self, title: str, value: int, told: Callable[[int], str], least: int = 1) -> None:
        self._typed = functools.partial(seeds_typed, least=least)
        super().__init__(title, str(value), self._typed, told(value))
        self._told = told

    def on_input_changed(self, event: Input.Changed) -> None:
        """Say it for the number that stands there now."""
        try:
            words = self._told(self._typed(event.value))
        except ValueError as error:
            words = str(error)
        self.query_one("#hint", Static).update(Text(words))


def seeds_typed(text: str, least: int = 1) -> int:
    """How many seeds were asked for. Raises ValueError with a sentence."""
    text = text.strip()
    if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= MOST_SEEDS:
        return int(text)
    raise ValueError(f"how many seeds must be a whole number from {least} to {MOST_SEEDS}, not {found(text)}")


class MenuScreen(Dialog[str | None]):
    """A line for each key of its scope. Gives what the chosen line stands for, or None when it was left.

    It takes the second key of a pair, as `y c`, and is seen only when that is some time in coming: who knows the pair
    sees no menu, and nothing is sent for one.
    """

    def __init__(self, title: str, words: Mapping[str, str] | None = None) -> None:
        """`words` stand in place of the table's, by the ids of the keys."""
        super().__init__()
        self._title = title
        self._words = words or {}

    def compose(self) -> ComposeResult:
        with self.frame(self._title, f"press a key, {key_of('menu.leave')} leaves", "box menu") as frame:
            frame.display = False
            rows = [(key_of(key.id), self._words.get(key.id, key.help)) for key in keys_of(self.scope)]
            yield Static(Text("\n").join(Text.assemble((key, "bold"), f"  {words}") for key, words in rows))

    def on_mount(self) -> None:
        self.set_timer(_MENU_SECONDS, self._show)

    def _show(self) -> None:
        if isinstance(self.app, TypeaheadApp) and self.app.is_typed_ahead:  # the second key is here already
            self.on_mount()
        else:
            self.query_one(".menu").display = True

    def action_take(self, what: str) -> None:
        self.dismiss(what)


class CopyMenu(MenuScreen):
    scope: ClassVar[str] = "copy"
    BINDINGS = bindings_of("copy", "menu")


class ExportMenu(MenuScreen):
    """What to write to a file."""

    scope: ClassVar[str] = "export"
    BINDINGS = bindings_of("export", "menu")


class PageScreen(Dialog[None]):
    """A page of text that scrolls."""

    scope: ClassVar[str] = "text"
    BINDINGS = bindings_of("text", "pane")

    def __init__(self, title: str, page: VisualType) -> None:
        super().__init__()
        self._title = title
        self._page = page

    def compose(self) -> ComposeResult:
        words = f"{key_of('move.down')}/{key_of('move.up')} scroll  {key_bar(self.scope)}"
        with self.frame(self._title, words, "box page"), VerticalScroll(can_focus=False):
            yield Static(self._page)

    def action_move_cursor(self, by: int) -> None:
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_move_page(self, by: int) -> None:
        self.action_move_cursor(by * 8)

    def action_move_first(self) -> None:
        self.action_move_cursor(-_FAR)

    def action_move_last(self) -> None:
        self.action_move_cursor(_FAR)
