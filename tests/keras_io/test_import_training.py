"""How a script trains its model: losses, optimizers, rates, epochs, what is held out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.images.image_ranges import ImageNumbers
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.schedule import ExponentialDecay, InverseTimeDecay
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import (
    AveragePooling2D,
    Dense,
)
from tests.keras_io.scripts import FIT, HEAD, SMALL, compiled, read


@pytest.mark.parametrize(
    ("split", "held_out"),
    [
        ("x, v = x_train[6000:], x_train[:6000]", "0-5999"),
        ("x, v = x_train[6000:, :], x_train[:6000, ...]", "0-5999"),
        ("x, v = x_train[6000:, :, :, np.newaxis], x_train[:6000, ..., None]", "0-5999"),
        ("x, v, y, w = train_test_split(x_train, y_train, test_size=0.2, random_state=1)", 0.2),
        ("order = np.random.permutation(60000)\nx, v = x_train[order[3000:]], x_train[order[:3000]]", 0.05),
    ],
)
def test_images_that_are_held_out_are_a_range_or_a_share(tmp_path: Path, split: str, held_out: Any) -> None:
    fit = FIT.replace("x_train, y_train, epochs=3", "x, y_train, epochs=3, validation_data=(v, y_train)")
    code = "import numpy as np\nfrom sklearn.model_selection import train_test_split" + HEAD + SMALL + split + fit
    imported = read(tmp_path, code)
    assert imported.experiment.training.validation == held_out
    assert not any("among those" in note for note in imported.notes)


def test_a_part_of_each_image_is_not_taken_for_all_of_it(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("x_train,", "x_train[:, ::2, ::2],"))
    assert any("x_train[:, ::2, ::2]" in note and "not known" in note for note in imported.differences)


def test_training_is_what_compile_and_fit_say(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
opt = keras.optimizers.SGD(lr=0.05, momentum=0.9)
model.compile(opt, loss=keras.losses.SparseCategoricalCrossentropy(),
              metrics=[keras.metrics.SparseCategoricalAccuracy()])
EPOCHS = 2 * 6
history = model.fit(x_train, y_train, batch_size=64, epochs=EPOCHS, validation_split=0.1)
"""
    )
    training = read(tmp_path, code).experiment.training
    assert (training.optimizer, training.learning_rate, training.momentum) == ("sgd", 0.05, 0.9)
    assert (training.epochs, training.batch_size, training.validation) == (12, 64, 0.1)
    assert (training.loss, training.metrics) == ("sparse_categorical_crossentropy", ("accuracy",))


def test_the_test_set_as_validation_data_is_test(tmp_path: Path) -> None:
    code = HEAD + SMALL + FIT.replace("epochs=3", "epochs=3, validation_data=(x_test, y_test)")
    assert read(tmp_path, code).experiment.training.validation == "test"


@pytest.mark.parametrize(
    ("fit", "shuffle"),
    [
        ("model.fit(x_train, y_train, epochs=3, shuffle=False)", False),
        ("model.fit(x_train, y_train, epochs=3)", True),
        ("model.fit(tf.data.Dataset.from_tensor_slices((x_train, y_train)).batch(32))", False),
        ("model.fit(tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(9).batch(32), shuffle=False)", True),
    ],
)
def test_images_may_keep_their_own_order(tmp_path: Path, fit: str, shuffle: bool) -> None:
    imported = read(tmp_path, HEAD + SMALL + f'model.compile("adam", "sparse_categorical_crossentropy")\n{fit}\n')
    assert imported.experiment.training.shuffle is shuffle
    assert imported.notes == ()


def test_a_fit_of_single_arrays_that_are_not_known_names_them(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("x_train", "X"))
    (note,) = imported.differences
    assert note == "the images that it trains on, X (line 15), are not known: set the dataset to them"


