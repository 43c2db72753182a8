"""The terminal changes its size in the middle of anything."""

from __future__ import annotations

import pytest

from cnn_tui.history.history import History
from tests.terminal import PATIENCE, Terminal
from tests.ui.posed import COMMAND, POSES, Pose, pose, walk

SMALL = ((60, 16), (50, 10))
LARGE, HUGE = (150, 50), (300, 100)

pytestmark = pytest.mark.usefixtures("no_worker")


def comes_back(terminal: Terminal, sizes: tuple[tuple[int, int], ...], seconds: float) -> bool:
    """Whether the screen is as it was, after other sizes, within so many seconds."""
    terminal.settle(0.5)
    before = terminal.text
    for columns, rows in sizes:
        terminal.resize(columns, rows)
        terminal.wait(lambda: terminal.text.strip(), f"{columns}x{rows}")
    terminal.resize(120, 40)
    try:
        terminal.wait(lambda: terminal.text == before, "the screen", seconds)
    except AssertionError:
        return False
    return True


@pytest.mark.parametrize(
    ("poses", "sizes"),
    [(POSES[:1], (*SMALL, HUGE)), pytest.param(POSES, (*SMALL, LARGE), marks=pytest.mark.long)],
    ids=["the lab made huge", "every screen"],
)
def test_on_every_screen_another_size_and_back_loses_nothing(
    poses: tuple[Pose, ...], sizes: tuple[tuple[int, int], ...]
) -> None:
    with History() as history:
        pose(history)
    with Terminal(COMMAND, 120, 40) as terminal:
        for name in walk(terminal, poses):
            # It may not the first time: a picture that was read beside the keys has come meanwhile.
            if not comes_back(terminal, sizes, 15):
                assert comes_back(terminal, sizes, PATIENCE), f"{name} is not as it was before:\n{terminal.text}"
            terminal.settle()
