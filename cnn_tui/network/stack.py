"""A stack: the input shape and the layers in order. Every edit returns a new Stack."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import msgspec

from cnn_tui.network.canonical import canonical
from cnn_tui.network.layers import AnyLayer, plain

Shape = tuple[int, ...]
"""A shape without the batch axis, as (height, width, channels) or (units,)."""


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
        """The stack without the layer at `at`."""
        return self._with(self.layers[:at] + self.layers[at + 1 :])

    def duplicate(self, at: int) -> Stack:
        """The stack with the layer at `at` twice."""
        return self.insert(at + 1, self.layers[at])

    def move(self, at: int, to: int) -> Stack:
        """The stack with the layer at `at` moved to position `to`."""
        return self.delete(at).insert(to, self.layers[at])

    def replace(self, at: int, layer: AnyLayer) -> Stack:
        """The stack with another layer at `at`."""
        return self._with((*self.layers[:at], layer, *self.layers[at + 1 :]))

    def change(self, at: int, **values: Any) -> Stack:
        """The stack with arguments of the layer at `at` changed."""
        return self.replace(at, msgspec.structs.replace(self.layers[at], **values))

    def toggle(self, at: int) -> Stack:
        """The stack with the layer at `at` switched off, or on again."""
        return self.change(at, enabled=not self.layers[at].enabled)

    def fingerprint(self) -> str:
        """Twelve hex digits that are equal for equal networks, however their arguments are written.

        Layers that are switched off do not count, nor do arguments that make no difference.
        """
        network = [self.input_shape, [plain(canonical(layer)) for _, layer in self.enabled()]]
        return hashlib.sha256(msgspec.json.encode(network)).hexdigest()[:12]

    def _with(self, layers: tuple[AnyLayer, ...]) -> Stack:
        return Stack(self.input_shape, layers)
