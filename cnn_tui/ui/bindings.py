"""The keymap as Textual has it; `keys.py` is read by commands too, which do without Textual."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from cnn_tui.ui.keys import KEYS, TYPING


def bindings_of(*scopes: str) -> list[BindingType]:
    """The rows of those scopes as Textual's bindings; before a field to type in, the screen has them first."""
    return [
        Binding(
            ",".join(key.codes()),
            key.action,
            key.label or key.help,
            show=False,
            id=key.id,
            tooltip=key.help,
            priority=key.scope in TYPING,
        )
        for key in KEYS
        if key.scope in scopes
    ]
