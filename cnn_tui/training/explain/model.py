"""A run's trained model, loaded: what it says of images, and what its layers make of them."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from cnn_tui.artifacts.evaluation import NOISY
from cnn_tui.artifacts.predictions import model_stamp
from cnn_tui.data.dataset import shown
from cnn_tui.jobs.explain.answers import Activations, DeadLayer, FilterMap, Kernels, LayerFacts, LayerMaps
from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.network.by_hand.activation import ACTIVATIONS
from cnn_tui.text import reason
from cnn_tui.training.callbacks.epoch_weights import settle, take_epoch
from cnn_tui.training.pipeline import scaled

MOST_SENT = 128
"""Rows or columns of a map beyond which it is sent smaller: no terminal shows more."""
MOST_WEIGHTS = 4_000_000

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]


class TrainedModel:
    """A model in memory. Images are uint8 of (n, height, width, channels), as datasets have them."""

    def __init__(self, path: Path) -> None:
        """Load a `.keras` file. Raises ExplainError when it is not there or broken."""
        try:
            # What it was compiled with takes as long to load as the weights, and is not asked for here.
            self.model = keras.models.load_model(path, compile=False)
        except FileNotFoundError:
            raise ExplainError(f"the model file {path} is not there any more") from None
        except Exception as error:  # a broken file makes the loaders of zip, JSON and HDF5 raise nearly anything
            # What is no archive at all Keras calls a file that is not found.
            why = reason(error) if zipfile.is_zipfile(path) else "it is damaged, no Keras file any more"
            raise ExplainError(f"the model file {path} cannot be loaded ({why}): train the experiment again") from error
        self.input_shape: tuple[int, int, int] = tuple(self.model.input_shape[1:])
        self.outputs = int(self.model.output_shape[-1])
        self.map_layers = [layer for layer in self.model.layers if _gives_map(layer)]
        """The layers that give maps, from the image on."""
        self.nodes = nodes_of(self.model)
        self._parts: dict[tuple[int, ...], Any] = {}
        self._own: list[Any] = []
        """The weights that it was loaded with, once it has had others."""
        self._has: tuple[Path, tuple[int, int] | None] | None = None
        """The file that its weights are of now, and its stamp; None for its own."""

    def have_weights(self, path: Path | None) -> None:
        """Have the weights of a kept epoch by its file, or for None its own again. Raises RawFileError."""
        wanted = (path, model_stamp(path)) if path is not None else None
        if wanted == self._has:
            return
        self._own = self._own or self.model.get_weights()
        if path is None:
            self.model.set_weights(self._own)
            settle(self.model)
        else:
            take_epoch(self.model, path)
        self._has = wanted

    def layers(self) -> tuple[LayerFacts, ...]:
        """The layers that give maps."""
        return tuple(
            LayerFacts(layer.name, kind_of(layer), _shape(layer), _kernel(layer) is not None, _by_hand(layer))
            for layer in self.map_layers
        )

    def predict(self, images: Pixels) -> Floats:
        """What `model.predict()` returns: (n, classes)."""
        answer: Floats = tf.cast(self.model(scaled(images), training=False), tf.float32).numpy()
        return answer

    def activations(
        self, images: Pixels, names: tuple[str, ...] = (), first: int = 0, most: int = 64, steps: tuple[str, ...] = ()
    ) -> Activations:
        """What the layers of those names make of images. Raises ExplainError for a layer that gives no maps."""
        layers = self._chosen(names)
        outputs = self._outputs(images, layers)
        shown = [_layer_maps(layer, maps, first, most) for layer, maps in zip(layers, outputs, strict=True)]
        height, width, channels = self.input_shape
        return Activations((height, width, channels), tuple(image.tobytes() for image in images), tuple(shown), steps)

    def kernels(self, name: str) -> Kernels:
        """The weights of a convolution. Raises ExplainError for a layer without kernels, and for one too large."""
        (layer,) = self._chosen((name,))
        kernel = _kernel(layer)
        if kernel is None:
            raise ExplainError(f"{name} has no kernels: only convolutions have", wrong=True)
        if kernel.size > MOST_WEIGHTS:
            raise ExplainError(f"{name} has {kernel.size:,} weights, more than the {MOST_WEIGHTS:,} that are shown")
        bias = layer.bias.numpy().astype("<f4").tobytes() if getattr(layer, "bias", None) is not None else b""
        height, width, channels, filters = kernel.shape
        return Kernels(
            name,
            type(layer).__name__,
            (height, width, channels, filters),
            np.ascontiguousarray(kernel, "<f4").tobytes(),
            bias,
            tuple(layer.strides),
            layer.padding,
            _activation(layer),
        )

    def dead_filters(self, images: Pixels) -> tuple[DeadLayer, ...]:
        """The filters of each layer whose map is one and the same number all over, for every image."""
        layers = self.map_layers
        low: list[Any] = [None] * len(layers)
        high: list[Any] = [None] * len(layers)
        for start in range(0, len(images), 32):
            for at, maps in enumerate(self._outputs(images[start : start + 32], layers)):
                lowest, highest = maps.min(axis=(0, 1, 2)), maps.max(axis=(0, 1, 2))
                low[at] = lowest if low[at] is None else np.minimum(low[at], lowest)
                high[at] = highest if high[at] is None else np.maximum(high[at], highest)
        return tuple(
            DeadLayer(layer.name, _shape(layer)[2], tuple(map(int, np.flatnonzero(highest <= lowest))))
            for layer, lowest, highest in zip(layers, low, high, strict=True)
        )

    def up_to(self, *places: Any) -> Any:
        """The model with other outputs: what comes to some places of its graph. It is made once for the same places."""
        known = tuple(map(id, places))  # they are there as long as the model
        if known not in self._parts:
            self._parts[known] = keras.Model(self.model.inputs, list(places))
        return self._parts[known]

    def _chosen(self, names: tuple[str, ...]) -> list[Any]:
        found = {layer.name: layer for layer in self.map_layers}
        for name in names:
            if name not in found:
                known = ", ".join(found) or "none here does"
                raise ExplainError(f"there is no layer {shown(name)} that gives maps: {known}", wrong=True)
        return [found[name] for name in names] if names else self.map_layers

    def _outputs(self, images: Pixels, layers: list[Any]) -> list[Floats]:
        """What each layer gives: (n, height, width, filters)."""
        if not layers:
            return []
        outputs = self.up_to(*(self.nodes[layer.name].outputs[0] for layer in layers))(scaled(images), training=False)
        return [tf.cast(output, tf.float32).numpy() for output in keras.tree.flatten(outputs)]


def kind_of(layer: Any) -> str:
    """The kind of a layer, by the name that it has in a stack; of a network in it, with Keras's name for that."""
    return f"Application {layer.layers[-1].name}" if isinstance(layer, keras.Model) else type(layer).__name__


