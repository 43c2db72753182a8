"""Weights that a script gives its model before the training: those of a file are started from, others are said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.keras_io.weights_file import LayerKind, WeightsFileError, stored_layers
from cnn_tui.network.layers import AnyLayer, Conv2D, Dense, Flatten, Normalization
from tests.keras_io.scripts import FIT, HEAD, SMALL, read

SHAPES = {"conv2d": [(3, 3, 1, 8), (8,)], "dense": [(5408, 10), (10,)]}


def weights(path: Path, with_model: bool = False) -> Path:
    """A file of HDF5 with the weights of SMALL, as Keras has always written them."""
    import h5py

    with h5py.File(path, "w") as file:
        top = file.create_group("model_weights") if with_model else file
        if with_model:
            file.attrs["model_config"] = '{"class_name": "Sequential", "config": {"name": "a", "layers": []}}'
        top.attrs["layer_names"] = [name.encode() for name in SHAPES]
        for name, shapes in SHAPES.items():
            group = top.create_group(name)
            names = [f"{name}/{at}" for at in range(len(shapes))]
            group.attrs["weight_names"] = [one.encode() for one in names]
            for one, shape in zip(names, shapes, strict=True):
                group[one] = np.zeros(shape, np.float32)
    return path


def of_keras_3(path: Path, inside: str = "") -> Path:
    """The weights of SMALL as `save_weights` of Keras 3 writes them; the first layer may be in a model `inside`."""
    import h5py

    with h5py.File(path, "w") as file:
        for name, shapes in SHAPES.items():
            for at, shape in enumerate(shapes):
                file[f"layers/{inside if name == 'conv2d' else ''}{name}/vars/{at}"] = np.zeros(shape, np.float32)
    return path


def test_weights_alone_are_started_from_where_their_order_is_known(tmp_path: Path) -> None:
    path = of_keras_3(tmp_path / "a.weights.h5")
    code = HEAD + SMALL + "model.load_weights('a.weights.h5')\n" + FIT
    assert read(tmp_path, code).experiment.weights == str(path)
    path.unlink()
    of_keras_3(path, inside="sequential/layers/")
    assert read(tmp_path, code).experiment.weights is None
    wanted = [LayerKind("Conv2D", ""), LayerKind("Dense", "")]
    with pytest.raises(WeightsFileError, match="does not tell in which order"), stored_layers(path, wanted):
        pass


def test_the_file_that_a_script_loads_weights_from_is_started_from(tmp_path: Path) -> None:
    path = weights(tmp_path / "before.h5")
    imported = read(tmp_path, HEAD + SMALL + "model.load_weights('before.h5')\n" + FIT)
    assert (imported.experiment.weights, imported.notes) == (str(path), ())


@pytest.mark.parametrize(
    ("network", "line"),
    [
        (SMALL, "model.load_weights('gone.h5')\n"),
        (SMALL, "model.load_weights('before.h5', by_name=True)\n"),
        (SMALL.replace("Conv2D(8", "Conv2D(9"), "model.load_weights('before.h5')\n"),
    ],
)
def test_weights_that_are_not_here_or_of_another_network_are_said(tmp_path: Path, network: str, line: str) -> None:
    weights(tmp_path / "before.h5")
    imported = read(tmp_path, HEAD + network + line + FIT)
    assert imported.experiment.weights is None
    assert [note.startswith("the weights that are loaded at line") for note in imported.differences] == [True]


@pytest.mark.parametrize(
    "lines",
    [
        "model.set_weights(other.get_weights())",
        "model.layers[0].set_weights(other.layers[0].get_weights())",
        "for one, another in zip(model.layers, other.layers):\n    one.set_weights(another.get_weights())",
        "for one in model.layers:\n    one.set_weights(numbers[one.name])",
    ],
)
def test_weights_that_are_set_are_said_to_be(tmp_path: Path, lines: str) -> None:
    other = "other = keras.models.load_model('other.h5')\n"
    (said,) = read(tmp_path, HEAD + SMALL + other + lines + FIT).differences
    assert said.startswith("the weights that are set at line")
    assert read(tmp_path, HEAD + SMALL + other + FIT + lines).differences == ()


@pytest.mark.parametrize("normalized", [False, True])
def test_an_exported_script_that_starts_from_weights_comes_back_so(tmp_path: Path, normalized: bool) -> None:
    layers: tuple[AnyLayer, ...] = (
        *([Normalization()] * normalized),
        Conv2D(filters=8, kernel_size=(3, 3)),
        Flatten(),
        Dense(units=10, activation="softmax"),
    )
    for with_model in (False, True):
        path = weights(tmp_path / "before.h5", with_model)
        experiment = Experiment(name="script", dataset="mnist", layers=layers, weights=str(path))
        imported = read(tmp_path, keras_script(experiment))
        if with_model or not normalized:  # of a file of weights alone, Keras takes all or nothing
            assert (imported.experiment, imported.notes) == (experiment, ())


KEPT = "keep = keras.callbacks.ModelCheckpoint('best.h5', monitor='loss', save_best_only=True)\n"
AGAIN = "best = keras.models.load_model('best.h5')\nbest.evaluate(x_test, y_test)\n"


@pytest.mark.parametrize(
    ("kept", "is_said"),
    [
        (KEPT, True),
        (KEPT.replace(", save_best_only=True", ""), False),  # which keeps the last
        (KEPT.replace("keep = ", "keep, stop = ").replace("True)", "True), STOP"), False),
        (
            KEPT.replace("keep = ", "keep, stop = ").replace("True)", "True), STOP").replace("='loss'", "='accuracy'"),
            True,
        ),
    ],
)
def test_a_model_that_is_loaded_as_it_was_kept_is_the_same_one(tmp_path: Path, kept: str, is_said: bool) -> None:
    kept = kept.replace("STOP", "keras.callbacks.EarlyStopping(monitor='loss', restore_best_weights=True)")
    given = "callbacks=[keep, stop]" if "stop" in kept else "callbacks=[keep]"
    imported = read(tmp_path, HEAD + SMALL + kept + FIT.replace("epochs=3", f"epochs=3, {given}") + AGAIN)
    said = [note for note in imported.differences if note.startswith("the weights that ModelCheckpoint keeps")]
    assert bool(said) is is_said
    assert len(imported.differences) == len(said)


def test_the_latest_checkpoint_of_a_training_is_what_the_model_has(tmp_path: Path) -> None:
    keep = "keep = keras.callbacks.ModelCheckpoint('parts/{epoch}', save_weights_only=True)\n"
    load = "model.load_weights(tf.train.latest_checkpoint('parts'))\n"
    assert read(tmp_path, HEAD + SMALL + keep + FIT.replace("epochs=3", "callbacks=[keep]") + load).differences == ()
    assert read(tmp_path, HEAD + SMALL + FIT + load).differences != ()


@pytest.mark.parametrize("save", ["model.save('best.h5')\n", "keras.models.save_model(model, 'best.h5')\n"])
def test_a_model_that_was_saved_and_loaded_goes_on(tmp_path: Path, save: str) -> None:
    fit = "best.compile('sgd', 'sparse_categorical_crossentropy')\nbest.fit(x_train, y_train, epochs=4)\n"
    imported = read(tmp_path, HEAD + SMALL + FIT + save + AGAIN + fit)
    assert [phase.epochs for phase in imported.experiment.then] == [4]
    assert imported.differences == ()
