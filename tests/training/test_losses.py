"""Every loss, with what may be set of it, trains and evaluates as Keras's own `fit` and `evaluate` do."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
import numpy as np
import pytest

from cnn_tui.data.dataset import BUILT_IN, DatasetError
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.network.layers import Conv2D, Dense, Flatten

pytestmark = pytest.mark.usefixtures("default_precision")

COUNT, TESTED = 70, 33  # in batches of eight, the last one is smaller
IMAGES = np.random.default_rng(2).integers(0, 256, (COUNT, 28, 28, 1), dtype=np.uint8)


class Case(NamedTuple):
    """What a network ends in, of so many classes, and how it is trained."""

    units: int
    activation: str
    classes: int
    training: dict[str, Any]

    def __str__(self) -> str:
        more = [name for name in self.training if name not in ("loss", "metrics")]
        return "-".join([str(self.training["loss"]), str(self.units), self.activation, *more])


def bce(**more: Any) -> dict[str, Any]:
    return {"loss": "binary_crossentropy", **more}


QUICK = [
    Case(1, "linear", 2, bce(from_logits=True, label_smoothing=0.1, class_weight=(0.5, 3.0))),
    Case(1, "sigmoid", 2, {"loss": "mean_squared_error", "class_weight": "balanced"}),
]
LONG = [
    Case(1, "sigmoid", 2, bce(metrics=("accuracy", "auc", "precision", "recall"))),
    Case(3, "sigmoid", 3, bce(metrics=("accuracy", "binary_accuracy"))),
    Case(3, "linear", 3, bce(from_logits=True, metrics=("accuracy", "auc", "precision", "recall", "binary_accuracy"))),
    Case(1, "linear", 2, bce(from_logits=True, precision="mixed_bfloat16")),
    Case(1, "sigmoid", 2, bce(precision="mixed_float16", class_weight="balanced")),
    Case(3, "softmax", 3, {"loss": "mean_squared_error"}),
    Case(3, "softmax", 3, {"loss": "categorical_crossentropy", "label_smoothing": 0.2, "class_weight": "balanced"}),
    Case(3, "sigmoid", 3, {"loss": "categorical_crossentropy"}),
    Case(3, "hard_sigmoid", 3, {"loss": "sparse_categorical_crossentropy"}),
    Case(5, "linear", 3, {"loss": "categorical_crossentropy", "from_logits": True}),
    Case(4, "linear", 3, {"loss": "sparse_categorical_crossentropy", "from_logits": True, "class_weight": (2.0,)}),
    Case(3, "softmax", 3, {"loss": "sparse_categorical_crossentropy", "class_weight": "balanced"}),
]
CASES = [*QUICK, *(pytest.param(case, marks=pytest.mark.long) for case in LONG)]


def experiment_of(case: Case, monkeypatch: pytest.MonkeyPatch) -> Experiment:
    """The experiment of a case, on a dataset of as many classes."""
    few = msgspec.structs.replace(BUILT_IN["mnist"], class_names=("a", "b", "c")[: case.classes])
    monkeypatch.setitem(BUILT_IN, "mnist", few)
    layers = (
        Conv2D(filters=2, kernel_size=(5, 5), strides=(2, 2)),
        Flatten(),
        msgspec.structs.replace(Dense(units=case.units), activation=case.activation),
    )
    return Experiment(dataset="mnist", layers=layers, training=Training(learning_rate=0.01, **case.training))


def built(experiment: Experiment) -> Any:
    import keras

    from cnn_tui.training.model.build import build

    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    return build(experiment)


def given_to_keras(experiment: Experiment, labels: Any) -> tuple[Any, dict[int, float] | None]:
    """Labels and class weights as somebody would give them to `fit`; balanced ones by scikit-learn's formula."""
    import keras

    training, weights = experiment.training, experiment.training.class_weight
    units = experiment.layers[-1].units  # type: ignore[union-attr]
    plain = units == 1 or training.loss.startswith("sparse")
    answers = labels if plain else keras.utils.to_categorical(labels, units)
    if weights == "balanced":
        classes, counts = np.unique(labels, return_counts=True)
        weights = tuple(len(labels) / (len(classes) * counts))
    return answers, None if weights is None else {at: one for at, one in enumerate(weights) if isinstance(one, float)}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_loss_trains_and_evaluates_as_keras_does(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.experiment.training.compiled import answers_of
    from cnn_tui.training import loop
    from cnn_tui.training.pipeline import evaluation_batches, weights_of

    experiment = experiment_of(case, monkeypatch)
    # Half precision rounds so much that sums over parts of a batch go another way.
    monkeypatch.setattr(loop, "usual_parts", lambda: 2 if experiment.training.precision == "float32" else 1)
    draw = np.random.default_rng(3)
    labels = draw.integers(0, case.classes, COUNT) * draw.integers(0, 2, COUNT)  # many of class 0
    model, answers = built(experiment), answers_of(experiment)
    train = evaluation_batches(IMAGES, labels, batch_size=8, answers=answers)
    train.weights = weights_of(experiment.training.class_weight, labels)
    test = evaluation_batches(IMAGES[:TESTED], labels[:TESTED], batch_size=8, answers=answers)
    ours = loop.fit(model, train, epochs=2, validation_data=test)
    ours_at_end = loop.evaluate(model, test)

    theirs = built(experiment)
    x, (y, weights) = IMAGES / 255.0, given_to_keras(experiment, labels)
    tested = (x[:TESTED], y[:TESTED])
    given = {"batch_size": 8, "epochs": 2, "shuffle": False, "validation_data": tested, "verbose": 0}
    kerass = theirs.fit(x, y, class_weight=weights, **given).history

    within = 2e-6
    assert set(ours) == set(kerass) == set(experiment.emitted_metrics())
    for name, values in kerass.items():
        assert ours[name] == pytest.approx(values, abs=within), name
    for one, other in zip(model.get_weights(), theirs.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=within)
    at_end = model.evaluate(*tested, batch_size=8, verbose=0, return_dict=True)
    assert ours_at_end == pytest.approx(at_end, abs=within)
    assert ours["val_loss"][-1] == pytest.approx(at_end["loss"], abs=within)


def test_weights_by_name_are_those_of_the_numbers_that_the_classes_have() -> None:
    from cnn_tui.training.pipeline import weights_of

    weights = weights_of((("owl", 2.5),), np.array([0, 1, 1, 2]), ("cat", "owl", "rat"))
    assert weights is not None
    assert weights.tolist() == [1.0, 2.5, 1.0]
    with pytest.raises(DatasetError, match="class_weight names the class owl, but the classes are cat and dog"):
        weights_of((("owl", 2.5),), np.array([0, 1]), ("cat", "dog"))
