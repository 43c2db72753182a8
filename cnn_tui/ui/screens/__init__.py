"""Whole screens. Those that a key opens are loaded then, as `screens.queue`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_tui.ui.loading import when_named

if TYPE_CHECKING:
    from cnn_tui.ui.screens import compare, exercises, queue, run_page, search

__all__ = ["compare", "exercises", "queue", "run_page", "search"]
__getattr__ = when_named(__name__)
