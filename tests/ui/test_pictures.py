"""What terminals really show, in colour, in sixteen colours and in ASCII, at four sizes: compared with kept pictures.

A picture is text: the characters, then the looks of the cells as letters with their counts, then what the letters are.
`pytest tests/ui/test_pictures.py --snapshot-update` writes them anew.
"""

from __future__ import annotations

import difflib
import string
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.history.history import History
from tests.terminal import Terminal
from tests.ui.posed import COMMAND, pose_training

KEPT = Path(__file__).parent / "__pictures__"
SIZES = ((60, 16), (80, 24), (120, 40), (200, 60))
MODES: dict[str, tuple[list[str], dict[str, str]]] = {
    "colour": ([], {}),
    "sixteen": ([], {"TERM": "linux", "COLORTERM": ""}),
    "ascii": (["--ascii"], {"NO_COLOR": "1"}),
}
_ATTRIBUTES = ("bold", "italics", "underscore", "strikethrough", "reverse")
SCENES = {"stack": "1", "training": "3"}


@pytest.mark.usefixtures("no_worker")
@pytest.mark.parametrize("mode", [pytest.param(mode, marks=[pytest.mark.long] * (mode != "colour")) for mode in MODES])
def test_the_lab_looks_as_kept_at_four_sizes(mode: str, pytestconfig: pytest.Config) -> None:
    with History() as history:
        pose_training(history)
    options, env = MODES[mode]
    with Terminal([*COMMAND, *options], *SIZES[-1], env) as terminal:
        terminal.wait_for("4 History")
        for scene, key in SCENES.items():
            terminal.press(key)
            for columns, rows in SIZES:
                terminal.resize(columns, rows)
                path = KEPT / f"{scene}-{columns}x{rows}-{mode}.txt"
                if pytestconfig.getoption("--snapshot-update"):
                    terminal.settle(1.0)
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(picture(terminal))
                else:
                    becomes(terminal, path)


def becomes(terminal: Terminal, kept: Path) -> None:
    """Wait until the terminal shows the picture; fail with what differs."""
    wanted = kept.read_text()
    try:
        terminal.wait(lambda: picture(terminal) == wanted, kept.name)
    except AssertionError:
        lines = difflib.unified_diff(wanted.splitlines(), picture(terminal).splitlines(), "kept", "now", lineterm="")
        raise AssertionError("\n".join([f"not as in {kept.name}:", *lines])) from None


def picture(terminal: Terminal) -> str:
    """The screen as text."""
    letters: dict[str, str] = {}
    looks = []
    for row in terminal.cells:
        runs = [(look, len(list(cells))) for look, cells in groupby(_looks(row))]
        looks.append(" ".join(f"{_letter(letters, look)}{count}" for look, count in runs))
    legend = [f"{letter}: {look}" for look, letter in letters.items()]
    return "\n".join([terminal.text, "", *looks, "", *legend, ""])


def _looks(row: list[Any]) -> Iterator[str]:
    """How each cell of a row looks; a blank as the one before it, where nobody could tell."""
    before: Any = None
    for cell in row:
        drawn = cell.data != " " or _drawn_on(cell)
        if drawn or before is None or before.bg != cell.bg or _drawn_on(before):
            before = cell if drawn else cell._replace(fg="any", bold=False)
        names = [
            name for name in ("bold", "italics", "underscore", "strikethrough", "reverse") if getattr(before, name)
        ]
        yield " ".join([before.fg, "on", before.bg, *names])


def _drawn_on(cell: Any) -> bool:
    return bool(cell.underscore or cell.strikethrough or cell.reverse)


def _letter(letters: dict[str, str], look: str) -> str:
    return letters.setdefault(look, string.ascii_letters[len(letters)])
