"""What Keras's `compile` gets of an experiment as loss and metrics: mostly their names.

Where a name alone would not say all, it is one of Keras's classes with its arguments. The training makes it, and the
exported script writes it.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.network.losses import CLASS_NUMBERS, Answers, answers_for, to_probabilities
from cnn_tui.network.summary import summarize


class KerasObject(NamedTuple):
    """A class of `keras.losses` or `keras.metrics` by its name, and the arguments that it is made with."""

    kind: str
    arguments: dict[str, Any]


Compiled: TypeAlias = str | KerasObject

_LOSS_CLASSES = {
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "binary_crossentropy": "BinaryCrossentropy",
}
"""Those that have arguments."""


def answers_of(experiment: Experiment) -> Answers:
    """The form in which the loss of an experiment takes the right answers. Raises DatasetError."""
    shape = summarize(experiment.stack).output_shape
    # What cannot be built has no answers, and is refused when it is built.
    return answers_for(experiment.training.loss, shape[-1]) if shape else CLASS_NUMBERS


def compiled_loss(training: Training) -> Compiled:
    """The loss of an experiment without problems."""
    given = {"from_logits": training.from_logits, "label_smoothing": training.label_smoothing}
    others = {name: value for name, value in given.items() if value}
    return KerasObject(_LOSS_CLASSES[training.loss], others) if others else training.loss


def compiled_metric(name: str, training: Training, units: int) -> Compiled:
    """A metric of an experiment without problems, whose network has so many units at its end.

    What Keras takes for "accuracy" of a single number counts what is above 0.5 as the second class, and so do others:
    of a logit it is what is above 0.
    """
    if to_probabilities(training.loss, training.from_logits) != "sigmoid":
        return name
    of_logits: dict[str, KerasObject] = {
        "binary_accuracy": KerasObject("BinaryAccuracy", {"threshold": 0.0}),
        "auc": KerasObject("AUC", {"from_logits": True}),
        "precision": KerasObject("Precision", {"thresholds": 0.0}),
        "recall": KerasObject("Recall", {"thresholds": 0.0}),
    }
    found = of_logits.get("binary_accuracy" if name == "accuracy" and units == 1 else name)
    return name if found is None else KerasObject(found.kind, {**found.arguments, "name": name})
