"""Answers the questions of `jobs/explain/protocol.py` about trained networks. Loads TensorFlow when it is needed."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.artifacts.kept_epochs import epoch_path, saved_epoch_path, why_not_kept
from cnn_tui.artifacts.predictions import Predictions, model_stamp, open_predictions, predictions_path
from cnn_tui.artifacts.weights import KeptWeights, no_model
from cnn_tui.data.dataset import DatasetError, is_folder, path_of
from cnn_tui.data.images import StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.home import model_path
from cnn_tui.jobs.explain.answers import DeadFilters, Done, ModelFacts, Nearest, NearImage, PartDone, Prediction
from cnn_tui.jobs.explain.map_protocol import CountOthers, DrawMap, LookAtPoint
from cnn_tui.jobs.explain.protocol import (
    DescribeModel,
    ExplainError,
    FindDeadFilters,
    FindNearest,
    KeepImages,
    KeepPredictions,
    PredictImage,
    PredictPicture,
    SaveEpoch,
    ShowActivations,
    ShowKernels,
    VaryImage,
    Warm,
    WorkOutFeatures,
)
from cnn_tui.jobs.explain.where_protocol import LookWhere, Where
from cnn_tui.network import shapes
from cnn_tui.text import path_kept
from cnn_tui.training.log import say

SAMPLE = 256
"""Test images over which filters are watched."""
MODELS = 4
"""Models that are kept in memory."""
A_MOMENT = 0.25
"""Seconds of a piece of longer work, after which it is said how far it is."""


class Explainer:
    """Answers questions about runs. TensorFlow is loaded with the first one that needs it."""

    def __init__(self) -> None:
        self._models: dict[tuple[int, tuple[int, int]], Any] = {}
        self._features: Any = None
        """Those in memory, once they were asked for."""
        self._said: Any = None
        """The work on what a run says of its test images that was asked for last."""

    def answer(self, question: msgspec.Struct) -> msgspec.Struct:
        """The answer to a question. Raises ExplainError, and the errors of datasets and of the history."""
        match question:
            case Warm(run):
                if run:
                    self._model(run)
                else:
                    from cnn_tui.training.explain import model  # noqa: F401  loads TensorFlow
                return Done()
            case DescribeModel(run):
                return self._facts(run)
            case KeepPredictions(run, epoch):
                return self._keep(run, epoch)
            case SaveEpoch(run, epoch):
                self._save(run, epoch)
                return Done()
            case KeepImages(run):
                self._images(run)
                return Done()
            case PredictPicture(run, picture, epoch):
                pixels, steps = self._prepared(run, picture)
                return self._prediction(run, pixels, steps, epoch)
            case PredictImage(run, image, epoch):
                return self._prediction(run, self._test_images(run, (image,)), (), epoch)
            case ShowActivations():
                return self._activations(question)
            case ShowKernels(run, layer, epoch):
                return self._model(run, epoch).kernels(layer)  # type: ignore[no-any-return]
            case FindDeadFilters(run, epoch):
                stored = self._images(run)
                sample = self._test_images(run, tuple(range(min(SAMPLE, stored.kept))))
                return DeadFilters(len(sample), self._model(run, epoch).dead_filters(sample))
            case LookWhere():
                return self._where(question)
            case VaryImage():
                from cnn_tui.training.explain.vary import vary

                return vary(question)
            case WorkOutFeatures(run, _, epoch):
                features = self._features_of(run, epoch)
                features.work(A_MOMENT)
                return PartDone(features.done, features.total)
            case FindNearest():
                return self._nearest(question)
            case DrawMap(run, epoch=epoch):
                drawn: msgspec.Struct = self._map_of(run, epoch).draw(question, self._class_names(run), A_MOMENT)
                return drawn
            case CountOthers(run, epoch=epoch):
                counted: msgspec.Struct = self._map_of(run, epoch).count_others(question)
                return counted
            case LookAtPoint(run, image, epoch):
                point: msgspec.Struct = self._map_of(run, epoch).look(
                    image, lambda pixels: self._prediction(run, pixels, (), epoch)
                )
                return point
        raise ExplainError(f"{type(question).__name__} is no question", wrong=True)

    def _model(self, run_id: int, epoch: int = 0) -> Any:
        """The model of a run, with the weights of an epoch that it has kept, or those of its end."""
        model = self._loaded(run_id)
        if epoch and (missing := why_not_kept(find_run(run_id), epoch)):
            raise ExplainError(missing, wrong=True)
        model.have_weights(epoch_path(run_id, epoch) if epoch else None)
        return model

    def _loaded(self, run_id: int) -> Any:
        """The model of a run, with the weights that were asked for last: for whoever asks what it is made of."""
        path = model_path(run_id)
        stamp = model_stamp(path)
        if stamp is None:
            missing = no_model(find_run(run_id))
            raise ExplainError(
                missing.why if missing else "the model is being written", wrong=not missing or not missing.lost
            )
        from cnn_tui.training.explain.model import TrainedModel

        key = (run_id, stamp)
        if key not in self._models:
            while len(self._models) >= MODELS:
                del self._models[next(iter(self._models))]
            self._models[key] = TrainedModel(path)
        return self._models[key]

    def _features_of(self, run_id: int, epoch: int = 0) -> Any:
        """The features of a run's training images, with the weights of an epoch or of its end."""
        model = self._model(run_id, epoch)
        return self._in_memory().of(find_run(run_id), model, epoch)

    def _map_of(self, run_id: int, epoch: int) -> Any:
        """The map of those."""
        model = self._model(run_id, epoch)
        return self._in_memory().map_of(find_run(run_id), model, epoch)

    def _in_memory(self) -> Any:
        if self._features is None:
            from cnn_tui.training.explain.features_in_memory import FeaturesInMemory

            self._features = FeaturesInMemory()
        self._features.forget_others(list(self._models.values()))
        return self._features

    def _nearest(self, question: FindNearest) -> Nearest:
        features = self._features_of(question.run)
        if question.picture:
            images, _ = self._prepared(question.run, question.picture)
        else:
            images = self._test_images(question.run, (question.image,))
        pixels, labels = features.images.x_train, features.images.y_train
        found = tuple(
            NearImage(place, int(labels[place]), distance, pixels[place].tobytes())
            for place, distance in features.nearest(images[0], question.most)
        )
        reader, shape = features.reader, tuple(pixels.shape[1:])
        return Nearest(reader.layer, reader.goes_in, reader.size, features.total, features.learned, shape, found)

    def _facts(self, run_id: int) -> ModelFacts:
        model = self._loaded(run_id)
        return ModelFacts(model.input_shape, self._class_names(run_id), model.layers())

    def _class_names(self, run_id: int) -> tuple[str, ...]:
        model, run = self._loaded(run_id), find_run(run_id)
        from cnn_tui.training.explain.keep_files import class_names_of, named
        from cnn_tui.training.probabilities import class_count

        classes = class_count(model.outputs, run.experiment.training)
        return named(class_names_of(run.dataset, run.experiment.data_options), classes)

    def _keep(self, run_id: int, epoch: int) -> PartDone:
        """Work for a moment on the predictions of the present model, or of the weights of an epoch."""
        model = self._model(run_id, epoch)
        from cnn_tui.training.explain.said_of_tests import SaidOfTests

        work = self._said
        if work is None or not work.is_of(run_id, epoch, model) or work.done == work.total:
            work = self._said = SaidOfTests(find_run(run_id), epoch, model, before=work)
        work.work(A_MOMENT)
        return PartDone(work.done, work.total)

    def _save(self, run_id: int, epoch: int) -> None:
        """Write the model with the weights of an epoch."""
        model = self._model(run_id, epoch)
        from cnn_tui.training.callbacks.checkpoints import write

        unsaved = write(model.model, saved_epoch_path(run_id, epoch), KeptWeights(find_run(run_id).created, epoch))
        if unsaved:
            raise ExplainError(f"the weights of epoch {epoch} of run {run_id} could not be written ({unsaved})")

    def _images(self, run_id: int) -> StoredImages:
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
            raise ExplainError(
                f"the dataset {run.dataset} has changed since run {run_id}: its test images are others now"
            )
        return StoredImages(now)

    def _test_images(self, run_id: int, wanted: tuple[int, ...]) -> Any:
        import numpy as np

        stored = self._images(run_id)
        for index in wanted:
            if not 0 <= index < stored.kept:
                raise ExplainError(
                    f"there is no test image {index}: they are counted from 0 to {stored.kept - 1:,}", wrong=True
                )
        flat = b"".join(stored.picture(index).pixels for index in wanted)
        return np.frombuffer(flat, np.uint8).reshape(-1, *stored.shape)

    def _prepared(self, run_id: int, picture: str) -> tuple[Any, tuple[str, ...]]:
        """A user's picture as a batch of one, and what was done to it."""
        import numpy as np

        from cnn_tui.data.picture import Form
        from cnn_tui.training.explain.user_picture import beside, border_of, open_picture, prepare

        # First, so that one that is none is refused before TensorFlow is loaded.
        open_picture(Path(path_kept(picture)))
        model, run = self._loaded(run_id), find_run(run_id)
        opened = open_picture(Path(path_kept(picture)), model.input_shape)
        form, border = Form(model.input_shape, crop=run.experiment.fit == "crop"), None
        try:
            found = path_of(run.dataset)
            # A folder's own pictures were taken as they are, and so is this one.
            if found is not None and is_folder(run.dataset):
                form = beside(found, run.experiment.test, opened, form)
            else:
                stored = self._images(run_id)
                border = border_of(self._test_images(run_id, tuple(range(min(SAMPLE, stored.kept)))))
        except (DatasetError, ExplainError, RawFileError, OSError) as error:
            say(f"What the images of run {run_id} are like stays unknown: {error}")
        prepared = prepare(opened, form, border)
        return prepared.pixels[np.newaxis], prepared.steps

    def _prediction(self, run_id: int, images: Any, steps: tuple[str, ...], epoch: int) -> Prediction:
        said = self._model(run_id, epoch).predict(images)
        from cnn_tui.training.probabilities import class_probabilities

        probabilities = class_probabilities(said, find_run(run_id).experiment.training)
        raw = _numbers(said) if probabilities is not said else ()
        return Prediction(
            tuple(images.shape[1:]), images.tobytes(), _numbers(probabilities), (1, said.shape[1]), steps, raw
        )

    def _activations(self, question: ShowActivations) -> msgspec.Struct:
        import numpy as np

        images = self._test_images(question.run, question.images)
        steps: tuple[str, ...] = ()
        if question.picture:
            own, steps = self._prepared(question.run, question.picture)
            images = np.concatenate([images.reshape(-1, *own.shape[1:]), own])
        if not len(images):
            raise ExplainError("no image was asked for", wrong=True)
        model = self._model(question.run, question.epoch)
        _check_shape(question.run, images, model)
        answer: msgspec.Struct = model.activations(images, question.layers, question.first, question.most, steps)
        return answer

    def _where(self, question: LookWhere) -> Where:
        steps: tuple[str, ...] = ()
        if question.picture:
            image, steps = self._prepared(question.run, question.picture)
        else:
            image = self._test_images(question.run, (question.image,))
        names, training = self._class_names(question.run), find_run(question.run).experiment.training
        from cnn_tui.training.explain.where import look

        model = self._model(question.run, question.epoch)
        _check_shape(question.run, image, model)
        found = look(model, image, question, training)
        return msgspec.structs.replace(found, class_names=names, steps=steps)


def _check_shape(run_id: int, images: Any, model: Any) -> None:
    if tuple(images.shape[1:]) != model.input_shape:
        raise ExplainError(
            f"the test images are {shapes.show(images.shape[1:])} now, "
            f"and run {run_id} learned from {shapes.show(model.input_shape)}"
        )


def _numbers(rows: Any) -> tuple[float | None, ...]:
    """The first row; None for NaN, which JSON cannot hold."""
    return tuple(None if math.isnan(one) else one for one in rows[0].tolist())


def find_run(run_id: int) -> Run:
    """A run of the history. Raises ExplainError when there is none of that number."""
    with History() as history:
        run = history.run(run_id)
    if run is None:
        raise ExplainError(f"there is no run {run_id}", wrong=True)
    return run


def _predictions(run_id: int) -> Predictions:
    try:
        return open_predictions(run_id)
    except RawFileError:
        return Predictions(predictions_path(run_id))  # an older model's, of the same images
