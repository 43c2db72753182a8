"""Keys one at a time: what is typed ahead waits for the box that an earlier key opens.

On a slow line several keys arrive at once. Textual hands all of them to the widget that has the focus now; of `a` and
`conv2d` the letters would then run as commands before the box that `a` opens is there. So a key is passed on when the
one before it has been dealt with, and the box that it opened, if it did, has the focus.
"""

from __future__ import annotations

import functools
from collections import deque

from textual.app import App
from textual.driver import Driver
from textual.events import Event, Key
from textual.message import Message
from textual.timer import Timer

DIALOG = "dialog"
"""The group of workers that open a box and wait for its answer."""

_LOOK_AGAIN = 0.005  # seconds
_LOOKS = 100
"""After so many looks the next key is no longer kept waiting. They are counted, and not the time: on a busy machine the
looks come late, as does all that the keys have to wait for."""


class Passed(Message):
    """A marker that is posted after a key and takes the same way: when it is back, the key has been dealt with."""

    def __init__(self, number: int, rounds: int) -> None:
        super().__init__()
        self.number = number
        self.rounds = rounds


class TypeaheadApp(App[None]):
    """An app that deals with keys strictly in turn."""

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class=driver_class)
        self._typed: deque[Key] = deque()
        self._number = 0
        self._busy: Timer | None = None
        self._looks = 0

    @property
    def is_typed_ahead(self) -> bool:
        """Whether a key waits for its turn."""
        return bool(self._typed)

    async def on_event(self, event: Event) -> None:
        """Queue a key that comes from the terminal; everything else goes its way."""
        if isinstance(event, Key) and not event.is_forwarded:
            self._typed.append(event)
            if self._busy is None:
                await self._type_next()
            return
        await super().on_event(event)

    async def on_passed(self, message: Passed) -> None:
        """The key has gone its way. What it posted itself (an Enter's answer) goes its way in a second round."""
        if message.number != self._number:
            return
        if message.rounds:
            (self.focused or self.screen).post_message(Passed(message.number, message.rounds - 1))
        else:
            await self._finish()

    async def _type_next(self) -> None:
        if not self._typed:
            return
        if not self._is_ready() and self._looks < _LOOKS:
            self._looks += 1
            self._busy = self.set_timer(_LOOK_AGAIN, self._type_next)
            return
        self._looks = 0
        self._wait_for(self._number)
        screen, target = self.screen, self.focused or self.screen
        await super().on_event(self._typed.popleft())
        if screen not in self.screen_stack:  # the key has closed its box, which takes no more messages
            target = self.focused or self.screen
        target.post_message(Passed(self._number, 1))

    def _wait_for(self, number: int) -> None:
        self._busy = self.set_timer(_LOOK_AGAIN, functools.partial(self._wait_on, number))

    async def _wait_on(self, number: int) -> None:
        """Wait for the marker; a widget that is closing lets it drop, and then the next key is not kept for ever."""
        if number != self._number:
            return
        if self._looks < _LOOKS:
            self._looks += 1
            self._wait_for(number)
        else:
            await self._finish()

    async def _finish(self) -> None:
        self._number += 1  # what is still on its way for this key comes too late
        self._looks = 0
        if self._busy is not None:
            self._busy.stop()
            self._busy = None
        await self._type_next()

    def _is_ready(self) -> bool:
        """Whether every box that was asked for is open, and the one in front can take a key."""
        asked = sum(worker.group == DIALOG and not worker.is_finished for worker in self.workers)
        screen = self.screen
        return (
            asked <= len(self.screen_stack) - 1 and screen.is_mounted and bool(screen.focused or not screen.focus_chain)
        )
