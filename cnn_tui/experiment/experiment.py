"""An experiment: a dataset, a layer stack, how it is trained and when to stop."""

from __future__ import annotations

import contextlib
import typing
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.data.dataset import (
    AS_THEY_ARE,
    BUILT_IN,
    NAMED,
    TRAIN,
    Color,
    DataOptions,
    Dataset,
    DatasetError,
    Fit,
    Side,
    is_folder,
)
from cnn_tui.data.describe import describe
from cnn_tui.experiment import file_errors
from cnn_tui.experiment.images import leaving_out, unset_dataset
from cnn_tui.experiment.images.image_ranges import ImageNumbers
from cnn_tui.experiment.images.unset_dataset import Classes, InputShape
from cnn_tui.experiment.training.phase import MOST_PHASES, Phase, renumbered
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.experiment.training.training import VALIDATIONS, Metric, Training
from cnn_tui.network.layers import AnyLayer
from cnn_tui.network.stack import Stack

MAX_NAME = 200
"""Characters."""
_USUAL_SHARE = 0.1


class ExperimentError(ValueError):
    """An experiment that cannot be read; the message names the file, the key, what was found and what is allowed."""


class Experiment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is tried. Layers are in order from the image to the answer.

    `dataset` is "" until one is set; `input_shape` and `classes` say until then what images the network is for.
    `weights` is a file of Keras that the layers start from. A history keeps in `weights_digest` what was in the file.
    `leave_out` are training images that are not learned from. `then` are the later phases of its training.
    """

    name: str = "untitled"
    dataset: str = "fashion_mnist"
    training: Training = Training()
    stop: tuple[StopRule, ...] = ()
    layers: tuple[AnyLayer, ...] = ()
    image_size: tuple[Side, Side] | None = None
    color: Color | None = None
    fit: Fit = "stretch"
    test: str | float | None = None
    input_shape: InputShape | None = None
    classes: Classes | None = None
    weights: str | None = None
    weights_digest: str | None = None
    leave_out: ImageNumbers = ()
    then: tuple[Phase, ...] = ()
    label_column: str | None = None

    def __post_init__(self) -> None:
        if self.training.epochs == 0 and self.weights is None:
            raise ValueError(
                "training.epochs must be a whole number from 1 to 100000, not 0: nothing would be learned. Only "
                "weights that are started from can be tested with 0 epochs"
            )
        if self.training.epochs == 0 and self.then:
            raise ValueError("then: after 0 epochs, in which weights are only tested, no later phase can come")
        if len(self.then) > MOST_PHASES:
            raise ValueError(f"then has {len(self.then)} later phases; at most {MOST_PHASES} are allowed")
        unset_dataset.check(self.dataset, self.input_shape, self.classes, self.data_options)
        leaving_out.check(self.leave_out)
        if self.leave_out and not self.dataset:
            raise ValueError("leave_out names images of a dataset: set that first")
        if self.dataset in BUILT_IN and self.training.validation_path is not None:
            raise ValueError(
                f"validation must be {VALIDATIONS}, not {file_errors.found(self.training.validation)}: the path of a "
                "folder or table is for datasets that are such"
            )
        if isinstance(self.test, float) and not 0 < self.test < 1:
            raise ValueError(f'test must be a path, "{TRAIN}", or a share above 0 and below 1, not {self.test:g}')

    @property
    def epochs(self) -> int:
        """How many epochs all phases of the training have."""
        return self.training.epochs + sum(phase.epochs for phase in self.then)

    @property
    def data_options(self) -> DataOptions:
        """What is said of the dataset beside its name."""
        validation = self.training.validation_path
        return DataOptions(self.image_size, self.color, self.fit, self.test, validation, self.label_column)

    @property
    def test_path(self) -> str | None:
        """Where the images to test on are, if they are no part of the dataset."""
        return self.data_options.test_path

    @property
    def data(self) -> Dataset:
        """The dataset that is asked for, described; until one is set, what stands in. Raises DatasetError.

        Images that are left out are among its training images.
        """
        if self.input_shape is not None and self.classes is not None:
            return unset_dataset.stand_in(self.input_shape, self.classes)
        return describe(self.dataset, self.data_options)

    @property
    def stack(self) -> Stack:
        """The layers on the dataset's input shape. Raises DatasetError when the dataset cannot be described."""
        return Stack(self.data.input_shape, self.layers)

    def with_dataset(self, dataset: str) -> Experiment:
        """The experiment on another dataset. What was said of pictures is kept for a folder, but not what is tested on.

        Images that were left out, or named to validate on, were those of the dataset before.
        Where none was set before, the pictures of a folder are brought to the size that the network is for, and the
        share to test on stays, for a dataset that is not parted itself.
        """
        options = AS_THEY_ARE
        if is_folder(dataset):
            options = msgspec.structs.replace(self.data_options, test=None, validation=None, label_column=None)
            if self.input_shape is not None:
                options = unset_dataset.pictures_for(self.input_shape, options)
        if self.input_shape is not None:
            options = unset_dataset.with_column(dataset, options, self.label_column)
            share = unset_dataset.share_kept(dataset, options, self.test)
            options = msgspec.structs.replace(options, test=share)
        values = {"dataset": dataset, "input_shape": None, "classes": None, **options.of_file}
        if dataset == self.dataset:
            return msgspec.structs.replace(self, **values)
        training = msgspec.structs.replace(self.training, validation=self.validation_elsewhere)
        return msgspec.structs.replace(self, **values, leave_out=(), training=training)

    @property
    def validation_elsewhere(self) -> str | float:
        """What is validated on in another dataset: as large a share, where this one's or a place are named."""
        training = self.training
        if training.validated_images is None and training.validation_path is None:
            return training.validation
        held, images = 0, 0
        with contextlib.suppress(DatasetError):  # which is gone
            data = self.data
            held = data.validation_images if training.validated_images is None else training.validated_images.size
            images = data.train_images + data.validation_images
        share = round(held / images, 4) if images else 0.0
        return share if 0 < share < 1 else _USUAL_SHARE

    def with_stack(self, stack: Stack) -> Experiment:
        """The experiment with other layers. Phases go on to name the layers that they named, wherever those are now."""
        return msgspec.structs.replace(self, layers=stack.layers, then=renumbered(self.then, self.layers, stack.layers))

    def with_training(self, **values: Any) -> Experiment:
        """The experiment with other training settings. Raises ValueError for a value that is not allowed."""
        return msgspec.structs.replace(self, training=msgspec.structs.replace(self.training, **values))

    def without_folders(self) -> Experiment:
        """The experiment with the names alone of its files and folders, which lie elsewhere on another machine."""
        test = self.test if self.test_path is None else Path(self.test_path).name
        dataset = self.dataset if self.dataset in NAMED else Path(self.dataset).name
        weights = None if self.weights is None else Path(self.weights).name
        training = self.training
        if training.validation_path is not None:
            training = msgspec.structs.replace(training, validation=f"./{Path(training.validation_path).name}")
        values = {"dataset": dataset, "test": test, "weights": weights, "weights_digest": None, "training": training}
        return msgspec.structs.replace(self, **values)

    def emitted_metrics(self) -> tuple[str, ...]:
        """The names that this compile and fit will report, as in a Keras History."""
        names = ("loss", *self.training.metrics)
        return names if self.training.validation == "none" else (*names, *(f"val_{name}" for name in names))

    def way_to(self, metric: str) -> str:
        """What to change for a metric of Keras's to be reported; "" where it is none, or is reported already."""
        name, ways = metric.removeprefix("val_"), []
        if name not in ("loss", *typing.get_args(Metric)):
            return ""
        if name not in ("loss", *self.training.metrics):
            ways.append(f"add {name} to the metrics")
        if metric.startswith("val_") and self.training.validation == "none":
            ways.append('turn validation on: set validation to "test", or to a fraction like 0.1')
        return ", and ".join(ways)
