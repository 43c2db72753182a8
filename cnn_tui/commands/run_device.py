"""`cnn-tui run --device`: whether the device is to be had, and who else uses it, before anything is queued."""

from __future__ import annotations

from cnn_tui.commands.streams import UserError, say
from cnn_tui.text import quiet


def chosen_device(wish: str | None) -> str:
    """The wish as a run keeps it, "" for the freest GPU. Says when the card is busy; raises UserError.

    The card itself is chosen again when the run begins, which may be hours later.
    """
    from cnn_tui.jobs.devices import DeviceError, choose, parse
    from cnn_tui.jobs.gpu_client import read_gpus
    from cnn_tui.jobs.gpus import Gpus

    try:
        wanted = parse(wish) if wish is not None else ""
        choice = choose(wanted, Gpus() if wanted == "cpu" else read_gpus())
    except DeviceError as error:
        raise UserError(str(error)) from None
    if choice.warning:
        say(quiet(choice.warning, 400))
    return wanted
