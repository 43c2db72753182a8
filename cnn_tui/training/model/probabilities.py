"""How sure a network is of each class, from the numbers that it gives: what Keras's `predict` returns.

Logits become probabilities by what the loss makes of them. A single number is that of the second of two classes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn_tui.experiment.training.training import Training
from cnn_tui.network.losses import answers_for, to_probabilities

Numbers = NDArray[Any]
_MAKES: dict[str, Any] = {"softmax": tf.nn.softmax, "sigmoid": tf.sigmoid}


def class_count(outputs: int, training: Training) -> int:
    """How many classes so many numbers tell apart."""
    return 2 if _is_single(outputs, training) else outputs


def class_probabilities(outputs: Numbers, training: Training) -> Numbers:
    """The probabilities (n, classes) of what a network gives, (n, outputs); of several sigmoids they do not add up."""
    link = to_probabilities(training.loss, training.from_logits)
    numbers = _MAKES[link](outputs.astype(np.float64)).numpy() if link else outputs
    if not _is_single(outputs.shape[1], training):
        return numbers
    second = numbers.astype(np.float64)
    return np.concatenate([1 - second, second], axis=1)


def _is_single(outputs: int, training: Training) -> bool:
    return answers_for(training.loss, outputs).kind == "single numbers"
