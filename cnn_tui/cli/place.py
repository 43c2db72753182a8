"""Where runs are to be trained, by the words of a command and the user's settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, get_args

import msgspec

from cnn_tui.cli.streams import UserError
from cnn_tui.experiment.file_errors import found
from cnn_tui.history.history import History
from cnn_tui.history.run import Place
from cnn_tui.jobs.slurm_options import SlurmOptionsError, changed, obstacle
from cnn_tui.ui.preferences import Preferences, PreferencesError, read_preferences

_PLACES = ("here", "slurm")


class Destination(NamedTuple):
    """Where runs are to be trained, and what their jobs ask of a cluster."""

    place: Place
    options: dict[str, Any]

    def set(self, history: History) -> None:
        """From now on the history adds runs for there."""
        history.place, history.job_options = self


def chosen_place(on: str | None, words: Sequence[str] | None, preferences: Preferences | None = None) -> Destination:
    """What `--on` and `--slurm` say, else the settings. Raises UserError where no run can be given there."""
    try:
        settings = preferences or read_preferences()
    except PreferencesError as error:
        raise UserError(str(error)) from None
    named = on or settings.on
    place = next((one for one in get_args(Place) if one == named and one in _PLACES), None)
    if place is None:
        raise UserError(f"--on: found {found(named)}; allowed: {', '.join(_PLACES)}")
    if place == "here":
        if words:
            raise UserError("--slurm is for runs --on slurm")
        return Destination("here", {})
    if why := obstacle():
        raise UserError(why)
    try:
        return Destination(place, msgspec.to_builtins(changed(settings.slurm, words or ())))
    except SlurmOptionsError as error:
        raise UserError(str(error)) from None
