"""A network of `keras.applications` as one layer, with its weights and with what it does to images first."""

from __future__ import annotations

import math
import os
import re
from pathlib import Path
from typing import Any

import keras

from cnn_tui.network.kinds.application import (
    BLUE_FIRST,
    FROM_MINUS_1,
    IMAGENET_MEANS,
    IMAGENET_TORCH,
    RESCALED,
    Application,
)

_IMAGENET_VARIANCES = (0.229, 0.224, 0.225)
"""As Keras calls the spreads of ImageNet's colours where it divides by their roots, in EfficientNetB0 to B7."""


class WeightsError(ValueError):
    """Weights that are not there; the message says where they are had and where to put them."""


def keras_application(layer: Application, shape: tuple[int, int, int], name: str, *, pretrained: bool) -> keras.Model:
    """The layer for images of this shape, from 0 to 1. Without `pretrained` its weights are about to be loaded.

    Raises WeightsError.
    """
    height, width, channels = shape
    base = _base(layer, (height, width, 3), pretrained)
    images = keras.Input(shape)
    x = images if channels == 3 else keras.layers.Concatenate()([images] * 3)
    x = _prepared(layer, x)
    model = keras.Model(images, base(x) if layer.training else _at_rest(base)(x, training=False), name=name)
    if not layer.trainable:  # what is said of the whole is said of each of its layers
        model.trainable = False
    return model


def _base(layer: Application, shape: tuple[int, int, int], pretrained: bool) -> keras.Model:
    make = getattr(keras.applications, layer.architecture)
    weights: str | None = layer.weights if pretrained and layer.weights != "none" else None
    if weights is None and layer.weights == "imagenet":
        return _cut(_as_with_imagenet(make(include_top=False, weights=None, input_shape=shape), layer), layer)
    if weights not in (None, "imagenet"):
        return _cut(_from_file(make(include_top=False, weights=None, input_shape=shape), layer), layer)
    try:
        made = make(include_top=False, weights=weights, input_shape=shape)
    except ValueError as error:
        raise WeightsError(f"{layer.architecture}: {str(error).splitlines()[0]}") from None
    except Exception as error:  # Keras raises a plain Exception where it cannot fetch
        address = re.search(r"https?://\S+/(\S+?\.h5)", str(error))
        where = Path(os.environ.get("KERAS_HOME", "~/.keras")) / "models"
        file, place = (
            (address[1], address[0]) if address else ("the file of weights", "the page of Keras's applications")
        )
        # Of these, a file given by its path has other images behind the Normalization than ImageNet's weights want.
        path = "" if layer.architecture.startswith(RESCALED) else "set weights to the path of such a file, "
        raise WeightsError(
            f"the ImageNet weights of {layer.architecture} cannot be fetched: put {file} from {place} into {where}, "
            f'{path}or set weights to "none" to begin at random'
        ) from None
    return _cut(made, layer)


def _as_with_imagenet(base: keras.Model, layer: Application) -> keras.Model:
    """The base as Keras makes it for ImageNet's weights, whose numbers it is about to be given."""
    if not layer.architecture.startswith(RESCALED):
        return base

    def called(one: keras.layers.Layer, *inputs: Any, **more: Any) -> Any:
        output = one(*inputs, **more)
        if not isinstance(one, keras.layers.Normalization):
            return output
        return keras.layers.Rescaling([1 / math.sqrt(variance) for variance in _IMAGENET_VARIANCES])(output)

    return keras.models.clone_model(base, call_function=called)


def _from_file(base: keras.Model, layer: Application) -> keras.Model:
    """The base with the weights of a file: of the whole architecture without its top, as Keras publishes them."""
    path = Path(layer.weights).expanduser()
    if not path.is_file():
        raise WeightsError(f"the file of weights {path} for {layer.architecture} is not there")
    try:
        base.load_weights(path)
    except Exception as error:  # h5py and Keras have many
        what = f"weights of {layer.architecture} without its top"
        raise WeightsError(f"{path} holds no {what} ({type(error).__name__})") from error
    return base


def _cut(base: keras.Model, layer: Application) -> keras.Model:
    """The base up to where it is cut, with the first of its layers frozen."""
    for one in base.layers[: layer.frozen_layers]:
        one.trainable = False
    return keras.Model(base.input, base.get_layer(layer.cut).output, name=base.name) if layer.cut else base


def _at_rest(base: keras.Model) -> keras.Model:
    """The base as it is after training, whatever it is told.

    What a call in a model says, `base(x, training=False)`, counted up to Keras 2; in Keras 3 what the whole model is
    told comes before it, so that each `fit` puts it aside.
    """
    call = base.call
    base.call = lambda inputs, training=None, mask=None: call(inputs, training=False, mask=mask)
    return base


def _prepared(layer: Application, x: Any) -> Any:
    """Images from 0 to 1 as the numbers that the architecture learned with, as its `preprocess_input` makes them."""
    if layer.preprocessing == "none":
        return x
    if layer.architecture in FROM_MINUS_1:
        return keras.layers.Rescaling(2.0, offset=-1.0)(x)
    if layer.architecture in BLUE_FIRST:
        means = [mean / 255 for mean in IMAGENET_MEANS]
        return keras.layers.Normalization(mean=means, variance=[1 / 255**2] * 3)(keras.ops.flip(x, axis=-1))
    if layer.architecture in IMAGENET_TORCH:
        mean, variance = IMAGENET_TORCH[layer.architecture]
        return keras.layers.Normalization(mean=mean, variance=variance)(x)
    return keras.layers.Rescaling(255.0)(x)
