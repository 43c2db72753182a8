"""Layers that scale images, or vary them while training."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from cnn_tui.network.fields import argument
from cnn_tui.network.kinds.base import Layer
from cnn_tui.network.values import Ends, Pair

_SHARES = (0.05, 0.1, 0.2, 0.3, 0.5)

FillMode = Annotated[
    Literal["reflect", "wrap", "constant", "nearest"],
    argument("What fills the corners: a mirror image, the other side, one number, or the edge drawn out."),
]
Interpolation = Annotated[
    Literal["bilinear", "nearest"], argument("Whether new pixels blend their neighbours or take the nearest.")
]
FillValue = Annotated[
    float, argument("The number for fill_mode constant; 0 is black.", ladder=(0.0, 0.5, 1.0), ge=-255, le=255)
]

ValueRange = Annotated[
    Pair,
    argument(
        "The numbers of black and of white; images here go from 0 to 1.",
        start=(0, 1),
        ladder=((0, 1), (0, 255)),
        ge=0,
        le=255,
        between=" to ",
    ),
]


class Rescaling(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "multiplies each number and adds another, such as /255"
    explanation: ClassVar[str] = (
        "Every number is multiplied by scale, and offset is added. The notes' training_images / 255.0 is such a "
        "rescaling; the lab has done it before the first layer, so images come as 0 to 1. Scale 2 with offset -1 "
        "makes that -1 to 1, which some networks train better with. Nothing is learned."
    )

    scale: Annotated[
        float,
        argument(
            "What each number is multiplied by.",
            start=2.0,
            ladder=(1 / 255, 0.5, 1.0, 2.0, 255.0),
            ge=-1_000_000,
            le=1_000_000,
        ),
    ]
    offset: Annotated[
        float,
        argument("What is added afterwards.", start=-1.0, ladder=(-1.0, -0.5, 0.0, 0.5), ge=-1_000_000, le=1_000_000),
    ] = 0.0


class RandomFlip(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "mirrors images at random while training"
    explanation: ClassVar[str] = (
        "While training, half of the images are mirrored, others each time. The network sees more different images "
        "than there are, which works against overfitting. Choose only what leaves the meaning alone: a shirt "
        "mirrored left to right is still a shirt, a 6 upside down is a 9. Outside of training it does nothing."
    )

    mode: Annotated[
        Literal["horizontal", "vertical", "horizontal_and_vertical"],
        argument("horizontal swaps left and right, vertical turns upside down.", start="horizontal"),
    ] = "horizontal_and_vertical"


class RandomRotation(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "turns images by a random angle while training"
    explanation: ClassVar[str] = (
        "While training, each image is turned by a random angle, another one each time. That makes many images out "
        "of one, so the network learns the thing and not how it happened to lie: a means against overfitting. "
        "Outside of training it does nothing."
    )

    factor: Annotated[
        float | Ends,
        argument(
            "The largest angle, as a part of a full turn and to either side: 0.05 is 18 degrees. Two numbers are its "
            "ends; what is above 0 turns to the left.",
            start=0.05,
            ladder=(0.02, 0.05, 0.1, 0.25, 0.5),
            ge=-1,
            le=1,
            between=" to ",
        ),
    ]
    fill_mode: FillMode = "reflect"
    interpolation: Interpolation = "bilinear"
    fill_value: FillValue = 0.0


class RandomZoom(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "zooms in or out at random while training"
    explanation: ClassVar[str] = (
        "While training, each image is drawn larger or smaller by a random amount, so the network cannot rely on the "
        "size of things. Like all random changes to the images it works against overfitting and does nothing "
        "outside of training. Zooming out leaves a border, which fill_mode fills."
    )

    height_factor: Annotated[
        float | Ends,
        argument(
            "The largest change of the height, to either side: 0.1 is 10 %. Two numbers are its ends; what is below 0 "
            "zooms in.",
            start=0.1,
            ladder=_SHARES,
            ge=-0.99,
            le=1,
            between=" to ",
        ),
    ]
    width_factor: Annotated[
        float | Ends | None,
        argument(
            "The largest change of the width.",
            ladder=_SHARES,
            ge=-0.99,
            le=1,
            between=" to ",
            optional_means="as the height, so that nothing is distorted",
        ),
    ] = None
    fill_mode: FillMode = "reflect"
    interpolation: Interpolation = "bilinear"
    fill_value: FillValue = 0.0


class RandomTranslation(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "moves images up, down and sideways while training"
    explanation: ClassVar[str] = (
        "While training, each image is moved by a random amount, so the network cannot rely on things being in the "
        "middle. A convolution finds a feature wherever it lies, but the Flatten and Dense layers behind it do care "
        "for the place. Like all random changes it works against overfitting and does nothing outside of training."
    )

    height_factor: Annotated[
        float | Ends,
        argument(
            "How far up or down at most: 0.1 is 10 % of the height. Two numbers are its ends; what is above 0 moves "
            "down.",
            start=0.1,
            ladder=_SHARES,
            ge=-1,
            le=1,
            between=" to ",
        ),
    ]
    width_factor: Annotated[
        float | Ends,
        argument(
            "How far left or right at most: 0.1 is 10 % of the width. Two numbers are its ends; what is above 0 moves "
            "to the right.",
            start=0.1,
            ladder=_SHARES,
            ge=-1,
            le=1,
            between=" to ",
        ),
    ]
    fill_mode: FillMode = "reflect"
    interpolation: Interpolation = "bilinear"
    fill_value: FillValue = 0.0


class RandomShear(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "slants images at random while training"
    explanation: ClassVar[str] = (
        "While training, each image is slanted by a random amount, as italic letters are, to either side. The network "
        "sees more different images than there are, which works against overfitting. Outside of training it does "
        "nothing."
    )

    x_factor: Annotated[
        float | Ends,
        argument(
            "How far rows slide sideways: 0.2 is 20 % of the height. Two numbers are its ends, to either side.",
            start=0.2,
            ladder=_SHARES,
            ge=0,
            le=1,
            between=" to ",
        ),
    ] = 0.0
    y_factor: Annotated[
        float | Ends,
        argument(
            "How far columns slide up or down: 0.2 is 20 % of the width. Two numbers are its ends, to either side.",
            ladder=(0.0, *_SHARES),
            ge=0,
            le=1,
            between=" to ",
        ),
    ] = 0.0
    interpolation: Interpolation = "bilinear"
    fill_mode: FillMode = "reflect"
    fill_value: FillValue = 0.0

    def for_keras(self, name: str) -> Any:
        """A factor as a range from 0: Keras draws the side by itself, and cannot load a model with any other range."""
        value = getattr(self, name)
        return (0.0, value) if name.endswith("_factor") and not isinstance(value, tuple) else value


class RandomContrast(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "changes the contrast at random while training"
    explanation: ClassVar[str] = (
        "While training, each image gets a little more contrast, or less: its numbers move away from their mean, or "
        "towards it. The network learns not to rely on the light a picture was taken in. Set value_range to 0 to 1, "
        "as the images are here, so that nothing becomes brighter than white. Outside of training it does nothing."
    )

    factor: Annotated[
        float | Ends,
        argument(
            "How much contrast an image gains at most: 0.2 is 20 %. Of two numbers the first is what it loses at most.",
            start=0.2,
            ladder=_SHARES,
            ge=0,
            le=1,
            between=" to ",
        ),
    ]
    value_range: ValueRange = (0, 255)


class RandomBrightness(Layer, frozen=True, tag=True):
    about: ClassVar[str] = "makes images brighter or darker at random while training"
    explanation: ClassVar[str] = (
        "While training, a random number is added to all pixels of an image, another one each time, so the network "
        "cannot rely on the light a picture was taken in. Set value_range to 0 to 1, as the images are here: the "
        "change is a share of it, and what goes past its ends is cut off. Outside of training it does nothing."
    )

    factor: Annotated[
        float | Ends,
        argument(
            "The largest change, to either side: 0.2 is 20 %. Two numbers are its ends; what is below 0 darkens.",
            start=0.2,
            ladder=_SHARES,
            ge=-1,
            le=1,
            between=" to ",
        ),
    ]
    value_range: ValueRange = (0, 255)
