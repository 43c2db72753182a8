"""Where runs are to be trained, by the words of a command and the user's settings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from cnn_tui.cli.streams import UserError
from cnn_tui.experiment.file_errors import found
from cnn_tui.history.history import History
from cnn_tui.history.run import PLACES, Place
from cnn_tui.jobs.clusters import ray_options, slurm_options
from cnn_tui.jobs.job_options import JobOptionsError
from cnn_tui.ui.preferences import Preferences, PreferencesError, read_preferences


class Destination(NamedTuple):
    """Where runs are to be trained, and what their jobs ask of a cluster."""

    place: Place
    options: dict[str, Any]

    def set(self, history: History) -> None:
        """From now on the history adds runs for there."""
        history.place, history.job_options = self


def chosen_place(
    on: str | None,
    slurm: Sequence[str] | None = None,
    ray: Sequence[str] | None = None,
    preferences: Preferences | None = None,
) -> Destination:
    """What `--on`, `--slurm` and `--ray` say, else the settings. Raises UserError where no run can be given there."""
    try:
        settings = preferences or read_preferences()
    except PreferencesError as error:
        raise UserError(str(error)) from None
    named = on or settings.on
    place = next((one for one in PLACES if one == named), None)
    if place is None:
        raise UserError(f"--on: found {found(named)}; allowed: {', '.join(PLACES)}")
    for other, words in (("slurm", slurm), ("ray", ray)):
        if words and place != other:
            raise UserError(f"--{other} is for runs --on {other}")
    try:
        return Destination(place, _options(place, settings, slurm or (), ray or ()))
    except JobOptionsError as error:
        raise UserError(str(error)) from None


def _options(place: Place, settings: Preferences, slurm: Sequence[str], ray: Sequence[str]) -> dict[str, Any]:
    """What jobs there ask for. Raises JobOptionsError, and UserError where none can be given."""
    if place == "here":
        return {}
    why = slurm_options.obstacle() if place == "slurm" else ray_options.obstacle()
    if why:
        raise UserError(why)
    if place == "slurm":
        return dict(msgspec.to_builtins(slurm_options.changed(settings.slurm, slurm)))
    return dict(msgspec.to_builtins(ray_options.changed(settings.ray, ray)))
