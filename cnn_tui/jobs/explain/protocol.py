"""What can be asked of the process that looks into trained networks, and what it answers.

A question is one line of JSON on its standard input, an answer (`answers.py`) one on its standard output.
With an `epoch`, counted from 1, it is about the weights that a run has kept of that epoch; 0 are those of its end.
"""

from __future__ import annotations

from typing import TypeAlias

import msgspec

from cnn_tui.jobs.explain.map_protocol import CountOthers, DrawMap, LookAtPoint
from cnn_tui.jobs.explain.where_protocol import LookWhere

LONGEST_LINE = 64_000_000
"""Of an answer, in bytes."""


class ExplainError(Exception):
    """A question that cannot be answered; the message is a sentence. `wrong` tells that the question is at fault."""

    def __init__(self, message: str, wrong: bool = False) -> None:
        super().__init__(message)
        self.wrong = wrong


class Warm(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """Load TensorFlow and, if given, a run's model. Answer: Done."""

    run: int = 0


class DescribeModel(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """What a run's model is made of. Answer: ModelFacts."""

    run: int


class KeepPredictions(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """Work for a moment on what a run says of the test images: predictions and evaluation. Answer: PartDone.

    Whoever wants them asks again until all images are done, with how many were done before; then both are kept.
    """

    run: int
    epoch: int = 0
    before: int = 0


class SaveEpoch(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """Write a run's model with the weights that it kept of an epoch as a file of Keras, beside them. Answer: Done."""

    run: int
    epoch: int


class KeepImages(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """Keep the test images of a run's predictions again, where they have been cleared away. Answer: Done."""

    run: int


class PredictPicture(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """What a run's model says of a PNG or JPEG, given by its absolute path as `text.kept_path`. Answer: Prediction."""

    run: int
    picture: str
    epoch: int = 0


class PredictImage(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """What a run's model says of a test image, asked anew. Answer: Prediction, without steps."""

    run: int
    image: int
    epoch: int = 0


class ShowActivations(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """What layers make of test images and, if given, of a picture, which comes after them. Answer: Activations.

    `layers` are names, none for all that give maps; of each the filters from `first` on, at most `most`.
    """

    run: int
    images: tuple[int, ...] = ()
    picture: str = ""
    layers: tuple[str, ...] = ()
    first: int = 0
    most: int = 64
    epoch: int = 0


class ShowKernels(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """The weights of a convolution. Answer: Kernels."""

    run: int
    layer: str
    epoch: int = 0


class FindDeadFilters(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """Which filters say the same of every pixel of a sample of test images. Answer: DeadFilters."""

    run: int
    epoch: int = 0


class VaryImage(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """What layers that vary images at random make of one while training. Answer: Variations. No run is needed.

    `layers` are those of an experiment as JSON, `shape` and `pixels` those of a `Picture`; `seed` chooses the chances.
    """

    layers: bytes
    shape: tuple[int, int, int]
    pixels: bytes
    seed: int = 0


class WorkOutFeatures(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """Work on the features of a run's training images for a moment. Answer: PartDone.

    Whoever wants them asks again until all are done, with how many were done before: so that it is seen how far it is,
    and can be left.
    """

    run: int
    before: int = 0
    epoch: int = 0


class FindNearest(msgspec.Struct, frozen=True, tag=True, tag_field="ask"):
    """The training images that a test image or, if given, a picture is most like. Answer: Nearest.

    Features that are not there yet are worked out first.
    """

    run: int
    image: int = 0
    picture: str = ""
    most: int = 5


Question: TypeAlias = (
    Warm
    | DescribeModel
    | KeepPredictions
    | SaveEpoch
    | KeepImages
    | PredictPicture
    | PredictImage
    | ShowActivations
    | ShowKernels
    | FindDeadFilters
    | LookWhere
    | VaryImage
    | WorkOutFeatures
    | FindNearest
    | DrawMap
    | CountOthers
    | LookAtPoint
)


class Request(msgspec.Struct, frozen=True):
    """A question with the number that its answer will bear."""

    id: int
    question: Question


class Reply(msgspec.Struct, frozen=True):
    """The line that comes back: `answer`, or in `error` a sentence that says why there is none."""

    id: int
    answer: msgspec.Raw = msgspec.Raw(b"null")
    error: str = ""
    wrong: bool = False
