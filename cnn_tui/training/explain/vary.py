"""What the layers of augmentation make of an image while a network trains."""

from __future__ import annotations

import keras
import msgspec
import numpy as np

from cnn_tui.jobs.explain.answers import VARIATIONS, Variations
from cnn_tui.jobs.explain.protocol import VaryImage
from cnn_tui.network.layers import AnyLayer
from cnn_tui.training.model.build import keras_layer


def vary(question: VaryImage) -> Variations:
    """Put one image through Keras's own layers, as often as VARIATIONS says, as in a batch of training."""
    layers = msgspec.json.decode(question.layers, type=tuple[AnyLayer, ...])
    image = np.frombuffer(question.pixels, np.uint8).reshape(question.shape)
    batch = np.repeat(image[np.newaxis].astype(np.float32) / 255, VARIATIONS, axis=0)
    keras.utils.set_random_seed(question.seed)
    for at, layer in enumerate(layers):
        batch = keras_layer(layer, f"varied_{at}")(batch, training=True)
    varied = np.clip(np.rint(keras.ops.convert_to_numpy(batch) * 255), 0, 255).astype(np.uint8)
    height, width, channels = varied.shape[1:]
    return Variations((height, width, channels), tuple(one.tobytes() for one in varied))