def test_what_a_fit_counts_its_epochs_by_is_a_note(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", "epochs=20, initial_epoch=10"))
    assert imported.experiment.training.epochs == 10
    assert imported.notes == ("epochs are counted from 10 on there: here it is trained for 10",)


@pytest.mark.parametrize(
    ("said", "steps"),
    [
        ("steps_per_epoch=100", 100),
        ("steps_per_epoch=2000 / 20", 100),
        ("steps_per_epoch=60000 / 32", None),
        ("steps_per_epoch=len(x_train) // 32", None),
        ("steps_per_epoch=pictures.samples // pictures.batch_size", None),
        ("samples_per_epoch=3200, nb_epoch=2", 100),
        ("samples_per_epoch=100, epochs=2", 100),  # which Keras 2 takes as batches
    ],
)
def test_an_epoch_has_as_many_steps_as_a_fit_says(tmp_path: Path, said: str, steps: int | None) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", said))
    assert imported.experiment.training.steps_per_epoch == steps
    assert imported.notes == ()


@pytest.mark.parametrize(
    ("said", "times"),
    [
        ("int(len(X) / 32 * 2)", "2"),
        ("2 * len(X) // BATCH", "2"),
        ("math.ceil(X.shape[0] / 64)", ""),
        ("X.shape[0] // (2 * 32)", "0.5"),
        ("(len(X) + 31) // 32", None),
        ("np.ceil(len(X) / BATCH).astype(int)", None),
        ("(len(X) + len(Y)) // 32", None),
        ("len(X) * 2", ""),
    ],
)
def test_an_epoch_that_shows_every_image_more_than_once_says_how_often(
    tmp_path: Path, said: str, times: str | None
) -> None:
    """`times` is "" where it is not known: whether 64 is meant to be a batch, or half of one."""
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("x_train", "X").replace("epochs=3", f"steps_per_epoch={said}"))
    noted = [note for note in imported.notes if "epoch" in note]
    known = f"an epoch shows every image {times} times there, and once here"
    assert [note for note in noted if note == known] == ([known] if times else [])
    assert len(noted) == (times is not None)


def test_steps_that_are_no_whole_number_count_as_keras_counted_them(tmp_path: Path) -> None:
    said = "epochs=3, steps_per_epoch=1250 / 32, validation_data=(x_test, y_test), validation_steps=330 / 32"
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", said))
    training = imported.experiment.training
    assert (training.steps_per_epoch, training.validation_steps) == (40, 11)
    assert "steps_per_epoch is 39.0625 there: here 40, as Keras counted before it took whole numbers alone" in (
        imported.to_know
    )
    assert any("validation_steps is 10.3125 there: here 11" in note for note in imported.to_know)


def test_steps_that_only_running_tells_are_a_note(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", "steps_per_epoch=STEPS"))
    assert imported.experiment.training.steps_per_epoch is None
    assert imported.notes == ("steps_per_epoch is STEPS (line 15), which is not known: every image once stands in",)


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize(
    "settings", [{"shuffle": False}, {"steps_per_epoch": 10}, {"steps_per_epoch": 3000, "shuffle": False}]
)
def test_another_order_and_other_epochs_come_back_as_they_were(
    tmp_path: Path, settings: dict[str, Any], seed: int | None
) -> None:
    rule = StopRule("val_loss", patience=2, restore_best_weights=True, min_delta=0.001)
    experiment = load_preset("lab1-baseline").with_training(seed=seed, class_weight="balanced", **settings)
    experiment = msgspec.structs.replace(experiment, stop=(rule,), name="script")
    imported = read(tmp_path, keras_script(experiment))
    assert imported.notes == ()
    assert imported.experiment == experiment


@pytest.mark.parametrize("validation", ["test", 0.1, "1000-1999"])
@pytest.mark.parametrize("left_out", [(), (3, 5, 59_999), ("10000-59999",), (7, "20000-29999"), ("0-99", 1_500)])
def test_images_that_are_left_out_come_back(tmp_path: Path, validation: Any, left_out: ImageNumbers) -> None:
    experiment = load_preset("lab1-baseline").with_training(validation=validation)
    experiment = msgspec.structs.replace(experiment, leave_out=left_out, name="script")
    imported = read(tmp_path, keras_script(experiment))
    assert imported.notes == ()
    assert imported.experiment == experiment


@pytest.mark.parametrize("gone", ["[60000], axis=0", "[-1], axis=0", "range(10**30), axis=0", "[3], axis=1", "where"])
def test_what_is_left_out_in_another_way_is_not_guessed(tmp_path: Path, gone: str) -> None:
    code = HEAD + SMALL + f"import numpy as np\nx = np.delete(x_train, {gone})" + FIT.replace("x_train", "x")
    imported = read(tmp_path, code)
    assert imported.experiment.leave_out == ()
    assert any("not known" in note for note in imported.notes)


def test_what_keras_2_took_without_a_word_is_taken(tmp_path: Path) -> None:
    lenet = SMALL.replace("    layers.Flatten", "    layers.AveragePooling2D(),\n    layers.Flatten")
    fit = """
model.compile(tf.optimizers.RMSprop(0.01), tf.losses.SparseCategoricalCrossentropy(), ["accuracy"])
model.fit(x_train, y_train)
"""
    imported = read(tmp_path, HEAD + lenet + fit)
    training = imported.experiment.training
    assert imported.experiment.layers[1] == AveragePooling2D(pool_size=(2, 2))
    assert (training.optimizer, training.learning_rate, training.metrics) == ("rmsprop", 0.01, ("accuracy",))
    assert imported.notes == ()


def test_logits_stay_logits(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL.replace(', activation="softmax"', "")
        + FIT.replace(
            '"sparse_categorical_crossentropy"', "keras.losses.SparseCategoricalCrossentropy(from_logits=True)"
        )
    )
    imported = read(tmp_path, code)
    assert imported.experiment.layers[-1] == Dense(units=10)
    assert imported.experiment.training.from_logits
    assert imported.notes == ()
    assert problems_of(imported.experiment) == ()


@pytest.mark.parametrize(
    ("metrics", "taken"),
    [
        ('["accuracy", keras.metrics.BinaryAccuracy(name="binary_accuracy")]', ("accuracy", "binary_accuracy")),
        ('["binary_accuracy", "accuracy"]', ("accuracy", "binary_accuracy")),
        ('["binary_accuracy"]', ("accuracy",)),
    ],
)
def test_of_one_unit_both_accuracies_are_kept(tmp_path: Path, metrics: str, taken: tuple[str, ...]) -> None:
    small = SMALL.replace("10", "1").replace("softmax", "sigmoid")
    fit = FIT.replace("sparse_categorical_crossentropy", "binary_crossentropy").replace('["accuracy"]', metrics)
    imported = read(tmp_path, HEAD + small + fit)
    assert imported.experiment.training.metrics == taken


@pytest.mark.parametrize(
    ("loss", "taken"),
    [("'mse'", "mean_squared_error"), ("keras.losses.MSE", "mean_squared_error"), ("'BinaryCrossentropy'", "binary")],
)
def test_losses_have_other_names_too(tmp_path: Path, loss: str, taken: str) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace('"sparse_categorical_crossentropy"', loss))
    assert imported.experiment.training.loss.startswith(taken)


