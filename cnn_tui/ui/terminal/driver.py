"""Textual's driver for a terminal, with a slow line in mind: the app never waits for it, and it never falls behind."""

from __future__ import annotations

import asyncio
import contextlib
import enum
import os
import select
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, Literal, TypeAlias, cast

import rich.traceback
from textual import _ansi_sequences
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Key
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from cnn_tui.ui.terminal.album import Album
from cnn_tui.ui.terminal.answers import (
    ASK_FOR_GRAPHICS,
    ASK_FOR_NAME,
    ASK_FOR_SIXEL,
    AroundTmux,
    InputDecoder,
    knows_placeholders,
    name_in,
    shows_sixel,
    takes_graphics,
)
from cnn_tui.ui.terminal.kitty import Placeholders
from cnn_tui.ui.terminal.writer import TerminalLine

PictureWay: TypeAlias = Literal["kitty", "sixel", "blocks"]
"""How images get to the terminal: kitty's graphics, sixel graphics, or characters."""


class _TerminalAnswer(enum.Enum):
    """What a terminal says of itself, in a form in which Textual hands it on: as keys that nobody has."""

    SIXEL_MODE = "<sixel mode>"
    UNSYNCHRONIZED = "<unsynchronized>"


for _state in "123":  # set, not set, always set; 0 and 4 are of no use
    _keys = cast("dict[str, tuple[_TerminalAnswer, ...]]", _ansi_sequences.ANSI_SEQUENCES_KEYS)
    _keys[f"\x1b[?80;{_state}$y"] = (_TerminalAnswer.SIXEL_MODE,)
_keys["\x1b[?2026;0$y"] = (_TerminalAnswer.UNSYNCHRONIZED,)  # Textual passes over it


_NEXT_LOOK = 0.1
"""Seconds between two looks whether the terminal is to be given back, while nothing is typed."""
_MOST_KEYS = 4096
"""Bytes that are read at once of what was typed or pasted."""


