"""What keys ask for, as objects that are given what they need. What few keys ask for is loaded then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnn_tui.ui.loading import when_named

if TYPE_CHECKING:
    from cnn_tui.ui.commands import lab_report, model_file, open_file

__all__ = ["lab_report", "model_file", "open_file"]
__getattr__ = when_named(__name__)