def test_a_weight_that_only_running_tells_is_a_note(tmp_path: Path) -> None:
    code = HEAD + SMALL + FIT.replace("epochs=", "class_weight=weights_of(labels), epochs=")
    (note,) = read(tmp_path, code).notes
    assert note.startswith("class_weight is weights_of(labels)")


def test_a_schedule_and_the_optimizers_arguments_come_in(tmp_path: Path) -> None:
    code = "steps = 60000 // 32 * 2\nfrom tensorflow.keras.optimizers.schedules import ExponentialDecay\n" + compiled(
        "keras.optimizers.SGD(ExponentialDecay(0.1, steps, 0.96, staircase=True), 0.9, True, clipnorm=1.0)"
    )
    imported = read(tmp_path, code)
    training = imported.experiment.training
    assert training.schedule == ExponentialDecay(decay_steps=3750, decay_rate=0.96, staircase=True)
    assert (training.learning_rate, training.momentum, training.nesterov, training.clipnorm) == (0.1, 0.9, True, 1.0)
    assert not imported.notes
    assert read(tmp_path, keras_script(imported.experiment)).experiment.training == training


def test_the_decay_of_older_optimizers_is_a_schedule(tmp_path: Path) -> None:
    fit = FIT.replace('"adam"', "keras.optimizers.SGD(lr=0.1, decay=1e-6, momentum=0.9, nesterov=True)")
    imported = read(tmp_path, HEAD + SMALL + fit)
    training = imported.experiment.training
    assert (training.learning_rate, training.schedule) == (0.1, InverseTimeDecay(decay_steps=1, decay_rate=1e-6))
    assert imported.notes == ()
    assert read(tmp_path, HEAD + SMALL + fit.replace("1e-6", "0.0")).experiment.training.schedule is None


@pytest.mark.parametrize(
    ("call", "optimizer", "rate", "momentum"),
    [
        ("tf.train.AdamOptimizer()", "adam", 0.001, 0.0),
        ("tf.compat.v1.train.RMSPropOptimizer(0.01, decay=0.9)", "rmsprop", 0.01, 0.0),
        ("tf.train.MomentumOptimizer(0.1, 0.9)", "sgd", 0.1, 0.9),
    ],
)
def test_optimizers_of_tensorflow_1_are_keras_s(
    tmp_path: Path, call: str, optimizer: str, rate: float, momentum: float
) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace('"adam"', call))
    training = imported.experiment.training
    assert (training.optimizer, training.learning_rate, training.momentum) == (optimizer, rate, momentum)
    assert training.schedule is None and imported.notes == ()


