"""What becomes of a network between two phases of its training: other layers learn, and it is compiled anew."""

from __future__ import annotations

from typing import Any

import keras

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.network.kinds.application import Application
from cnn_tui.network.kinds.base import LearningLayer
from cnn_tui.training.model.build import compile_model
from cnn_tui.training.pipeline import Batches


def begin_phase(model: keras.Sequential, experiment: Experiment) -> None:
    """Let the layers learn that do in a phase, and compile the model for it: it keeps its weights alone.

    What was traced of its steps before is of no use any more (`forget_steps`).
    """
    for made, (_, layer) in zip(model.layers, experiment.stack.enabled(), strict=True):
        if isinstance(layer, LearningLayer):
            made.trainable = False  # TensorFlow takes no notice of a value that is there already, nor do layers inside
            made.trainable = layer.trainable
        if isinstance(layer, Application) and layer.trainable:
            base = next(one for one in made.layers if isinstance(one, keras.Model))
            for one in base.layers[: layer.frozen_layers]:
                one.trainable = False
    compile_model(model, experiment)


def batches_in(data: Batches, training: Training, first: int) -> Batches:
    """The training images in the batches of a phase, which begins after so many epochs, each in its own order."""
    forget_steps(data)
    steps = training.steps_per_epoch
    if data.batch_size == training.batch_size and data.steps == (steps or data.once):
        data.begun = first
        return data
    given: dict[str, Any] = {"answers": data.answers, "weights": data.weights, "seed": data.seed, "room": data.room}
    made = Batches(data.images, data.labels, batch_size=training.batch_size, steps=steps, **given)
    made.begun = first
    return made


def forget_steps(*some: Batches | None) -> None:
    """Have the steps over these images traced anew, with what the model now is."""
    for data in some:
        if data is not None and "supply" in vars(data):  # else there are none yet
            data.supply.compiled.clear()
