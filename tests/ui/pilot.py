"""A pilot that waits for the app and no longer.

Textual's own sleeps 20 ms at a time, twice for each key, until the process has used less than a millisecond of
processor time: slow where nothing is left to do, and too short where a busy machine gave the process no time at all.
This one waits until all that the app has been told is dealt with and the screen is painted.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from rich.console import RenderableType
from textual import app as textual_app
from textual import pilot as textual_pilot
from textual._compositor import Compositor
from textual._context import active_app, visible_screen_stack
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen

from cnn_tui.ui.typeahead import TypeaheadApp

_PATIENCE = 60.0
"""Seconds after which an app is taken for one that never comes to rest."""


def use(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let all pilots wait in this way."""

    async def wait_for_idle(*_: float) -> None:
        await settle(active_app.get())

    async def wait_for_screen(pilot: Pilot[Any], *_: float) -> bool:
        await settle(pilot.app)
        return True

    for module in (textual_app, textual_pilot):
        monkeypatch.setattr(module, "wait_for_idle", wait_for_idle)
    monkeypatch.setattr(Pilot, "_wait_for_screen", wait_for_screen)
    shut_down = App._shutdown

    async def leave(app: App[Any]) -> None:
        app._exit = True  # as when a user leaves: no clock ticks any more while the widgets go
        await shut_down(app)

    monkeypatch.setattr(App, "_shutdown", leave)


def draw_when_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let screens be drawn when a test looks at them (`screen.text`, a snapshot), not at each key for no terminal."""
    draw = Compositor.render_update

    def leave_it(
        compositor: Compositor,
        full: bool = False,
        screen_stack: list[Screen[Any]] | None = None,
        simplify: bool = False,
    ) -> RenderableType | None:
        if full:
            return draw(compositor, full, screen_stack, simplify)
        visible_screen_stack.set(screen_stack or [])
        compositor._dirty_regions.clear()
        return None

    monkeypatch.setattr(Compositor, "render_update", leave_it)


async def settle(app: App[Any]) -> None:
    """Wait until no message is on its way, no key waits for its turn, and what has changed is painted."""
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        await _run_what_is_ready()
        if app._exit:
            return
        if isinstance(app, TypeaheadApp) and app._busy is not None:
            await asyncio.sleep(0.001)
        elif app.screen_stack and _has_to_paint(app.screen):
            app.screen._on_timer_update()
        else:
            return
    raise AssertionError(f"the app does not come to rest within {_PATIENCE:g} seconds")


async def _run_what_is_ready() -> None:
    """Let other tasks run until all of them wait, and what came from threads meanwhile is dealt with as well."""
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]
    rests = 0
    while rests < 2:
        await asyncio.sleep(0)
        rests = 0 if ready else rests + 1


def _has_to_paint(screen: Screen[Any]) -> bool:
    if not screen.is_current or screen.app._batch_count:
        return False
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )
