"""`cnn-tui [EXPERIMENT]`: opens the lab."""

from __future__ import annotations

import gc
import os
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cnn_tui.cli import COMMANDS
from cnn_tui.cli.running.place import Destination, chosen_place
from cnn_tui.cli.runs import chosen_device
from cnn_tui.cli.streams import FAILED, UserError, is_terminal
from cnn_tui.exercises.packs import open_pack
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.presets import find_experiment, preset_names
from cnn_tui.text import closest, did_you_mean, sentence

if TYPE_CHECKING:  # it loads Textual, which no other command waits for
    from cnn_tui.ui.preferences import Preferences

_FILES = 32
"""More than the lab has open at any time, its processes' pipes included."""
_PLENTY = 1024
"""Files that a process may have open where nobody has limited it, on most systems."""
ESCAPE_DELAY_OVER_SSH = "400"
"""Milliseconds within which the rest of a key has to come: a slow line may bring an arrow key in two parts."""


def open_lab(
    name: str | None,
    pack: Path | None = None,
    device: str | None = None,
    *,
    on: str | None = None,
    theme: str | None = None,
    ascii_only: bool | None = None,
    mouse: bool | None = None,
) -> int:
    """Open the lab on an experiment, or on what it opens with; gives the exit status.

    With the folder `pack`, on its exercises. With `device` and `on`, runs that are started in it are trained
    there. A look that is None is left to the settings and the terminal.
    """
    _require_files(_FILES)
    experiment = _experiment(name) if name is not None else None
    place = open_pack(pack) if pack is not None else None
    _require_terminal()
    if {"SSH_CONNECTION", "SSH_TTY"} & os.environ.keys():
        os.environ.setdefault("ESCDELAY", ESCAPE_DELAY_OVER_SSH)  # Textual reads it when it is imported

    gc.disable()  # until the lab is drawn: of what is loaded nothing is garbage, and looking took 0.07 s
    from cnn_tui.ui import app  # Textual, which no other command waits for
    from cnn_tui.ui.own_theme import find_theme, theme_of
    from cnn_tui.ui.preferences import PreferencesError, set_keys

    preferences, of_keys = set_keys()
    destination, of_place = _destination(on, preferences)
    wanted = chosen_device(device, here=destination.place == "here")
    try:
        looks, of_looks = (find_theme(theme), "") if theme else theme_of(preferences)
    except PreferencesError as error:
        raise UserError(f"--{error}") from None
    return app.open_lab(
        experiment,
        Path(name) if name is not None and name not in preset_names() else None,
        theme=looks,
        ascii_only=_first(ascii_only, preferences.ascii, not speaks_unicode(os.environ)),
        charts=preferences.charts,
        mouse=_first(mouse, preferences.mouse),
        pictures=preferences.pictures,
        commands=preferences.commands,
        warning=of_looks or of_keys or of_place,
        pack=place,
        device=wanted,
        place=destination.place,
        job_options=destination.options,
    )


def _require_terminal() -> None:
    """Raises UserError where there is none, or none that can do what the lab needs."""
    without = "cnn-tui run EXPERIMENT trains without one"
    if not is_terminal(sys.stdin, sys.stdout):
        raise UserError(f"the lab needs a terminal to draw on and to read keys from; {without}")
    if os.environ.get("TERM") in (None, "", "dumb"):
        raise UserError(
            f"the lab needs a terminal that can move the cursor, and TERM does not name one here; {without}"
        )


def _destination(on: str | None, preferences: Preferences) -> tuple[Destination, str]:
    """Where runs are trained, and a warning where the settings name no place that there is."""
    try:
        return chosen_place(on, preferences=preferences), ""
    except UserError as error:
        if on is not None:
            raise
        return Destination("here", {}), f"{sentence(str(error))} Runs are trained on this machine."


def speaks_unicode(environment: Mapping[str, str]) -> bool:
    """Whether the locale is one of UTF-8. Where none is set at all, terminals of today do speak it."""
    everything, characters, language = (environment.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG"))
    if language in ("C", "POSIX") and characters.upper() in ("C.UTF-8", "C.UTF8", "UTF-8"):
        characters = ""  # Python itself has set it, to make more of the C locale
    locale = everything or characters or language
    return not locale or "utf" in locale.lower()


def _first(*choices: bool | None) -> bool:
    return next(choice for choice in choices if choice is not None)


def _experiment(name: str) -> Experiment:
    try:
        return find_experiment(name)
    except ExperimentError:
        near = [*COMMANDS, *preset_names()]
        if closest(name, near) in COMMANDS and not Path(name).exists():
            raise UserError(f"there is no command or preset {found(name)}.{did_you_mean(name, near)}") from None
        raise


def _require_files(count: int) -> None:
    """Make sure that so many more files can be open at once. Raises UserError where the system does not allow it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _PLENTY if hard == resource.RLIM_INFINITY else min(_PLENTY, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:  # the lower limit is ours to raise
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    opened: list[int] = []
    try:
        while len(opened) < count:
            opened.append(os.open(os.devnull, os.O_RDONLY))
    except OSError:
        words = (
            f"a process may have {soft} files open here, and the lab needs {count} beside those that are open already"
        )
        raise UserError(f"{words}: ulimit -n {_PLENTY} allows more", FAILED) from None
    finally:
        for one in opened:
            os.close(one)
