"""Searches of Keras Tuner: the model where every setting stands at its first value, which a note names."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Conv2D, Dense, Dropout
from tests.keras_io.scripts import HEAD, read

BUILD = """
import keras_tuner as kt
def build_model(hp):
    model = keras.Sequential()
    model.add(layers.Conv2D(hp.Int("filters", min_value=8, max_value=32, step=8), hp.Choice("kernel", [5, 3]),
                            input_shape=(28, 28, 1)))
    for at in range(hp.Int("blocks", 2, 3)):
        model.add(layers.Conv2D(hp.Int(f"filters_{at}", 4, 16), 3))
    model.add(layers.Flatten())
    if hp.Boolean("dropout"):
        model.add(layers.Dropout(hp.Float("rate", 0.1, 0.5)))
    model.add(layers.Dense(hp.Int("units", 16, 64, default=48), activation="relu"))
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(keras.optimizers.SGD(hp.Float("rate", 0.01, 0.1, sampling="log")), "sparse_categorical_crossentropy")
    return model
tuner = kt.RandomSearch(build_model, objective="val_accuracy", max_trials=5)
tuner.search(x_train, y_train, epochs=3, validation_split=0.1)
"""
FIT = "model.fit(x_train, y_train, epochs=9, batch_size=50, validation_data=(x_test, y_test))\n"
CLASS = """
class Maker(kt.HyperModel):
    def __init__(self, units):
        self.units = units
    def build(self, hp):
        return build_model(hp)
"""


@pytest.mark.parametrize(
    ("then", "epochs"),
    [
        ("", 3),
        ("model = tuner.get_best_models(num_models=1)[0]\nmodel.summary()\n" + FIT, 9),
        ("best = tuner.get_best_hyperparameters(1)[0]\nmodel = tuner.hypermodel.build(best)\n" + FIT, 9),
        ("model = build_model(tuner.get_best_hyperparameters()[0])\n" + FIT, 9),
        (
            CLASS + "tuner = kt.Hyperband(Maker(10), objective='val_loss')\ntuner.search(x_train, y_train, epochs=4)\n"
            "model = tuner.hypermodel.build(tuner.get_best_hyperparameters()[0])\n" + FIT,
            9,
        ),
    ],
)
def test_what_a_search_may_choose_stands_at_its_first_value(tmp_path: Path, then: str, epochs: int) -> None:
    imported = read(tmp_path, HEAD + BUILD + then)
    experiment = imported.experiment
    convolutions = [layer for layer in experiment.layers if isinstance(layer, Conv2D)]
    assert [(one.filters, one.kernel_size) for one in convolutions] == [(8, (5, 5)), (4, (3, 3)), (4, (3, 3))]
    assert [layer.units for layer in experiment.layers if isinstance(layer, Dense)] == [48, 10]
    assert not any(isinstance(layer, Dropout) for layer in experiment.layers)
    assert (experiment.training.epochs, experiment.training.learning_rate) == (epochs, 0.01)
    assert len(experiment.then) == 0
    (said,) = imported.differences
    assert "filters 8, kernel 5, blocks 2, filters_0 4, filters_1 4, dropout False, units 48, rate 0.01" in said
    assert said.endswith("cnn-tui tune varies them")


def test_what_optuna_suggests_stands_at_its_first_value(tmp_path: Path) -> None:
    code = """
import optuna
def objective(trial):
    model = keras.Sequential([
        layers.Flatten(input_shape=(28, 28)),
        layers.Dense(trial.suggest_int("units", 16, 64), activation=trial.suggest_categorical("how", ["relu", "tanh"])),
        layers.Dense(10, activation="softmax"),
    ])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=trial.suggest_int("epochs", 2, 5))
    return model.evaluate(x_test, y_test)[1]
