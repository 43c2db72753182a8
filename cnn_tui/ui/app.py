"""The app around the lab: theme, palette, how it opens and how it is left."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from textual import messages
from textual.geometry import Size
from textual.theme import Theme
from textual.timer import Timer
from textual.worker import WorkerFailed

from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.experiment.document import Document, resume
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.journal import Journal
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.errors import HistoryError, trouble_of
from cnn_tui.history.history import History
from cnn_tui.history.run import Place
from cnn_tui.jobs.sensors import Sensors
from cnn_tui.reports.chart.canvas import Kind
from cnn_tui.text import sentence
from cnn_tui.ui.commands.own import OwnCommands, run_in_terminal
from cnn_tui.ui.commands.runs import QueueKeeper
from cnn_tui.ui.dialogs.dialog import Conversation
from cnn_tui.ui.keys import OWN, changed_keys, key_of, keys_of
from cnn_tui.ui.preferences import OwnCommand
from cnn_tui.ui.screens.lab import SHORT, LabScreen
from cnn_tui.ui.steady import Steady
from cnn_tui.ui.terminal.album import Album
from cnn_tui.ui.terminal.driver import AsciiDriver, LeanDriver, PictureWay
from cnn_tui.ui.theme import DARK, THEMES, Colours, suited
from cnn_tui.ui.typeahead import TypeaheadApp
from cnn_tui.ui.widgets import guide
from cnn_tui.ui.widgets.lines import COMPONENTS
from cnn_tui.ui.widgets.machine_view import SensorsLike

FIRST_PRESET = "lab1-baseline"
_READ_WAIT = 0.1
"""Seconds that a key waits for another process that has the whole history locked; then it is said."""
_SAY_AGAIN = 5.0
"""Seconds before it is said again that the history cannot be read."""
_SETTLED = 0.05
"""Seconds without another size after which a terminal has the one it keeps."""


class LabApp(Steady, TypeaheadApp):
    """Everything it needs comes from outside, so that a test can bring its own."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*COMPONENTS}
    CSS_PATH = "app.tcss"
    TITLE = "cnn-tui"
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False  # the lab has its own
    VERTICAL_BREAKPOINTS: list[tuple[int, str]] | None = [(0, "-short"), (SHORT, "-high")]  # noqa: RUF012 - as Textual has it

    def __init__(
        self,
        document: Document,
        history: History,
        trainer: QueueKeeper,
        theme: Theme = DARK,
        *,
        ascii_only: bool = False,
        charts: Literal["braille", "blocks"] = "braille",
        pictures: PictureWay | None = None,
        sensors: SensorsLike | None = None,
        commands: Sequence[OwnCommand] = (),
    ) -> None:
        """`pictures` is how the terminal shows images; None leaves it to what the terminal says."""
        if not os.environ.get("NO_COLOR"):
            os.environ.pop("NO_COLOR", None)  # empty it asks for nothing, but Textual takes it as set
        super().__init__(driver_class=AsciiDriver if ascii_only else LeanDriver)
        self.ascii_only = ascii_only
        """The terminal shows ASCII only: pictures are drawn in characters, everything else is replaced on its way."""
        self.lines_of_charts: Kind = "ascii" if ascii_only else charts
        self._pictures = pictures
        themes = THEMES if theme in THEMES else (*THEMES, theme)
        for one in themes:
            self.register_theme(suited(one, self._colours()))
        self.theme = theme.name
        # Nothing moves by itself: on a slow line an animation is a delay.
        self.animation_level = "none"
        history.store.wait_at_most(_READ_WAIT)
        self._history = history
        self._unreadable_until = 0.0
        self.lab = LabScreen(document, history, trainer, sensors or Sensors())
        self.lab.theme_names = tuple(one.name for one in themes)
        leave_terminal = functools.partial(run_in_terminal, self)
        self._own = OwnCommands(Conversation(self.lab), document, self.lab.runs, commands, leave_terminal)
        self.set_keymap(changed_keys())
        for key in keys_of(OWN):
            if key.keys:
                self.bind(",".join(key.codes()), key.action, description=key.help, show=False)
        self._shown_size: Size | None = None
        self._settling: Timer | None = None

    def on_mount(self) -> None:
        """Leave in good order also when the system or a line that drops asks for it: the terminal is given back."""
        for number in (signal.SIGTERM, signal.SIGHUP):
            with contextlib.suppress(RuntimeError, ValueError):  # in a thread that is not the first
                asyncio.get_running_loop().add_signal_handler(number, self._end_by, number)
        self.app_resume_signal.subscribe(self, lambda _: self._send_all())

    def _end_by(self, number: signal.Signals) -> None:
        asyncio.get_running_loop().remove_signal_handler(number)  # a second one ends it whatever it does
        self.exit(None, 128 + number)

    def _handle_exception(self, error: Exception) -> None:
        """Say that the history cannot be read now; everything else ends the app, as Textual has it."""
        cause = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(cause, sqlite3.Error):
            cause = trouble_of(cause, self._history.path)
        if not isinstance(cause, HistoryError):
            super()._handle_exception(error)
        elif time.monotonic() > self._unreadable_until:
            self._unreadable_until = time.monotonic() + _SAY_AGAIN
            self.notify(sentence(str(cause)), severity="error", markup=False, timeout=_SAY_AGAIN)

    def get_default_screen(self) -> LabScreen:
        """The lab is the first screen, so that no empty one is painted before it."""
        return self.lab

    def _colours(self) -> Colours:
        if self.no_color or self.console.color_system is None:
            return "none"
        return "many" if self.console.color_system in ("256", "truecolor") else "16"

    @property
    def album(self) -> Album | None:
        """Where pictures are put that the terminal shows with all their pixels; None where it does not."""
        if self._colours() == "none" or self.ascii_only or not isinstance(self._driver, LeanDriver):
            return None
        return self._driver.album(self._pictures)

    @property
    def on_slow_line(self) -> bool:
        """Whether pictures that nobody asked for would hold up what is typed."""
        return isinstance(self._driver, LeanDriver) and self._driver.slow

    def notify(self, message: str, **how: Any) -> None:
        """Say something, in place of what was said before: a pile of it would hide the lab."""
        self.clear_notifications()
        super().notify(message, **how)

    async def action_quit(self) -> None:
        """Textual's ctrl+q is the same as q."""
        self.lab.action_quit_lab()

    def action_own_command(self, number: int) -> None:
        """One of the user's own commands; over a page or a box its key does nothing."""
        if self.screen is self.lab:
            self.lab.wait_beside(self._own.run(number))

    def action_help_quit(self) -> None:
        """What ctrl+c is answered with: it leaves many programs, but here it is a slip that would cost the view."""
        self.notify(f"{key_of('lab.quit')} leaves the lab, and training goes on.", markup=False, timeout=4)

    def on_resize(self) -> None:
        """Look, once the terminal keeps its size, at whether that is another one."""
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLED, self._settled)

    def _settled(self) -> None:
        # Small and back at once: Textual paints nothing, for it sees the size it knows. But the terminal has cut cells.
        if self._shown_size == self.size:
            self._send_all()
        else:  # what was painted for a size in between was cut at the edges of the next: sent is only what differs
            self._paint_all()
        self._shown_size = self.size

    def on_in_band_window_resize(self, _: messages.InBandWindowResize) -> None:
        """The terminal is going to say its size without having changed it."""
        self._shown_size = None

    def _send_all(self) -> None:
        if isinstance(self._driver, LeanDriver):
            self._driver.repaint()
        self._paint_all()

    def _paint_all(self) -> None:
        for screen in self.screen_stack:
            screen.refresh()

    def action_repaint_screen(self) -> None:
        """Send the whole screen again, after something else has written on the terminal."""
        self._send_all()
        self.notify("The whole screen was sent again.", timeout=2)


