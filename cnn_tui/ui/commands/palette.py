"""What the palette lists: the keys of the pane in focus, of the lab and of the other panes, and the themes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import OWN, Key, key_of, keys_of
from cnn_tui.ui.widgets.bars import PANES


class PaletteCommand(NamedTuple):
    """Something that can be done: the id that settings know it by, its name, its keys, and what does it."""

    id: str
    name: str
    keys: str
    action: str = ""
    pane: str = ""
    """The scope of the pane where the action is; "" for the lab's."""
    theme: str = ""
    """The theme to take, in place of an action."""


def palette_commands(shown: str, themes: Sequence[str], views: Iterable[ExplainView]) -> list[PaletteCommand]:
    """A command for each key, those of the pane in focus (its scope) first, of the user's own, each view and theme."""
    found = [_here(key, shown) for key in keys_of(shown)]
    found += [_here(key) for key in keys_of("lab", OWN)]
    there = key_of("pane.explain")
    found += [
        PaletteCommand(f"view.{view.code}", f"Explain: {view.title}", there, f"show_view('{view.code}')", "explain")
        for view in views
        if view.is_offered
    ]
    found += [_there(key, label) for scope, label in PANES if scope != shown for key in keys_of(scope)]
    return found + [PaletteCommand(f"theme.{name}", f"Colours: {name}", "", theme=name) for name in themes]


def _here(key: Key, pane: str = "") -> PaletteCommand:
    first, *_ = [*key.keys.split(), ""]  # a command of the user's own may have no key
    return PaletteCommand(key.id, f"{key.help[:1].upper()}{key.help[1:]}", first, key.action, pane)


def _there(key: Key, label: str) -> PaletteCommand:
    """Of a pane that is not in focus: its name stands before, and its number before the key."""
    number, title = label.split(" ")
    return PaletteCommand(key.id, f"{title}: {key.help}", f"{number} {key.keys.split()[0]}", key.action, key.scope)
