"""The terminal changes its size in the middle of anything."""

from __future__ import annotations

from cnn_tui.history.history import History
from tests.terminal import Terminal
from tests.ui.posed import COMMAND, pose, settle, walk


def test_on_every_screen_another_size_and_back_loses_nothing() -> None:
    with History() as history:
        pose(history)
    with Terminal(COMMAND, 120, 40) as terminal:
        for name in walk(terminal):
            before = terminal.text
            for columns, rows in ((60, 16), (50, 10), (300, 100)):
                terminal.resize(columns, rows)
                terminal.wait(lambda: terminal.text.strip(), f"{name} at {columns}x{rows}")
            terminal.resize(120, 40)
            terminal.wait(lambda text=before: terminal.text == text, f"{name} as it was before")  # type: ignore[misc]
            settle(terminal)
