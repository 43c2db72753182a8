"""What a user sees of the app under test, as text, and waiting for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from textual._context import visible_screen_stack
from textual.app import App
from textual.pilot import Pilot

from cnn_tui.ui.app import LabApp

Compare = Callable[..., bool]
"""Compares a lab with its picture in `__snapshots__`."""
LARGE = (120, 40)
SMALL = (80, 24)
PATIENCE = 60.0
"""Seconds that a test waits for what should come at once: the machine may be busy."""


def text(app: App[Any]) -> str:
    """The whole screen as lines of text."""
    height = app.size.height
    visible_screen_stack.set(app._background_screens)  # what is seen around a box: the app sets it for its own tasks
    lines = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in line).rstrip() for line in lines[:height])


def pane(app: LabApp, name: str) -> str:
    """One pane's lines, without its neighbours."""
    region = app.screen.query_one(f"#{name}").region
    return "\n".join(line[region.x : region.right] for line in text(app).splitlines()[region.y : region.bottom])


async def until(pilot: Pilot[None], condition: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait until `condition` holds; fail with `what` and the screen when it does not in time."""
    began = time.monotonic()
    while not condition():
        waited = time.monotonic() - began
        if waited > seconds:
            app = pilot.app
            assert isinstance(app, LabApp)
            raise AssertionError(f"not seen in {seconds} s: {what}\n{text(app)}")
        await pilot.pause()
        await asyncio.sleep(min(max(0.005, waited / 20), 0.1))  # looking costs time that others want


async def sees(pilot: Pilot[None], words: str, seconds: float = PATIENCE) -> None:
    """Wait until `words` are on the screen."""
    app = pilot.app
    assert isinstance(app, LabApp)
    await until(pilot, lambda: words in text(app), words, seconds)


def keys(*names: str, then: str = "") -> Callable[[Pilot[Any]], Awaitable[None]]:
    """Press keys once the lab is painted, which a box lets shine through, and wait for words."""

    async def press(pilot: Pilot[Any]) -> None:
        await sees(pilot, "? help")
        await pilot.press(*names)
        if then:
            await sees(pilot, then)

    return press
