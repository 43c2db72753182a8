"""The images that a run is asked about: its dataset's test images, as they are kept, and a user's picture."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cnn_tui.artifacts.predictions import Predictions, open_predictions, predictions_path
from cnn_tui.data.dataset import DatasetError, is_folder, path_of
from cnn_tui.data.images import StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.network import shapes
from cnn_tui.text import path_kept
from cnn_tui.training.explain.run_models import RunModels, find_run
from cnn_tui.training.log import say

SAMPLE = 256
"""Test images that stand for all where looking at all would take long."""


def kept_images(run_id: int) -> StoredImages:
    """The test images that the predictions of a run are of, kept now if they were not."""
    from cnn_tui.training.data.datasets import load
    from cnn_tui.training.data.image_store import keep_images

    try:
        digest = _predictions(run_id).images
    except RawFileError:
        digest = ""
    try:
        return StoredImages(digest)
    except RawFileError:
        pass
    run = find_run(run_id)
    images = load(run.dataset, run.experiment.data_options, download=False, say=say)
    now = keep_images(images.x_test, images.y_test, images.dataset.class_names)
    if digest and now != digest:
        raise ExplainError(f"the dataset {run.dataset} has changed since run {run_id}: its test images are others now")
    return StoredImages(now)


def read_test_images(run_id: int, wanted: tuple[int, ...]) -> Any:
    """Test images by their numbers: uint8 (count, height, width, channels). Raises ExplainError."""
    import numpy as np

    stored = kept_images(run_id)
    for index in wanted:
        if not 0 <= index < stored.kept:
            raise ExplainError(
                f"there is no test image {index}: they are counted from 0 to {stored.kept - 1:,}", wrong=True
            )
    flat = b"".join(stored.picture(index).pixels for index in wanted)
    return np.frombuffer(flat, np.uint8).reshape(-1, *stored.shape)


def prepared(run_id: int, picture: str, models: RunModels) -> tuple[Any, tuple[str, ...]]:
    """A user's picture as a batch of one, and what was done to it."""
    import numpy as np

    from cnn_tui.data.pictures.picture import Form
    from cnn_tui.training.explain.user_picture import beside, border_of, open_picture, prepare

    # First, so that one that is none is refused before TensorFlow is loaded.
    open_picture(Path(path_kept(picture)))
    model, run = models.loaded(run_id), find_run(run_id)
    opened = open_picture(Path(path_kept(picture)), model.input_shape)
    form, border = Form(model.input_shape, crop=run.experiment.fit == "crop"), None
    try:
        found = path_of(run.dataset)
        # A folder's own pictures were taken as they are, and so is this one.
        if found is not None and is_folder(run.dataset):
            form = beside(found, run.experiment.data_options, opened, form)
        else:
            stored = kept_images(run_id)
            border = border_of(read_test_images(run_id, tuple(range(min(SAMPLE, stored.kept)))))
    except (DatasetError, ExplainError, RawFileError, OSError) as error:
        say(f"What the images of run {run_id} are like stays unknown: {error}")
    done = prepare(opened, form, border)
    return done.pixels[np.newaxis], done.steps


def check_shape(run_id: int, images: Any, model: Any) -> None:
    """Raises ExplainError where a model takes images of another shape than these."""
    if tuple(images.shape[1:]) != model.input_shape:
        raise ExplainError(
            f"the test images are {shapes.show(images.shape[1:])} now, "
            f"and run {run_id} learned from {shapes.show(model.input_shape)}"
        )


def _predictions(run_id: int) -> Predictions:
    try:
        return open_predictions(run_id)
    except RawFileError:
        return Predictions(predictions_path(run_id))  # an older model's, of the same images
