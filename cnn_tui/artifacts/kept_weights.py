"""What the file of a run's weights says of itself: which run it is of, and after which epoch. Nothing loads it here."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cnn_tui.history.run import Run
from cnn_tui.home import checkpoint_path, model_path

MEMBER = "cnn_tui.json"
"""Where in the file it is said; Keras does not look at it."""


class Kept(msgspec.Struct, frozen=True):
    """What the file of a model says of itself. `run` is when the run was made: numbers of runs may come again."""

    run: float
    epoch: int
    metric: str = ""
    value: float = 0.0
    """For the best epoch: what it was chosen by."""
    seeds: list[list[int]] = []


def read(path: Path, run: Run) -> Kept | None:
    """What the file of a model says of itself; None when it cannot be read, or is of another run."""
    import zipfile  # the lab opens sooner without it

    try:
        with zipfile.ZipFile(path) as archive:
            kept = msgspec.json.decode(archive.read(MEMBER), type=Kept)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None
    return kept if kept.run == run.created else None


def weights_in_words(run: Run) -> str:
    """Which epoch the weights are of that a run has kept."""
    for path in (model_path(run.id), checkpoint_path(run.id)):
        kept = read(path, run)
        if kept is not None:
            return f"the weights that are kept are those of epoch {kept.epoch}"
    return "no weights are kept"


def goes_on(run: Run) -> str:
    """Where a run that is resumed goes on, as far as its checkpoint tells: "goes on after epoch 3, …"."""
    kept = read(checkpoint_path(run.id), run)
    if kept is None or [one.epoch for one in run.epochs][: kept.epoch] != [*range(1, kept.epoch + 1)]:
        return "has no checkpoint: it begins again"
    lost = len(run.epochs) - kept.epoch
    again = f"; the {'epoch' if lost == 1 else f'{lost} epochs'} after it {'is' if lost == 1 else 'are'} trained again"
    return f"goes on after epoch {kept.epoch}, from its last checkpoint{again if lost > 0 else ''}"