def open_lab(
    experiment: Experiment | None = None,
    source: Path | None = None,
    *,
    theme: Theme = DARK,
    ascii_only: bool = False,
    charts: Literal["braille", "blocks"] = "braille",
    mouse: bool = True,
    pictures: PictureWay | None = None,
    commands: Sequence[OwnCommand] = (),
    warning: str = "",
    pack: SetPlace | None = None,
    device: str = "",
    place: Place = "here",
    job_options: Mapping[str, Any] = MappingProxyType({}),
) -> int:
    """Open the lab in this terminal until it is left; gives the exit status.

    `source` is the file that `experiment` came from, None for a preset. `pictures` is how the terminal shows images;
    None leaves it to what the terminal says. `commands` are the user's own. `warning` is said at once. With `pack`, its
    exercises are shown at once. `device` and `place` are where runs that are started here are to be trained, and
    `job_options` what their jobs ask for. Raises DatasetError and HistoryError.
    """
    from cnn_tui.jobs import launch

    journal = Journal()
    with History() as history, launch.presence(), contextlib.closing(journal):
        history.device, history.place, history.job_options = device, place, job_options
        first = experiment or load_preset(FIRST_PRESET)
        document = resume(first, source, journal, chosen=experiment is not None)
        app = LabApp(
            document, history, launch, theme, ascii_only=ascii_only, charts=charts, pictures=pictures, commands=commands
        )
        app.lab.guided_start.shown = experiment is None and pack is None and guide.wanted(history.count())
        if pack is not None:
            app.lab.exercises.use_pack(pack)
        if warning:
            app.call_later(app.notify, warning, severity="warning", timeout=20, markup=False)
        app.call_later(app.call_after_refresh, _is_drawn)
        app.run(mouse=mouse)
        sys.stdout.flush()
        return app.return_code or 0


def _is_drawn() -> None:
    """What is there once the lab is drawn stays: to look through it for garbage would hold up a key for 0.1 s."""
    gc.freeze()
    gc.enable()