@pytest.mark.parametrize(
    ("optimizer", "wanted"),
    [
        ("Adam(0.01, 0.6, 0.7)", {"optimizer": "adam", "learning_rate": 0.01, "beta_1": 0.6, "beta_2": 0.7}),
        ("Adam(beta_1=0.9, beta_2=0.999, epsilon=1e-7)", {"optimizer": "adam"}),
        ("Adam(epsilon=1e-8, amsgrad=True)", {"optimizer": "adam", "epsilon": 1e-8, "amsgrad": True}),
        ("RMSprop(rho=0.8)", {"optimizer": "rmsprop", "rho": 0.8}),
        ("Adadelta(rho=0.9)", {"optimizer": "adadelta", "rho": 0.9}),
        ("Adadelta(rho=0.95)", {"optimizer": "adadelta"}),
        ("LossScaleOptimizer(keras.optimizers.SGD(0.5))", {"optimizer": "sgd", "learning_rate": 0.5}),
    ],
)
def test_the_arguments_of_an_optimizer_come_in_and_go_out(tmp_path: Path, optimizer: str, wanted: Any) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace('"adam"', f"keras.optimizers.{optimizer}"))
    assert imported.differences == ()
    training = imported.experiment.training
    assert training == Experiment().with_training(epochs=3, validation="none", **wanted).training
    assert parse(to_toml(imported.experiment)).training == training
    assert read(tmp_path, keras_script(imported.experiment)).experiment.training == training


@pytest.mark.parametrize(
    ("said", "precision", "note"),
    [
        ("tf.keras.mixed_precision.set_global_policy('mixed_float16')", "mixed_float16", ""),
        ("keras.config.set_dtype_policy('mixed_bfloat16')", "mixed_bfloat16", ""),
        ("keras.mixed_precision.set_global_policy(keras.mixed_precision.Policy('mixed_float16'))", "mixed_float16", ""),
        ("keras.mixed_precision.set_global_policy('float64')", "float32", "the precision float64 is left out"),
        ("keras.backend.set_floatx('float16')", "float32", "the precision float16 is left out"),
        ("o = tf.train.experimental.enable_mixed_precision_graph_rewrite('adam')", "mixed_float16", ""),
    ],
)
def test_the_precision_of_all_layers_comes_in(tmp_path: Path, said: str, precision: str, note: str) -> None:
    imported = read(tmp_path, f"{HEAD}{said}\n{SMALL}{FIT}")
    assert imported.experiment.training.precision == precision
    assert imported.differences == ((note,) if note else ())
    assert read(tmp_path, keras_script(imported.experiment)).experiment.training.precision == precision


def test_weights_that_a_loop_over_what_is_not_known_gives_are_said_to_be_so(tmp_path: Path) -> None:
    loop = "import os\nweights = {}\nfor at, name in enumerate(os.listdir('pets')):\n    weights[at] = 1 / (at + 1)\n"
    imported = read(tmp_path, HEAD + loop + SMALL + FIT.replace("epochs=3", "epochs=3, class_weight=weights"))
    assert imported.experiment.training.class_weight is None
    (note,) = imported.differences
    assert note.startswith("the weights of class_weight only running tells")


@pytest.mark.parametrize(("given", "is_said"), [("validation_freq=2", True), ("validation_freq=1", False)])
def test_epochs_that_are_not_validated_are_said(tmp_path: Path, given: str, is_said: bool) -> None:
    for watched in ("validation_data=(x_test, y_test)", "validation_split=0.1"):
        notes = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", f"epochs=3, {watched}, {given}")).differences
        assert any("here each epoch is validated" in note for note in notes) is is_said


@pytest.mark.parametrize(
    ("loss", "found", "has_logits"),
    [
        ("keras.losses.CategoricalFocalCrossentropy(from_logits=True)", "categorical_crossentropy", True),
        ("keras.losses.CategoricalHinge()", "categorical_crossentropy", False),
        ("keras.losses.KLDivergence()", "sparse_categorical_crossentropy", False),
    ],
)
def test_what_stands_in_for_a_loss_compares_labels_of_its_kind(
    tmp_path: Path, loss: str, found: str, has_logits: bool
) -> None:
    fit = FIT.replace('loss="sparse_categorical_crossentropy"', f"loss={loss}")
    small = SMALL.replace(', activation="softmax"', "") if has_logits else SMALL
    imported = read(tmp_path, HEAD + small + fit)
    assert (imported.experiment.training.loss, imported.experiment.training.from_logits) == (found, has_logits)
    assert any(f"is left out: {found} stands in" in note for note in imported.differences)


@pytest.mark.parametrize(("labels", "is_said"), [("y_train", True), ("keras.utils.to_categorical(y_train, 10)", False)])
def test_a_loss_that_compares_outputs_with_class_numbers_is_said_to(tmp_path: Path, labels: str, is_said: bool) -> None:
    fit = FIT.replace("sparse_categorical_crossentropy", "mse").replace("x_train, y_train", f"x_train, {labels}")
    imported = read(tmp_path, HEAD + SMALL + fit)
    assert imported.experiment.training.loss == "mean_squared_error"
    assert [note.startswith("the labels are class numbers there") for note in imported.differences] == [True] * is_said
