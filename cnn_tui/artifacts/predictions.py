"""What a trained network said of every test image, as it was kept when the run ended; read at once, without NumPy."""

from __future__ import annotations

import array
import itertools
from pathlib import Path
from typing import Literal

import msgspec

from cnn_tui.artifacts.kept_epochs import beside_weights, weights_path
from cnn_tui.data import raw_file
from cnn_tui.data.raw_file import RawFileError

FORMAT = "cnn-tui predictions 1"
Which = Literal["all", "wrong", "least certain"]


class PredictionsHeader(msgspec.Struct, frozen=True):
    """What the file says of itself. `images` is the digest of the test images, `model` the stamp of the model."""

    format: str
    count: int
    outputs: int
    class_names: tuple[str, ...]
    image_shape: tuple[int, int, int]
    images: str
    model: tuple[int, int] | None
    raw: int = 0
    """How many numbers the network gives for an image, where they are others than the probabilities; else 0."""


def predictions_path(run_id: int, epoch: int = 0) -> Path:
    return beside_weights(run_id, epoch, "predictions.bin")


def model_stamp(path: Path) -> tuple[int, int] | None:
    """What tells one saved model from another: size in bytes, and when it was written; None when it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns


class Predictions:
    """The probabilities of every class for every test image, and what `model.predict()` returns."""

    def __init__(self, path: Path) -> None:
        """Open a file of predictions. Raises RawFileError."""
        header, start = raw_file.read_header(path, PredictionsHeader)
        if header.format != FORMAT:
            raise RawFileError(f"{path} is of another version")
        count, outputs = header.count, header.outputs
        parts = (0, 1, 2, 3, 3 + outputs, 3 + outputs + header.raw)
        ends = [raw_file.size_of(count * end) for end in parts]
        data = memoryview(raw_file.read_bytes(path, start, ends[-1]))
        pieces = [data[begin:end] for begin, end in itertools.pairwise(ends)]
        self.path = path
        self.count, self.outputs = count, outputs
        self.class_names = header.class_names
        """A name for each of the `outputs`."""
        self.image_shape = header.image_shape
        self.images = header.images
        """The digest that `images.StoredImages` opens the test images by."""
        self.model = header.model
        self.labels: array.array[int] = raw_file.numbers("i", pieces[0])
        """The true class of every image."""
        self.predicted: array.array[int] = raw_file.numbers("i", pieces[1])
        """The class of the largest probability."""
        self.margins: array.array[float] = raw_file.numbers("f", pieces[2])
        """The largest probability minus the second largest: small where the network wavers; 0 where it said NaN."""
        self._probabilities: array.array[float] = raw_file.numbers("f", pieces[3])
        self._raw, self._raw_outputs = raw_file.numbers("f", pieces[4]), header.raw

    def probabilities(self, index: int) -> list[float]:
        """How sure the network is of each class of an image."""
        return self._probabilities[index * self.outputs : (index + 1) * self.outputs].tolist()

    def output(self, index: int) -> list[float]:
        """What `model.predict()` returns for an image: the probabilities, one number for two classes, or logits."""
        count = self._raw_outputs
        return self._raw[index * count : (index + 1) * count].tolist() if count else self.probabilities(index)

    def choose(self, which: Which = "all", true: int | None = None, predicted: int | None = None) -> list[int]:
        """Images by their numbers: all or the wrong ones in order, or all with the least certain first.

        `true` and `predicted` leave only images of that class, and only those taken for that class: together they are
        a cell of the confusion matrix.
        """
        found = [
            index
            for index, (label, said) in enumerate(zip(self.labels, self.predicted, strict=True))
            if (true is None or label == true)
            and (predicted is None or said == predicted)
            and (which != "wrong" or label != said)
        ]
        return sorted(found, key=self.margins.__getitem__) if which == "least certain" else found

    def surest(self, most: int, *, wrong: bool) -> list[int]:
        """At most so many images that the network was surest of, those it took for another class or the right ones.

        Each is of another class as long as there is one. An image of which it said NaN is none that it was sure of.
        """
        chosen = (
            index
            for index, (label, said) in enumerate(zip(self.labels, self.predicted, strict=True))
            if (label != said) == wrong and self.margins[index] > 0
        )
        order = sorted(chosen, key=lambda index: -self.margins[index])
        first: dict[int, int] = {}
        for index in order:
            first.setdefault(self.labels[index], index)
        of_another = [*first.values()][:most]
        rest = (index for index in order if index not in first.values())
        return [*of_another, *itertools.islice(rest, most - len(of_another))]


def open_predictions(run_id: int, epoch: int = 0) -> Predictions:
    """The predictions of a run's present model, or with the weights of an epoch that it has kept.

    Raises RawFileError when none are kept, or those of an older model.
    A model that is gone leaves its predictions: they are all there is.
    """
    predictions = Predictions(predictions_path(run_id, epoch))
    stamp = model_stamp(weights_path(run_id, epoch))
    if stamp is not None and stamp != predictions.model:
        raise RawFileError(f"the predictions of run {run_id} are of a model that has been replaced since")
    return predictions
