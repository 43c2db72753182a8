"""A network starts from the weights of a file: it then says what Keras's own model says of the same images."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.history.history import History
from cnn_tui.keras_io.imported.model import ImportProblem, import_model, with_weights
from cnn_tui.keras_io.script.write import keras_parts
from cnn_tui.network.layers import (
    AnyLayer,
    Application,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    MaxPooling2D,
    Normalization,
    RandomFlip,
    Resizing,
    SeparableConv2D,
)
from cnn_tui.reports.markdown import to_markdown
from cnn_tui.reports.run_facts import read_facts
from cnn_tui.reports.run_page import run_page
from tests.training.trained_run import write_shapes

HEAD: tuple[AnyLayer, ...] = (Flatten(), Dropout(rate=0.3), Dense(units=3, activation="softmax"))
LAYERS: tuple[AnyLayer, ...] = (
    RandomFlip(),
    Normalization(),
    Conv2D(filters=4, kernel_size=(3, 3)),
    BatchNormalization(),
    MaxPooling2D(),
    SeparableConv2D(filters=5, kernel_size=(3, 3)),
    *HEAD,
)


@pytest.fixture
def shapes(tmp_path: Path) -> Path:
    return write_shapes(tmp_path / "shapes.npz")


def experiment(shapes: Path, layers: tuple[AnyLayer, ...] = LAYERS, **values: Any) -> Experiment:
    return Experiment("mine", str(shapes), Training(epochs=1, seed=3), layers=layers, **values)


def learned(model: Any) -> Any:
    """The model with weights as if it had learned: any, but positive where they are variances."""
    rng = np.random.default_rng(7)
    model.set_weights([rng.uniform(0.1, 0.9, array.shape) for array in model.get_weights()])
    return model


def said(model: Any, shapes: Path) -> Any:
    with np.load(shapes) as arrays:
        images = arrays["x_test"].reshape(-1, 12, 12, 1) / np.float32(255)
    return np.array(model(images, training=False))


def started(asked: Experiment) -> tuple[Any, str]:
    from cnn_tui.training.model.build import build
    from cnn_tui.training.model.start_weights import start_from_weights

    model = build(asked, pretrained=False)
    return model, start_from_weights(model, asked)


def refusal(asked: Experiment) -> str:
    from cnn_tui.training.model.build import BuildError

    with pytest.raises(BuildError) as caught:
        started(asked)
    assert str(caught.value).isprintable()
    return str(caught.value)


def save(model: Any, path: Path) -> Path:
    if path.name.endswith(".weights.h5"):
        model.save_weights(path)
    else:
        model.save(path)
    return path


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.weights.h5"])
def test_every_layer_has_the_weights_of_the_file(shapes: Path, tmp_path: Path, name: str) -> None:
    import keras

    from cnn_tui.training.model.build import build

    path = save(learned(build(experiment(shapes))), tmp_path / name)
    theirs = learned(build(experiment(shapes))) if name == "model.weights.h5" else keras.models.load_model(path)
    theirs.layers[1].finalize_state()
    ours, words = started(experiment(shapes, weights=str(path)))
    np.testing.assert_allclose(said(ours, shapes), said(theirs, shapes), rtol=1e-5, atol=1e-6)
    assert words == (
        f"starts from the weights of {path}: normalization, conv2d, batch_normalization, separable_conv2d and dense"
    )


@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_models_inside_a_model_are_taken_layer_by_layer(shapes: Path, tmp_path: Path, ending: str) -> None:
    import keras

    block = keras.Sequential([keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization(), keras.layers.Conv2D(5, 3)])
    block.layers[0].trainable = False  # an HDF5 file then has its weights behind the others
    model = keras.Sequential([keras.Input((12, 12, 1)), block, keras.layers.Flatten(), keras.layers.Dense(3)])
    path = save(learned(model), tmp_path / f"nested{ending}")
    imported = with_weights(import_model(path), path)
    flat = imported.experiment.layers
    assert [layer.type for layer in flat] == ["Conv2D", "BatchNormalization", "Conv2D", "Flatten", "Dense"]
    assert not any("weights" in note for note in imported.notes)
    asked = experiment(shapes, flat, weights=imported.experiment.weights)
    ours, _ = started(asked.with_training(from_logits=True))
    np.testing.assert_allclose(said(ours, shapes), said(model, shapes), rtol=1e-5, atol=1e-6)


@pytest.mark.long
@pytest.mark.parametrize("ending", [".keras", ".h5"])
def test_a_network_of_keras_inside_a_saved_model_is_one_layer_with_its_weights(tmp_path: Path, ending: str) -> None:
    import keras

    from cnn_tui.training.model.build import build
    from cnn_tui.training.model.start_weights import start_from_weights

    base = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3))
    base.trainable = False
    images = keras.Input((32, 32, 3))
    x = keras.Sequential([keras.layers.RandomFlip("horizontal")])(images)
    x = base(keras.applications.mobilenet_v2.preprocess_input(x), training=False)
    x = keras.layers.Dense(4, activation="softmax")(keras.layers.GlobalAveragePooling2D()(x))
    model = keras.Model(images, x)
    path = save(learned(model), tmp_path / f"pets{ending}")
    imported = with_weights(import_model(path), path)
    layers = imported.experiment.layers
    kinds = ["RandomFlip", "Rescaling", "Application", "GlobalAveragePooling2D", "Dense"]
    assert [layer.type for layer in layers] == kinds
    assert isinstance(layers[2], Application) and (layers[2].architecture, layers[2].trainable) == (
        "MobileNetV2",
        False,
    )
    ours = build(imported.experiment, pretrained=False)
    start_from_weights(ours, imported.experiment)
    pixels = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3)).astype(np.float32)
    wanted = np.array(model(pixels, training=False))
    np.testing.assert_allclose(np.array(ours(pixels / 255, training=False)), wanted, rtol=1e-3, atol=1e-5)


def test_a_network_of_another_size_inside_is_refused_in_one_sentence(tmp_path: Path) -> None:
    import keras

    half = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3), alpha=0.35)
    model = keras.Sequential([keras.Input((32, 32, 3)), half, keras.layers.Flatten(), keras.layers.Dense(2)])
    with pytest.raises(ImportProblem) as caught:
        import_model(save(model, tmp_path / "half.keras"))
    (problem,) = caught.value.problems
    assert problem.startswith('"mobilenetv2_0.35_32", a model inside the model, has branches (')


def test_with_another_end_the_layers_before_it_keep_theirs(shapes: Path, tmp_path: Path) -> None:
    from cnn_tui.training.model.build import build

    source = learned(build(experiment(shapes)))
    path = save(source, tmp_path / "model.keras")
    layers = (*LAYERS[:-1], Dense(units=20, activation="relu"), LAYERS[-1])
    ours, words = started(experiment(shapes, layers, weights=str(path)))
    for mine, theirs in zip(ours.layers[:6], source.layers[:6], strict=True):
        for one, other in zip(mine.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    assert words.endswith(
        "normalization, conv2d, batch_normalization and separable_conv2d; dense and dense_1 begin anew "
        "(dense has 45x20 and 20 here, and 45x3 and 3 in the file)"
    )
    shorter = experiment(shapes, (*LAYERS[:5], GlobalAveragePooling2D(), LAYERS[-1]), weights=str(path))
    assert "dense begins anew (dense has 4x3 and 3 here, and" in started(shorter)[1]
    assert "0 epochs train nothing: dense has 45x20" in refusal(
        experiment(shapes, layers, weights=str(path)).with_training(epochs=0)
    )


def test_what_does_not_fit_names_the_layer_and_both_shapes(shapes: Path, tmp_path: Path) -> None:
    from cnn_tui.training.model.build import build

    conv = Conv2D(filters=4, kernel_size=(3, 3))
    path = save(build(experiment(shapes, (conv, *HEAD))), tmp_path / "model.keras")
    wider = msgspec.structs.replace(conv, kernel_size=(5, 5))
    assert refusal(experiment(shapes, (wider, *HEAD), weights=str(path))) == (
        f"the weights of {path} do not fit: conv2d has 5x5x1x4 and 4 here, and 3x3x1x4 and 4 in the file"
    )
    asked = experiment(shapes, (conv, *HEAD), weights=str(path), weights_digest="another")
    assert "has changed since the run was queued: queue it again" in refusal(asked)
    path.unlink()
    assert "is not there, or cannot be read" in refusal(asked)


@pytest.mark.long
def test_a_base_is_frozen_first_and_trained_on_later(shapes: Path, tmp_path: Path) -> None:
    """The two steps of transfer learning: what the first run has learned is where the second one begins."""
    base = Application(architecture="MobileNetV2", weights="none", cut="block_1_expand_relu", trainable=False)
    layers = (Resizing(height=32, width=32), base, GlobalAveragePooling2D(), Dense(units=3, activation="softmax"))
    from cnn_tui.training.model.build import build

    source = learned(build(experiment(shapes, layers)))
    path = save(source, tmp_path / "frozen.keras")
    thawed = (layers[0], msgspec.structs.replace(base, weights="imagenet", trainable=True), *layers[2:])
    ours, words = started(experiment(shapes, thawed, weights=str(path)))
    np.testing.assert_allclose(said(ours, shapes), said(source, shapes), rtol=1e-4, atol=1e-5)
    assert words.endswith("application and dense")
    other = (layers[0], msgspec.structs.replace(base, cut="block_2_add"), *layers[2:])
    assert "do not fit application" in refusal(experiment(shapes, other, weights=str(path)))


def test_nothing_is_read_outside_of_the_file(shapes: Path, tmp_path: Path) -> None:
    import h5py

    from cnn_tui.training.model.build import build

    layers = (Flatten(), Dense(units=3, activation="softmax"))
    whole = save(build(experiment(shapes, layers)), tmp_path / "whole.weights.h5")
    kernel = "layers/dense/vars/0"
    for name in ("external", "soft", "virtual", "stored apart"):
        path = tmp_path / f"{name}.weights.h5"
        path.write_bytes(whole.read_bytes())
        with h5py.File(path, "a") as file:
            del file[kernel]
            if name == "external":
                file[kernel] = h5py.ExternalLink(str(whole), kernel)
            elif name == "soft":
                file[kernel] = h5py.SoftLink("/layers/dense/vars/1")
            elif name == "virtual":
                layout = h5py.VirtualLayout((144, 3), "f4")
                layout[:] = h5py.VirtualSource(str(whole), kernel, (144, 3))
                file.create_virtual_dataset(kernel, layout)
            else:
                file.create_dataset(kernel, (144, 3), "f4", external=[("/etc/hostname", 0, 144 * 12)])
        assert "save the model again" in refusal(experiment(shapes, layers, weights=str(path)))


@pytest.mark.parametrize("kind", ["text", "cut off", "no weights", "too large"])
def test_a_broken_file_is_refused_in_a_sentence(shapes: Path, tmp_path: Path, kind: str) -> None:
    from cnn_tui.training.model.build import build

    model = build(experiment(shapes, HEAD))
    path = tmp_path / "model.keras"
    if kind == "text":
        path = tmp_path / "model.h5"
        path.write_text("these are no weights")
    elif kind == "cut off":
        path = save(model, tmp_path / "model.h5")
        path.write_bytes(path.read_bytes()[:3000])
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("config.json", json.dumps(json.loads(model.to_json())))
            if kind == "too large":
                archive.writestr("model.weights.h5", bytes(200_000_000))
    assert str(path) in refusal(experiment(shapes, HEAD, weights=str(path)))
    with pytest.raises(ImportProblem):
        with_weights(import_model(path), path)


def test_a_run_of_no_epochs_tests_the_weights_as_keras_does(
    shapes: Path, tmp_path: Path, trains: Callable[[int], int]
) -> None:
    import keras

    from cnn_tui.training.model.build import build

    source = learned(build(experiment(shapes)))
    path = save(source, tmp_path / "model.keras")
    imported = with_weights(import_model(path), path)
    asked = imported.experiment.with_dataset(str(shapes)).with_training(epochs=0, seed=1)
    with History() as history:
        assert trains(history.add(asked)) == 0
        run = history.run(1)
        assert run is not None
        page = to_markdown(run_page(read_facts(history, run, history.events(1))))
    assert (run.status, run.epochs, run.gap) == ("finished", (), None)
    with np.load(shapes) as arrays:
        images, labels = arrays["x_test"].reshape(-1, 12, 12, 1) / np.float32(255), arrays["y_test"]
    loaded = keras.models.load_model(path)
    loaded.layers[1].finalize_state()
    scores = loaded.evaluate(images, labels, verbose=0, return_dict=True)
    assert run.test_loss == pytest.approx(scores["loss"], rel=1e-5)
    assert run.test_accuracy == pytest.approx(scores["accuracy"], abs=1e-6)
    assert "/model.keras: normalization, conv2d" in page.replace("\\", "")
    assert run.experiment.weights_digest is not None and run.experiment.weights_digest in page


@pytest.mark.parametrize("name", ["model.keras", "model.weights.h5"])
def test_the_script_starts_from_the_same_weights(shapes: Path, tmp_path: Path, name: str) -> None:
    import tensorflow as tf

    from cnn_tui.training.model.build import build

    path = save(learned(build(experiment(shapes))), tmp_path / name)
    layers = LAYERS if name == "model.weights.h5" else (*LAYERS[:-1], Dense(units=4, activation="softmax"))
    asked = experiment(shapes, layers, weights=str(path))
    wanted = ("# Define the model", "# Start from the weights")
    code = [part for part in keras_parts(asked) if part and part[0].startswith(wanted)]
    names: dict[str, Any] = {"tf": tf}
    exec("\n".join("\n".join(part) for part in code), names)
    ours, _ = started(asked)
    for mine, theirs in zip(ours.layers[:-1], names["model"].layers[:-1], strict=True):
        for one, other in zip(mine.get_weights(), theirs.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)
    untrained = asked.with_training(epochs=0)
    assert not any("model.fit" in line for part in keras_parts(untrained) for line in part)
