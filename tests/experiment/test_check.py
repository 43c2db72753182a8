"""What is wrong with an experiment, for its own dataset and loss."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cnn_tui.data.dataset import BUILT_IN, DatasetError
from cnn_tui.experiment.check import problems_of, warnings_of
from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.network.layers import Application, Dense, GlobalAveragePooling2D, RandomFlip
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


TWO = msgspec.structs.replace(BUILT_IN["mnist"], class_names=("no", "yes"))


@pytest.fixture
def one_unit(monkeypatch: pytest.MonkeyPatch) -> Experiment:
    """The baseline for two classes, with one sigmoid."""
    monkeypatch.setitem(BUILT_IN, "mnist", TWO)
    made = on("mnist", "binary_crossentropy")
    return made.with_stack(made.stack.change(6, units=1, activation="sigmoid"))


def test_one_unit_tells_two_classes_apart(one_unit: Experiment) -> None:
    metrics = ("accuracy", "binary_accuracy", "auc", "precision", "recall")
    assert problems_of(one_unit.with_training(metrics=metrics)) == warnings_of(one_unit) == ()
    logits = one_unit.with_stack(one_unit.stack.change(6, activation="linear")).with_training(from_logits=True)
    assert problems_of(logits.with_training(metrics=metrics)) == ()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"loss": "mean_squared_error", "label_smoothing": 0.1}, "mean_squared_error has no label_smoothing"),
        ({"loss": "mean_squared_error", "from_logits": True}, "mean_squared_error has no from_logits"),
        ({"class_weight": (1.0, 1.0, 2.0)}, "class_weight has a weight for class 2, but the classes are numbered 0 to"),
        ({"metrics": ("top_k_categorical_accuracy",)}, "counts one-hot labels, but binary_crossentropy makes the"),
    ],
)
def test_a_setting_that_the_loss_does_not_have_is_said(
    one_unit: Experiment, settings: dict[str, object], words: str
) -> None:
    (problem,) = problems_of(one_unit.with_training(**settings))
    assert words in problem.message


def test_a_metric_with_a_threshold_has_none_among_logits_of_a_softmax() -> None:
    logits = on("mnist", "categorical_crossentropy").with_training(from_logits=True, metrics=("precision",))
    (problem,) = problems_of(logits.with_stack(logits.stack.change(6, activation="linear")))
    assert "precision counts probabilities" in problem.message


def test_more_units_than_classes_are_no_problem_but_a_warning() -> None:
    more = BASELINE.with_stack(BASELINE.stack.change(6, units=12))
    assert problems_of(more) == ()
    (warning,) = warnings_of(more)
    assert warning.message.endswith("2 of them are never the right answer")


def test_a_fix_may_change_the_loss(one_unit: Experiment) -> None:
    document = Document(one_unit.with_training(loss="sparse_categorical_crossentropy"))
    fixes = {fix.label: fix for fix in document.view.problems[0].fixes}
    document.apply(fixes["loss binary_crossentropy"])
    assert document.experiment == one_unit
    assert document.undo() == "fix: loss binary_crossentropy"


def test_images_to_validate_on_that_no_layer_varies_are_a_warning() -> None:
    varied = BASELINE.with_training(vary_validation=True)
    (warning,) = warnings_of(varied)
    assert warning.message.startswith("vary_validation varies nothing: the first layer is Conv2D")
    assert warnings_of(varied.with_training(validation="none")) == ()
    assert warnings_of(varied.with_stack(varied.stack.insert(0, RandomFlip()))) == ()


def test_a_layer_whose_file_of_weights_is_not_there_is_told_before_it_is_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    base = Application(architecture="MobileNetV2", weights="mine.h5", trainable=False)
    layers = (base, GlobalAveragePooling2D(), Dense(units=10, activation="softmax"))
    experiment = Experiment(dataset="cifar10", layers=layers)
    (problem,) = problems_of(experiment)
    words = "there is no file mine.h5 of weights: put those of MobileNetV2 without its top there"
    assert (problem.layer, problem.message) == (1, words)
    assert [fix.label for fix in problem.fixes] == ["weights imagenet", "weights none"]
    assert all(problems_of(experiment.with_stack(fix.stack)) == () for fix in problem.fixes)
    assert problems_of(experiment.with_stack(experiment.stack.toggle(0))) == (), "it is switched off"
    (tmp_path / "mine.h5").touch()
    (problem,) = problems_of(experiment)  # the training is in another folder
    whole = next(fix for fix in problem.fixes if fix.label == "its whole path")
    assert whole.stack.layers[0] == msgspec.structs.replace(base, weights=str(tmp_path / "mine.h5"))
    assert problems_of(experiment.with_stack(whole.stack)) == ()
    started = msgspec.structs.replace(experiment, weights=str(tmp_path / "mine.h5"))
    assert problems_of(started) == (), "its weights are those of the whole network"
