"""Layers that bring images to another size."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import Layer

_SIDES = (16, 24, 28, 32, 48, 64, 96, 128, 150, 160, 192, 224, 299)

Height = Annotated[int, argument("How many rows come out.", start=24, ladder=_SIDES, ge=1, le=8192)]
Width = Annotated[int, argument("How many columns come out.", start=24, ladder=_SIDES, ge=1, le=8192)]


class Resizing(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "makes images larger or smaller"
    explanation: ClassVar[str] = (
        "Every image is drawn anew with so many rows and columns, whatever its size was. A smaller image has less to "
        "compute and shows less; a network that was trained before may want images of the size that it knows. "
        "Other proportions distort what is seen, unless crop_to_aspect_ratio cuts the margin off. Nothing is learned."
    )

    height: Height
    width: Width
    interpolation: Annotated[
        Literal["bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"],
        argument("How many neighbours a new pixel is made of: nearest takes one, bilinear blends four."),
    ] = "bilinear"
    crop_to_aspect_ratio: Annotated[
        bool, argument("Whether the margin is cut off rather than the image distorted.")
    ] = False


class CenterCrop(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "keeps the middle of each image"
    explanation: ClassVar[str] = (
        "So many rows and columns around the middle are kept and the margin is dropped. An image that is smaller is "
        "drawn larger first. Where things are usually in the middle, the margin only costs time. Nothing is learned."
    )

    height: Height
    width: Width


class RandomCrop(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "cuts a random part out of each image while training"
    explanation: ClassVar[str] = (
        "While training, a part of this size is cut out of each image, from another place each time, so the network "
        "sees more different images than there are. That works against overfitting. An image that is smaller is "
        "drawn larger. Outside of training Keras leaves images as they are; a Resizing below brings them to the size."
    )

    height: Height
    width: Width
