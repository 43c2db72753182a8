"""What is sent to terminals of many colours, of sixteen and of none, and whether it can be read there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnn_tui.history.history import History
from tests.terminal import Terminal
from tests.ui.posed import COMMAND, POSES, Pose, pose, walk
from tests.ui.terminal.contrast import CONSOLE, WINDOWS, XTERM, faint, palette

pytestmark = pytest.mark.usefixtures("no_worker")

ATTRIBUTES = {"0", "1", "2", "3", "4", "7", "9", "22", "23", "24", "27", "29"}
SIXTEEN = {str(code) for start in (30, 40, 90, 100) for code in range(start, start + 8)}
PALETTE = {"38;5", "48;5"}
_PANES = [pose.name for pose in POSES].index("log")
FIRST, LAST = POSES[:4], (POSES[0], *POSES[_PANES:])
"""The first screens, and the boxes and whole screens."""
NEAREST = 4.4
"""What is left of a contrast of 4.5 where each of the two colours is the nearest of 256."""


@pytest.fixture(autouse=True)
def history(sealed_machine: Path) -> None:
    """Runs to look at."""
    with History() as one:
        pose(one)


def row_of(terminal: Terminal, words: str, last: bool = False) -> list[Any]:
    """The cells from where these words begin, as many as they have."""
    rows = ["".join(cell.data for cell in row) for row in terminal.cells]
    at = next(at for at in (reversed(range(len(rows))) if last else range(len(rows))) if words in rows[at])
    first = rows[at].rindex(words) if last else rows[at].index(words)
    return terminal.cells[at][first : first + len(words)]


def told(name: str, terminal: Terminal) -> bool:
    """Whether what is chosen on this screen can be told from what is not."""
    match name:
        case "lab":
            chosen = [row_of(terminal, words) for words in ("1  Conv2D", "filters 32", " 1 Stack ")]
            others = [row_of(terminal, words) for words in ("2  MaxPooling2D", "kernel_size", " 4 History ")]
        case "history":
            chosen = [row_of(terminal, words, last=True) for words in ("2   64 filters", " 4 History ")]
            others = [row_of(terminal, words, last=True) for words in ("3   baseline", " 1 Stack ")]
            # Where the keys do not go, the cursor is a line under the row.
            if not all(cell.underscore for cell in row_of(terminal, "1  Conv2D")):
                return False
        case "note":  # the cursor to write at
            return [cell.reverse for row in terminal.cells for cell in row].count(True) == 1
        case "help":
            chosen, others = [row_of(terminal, "move the layer down")], [row_of(terminal, "j  down")]
        case "palette":
            chosen, others = [row_of(terminal, "Edit the field")], [row_of(terminal, "Duplicate the layer")]
        case "field":  # selected, to be typed over
            return all(cell.underscore for cell in row_of(terminal, "Lab 1: baseline", last=True))
        case _:
            return True
    return all(cell.reverse for cells in chosen for cell in cells) and not any(
        cell.reverse for cells in others for cell in cells
    )


@pytest.mark.long
def test_without_colours_not_one_is_sent_and_what_is_chosen_can_be_told() -> None:
    with Terminal(COMMAND, env={"NO_COLOR": "1"}) as terminal:
        for name in walk(terminal):
            terminal.wait(lambda name=name: told(name, terminal), f"what is chosen: {name}")  # type: ignore[misc]
            assert terminal.looks <= ATTRIBUTES, f"{name}: {sorted(terminal.looks - ATTRIBUTES)}"


def test_an_empty_no_color_asks_for_nothing() -> None:
    with Terminal(COMMAND, env={"NO_COLOR": ""}) as terminal:
        terminal.wait_for("4 runs")
        assert "38;2" in terminal.looks or "38;5" in terminal.looks


@pytest.mark.parametrize(
    ("theme", "term", "poses"),
    [
        ("cnn-light", "xterm-16color", FIRST),
        pytest.param("cnn-light", "xterm-16color", LAST, marks=pytest.mark.long),
        pytest.param("cnn-dark", "linux", POSES, marks=pytest.mark.long),
    ],
)
def test_sixteen_colours_are_those_and_can_be_read_on_every_terminal(
    theme: str, term: str, poses: tuple[Pose, ...]
) -> None:
    with Terminal([*COMMAND, "--theme", theme], env={"TERM": term, "COLORTERM": ""}) as terminal:
        for name in walk(terminal, poses):
            for colours in (CONSOLE, XTERM, WINDOWS):
                assert faint(terminal, palette(colours)) == [], name
        assert terminal.looks <= ATTRIBUTES | SIXTEEN
        assert terminal.looks & SIXTEEN


@pytest.mark.long
@pytest.mark.parametrize(("theme", "poses"), [("cnn-safe", POSES), ("cnn-dark", POSES), ("cnn-light", FIRST)])
def test_256_colours_are_those_and_can_be_read_on_every_screen(theme: str, poses: tuple[Pose, ...]) -> None:
    with Terminal([*COMMAND, "--theme", theme], env={"COLORTERM": ""}) as terminal:
        for name in walk(terminal, poses):
            assert faint(terminal, least=NEAREST) == [], name
        assert terminal.looks <= ATTRIBUTES | PALETTE
        assert terminal.looks & PALETTE


@pytest.mark.long
def test_a_terminal_of_all_colours_shows_nothing_that_cannot_be_read() -> None:
    with Terminal([*COMMAND, "--theme", "cnn-light"]) as terminal:
        for name in walk(terminal):
            assert faint(terminal) == [], name
        assert terminal.looks <= ATTRIBUTES | PALETTE | {"38;2", "48;2"}
