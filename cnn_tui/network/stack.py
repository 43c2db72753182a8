"""A stack: the input shape and the layers in order. Every edit returns a new Stack."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from cnn_tui.network.kinds.application import facts_of
from cnn_tui.network.kinds.base import LearningLayer
from cnn_tui.network.layers import (
    AnyLayer,
    Application,
    AveragePooling2D,
    MaxPooling2D,
    PReLU,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
    Resizing,
    UpSampling2D,
    plain,
)
from cnn_tui.network.values import L1L2

Shape = tuple[int, ...]
"""A shape without the batch axis, as (height, width, channels) or (units,)."""
_ONE = (1, 1)
_MOVE = RandomRotation | RandomTranslation | RandomZoom | RandomShear


class Stack(msgspec.Struct, frozen=True):
    """The layers of a network from input to output. Positions count from 0; messages count from 1."""

    input_shape: Shape
    layers: tuple[AnyLayer, ...] = ()

    def __len__(self) -> int:
        return len(self.layers)

    def enabled(self) -> Iterator[tuple[int, AnyLayer]]:
        """The layers that are part of the network, with their positions."""
        return ((at, layer) for at, layer in enumerate(self.layers) if layer.enabled)

    def insert(self, at: int, layer: AnyLayer) -> Stack:
        """The stack with `layer` at position `at`, which may be the end."""
        return self._with((*self.layers[:at], layer, *self.layers[at:]))

    def delete(self, at: int) -> Stack:
        return self._with(self.layers[:at] + self.layers[at + 1 :])

    def duplicate(self, at: int) -> Stack:
        return self.insert(at + 1, self.layers[at])

    def move(self, at: int, to: int) -> Stack:
        """The stack with the layer at `at` moved to position `to`."""
        return self.delete(at).insert(to, self.layers[at])

    def replace(self, at: int, layer: AnyLayer) -> Stack:
        return self._with((*self.layers[:at], layer, *self.layers[at + 1 :]))

    def change(self, at: int, **values: Any) -> Stack:
        """The stack with arguments of the layer at `at` changed."""
        return self.replace(at, msgspec.structs.replace(self.layers[at], **values))

    def toggle(self, at: int) -> Stack:
        """The stack with the layer at `at` switched off, or on again."""
        return self.change(at, enabled=not self.layers[at].enabled)

    def fingerprint(self) -> str:
        """Twelve hex digits that are the same for the same network, however its arguments are written.

        Layers that are switched off do not count, nor do arguments that have no effect.
        """
        network = [self.input_shape, [plain(canonical(layer)) for _, layer in self.enabled()]]
        return hashlib.sha256(msgspec.json.encode(network)).hexdigest()[:12]

    def _with(self, layers: tuple[AnyLayer, ...]) -> Stack:
        return Stack(self.input_shape, layers)


def float32_layers(stack: Stack) -> frozenset[int]:
    """The positions of the layers that always compute in float32: the last one, and those that cannot do otherwise.

    An output in half precision is too coarse for the loss, says TensorFlow's guide to mixed precision:
    https://www.tensorflow.org/guide/mixed_precision
    """
    enabled = list(stack.enabled())
    last = {enabled[-1][0]} if enabled else set()
    return frozenset(last | {at for at, layer in enabled if _needs_float32(layer)})


def blends_widely(layer: AnyLayer) -> bool:
    """Whether the layer enlarges an image in one of the ways that XLA cannot compile."""
    return isinstance(layer, UpSampling2D | Resizing) and layer.interpolation in ("bicubic", "lanczos3", "lanczos5")


def _needs_float32(layer: AnyLayer) -> bool:
    """Whether TensorFlow has the layer's gradient in float32 only: else it fails, or the layers above learn nothing."""
    return blends_widely(layer) or isinstance(layer, _MOVE)


def canonical(layer: AnyLayer) -> AnyLayer:
    """The form that all layers that do the same have in common: arguments without effect have their defaults.

    Two stacks are the same network when their layers are equal in this form. Only single arguments are looked at: a
    layer that does nothing (a Dropout of rate 0) still counts, because it stands in `model.summary()`.
    """
    changes = {**_penalties(layer), **_window(layer), **_fill(layer)}
    if not layer.trainable and not isinstance(layer, LearningLayer):
        changes["trainable"] = True  # there is nothing to freeze
    if isinstance(layer, Application):
        changes |= _application(layer)
    if isinstance(layer, MaxPooling2D | AveragePooling2D) and layer.strides == layer.pool_size:
        changes["strides"] = None
    if isinstance(layer, PReLU) and layer.shared_axes is not None:
        changes["shared_axes"] = tuple(sorted(set(layer.shared_axes)))
    return msgspec.structs.replace(layer, **changes) if changes else layer


def _application(layer: Application) -> dict[str, Any]:
    """Layers that learn nothing need no freezing, and what learns nothing any more is frozen as a whole.

    What does the same in training as after it need not be told to.
    """
    facts = facts_of(layer.architecture, layer.weights)
    if layer.cut not in ("", *facts.cuts):
        return {}  # which is a problem
    changes: dict[str, Any] = {} if layer.varies() else {"training": True}
    if not layer.frozen():
        return changes
    if not layer.learned():
        return changes | {"trainable": False, "frozen_layers": 0}
    learning = [at for at, (_, learned) in enumerate(facts.layers[: layer.frozen_layers]) if learned]
    return changes | {"frozen_layers": learning[-1] + 1 if learning else 0}


def _penalties(layer: AnyLayer) -> dict[str, Any]:
    """A penalty whose factors are 0 is none."""
    return {name: None for name in layer.__struct_fields__ if getattr(layer, name) == L1L2()}


def _window(layer: AnyLayer) -> dict[str, Any]:
    """A window of one pixel needs no padding, and its dilation has no effect."""
    size = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if size != _ONE or layer.type == "Conv2DTranspose":  # which may also fill up what its strides leave open
        return {}
    changes: dict[str, Any] = {"padding": "valid"}
    # Strides and dilation together are a problem, which such a network keeps.
    if getattr(layer, "strides", _ONE) == _ONE and hasattr(layer, "dilation_rate"):
        changes["dilation_rate"] = _ONE
    return changes


def _fill(layer: AnyLayer) -> dict[str, Any]:
    """`fill_value` has an effect only where `fill_mode` is "constant"."""
    return {"fill_value": 0.0} if getattr(layer, "fill_mode", "constant") != "constant" else {}