@contextlib.contextmanager
def own_way_to(terminal: int) -> Iterator[int]:
    """A second way to read from a terminal, on which a read never waits.

    Not the first one made so: that is the shell's as well. It is that after all where no second one can be had, as for
    a pipe.
    """
    try:
        own = os.open(os.ttyname(terminal), os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        yield terminal
        return
    try:
        yield own
    finally:
        os.close(own)


class LeanDriver(LinuxDriver):
    """Sends only the cells that changed. Its line is made with the first write."""

    ascii_only: ClassVar[bool] = False
    """For a terminal without Unicode: what is not ASCII is sent as something that looks like it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._line: TerminalLine | None = None
        self._album = Album()
        self._has_sixel_mode = self._shows_sixel = False

    def _enable_mouse_support(self) -> None:
        """Have presses and the wheel told, but no movement: nothing here answers to it, and it is bytes on the line."""
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1006h")

    def album(self, way: PictureWay | None) -> Album | None:
        """Where to put pictures that are to be shown with all their pixels; None where the terminal shows none.

        `way` is how it shows them, whatever it says itself. Nor are there any on a slow line: they are more bytes than
        blocks, and would hold up what is typed.
        """
        line = self._line
        if line is None or line.slow or way == "blocks":
            return None
        if way == "kitty" and line.placeholders is None:
            self._use_placeholders()
        elif way == "sixel" and line.placeholders is not None:
            line.placeholders = None
        if line.placeholders is not None:
            return self._album
        says = self._has_sixel_mode and self._shows_sixel
        return self._album if all(line.cell) and (says or way == "sixel") else None

    @property
    def slow(self) -> bool:
        """Whether the line has turned out to be too slow for pictures."""
        return self._line is not None and self._line.slow

    def write(self, data: str) -> None:
        if self._line is None:
            terminal = sys.__stderr__.fileno() if sys.__stderr__ else 2
            colours = not self._app.no_color
            self._line = TerminalLine(
                terminal,
                ascii_only=self.ascii_only,
                colours=colours,
                album=self._album,
                gone=self._leave,
                failed=self._fail,
            )
        self._line.write(data)

    def process_message(self, message: Message) -> None:
        """Take from what the terminal says what is for the driver alone. Comes in the thread that reads keys."""
        if isinstance(message, Key) and message.key == _TerminalAnswer.SIXEL_MODE.value:
            self._has_sixel_mode = True
            return
        if isinstance(message, Key) and message.key == _TerminalAnswer.UNSYNCHRONIZED.value:
            self._ask_for_pictures()
            return
        super().process_message(message)
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            self._ask_for_pictures()

    def _ask_for_pictures(self) -> None:
        """Ask one that has answered what Textual asks of all: it leaves no letters on the screen for another question.

        It may have answered that it has no synchronized output, as xterm does, which shows sixel graphics.
        """
        if not self.ascii_only and not self._app.no_color:
            self.write(ASK_FOR_SIXEL + ASK_FOR_NAME)

    def run_input_thread(self) -> None:
        """Read keys, and hear answers, until the terminal is given back.

        It never waits in a read, as Textual's own does: what there was to read may be gone by then, as a shell takes
        it after a stop (SIGSTOP) that comes in between, and `disable_input` would wait for this thread for ever.
        """
        parser, decoder = XTermParser(self._debug), InputDecoder(self._hear)
        with own_way_to(self.fileno) as keyboard:
            poll = select.poll()
            poll.register(keyboard, select.POLLIN)
            while not self.exit_event.is_set():
                if poll.poll(_NEXT_LOOK * 1000):
                    try:
                        typed = os.read(keyboard, _MOST_KEYS)
                    except BlockingIOError:
                        continue
                    except OSError:  # the terminal is gone, as an end of file says elsewhere
                        typed = b""
                    if not typed:
                        self.exit_event.wait(_NEXT_LOOK)
                    elif words := decoder.decode(typed):
                        self._tell(parser.feed(words))
                self._tell(parser.tick())

    def _tell(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.process_message(message)

    def _hear(self, answer: str) -> None:
        """Go by what the terminal says. Comes in the thread that reads keys."""
        name = name_in(answer)
        if name is not None and knows_placeholders(name):
            self.write(ASK_FOR_GRAPHICS)
        elif takes_graphics(answer):
            self._use_placeholders()
        elif shows_sixel(answer):
            self._shows_sixel = True

    def _look_around_tmux(self) -> None:
        """Ask tmux itself which terminal it is in. Takes its time."""
        around = AroundTmux.asked(os.environ)
        if around.passes_on and knows_placeholders(around.name):
            self._use_placeholders()

    def _use_placeholders(self) -> None:
        if self._line is not None:
            self._line.placeholders = Placeholders(self._album, through_tmux="TMUX" in os.environ)

    def _leave(self) -> None:
        """End the app: nobody is there any more. What it edits is kept, and training goes on."""
        self.exit_event.set()  # for the thread that reads keys
        self._app.call_later(self._app.exit, None, 129)  # the status of a program that a hang-up ended

    def _fail(self, error: Exception) -> None:
        """End the app with what has gone wrong in the thread that writes: nothing more would be seen of it."""
        words = rich.traceback.Traceback.from_exception(type(error), error, error.__traceback__)
        self._app.call_later(self._app.panic, words)

    def repaint(self) -> None:
        """Send the whole screen again."""
        if self._line is not None:
            self._line.repaint()

    def start_application_mode(self) -> None:
        """Take the terminal as soon as it is this program's, and be ready to let it go and take it again.

        Textual's own handlers run in the middle of whatever the app does, start a second thread that reads keys, and
        take a terminal that was never given back for one in its usual state.
        """
        self._wait_for_foreground()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if "TMUX" in os.environ and not self.ascii_only and not self._app.no_color:
            threading.Thread(target=self._look_around_tmux, name="cnn-tui-tmux", daemon=True).start()
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTSTP, self._suspend)
        loop.add_signal_handler(signal.SIGCONT, self._retake)

    def stop_application_mode(self) -> None:
        """Give the terminal back, with all that was to be sent."""
        super().stop_application_mode()
        if self._line is not None:
            self._line.drain(5)

    def close(self) -> None:
        """End the line, then what Textual has opened."""
        if self._line is not None:
            self._line.end()
            self._line = None
        super().close()

    def _suspend(self) -> None:
        """Give the terminal back and stop, as the shell asks by SIGTSTP; take it again when the program goes on."""
        self._ignore_job_control()
        self.suspend_application_mode()
        # The system drops it where there is no shell that could ever let the program go on.
        os.kill(os.getpid(), signal.SIGTSTP)
        self._resume()

    def _retake(self) -> None:
        """Take the terminal anew after a stop that nobody was told of (SIGSTOP): a shell has used it meanwhile."""
        self._ignore_job_control()
        self._wait_for_foreground()
        self.suspend_application_mode()
        self._resume()

    def _ignore_job_control(self) -> None:
        """Leave both signals to the system until `start_application_mode`."""
        for number in (signal.SIGTSTP, signal.SIGCONT):
            asyncio.get_running_loop().remove_signal_handler(number)

    def _resume(self) -> None:
        self._must_signal_resume = True  # `App.app_resume_signal`, at which the screen is painted
        self.resume_application_mode()

    def _wait_for_foreground(self) -> None:
        """Stop while the terminal belongs to another job, as after `bg`: what is sent then would be in its way."""
        while self._in_background():
            os.kill(os.getpid(), signal.SIGSTOP)

    def _in_background(self) -> bool:
        try:
            return os.tcgetpgrp(self.fileno) != os.getpgrp()
        except OSError:  # a terminal without job control
            return False


class AsciiDriver(LeanDriver):
    """The same for a terminal that shows ASCII only."""

    ascii_only = True
