"""Lets Normalization layers look at the training images before training, as Keras's `adapt` does."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn_tui.training.pipeline import Pixels, scaled

BATCH = 256


def adapt(model: keras.Sequential, images: Pixels) -> None:
    """Give each Normalization the mean and variance, by channel, of what reaches it of the training images."""
    for at, layer in enumerate(model.layers):
        if isinstance(layer, keras.layers.Normalization):
            mean, variance = _mean_and_variance(model.layers[:at], images)
            layer.adapt_mean.assign(mean)
            layer.adapt_variance.assign(variance)
            layer.finalize_state()


def _mean_and_variance(before: list[Any], images: Pixels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Of what layers give for images, over all but the last axis."""
    total: Any = 0.0
    squares: Any = 0.0
    count = 0
    for start in range(0, len(images), BATCH):
        x = scaled(images[start : start + BATCH])
        for layer in before:
            x = layer(x, training=False)
        numbers = tf.cast(x, tf.float64).numpy().reshape(-1, x.shape[-1])
        total, squares, count = total + numbers.sum(0), squares + np.square(numbers).sum(0), count + len(numbers)
    mean = total / count
    return mean, np.maximum(squares / count - np.square(mean), 0.0)
