"""What is wrong with an experiment, for its own dataset and loss."""

from __future__ import annotations

import msgspec
import pytest

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.network.summary import summarize

BASELINE = load_preset("lab1-baseline")


def on(dataset: str, loss: str = "sparse_categorical_crossentropy") -> Experiment:
    """The baseline on another dataset, for another loss."""
    return msgspec.structs.replace(BASELINE, dataset=dataset).with_training(loss=loss)


@pytest.mark.parametrize("dataset", ["fashion_mnist", "fashion_mnist_sample", "mnist", "cifar10"])
def test_the_baseline_fits_every_dataset_of_ten_classes(dataset: str) -> None:
    assert problems_of(on(dataset)) == ()


def test_more_classes_need_more_units() -> None:
    (problem,) = problems_of(on("cifar100"))
    assert problem.layer == 7
    assert problem.message == "the network gives 10 numbers, but the data has 100 classes"
    fixed = on("cifar100").with_stack(problem.fixes[0].stack)
    assert problems_of(fixed) == ()
    assert problem.fixes[0].label == "units 100"


def test_the_message_names_the_loss() -> None:
    relu = on("mnist", "categorical_crossentropy")
    relu = relu.with_stack(relu.stack.change(6, activation="relu"))
    (problem,) = problems_of(relu)
    assert problem.message.startswith("categorical_crossentropy needs probabilities")


def test_a_summary_at_hand_is_used_and_changes_nothing() -> None:
    broken = BASELINE.with_stack(BASELINE.stack.change(2, kernel_size=(50, 50)))
    assert problems_of(broken) == problems_of(broken, summarize(broken.stack)) != ()


def test_a_dataset_that_is_not_there_is_said() -> None:
    with pytest.raises(DatasetError, match=r"There is no dataset 'fashion_mnits'\. Did you mean fashion_mnist\?"):
        problems_of(on("fashion_mnits"))


@pytest.mark.parametrize(
    ("loss", "metric"),
    [
        ("categorical_crossentropy", "sparse_top_k_categorical_accuracy"),
        ("sparse_categorical_crossentropy", "top_k_categorical_accuracy"),
    ],
)
def test_a_metric_that_wants_other_labels_than_the_loss_is_said(loss: str, metric: str) -> None:
    (problem,) = problems_of(on("mnist", loss).with_training(metrics=("accuracy", metric)))
    assert problem.layer == 0
    assert metric in problem.message and loss in problem.message


def test_a_metric_with_the_labels_of_the_loss_is_none() -> None:
    metrics = ("accuracy", "top_k_categorical_accuracy")
    assert problems_of(on("mnist", "categorical_crossentropy").with_training(metrics=metrics)) == ()
