"""What a run that goes on begins with: the weights of a checkpoint or of a kept epoch."""

from __future__ import annotations

from typing import Any

from cnn_tui.artifacts.weights import Start
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.experiment.training.phases import PhaseReached
from cnn_tui.training.callbacks.checkpoints import CheckpointError, restore
from cnn_tui.training.callbacks.epoch_weights import take_epoch


def take_up(model: Any, start: Start, steps: int, reached: PhaseReached) -> None:
    """Give the model of the phase that was reached what a run goes on with. Raises CheckpointError.

    With weights alone the optimizer begins anew; a schedule that goes with the steps, `steps` an epoch, does not.
    """
    if start.checkpoint is not None:
        restore(model, start.path, start.checkpoint)
        return
    try:
        take_epoch(model, start.path)
    except RawFileError as error:
        raise CheckpointError(str(error)) from error
    schedule = reached.experiment.training.schedule
    if schedule is not None and not schedule.follows_epochs:
        model.optimizer.iterations.assign((start.epoch - reached.first) * steps)
