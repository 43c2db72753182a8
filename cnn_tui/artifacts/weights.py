"""Whether a run has a trained model to look into, and why not."""

from __future__ import annotations

from typing import NamedTuple

from cnn_tui.history.run import Run
from cnn_tui.home import checkpoint_path, model_path


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
    if checkpoint_path(run.id).exists():
        return NoModel(f"run {run.id} is {run.status} and has a checkpoint but no finished model: resume it to its end")
    if run.status == "finished" or run.test_accuracy is not None:
        return NoModel(f"the model of run {run.id} is gone: {path} has been deleted", lost=True)
    return NoModel(f"run {run.id} is {run.status} and has kept no weights")
