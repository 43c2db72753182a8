"""The keys of a pane: type to filter, Enter runs what the row says."""

from __future__ import annotations

from cnn_tui.ui.keys import Key, keys_of
from cnn_tui.ui.screens.pick import Item, PickScreen


class HelpScreen(PickScreen):
    """Gives the action to run, or None."""

    def __init__(self, scope: str, *, alone: bool = False) -> None:
        """`alone` leaves the lab's keys out: over a page they do nothing."""
        keys = [*keys_of(scope), *([] if alone else keys_of("lab")), *keys_of("pane")]
        super().__init__("Keys", [_item(key) for key in keys], hint="Typing in a field never runs a command.")


def _item(key: Key) -> Item:
    words = key.label.split(" ")[-1]
    return Item(key.action, key.keys.replace(" ", "  "), key.help if words in key.help else f"{key.help} ({words})")
