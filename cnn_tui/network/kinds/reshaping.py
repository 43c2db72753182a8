"""Layers that arrange the same numbers in another way, repeat them, or cut some off."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import STEPS, Layer
from cnn_tui.network.values import SIDES, Borders, Ints, Pair, sides_of

_BORDERS = ((0, 0), (1, 1), (2, 2), (3, 3), (4, 4))


def _sides(borders: Borders) -> Any:
    """Borders as Keras is given them: both sides of each only where they differ."""
    return borders if len(borders) == 2 else sides_of(borders)


class ZeroPadding2D(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "adds a border of zeros around the map"
    explanation: ClassVar[str] = (
        "Padding as a layer of its own: rows and columns of zeros are put around the map. It answers the two "
        "problems of a convolution, that the feature map shrinks and that the pixels at the border are seen less "
        "often than the others. A Conv2D with padding same does this by itself; here you choose how wide the "
        "border is."
    )

    padding: Annotated[
        Borders,
        argument(
            "Rows of zeros above and below x columns left and right; 1+0x2+0 has none below and none right.",
            start=(1, 1),
            ladder=_BORDERS,
            ge=0,
            le=1024,
            between=SIDES,
        ),
    ] = (1, 1)

    def for_keras(self, name: str) -> Any:
        return _sides(self.padding) if name == "padding" else getattr(self, name)


class Cropping2D(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "cuts the border off the map"
    explanation: ClassVar[str] = (
        "Rows above and below and columns left and right are cut off. Use it for images whose border holds nothing "
        "of interest, or to bring a map that grew back to the size that is wanted. What is cut off is lost, and a "
        "border cannot be wider than the map."
    )

    cropping: Annotated[
        Borders,
        argument(
            "Rows cut off above and below x columns left and right; 60+20x0 cuts 60 rows above and 20 below.",
            start=(1, 1),
            ladder=_BORDERS,
            ge=0,
            le=1024,
            between=SIDES,
        ),
    ] = (0, 0)

    def for_keras(self, name: str) -> Any:
        return _sides(self.cropping) if name == "cropping" else getattr(self, name)


class UpSampling2D(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "makes the map larger by repeating pixels"
    explanation: ClassVar[str] = (
        "The opposite of pooling: every pixel is repeated, so that 2x2 doubles height and width; or the pixels in "
        "between are blended from their neighbours. Nothing is learned and no detail comes back that pooling "
        "threw away. Networks that give an image as their answer use it, usually with a Conv2D behind it that "
        "tidies the result up."
    )

    size: Annotated[
        Pair, argument("How many times as high x as wide the map becomes.", start=(2, 2), ladder=STEPS, ge=1, le=1024)
    ] = (2, 2)
    interpolation: Annotated[
        Literal["nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"],
        argument("nearest repeats pixels; the others blend their neighbours, and take longer."),
    ] = "nearest"


class Flatten(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "lays the map out as one row, for Dense"
    explanation: ClassVar[str] = (
        "The feature maps are laid out as one long row of numbers, pixel after pixel. Nothing is computed and "
        "nothing is learned, but it decides how many weights the Dense layer behind it gets: one for each number "
        "of the row and each unit. Most parameters of the notes' network sit there, so pooling before the Flatten "
        "pays off."
    )


class Reshape(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "arranges the same numbers in another shape"
    explanation: ClassVar[str] = (
        "The numbers stay what they are and keep their order; only the shape changes. A row of 784 can become a map "
        "of 28x28x1 and be convolved, which is how networks that draw images begin. The new shape has to hold "
        "exactly as many numbers as the old one; one size may be -1, which is then worked out."
    )

    target_shape: Annotated[
        Ints,
        argument(
            "The new shape, like 7x7x16; one size may be -1, which takes whatever is left.",
            start=(-1,),
            ladder=((-1,), (7, 7, -1), (14, 14, -1), (28, 28, -1)),
            ge=1,
            le=2**31 - 1,
            rest=True,
        ),
    ]
