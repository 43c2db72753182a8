"""Where the runs that the lab starts are trained: this machine, or a cluster that the settings know of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from cnn_tui.history.run import Place
from cnn_tui.jobs.clusters import ray_options, slurm_options
from cnn_tui.jobs.job_options import JobOptionsError
from cnn_tui.text import quiet, sentence
from cnn_tui.ui.commands.runs import LabCommands
from cnn_tui.ui.dialogs.dialog import PickItem, PickScreen
from cnn_tui.ui.preferences import Preferences, PreferencesError, read_preferences


class OfferedPlace(NamedTuple):
    """A place with what its jobs are asked for, and that in words; or the obstacle to it."""

    place: Place
    words: str = ""
    options: Mapping[str, Any] = {}
    obstacle: str = ""


@dataclass(eq=False)
class PlaceCommands(LabCommands):
    """Choose where runs are trained from now on, until the lab is left."""

    placed: Callable[[], None]
    """Tell that another place was chosen."""
    _device: str | None = None
    """The device that runs on this machine are for, while they are not trained here."""

    async def choose(self) -> None:
        try:
            offered = places(read_preferences())
        except PreferencesError as error:
            self.talk.say(sentence(str(error)), "error")
            return
        items = [PickItem(one.place, one.place, one.words) for one in offered if not one.obstacle]
        hint = "\n".join(f"{one.place}: {sentence(one.obstacle)}" for one in offered if one.obstacle)
        chosen = await self.talk.ask(PickScreen("Where are runs trained?", items, at=self.history.place, hint=hint))
        place = next((one for one in offered if one.place == chosen), None)
        if place is not None:
            self._use(place)

    def _use(self, chosen: OfferedPlace) -> None:
        history = self.history
        if history.place == "here":
            self._device = history.device
        history.place, history.job_options = chosen.place, chosen.options
        history.device = (self._device or "") if chosen.place == "here" else ""
        self.placed()
        where = "on this machine" if chosen.place == "here" else f"on {chosen.place} ({chosen.words})"
        self.talk.say(
            f"Runs that are started from now on are trained {where}; the settings say where at the next start."
        )


def places(settings: Preferences) -> list[OfferedPlace]:
    """All places, in the order in which they are offered."""
    slurm, asked = settings.slurm, msgspec.to_builtins(settings.slurm)
    words = ", ".join(
        f"{name} {quiet(str(asked[name]), 40)}" for name in ("partition", "account", "qos", "gres") if name in asked
    )
    on_slurm = OfferedPlace(
        "slurm", f"{words or 'the usual partition'}, {slurm.time} min a job", asked, slurm_options.obstacle()
    )
    return [OfferedPlace("here", "this machine"), on_slurm, _on_ray(settings)]


def _on_ray(settings: Preferences) -> OfferedPlace:
    try:
        options = ray_options.changed(settings.ray, ())
    except JobOptionsError as error:
        return OfferedPlace("ray", obstacle=ray_options.obstacle() or str(error))
    words = f"{quiet(options.address, 60)}, {options.in_words()} a run"
    return OfferedPlace("ray", words, msgspec.to_builtins(options), ray_options.obstacle())
