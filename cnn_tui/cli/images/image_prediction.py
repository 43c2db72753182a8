"""An image and what a run's network says of it, for the commands that are given an image.

The image is a test image, or a picture of the user's own. What is kept of a run is read; else its model is asked.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any, NamedTuple

from cnn_tui.artifacts.kept_epochs import why_not_kept
from cnn_tui.artifacts.predictions import Predictions, open_predictions
from cnn_tui.cli.images.explaining import explain_errors, kept_of, require_model
from cnn_tui.cli.streams import UserError
from cnn_tui.data.images import Picture, StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.answers import Done, ModelFacts, Prediction
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import DescribeModel, KeepImages, PredictPicture
from cnn_tui.text import kept_path, quiet


class ImagePrediction(NamedTuple):
    """An image and what the network says of it. `label` is its true class, None where nobody knows it."""

    run: int
    what: str
    picture: Picture
    names: tuple[str, ...]
    probabilities: list[float | None]
    output: list[float | None]
    """The row that `model.predict()` returns."""
    label: int | None = None
    image: int | None = None
    file: str = ""
    steps: tuple[str, ...] = ()
    epoch: int = 0
    """After which epoch it says so; 0 for the run's end."""

    @property
    def title(self) -> str:
        """Which run and epoch, and of what."""
        when = f", epoch {self.epoch}" if self.epoch else ""
        return f"Run {self.run}{when}: {quiet(self.what)}"

    @property
    def order(self) -> list[int]:
        """The classes, the likeliest first."""
        return sorted(range(len(self.names)), key=lambda at: -(self.probabilities[at] or 0.0))

    @property
    def path(self) -> str:
        """The picture's file, as questions name it; "" for a test image."""
        return kept_path(str(Path(self.file).absolute())) if self.file else ""


def predicted(
    client: ExplainClient, run: Run, file: Path | None, image: str | None, epoch: int | None = None
) -> ImagePrediction:
    """What a run's model says of what was called for: test image `image`, or a picture, which `image` may name too.

    It has the weights of its end, or those that it kept of an `epoch`.
    `client` is asked for what is not kept; it starts its process, which loads TensorFlow, with the first question.
    """
    if image is not None and file is not None:
        raise UserError("give --image N or a FILE, not both")
    number = _whole(image or "0")
    if number is None:
        file = Path(image or "")
    at = kept_epoch(run, epoch)
    return _own_picture(client, run, file, at) if file is not None else _test_image(client, run, number or 0, at)


def kept_epoch(run: Run, epoch: int | None) -> int:
    """The epoch that was called for, 0 for the run's end. Raises UserError where its weights are not kept."""
    if epoch is not None and (missing := why_not_kept(run, epoch)):
        raise UserError(missing)
    return epoch or 0


def _test_image(client: ExplainClient, run: Run, image: int, epoch: int) -> ImagePrediction:
    predictions = kept_of(client, run, open_predictions, epoch)
    if not 0 <= image < predictions.count:
        raise UserError(f"there is no test image {image}: they are counted from 0 to {predictions.count - 1:,}")
    names = predictions.class_names
    probabilities, output = _told(predictions.probabilities(image)), _told(predictions.output(image))
    picture = _stored(client, run.id, predictions).picture
    with explain_errors():
        pixels = picture(image)
    return ImagePrediction(
        run.id,
        f"test image {image}",
        pixels,
        names,
        probabilities,
        output,
        label=predictions.labels[image],
        image=image,
        epoch=epoch,
    )


def _told(numbers: list[float]) -> list[float | None]:
    """None for NaN, which JSON cannot hold."""
    return [None if math.isnan(one) else one for one in numbers]


def _whole(words: str) -> int | None:
    """The number of an image that words are; None for anything else, which is the name of a file."""
    try:
        return int(words)
    except ValueError:
        return None


def _stored(client: ExplainClient, run_id: int, predictions: Predictions) -> StoredImages:
    try:
        return StoredImages(predictions.images)
    except RawFileError:
        with explain_errors():
            client.ask(KeepImages(run_id), Done)
            return StoredImages(predictions.images)


def _own_picture(client: ExplainClient, run: Run, file: Path, epoch: int) -> ImagePrediction:
    path = str(file.absolute())
    if not os.path.exists(path):  # noqa: PTH110  it never raises
        raise UserError(f"there is no file {quiet(path)}")
    require_model(run)
    with explain_errors():
        prediction = client.ask(PredictPicture(run.id, kept_path(path), epoch), Prediction)
        names = client.ask(DescribeModel(run.id), ModelFacts).class_names
    return ImagePrediction(
        run.id,
        file.name,
        prediction.picture,
        names,
        list(prediction.probabilities),
        list(prediction.output),
        file=str(file),
        steps=prediction.steps,
        epoch=epoch,
    )


def to_json(answer: ImagePrediction) -> dict[str, Any]:
    """The prediction, ready for a JSON encoder. `output` is what `model.predict()` returns: a row for each image."""
    best = answer.order[0]
    fact: dict[str, Any] = {"run": answer.run, "epoch": answer.epoch or None}
    if answer.file:
        fact |= {"file": answer.file, "steps": answer.steps}
    else:
        fact |= {"image": answer.image}
    return fact | {
        "true_label": answer.label,
        "true_class": None if answer.label is None else name_of(answer, answer.label),
        "predicted_label": best,
        "predicted_class": answer.names[best],
        "classes": answer.names,
        "probabilities": answer.probabilities,
        "output": [answer.output],
        "output_shape": [1, len(answer.output)],
    }


def name_of(answer: ImagePrediction, label: int) -> str:
    return answer.names[label] if label < len(answer.names) else str(label)
