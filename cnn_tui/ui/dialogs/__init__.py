"""Boxes that a pane may open. Those that not every screen is made of are loaded then, as `dialogs.ask`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_tui.ui.loading import when_named

if TYPE_CHECKING:
    from cnn_tui.ui.dialogs import ask, columns, note, rate_finder, search_form, settings

__all__ = ["ask", "columns", "note", "rate_finder", "search_form", "settings"]
__getattr__ = when_named(__name__)
