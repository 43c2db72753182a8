"""Where one is on the exercises screen, and what it says, for the tests of its keys."""

from __future__ import annotations

import re

from textual.pilot import Pilot

from cnn_tui.ui.app import LabApp
from cnn_tui.ui.screens.exercises import ExercisesScreen
from tests.ui.screen import text, until


async def go_to(pilot: Pilot[None], key: str) -> None:
    """Move to a row by its key."""
    app = pilot.app
    screen = app.screen
    assert isinstance(screen, ExercisesScreen)
    names = [row.key for row in screen._rows]
    while screen.chosen.key != key:
        await pilot.press("j" if names.index(screen.chosen.key) < names.index(key) else "k")
        await pilot.pause()


def flat(app: LabApp) -> str:
    """What is on the screen, or in the box over it, as one line of words; then the notes that pop up."""
    lines = text(app).splitlines()
    found = []
    for widget in (*app.screen.query(".box"), *app.screen.query("Toast")):
        region = widget.region
        found += [line[region.x : region.right] for line in lines[region.y : region.bottom]]
    return " ".join(re.sub("[│▌▐▎▊]", " ", " ".join([*lines, *found])).split())


async def reads(pilot: Pilot[None], words: str) -> None:
    """Wait until the words are on the screen, wrapped or not. The list beside the page is hidden."""
    app = pilot.app
    assert isinstance(app, LabApp)
    await until(pilot, lambda: words in flat(app), words, seconds=30)
