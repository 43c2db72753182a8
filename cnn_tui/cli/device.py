"""`--device` of `cnn-tui run` and of the lab, which loads nothing here that it does not need."""

from __future__ import annotations

from cnn_tui.cli.streams import UserError, say
from cnn_tui.jobs import gpu_client
from cnn_tui.jobs.devices import DeviceError, choose, parse
from cnn_tui.jobs.gpus import Gpus
from cnn_tui.text import quiet


def chosen_device(wish: str | None) -> str:
    """The wish as a run keeps it, "" for the freest GPU. Says when the card is busy; raises UserError.

    The card itself is chosen again when the run begins, which may be hours later.
    """
    try:
        wanted = parse(wish) if wish is not None else ""
        choice = choose(wanted, Gpus() if wanted == "cpu" else gpu_client.read_gpus())
    except DeviceError as error:
        raise UserError(str(error)) from None
    if choice.warning:
        say(quiet(choice.warning, 400))
    return wanted
