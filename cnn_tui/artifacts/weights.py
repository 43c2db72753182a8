"""The weights that a run has kept: which run and epoch they are of, and why there are none. Nothing loads them here."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from cnn_tui.artifacts.kept_epochs import epoch_path, kept_epochs
from cnn_tui.history.ending import status_in_words
from cnn_tui.history.run import Run
from cnn_tui.home import checkpoint_path, model_path

WEIGHTS_MEMBER = "cnn_tui.json"
"""Where in the file it is said; Keras does not look at it."""


class KeptWeights(msgspec.Struct, frozen=True):
    """What the file of a model says of itself. `run` is when the run was made: numbers of runs may come again."""

    run: float
    epoch: int
    metric: str = ""
    value: float = 0.0
    """For the best epoch: what it was chosen by."""
    seeds: list[list[int]] = []


class NoModel(NamedTuple):
    """Why there is no model, in a sentence. `lost` tells that there was one."""

    why: str
    lost: bool = False


def no_model(run: Run) -> NoModel | None:
    """Why a run has no model; None when it has one."""
    path = model_path(run.id)
    if path.exists():
        return None
    if run.status == "queued":
        return NoModel(f"run {run.id} waits in the queue: it has learned nothing yet")
    if run.live:
        return NoModel(f"run {run.id} is {run.status}: its weights are there when it has ended")
    words = status_in_words(run.status, run.ending)
    if checkpoint_path(run.id).exists():
        return NoModel(f"run {run.id} ({words}) has a checkpoint but no finished model: resume it to its end")
    if run.status == "finished" or run.test_accuracy is not None:
        return NoModel(f"the model of run {run.id} is gone: {path} has been deleted", lost=True)
    return NoModel(f"run {run.id} ({words}) has kept no weights")


def read_weights(path: Path, run: Run) -> KeptWeights | None:
    """What the file of a model says of itself; None when it cannot be read, or is of another run."""
    import zipfile  # the lab opens sooner without it

    try:
        with zipfile.ZipFile(path) as archive:
            kept = msgspec.json.decode(archive.read(WEIGHTS_MEMBER), type=KeptWeights)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    return kept if kept.run == run.created else None


def weights_in_words(run: Run) -> str:
    """Which epoch the weights are of that a run has kept."""
    for path in (model_path(run.id), checkpoint_path(run.id)):
        kept = read_weights(path, run)
        if kept is not None:
            return f"the weights that are kept are those of epoch {kept.epoch}"
    return "no weights are kept"


class Start(NamedTuple):
    """Where a run that is resumed can go on: after an epoch, with the weights in a file."""

    epoch: int
    path: Path
    checkpoint: KeptWeights | None = None
    """What a checkpoint says of itself, which has the optimizer's state too; None for the weights of a kept epoch."""


def starts(run: Run, after: int | None = None) -> list[Start]:
    """Where a run can go on, the best place first: `after` the epoch asked for, its checkpoint, its last kept epoch.

    Each is of this run, and all epochs up to it are recorded; whether the file can be read whole is not known yet.
    """
    recorded = [one.epoch for one in run.epochs]
    kept = [epoch for epoch in kept_epochs(run) if recorded[:epoch] == [*range(1, epoch + 1)]]
    found = [Start(after, epoch_path(run.id, after))] if after is not None and after in kept else []
    checkpoint = read_weights(checkpoint_path(run.id), run)
    if checkpoint is not None and recorded[: checkpoint.epoch] == [*range(1, checkpoint.epoch + 1)]:
        found.append(Start(checkpoint.epoch, checkpoint_path(run.id), checkpoint))
    return found + [Start(epoch, epoch_path(run.id, epoch)) for epoch in kept[-1:]]


def goes_on(run: Run, after: int | None = None) -> str:
    """Where a run that is resumed goes on, as far as that is known: "goes on after epoch 3, …"."""
    start = next(iter(starts(run, after)), None)
    if start is None:
        return "has no checkpoint, so it begins again"
    source = "its last checkpoint" if start.checkpoint else "the weights that it kept, with a new optimizer"
    lost = len(run.epochs) - start.epoch
    again = f"; the {'epoch' if lost == 1 else f'{lost} epochs'} after it {'is' if lost == 1 else 'are'} trained again"
    return f"goes on after epoch {start.epoch}, from {source}{again if lost > 0 else ''}"
