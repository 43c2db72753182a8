"""A box that asks what a search is to vary, how many runs it may try, and what it chooses by."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from cnn_tui.history.searches import SearchPlan
from cnn_tui.ui.dialogs.note import FieldsDialog, NoteField
from cnn_tui.ui.keys import key_bar

_HINT = (
    "On each line a key of the experiment file and its values: 16,32,64 are choices, 1e-4..1e-2 log is a range in "
    "which small values are as likely as large ones, 32..256 step 32 is one in steps. To prune, yes or no, is to stop "
    "trials that fall behind."
)


class SearchForm(FieldsDialog[SearchPlan | None]):
    """Gives the plan that was typed, or None when it was left. What is refused is said on the spot."""

    DEFAULT_CSS: ClassVar[str] = """
    SearchForm NoteField, SearchForm NoteField:focus { height: 3; border: none; padding: 0; background: $panel; }
    SearchForm NoteField { margin: 0 0 1 0; }
    SearchForm Horizontal { height: 1; }
    SearchForm .label { color: $dim; }
    SearchForm Horizontal .label { width: 10; }
    SearchForm Horizontal Input { width: 1fr; margin: 0; }
    """

    def __init__(self, before: tuple[str, str, str, str], accept: Callable[[str, str, str, str], SearchPlan]) -> None:
        """`before` stands in the fields at first; `accept` makes the plan of them, or raises ValueError."""
        super().__init__()
        self._before, self._accept = before, accept

    def compose(self) -> ComposeResult:
        vary, *others = self._before
        with self.frame("Begin a search", key_bar("field")):
            yield Static("What may vary", classes="label")
            yield NoteField(vary)
            for label, text in zip(("trials", "metric", "prune"), others, strict=True):
                with Horizontal():
                    yield Static(label, classes="label")
                    field = Input(text, select_on_focus=True)
                    field.cursor_blink = False
                    yield field
            yield Static(Text(_HINT), id="hint")

    def action_accept(self) -> None:
        trials, metric, prune = (field.value for field in self.query(Input))
        try:
            self.dismiss(self._accept(self.query_one(NoteField).text, trials, metric, prune))
        except ValueError as error:
            self.query_one("#hint", Static).update(Text(f"{error}", "bold"))