study = optuna.create_study(direction="maximize")
study.optimize(objective, n_trials=10)
"""
    imported = read(tmp_path, HEAD + code)
    dense = imported.experiment.layers[1]
    assert isinstance(dense, Dense)
    assert (dense.units, dense.activation, imported.experiment.training.epochs) == (16, "relu", 2)
    assert any("units 16, how relu, epochs 2; cnn-tui tune varies them" in words for words in imported.differences)


def test_a_search_says_how_long_and_in_which_batches_it_trains(tmp_path: Path) -> None:
    code = CLASS + (
        "    def fit(self, hp, model, *args, **given):\n"
        "        return model.fit(*args, batch_size=hp.Choice('batch_size', [16, 32]), **given)\n"
        "tuner = kt.Hyperband(Maker(10), objective='val_loss', max_epochs=30)\n"
        "tuner.search(x_train, y_train, validation_split=0.1)\n"
    )
    training = read(tmp_path, HEAD + BUILD.rpartition("tuner = ")[0] + code).experiment.training
    assert (training.epochs, training.batch_size, training.validation) == (30, 16, 0.1)


WRAPPED = """
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
def make(units=32, rate=0.01):
    model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(units), layers.Dense(10, "softmax")])
    model.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
classifier = KerasClassifier(model=make, epochs=3, batch_size=20, verbose=0)
"""


@pytest.mark.parametrize(
    ("use", "units", "epochs"),
    [
        ("classifier.fit(x_train, y_train)", 32, 3),
        ("scores = cross_val_score(classifier, x_train, y_train, cv=3)", 32, 3),
        (
            "grid = GridSearchCV(estimator=classifier, param_grid={'model__units': [8, 16], 'epochs': [2, 4]}, cv=3)\n"
            "found = grid.fit(x_train, y_train)",
            8,
            2,
        ),
    ],
)
def test_a_model_in_an_estimator_of_scikit_learn_is_trained(tmp_path: Path, use: str, units: int, epochs: int) -> None:
    imported = read(tmp_path, HEAD + WRAPPED + use + "\n")
    dense, training = imported.experiment.layers[1], imported.experiment.training
    assert isinstance(dense, Dense)
    assert (dense.units, training.epochs, training.batch_size, training.learning_rate) == (units, epochs, 20, 0.01)
    assert any("units 8, epochs 2; cnn-tui tune" in words for words in imported.differences) is (units == 8)
    assert not any("not trained in the file" in words for words in imported.to_know)


@pytest.mark.parametrize("asked", ['best.get("batch")', 'best.values["batch"]', 'best["batch"]'])
def test_what_a_search_has_found_is_the_first_value_wherever_it_is_read(tmp_path: Path, asked: str) -> None:
    """A fit behind the search asks for a setting that the function of the model named."""
    build = BUILD.replace("    return model", '    hp.Choice("batch", [48, 96])\n    return model')
    then = "best = tuner.get_best_hyperparameters()[0]\nmodel = tuner.hypermodel.build(best)\n"
    imported = read(tmp_path, HEAD + build + then + FIT.replace("batch_size=50", f"batch_size={asked}"))
    assert imported.experiment.training.batch_size == 48
    assert not any("not known" in note for note in imported.notes)


def test_what_a_grid_has_found_is_the_first_of_it(tmp_path: Path) -> None:
    code = """
from sklearn.model_selection import GridSearchCV
from scikeras.wrappers import KerasClassifier
def make(units=3):
    model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(units), layers.Dense(10, "softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    return model
grid = GridSearchCV(KerasClassifier(make, verbose=0), {"model__units": [5, 6], "batch_size": [24, 48]})
found = grid.fit(x_train, y_train)
model = make(grid.best_params_["model__units"])
model.fit(x_train, y_train, epochs=9, batch_size=found.best_params_["batch_size"])
"""
    experiment = read(tmp_path, HEAD + code).experiment
    assert (experiment.training.batch_size, experiment.training.epochs) == (24, 9)
    assert [layer.units for layer in experiment.layers if isinstance(layer, Dense)] == [5, 10]
