# mypy: implicit-reexport
"""The catalogue of layers: every kind that there is, with its arguments named as Keras names them.

This is the one place that lists layers. A new kind is a struct in `kinds/`, its name in `AnyLayer` here, and a shape
rule in `rules.py`; a test fails while one is missing. Sources: the course notes and the Keras 3 layer reference.
"""

from __future__ import annotations

import functools
import typing
from typing import Any, TypeAlias, Union

import msgspec

from cnn_tui.network.fields import fields_of
from cnn_tui.network.kinds.application import Application
from cnn_tui.network.kinds.base import Layer
from cnn_tui.network.kinds.convolution import Conv2D, Conv2DTranspose, DepthwiseConv2D, SeparableConv2D
from cnn_tui.network.kinds.core import ELU, Activation, Dense, LeakyReLU, PReLU, ReLU, Softmax
from cnn_tui.network.kinds.normalization import (
    BatchNormalization,
    LayerNormalization,
    Normalization,
    UnitNormalization,
)
from cnn_tui.network.kinds.pooling import AveragePooling2D, GlobalAveragePooling2D, GlobalMaxPooling2D, MaxPooling2D
from cnn_tui.network.kinds.preprocessing import (
    RandomBrightness,
    RandomContrast,
    RandomFlip,
    RandomRotation,
    RandomShear,
    RandomTranslation,
    RandomZoom,
    Rescaling,
)
from cnn_tui.network.kinds.regularization import Dropout, GaussianNoise, SpatialDropout2D
from cnn_tui.network.kinds.reshaping import Cropping2D, Flatten, Reshape, UpSampling2D, ZeroPadding2D
from cnn_tui.network.kinds.sizing import CenterCrop, RandomCrop, Resizing

AnyLayer: TypeAlias = Union[  # noqa: UP007
    Conv2D,
    MaxPooling2D,
    AveragePooling2D,
    Flatten,
    Dense,
    Dropout,
    BatchNormalization,
    GlobalAveragePooling2D,
    GlobalMaxPooling2D,
    DepthwiseConv2D,
    SeparableConv2D,
    Conv2DTranspose,
    UpSampling2D,
    ZeroPadding2D,
    Cropping2D,
    Reshape,
    SpatialDropout2D,
    GaussianNoise,
    LayerNormalization,
    Activation,
    ReLU,
    LeakyReLU,
    PReLU,
    ELU,
    Softmax,
    Rescaling,
    Normalization,
    UnitNormalization,
    Resizing,
    CenterCrop,
    RandomFlip,
    RandomRotation,
    RandomZoom,
    RandomTranslation,
    RandomShear,
    RandomContrast,
    RandomBrightness,
    RandomCrop,
    Application,
]
"""In the order in which the editor offers them: the layers of the course notes first."""

LAYERS: dict[str, type[Layer]] = {kind.__name__: kind for kind in typing.get_args(AnyLayer)}


def new_layer(kind: str) -> AnyLayer:
    """A layer as the editor adds it, with its starting values. Raises KeyError for an unknown kind."""
    cls = LAYERS[kind]
    values = {field.name: field.start for field in fields_of(cls)}
    return typing.cast(AnyLayer, cls(**values))


@functools.cache
def main_field(kind: type[Layer]) -> str | None:
    """The name of the argument that matters most (filters, units, rate, pool_size); None where there is none."""
    fields = fields_of(kind)
    return fields[0].name if fields else None


def plain(layer: AnyLayer) -> dict[str, Any]:
    """A layer as plain data: its main argument, and the others where they are not Keras's defaults.

    Files are written so, and fingerprints are made of it: histories on disk hold them, so it must stay what it is.
    """
    written: dict[str, Any] = {"type": layer.type}
    main = main_field(type(layer))
    if main and getattr(layer, main) is not None:
        written[main] = msgspec.to_builtins(getattr(layer, main))
    written.update(msgspec.to_builtins(layer))
    return written


AUGMENTATION = (
    *(RandomFlip, RandomRotation, RandomZoom, RandomTranslation, RandomContrast, RandomBrightness, RandomShear),
    RandomCrop,
)
"""The layers that vary images at random while a network trains."""
