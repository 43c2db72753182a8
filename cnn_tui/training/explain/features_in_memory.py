"""The features of training images that were asked for last, of one epoch after another, and the maps of them."""

from __future__ import annotations

from cnn_tui.artifacts.features import MOST_NUMBERS
from cnn_tui.history.run import Run
from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.network import shapes
from cnn_tui.training.data.datasets import Images, load
from cnn_tui.training.explain.features import TrainingFeatures
from cnn_tui.training.explain.mapped_features import MappedFeatures
from cnn_tui.training.explain.model import TrainedModel
from cnn_tui.training.log import say

_Key = tuple[TrainedModel, int]


class FeaturesInMemory:
    """As many as have MOST_NUMBERS together, those that were asked for last; one at least."""

    def __init__(self) -> None:
        self._features: dict[_Key, TrainingFeatures] = {}
        self._maps: dict[_Key, MappedFeatures] = {}

    def of(self, run: Run, model: TrainedModel, epoch: int) -> TrainingFeatures:
        """Those of a run, whose model has the weights of that epoch now. Raises ExplainError and DatasetError."""
        key = model, epoch
        found = self._features.pop(key, None)
        if found is None:
            images = self._images(run, model)
            found = TrainingFeatures(run.id, run.experiment, run.seed, model.model, images, epoch)
        self._features[key] = found
        while len(self._features) > 1 and sum(one.rows.size for one in self._features.values()) > MOST_NUMBERS:
            self._forget(next(iter(self._features)))
        return found

    def map_of(self, run: Run, model: TrainedModel, epoch: int) -> MappedFeatures:
        """The map of those."""
        features, key = self.of(run, model, epoch), (model, epoch)
        if key not in self._maps:
            self._maps[key] = MappedFeatures(features)
        return self._maps[key]

    def forget_others(self, models: list[TrainedModel]) -> None:
        """Keep those of these models alone: others are no longer in memory."""
        for key in [one for one in self._features if one[0] not in models]:
            self._forget(key)

    def _forget(self, key: _Key) -> None:
        del self._features[key]
        drawn = self._maps.pop(key, None)
        if drawn is not None:
            drawn.end_work()

    def _images(self, run: Run, model: TrainedModel) -> Images:
        """The images of the run's dataset, in memory once for all epochs of a run."""
        for (other, _), features in self._features.items():
            if other is model:
                return features.images
        images = load(run.dataset, run.experiment.data_options, download=False, say=say)
        if tuple(images.x_train.shape[1:]) != model.input_shape:
            raise ExplainError(
                f"the training images of {run.dataset} are {shapes.show(images.x_train.shape[1:])} now, "
                f"and run {run.id} learned from {shapes.show(model.input_shape)}"
            )
        return images
