"""The keys of a pane: type to filter, Enter runs what the row says."""

from __future__ import annotations

from collections.abc import Sequence

from textual.binding import Binding, BindingType

from cnn_tui.ui.dialogs.pick import PickItem, PickScreen
from cnn_tui.ui.keys import Key, keys_of, shown_name


class HelpScreen(PickScreen):
    """Gives the action to run, or None."""

    def __init__(self, scope: str, *, alone: bool = False) -> None:
        """`alone` leaves the lab's keys out: over a page they do nothing."""
        keys = [*keys_of(scope), *([] if alone else keys_of("lab")), *keys_of("pane")]
        super().__init__("Keys", [_item(key) for key in keys], hint="Typing in a field never runs a command.")


class BoxHelpScreen(PickScreen):
    """The keys of a box that are no rows of the keymap. Gives the action to run, or None."""

    def __init__(self, bindings: Sequence[BindingType]) -> None:
        rows = [one for one in bindings if isinstance(one, Binding) and one.action != "show_help"]
        super().__init__("Keys", [PickItem(one.action, _shown(one), one.description) for one in rows])


def _shown(binding: Binding) -> str:
    """The keys of a binding as people write them."""
    return "  ".join(shown_name(key) for key in binding.key.split(","))


def _item(key: Key) -> PickItem:
    words = key.label.split(" ")[-1]
    return PickItem(key.action, key.keys.replace(" ", "  "), key.help if words in key.help else f"{key.help} ({words})")