def nodes_of(model: Any) -> dict[str, Any]:
    """The layers' places in the model's own graph, by their names: each with its `input_tensors` and `outputs`.

    `layer.output` is not always in it: a Sequential that is loaded is built anew with each layer that is added, so the
    layers' first outputs belong to graphs of their own.
    """
    found: dict[str, Any] = {}
    waiting = list(model.outputs)
    while waiting:
        history = waiting.pop()._keras_history
        if history.operation.name not in found:
            node = history.operation._inbound_nodes[history.node_index]
            found[history.operation.name] = node
            waiting += node.input_tensors
    return found


def _gives_map(layer: Any) -> bool:
    kind = type(layer).__name__
    shape = getattr(getattr(layer, "output", None), "shape", ())
    return len(shape) == 4 and kind != "InputLayer" and kind not in NOISY and not kind.startswith("Random")


def _shape(layer: Any) -> tuple[int, int, int]:
    _, height, width, filters = layer.output.shape
    return int(height), int(width), int(filters)


def _kernel(layer: Any) -> Floats | None:
    """The kernels of a layer as (height, width, channels, filters); None for a layer that has none."""
    kind = type(layer).__name__
    if kind == "Conv2D":
        return np.asarray(layer.kernel.numpy(), np.float32)
    if kind == "Conv2DTranspose":  # Keras has its filters before the channels
        return np.asarray(layer.kernel.numpy(), np.float32).swapaxes(2, 3)
    if kind == "DepthwiseConv2D":  # each channel has filters of its own
        kernel = np.asarray(layer.kernel.numpy(), np.float32)
        return kernel.reshape(*kernel.shape[:2], 1, -1)
    return None


def _activation(layer: Any) -> str:
    return getattr(getattr(layer, "activation", None), "__name__", "linear")


def _by_hand(layer: Any) -> bool:
    if type(layer).__name__ != "Conv2D":
        return False
    plain: bool = set(layer.dilation_rate) == {1} and layer.groups == 1
    return plain and _activation(layer) in ACTIVATIONS


def _layer_maps(layer: Any, maps: Floats, first: int, most: int) -> LayerMaps:
    chosen = maps[..., max(0, first) : max(0, first) + max(0, most)]
    step = -(-max(chosen.shape[1:3]) // MOST_SENT)
    chosen = chosen[:, ::step, ::step]
    size = (int(chosen.shape[1]), int(chosen.shape[2]))
    rows = tuple(tuple(_filter_map(image[..., at]) for at in range(image.shape[2])) for image in chosen)
    return LayerMaps(layer.name, kind_of(layer), _shape(layer), size, max(0, first), rows)


def _filter_map(numbers: Floats) -> FilterMap:
    numbers = np.nan_to_num(numbers, nan=0.0, posinf=3e38, neginf=-3e38).astype(np.float64)
    low, high = float(numbers.min()), float(numbers.max())
    scaled = (numbers - low) * (255 / (high - low)) if high > low else np.zeros_like(numbers)
    return FilterMap(low, high, np.rint(scaled).astype(np.uint8).tobytes())
