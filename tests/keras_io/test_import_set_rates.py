"""Learning rates that a script sets on an optimizer once that is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import HEAD, SMALL, read

COMPILE = 'model.compile(optimizer={}, loss="sparse_categorical_crossentropy", metrics=["accuracy"])\n'
FIT = "model.fit(x_train, y_train, epochs=3)\n"


@pytest.mark.parametrize(
    "sets",
    [
        "model.optimizer.learning_rate = 0.25\n",
        "model.optimizer.lr = 0.25\n",
        "model.optimizer.learning_rate.assign(0.25)\n",
        "keras.backend.set_value(model.optimizer.lr, 0.25)\n",
        "model.optimizer.learning_rate = model.optimizer.learning_rate.numpy() * 25\n",
        "keras.backend.set_value(model.optimizer.lr, keras.backend.get_value(model.optimizer.lr) * 25)\n",
    ],
)
@pytest.mark.parametrize("optimizer", ['"sgd"', "keras.optimizers.SGD()", "keras.optimizers.SGD(lr=0.01)"])
def test_a_rate_that_is_set_is_the_rate(tmp_path: Path, sets: str, optimizer: str) -> None:
    training = read(tmp_path, HEAD + SMALL + COMPILE.format(optimizer) + sets + FIT).experiment.training
    assert (training.optimizer, training.learning_rate) == ("sgd", 0.25)


def test_a_rate_that_is_set_before_the_model_is_compiled_is_the_rate(tmp_path: Path) -> None:
    made = "slow = keras.optimizers.Adam(0.1)\nslow.learning_rate = 2e-5\n"
    assert read(tmp_path, HEAD + SMALL + made + COMPILE.format("slow") + FIT).experiment.training.learning_rate == 2e-5


def test_a_rate_that_is_set_between_two_trainings_is_that_of_the_second(tmp_path: Path) -> None:
    sets = "model.optimizer.learning_rate = 0.25\n"
    experiment = read(tmp_path, HEAD + SMALL + COMPILE.format('"sgd"') + FIT + sets + FIT).experiment
    assert (experiment.training.learning_rate, experiment.training.epochs) == (0.01, 3)
    assert [(phase.learning_rate, phase.epochs) for phase in experiment.then] == [(0.25, 3)]


def test_a_rate_that_is_set_behind_the_training_changes_nothing(tmp_path: Path) -> None:
    sets = "model.optimizer.learning_rate = 0.25\n"
    training = read(tmp_path, HEAD + SMALL + COMPILE.format('"sgd"') + FIT + sets).experiment.training
    assert training.learning_rate == 0.01
