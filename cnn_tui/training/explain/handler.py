"""Answers the questions of `jobs/explain/protocol.py` about trained networks. Loads TensorFlow when it is needed."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from cnn_tui.artifacts.kept_epochs import saved_epoch_path
from cnn_tui.artifacts.weights import KeptWeights
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
from cnn_tui.training.explain.run_images import SAMPLE, check_shape, kept_images, prepared, read_test_images
from cnn_tui.training.explain.run_models import RunModels, find_run

A_MOMENT = 0.25
"""Seconds of a piece of longer work, after which it is said how far it is."""


class Explainer:
    """Answers questions about runs. TensorFlow is loaded with the first one that needs it."""

    def __init__(self) -> None:
        self.models = RunModels()
        self._features: Any = None
        """Those in memory, once they were asked for."""
        self._said: Any = None
        """The work on what a run says of its test images that was asked for last."""

    def answer(self, question: msgspec.Struct) -> msgspec.Struct:
        """The answer to a question. Raises ExplainError, and the errors of datasets and of the history."""
        match question:
            case Warm(run):
                if run:
                    self.models.with_weights(run)
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
                kept_images(run)
                return Done()
            case PredictPicture(run, picture, epoch):
                pixels, steps = prepared(run, picture, self.models)
                return self._prediction(run, pixels, steps, epoch)
            case PredictImage(run, image, epoch):
                return self._prediction(run, read_test_images(run, (image,)), (), epoch)
            case ShowActivations():
                return self._activations(question)
            case ShowKernels(run, layer, epoch):
                return self.models.with_weights(run, epoch).kernels(layer)  # type: ignore[no-any-return]
            case FindDeadFilters(run, epoch):
                stored = kept_images(run)
                sample = read_test_images(run, tuple(range(min(SAMPLE, stored.kept))))
                return DeadFilters(len(sample), self.models.with_weights(run, epoch).dead_filters(sample))
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

    def _features_of(self, run_id: int, epoch: int = 0) -> Any:
        """The features of a run's training images, with the weights of an epoch or of its end."""
        model = self.models.with_weights(run_id, epoch)
        return self._in_memory().of(find_run(run_id), model, epoch)

    def _map_of(self, run_id: int, epoch: int) -> Any:
        """The map of those."""
        model = self.models.with_weights(run_id, epoch)
        return self._in_memory().map_of(find_run(run_id), model, epoch)

    def _in_memory(self) -> Any:
        if self._features is None:
            from cnn_tui.training.explain.features_in_memory import FeaturesInMemory

            self._features = FeaturesInMemory()
        self._features.forget_others(self.models.in_memory())
        return self._features

    def _nearest(self, question: FindNearest) -> Nearest:
        features = self._features_of(question.run)
        if question.picture:
            images, _ = prepared(question.run, question.picture, self.models)
        else:
            images = read_test_images(question.run, (question.image,))
        pixels, labels = features.images.x_train, features.images.y_train
        found = tuple(
            NearImage(place, int(labels[place]), distance, pixels[place].tobytes())
            for place, distance in features.nearest(images[0], question.most)
        )
        reader, shape = features.reader, tuple(pixels.shape[1:])
        return Nearest(reader.layer, reader.goes_in, reader.size, features.total, features.learned, shape, found)

    def _facts(self, run_id: int) -> ModelFacts:
        model = self.models.loaded(run_id)
        return ModelFacts(model.input_shape, self._class_names(run_id), model.layers())

    def _class_names(self, run_id: int) -> tuple[str, ...]:
        model, run = self.models.loaded(run_id), find_run(run_id)
        from cnn_tui.training.explain.keep_files import class_names_of, named
        from cnn_tui.training.model.probabilities import class_count

        classes = class_count(model.outputs, run.experiment.training)
        return named(class_names_of(run.dataset, run.experiment.data_options), classes)

    def _keep(self, run_id: int, epoch: int) -> PartDone:
        """Work for a moment on the predictions of the present model, or of the weights of an epoch."""
        model = self.models.with_weights(run_id, epoch)
        from cnn_tui.training.explain.said_of_tests import SaidOfTests

        work = self._said
        if work is None or not work.is_of(run_id, epoch, model) or work.done == work.total:
            work = self._said = SaidOfTests(find_run(run_id), epoch, model, before=work)
        work.work(A_MOMENT)
        return PartDone(work.done, work.total)

    def _save(self, run_id: int, epoch: int) -> None:
        """Write the model with the weights of an epoch."""
        model = self.models.with_weights(run_id, epoch)
        from cnn_tui.training.callbacks.checkpoints import write

        unsaved = write(model.model, saved_epoch_path(run_id, epoch), KeptWeights(find_run(run_id).created, epoch))
        if unsaved:
            raise ExplainError(f"the weights of epoch {epoch} of run {run_id} could not be written ({unsaved})")

    def _prediction(self, run_id: int, images: Any, steps: tuple[str, ...], epoch: int) -> Prediction:
        said = self.models.with_weights(run_id, epoch).predict(images)
        from cnn_tui.training.model.probabilities import class_probabilities

        probabilities = class_probabilities(said, find_run(run_id).experiment.training)
        raw = _numbers(said) if probabilities is not said else ()
        return Prediction(
            tuple(images.shape[1:]), images.tobytes(), _numbers(probabilities), (1, said.shape[1]), steps, raw
        )

    def _activations(self, question: ShowActivations) -> msgspec.Struct:
        import numpy as np

        images = read_test_images(question.run, question.images)
        steps: tuple[str, ...] = ()
        if question.picture:
            own, steps = prepared(question.run, question.picture, self.models)
            images = np.concatenate([images.reshape(-1, *own.shape[1:]), own])
        if not len(images):
            raise ExplainError("no image was asked for", wrong=True)
        model = self.models.with_weights(question.run, question.epoch)
        check_shape(question.run, images, model)
        answer: msgspec.Struct = model.activations(images, question.layers, question.first, question.most, steps)
        return answer

    def _where(self, question: LookWhere) -> Where:
        steps: tuple[str, ...] = ()
        if question.picture:
            image, steps = prepared(question.run, question.picture, self.models)
        else:
            image = read_test_images(question.run, (question.image,))
        names, training = self._class_names(question.run), find_run(question.run).experiment.training
        from cnn_tui.training.explain.where import look

        model = self.models.with_weights(question.run, question.epoch)
        check_shape(question.run, image, model)
        found = look(model, image, question, training)
        return msgspec.structs.replace(found, class_names=names, steps=steps)


def _numbers(rows: Any) -> tuple[float | None, ...]:
    """The first row; None for NaN, which JSON cannot hold."""
    return tuple(None if math.isnan(one) else one for one in rows[0].tolist())
