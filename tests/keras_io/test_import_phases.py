"""Scripts that train a model several times."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.training.phase import Phase
from cnn_tui.experiment.training.schedule import ExponentialDecay, LearningRateScheduler
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.keras_io.imported.model import ImportProblem, import_model
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import (
    Application,
    Dense,
    GlobalAveragePooling2D,
)
from tests.keras_io.scripts import FIT, HEAD, SMALL, read


@pytest.mark.parametrize("seed", [None, 5])
@pytest.mark.parametrize("steps", [None, 10])
def test_an_exported_script_of_several_phases_comes_back(tmp_path: Path, seed: int | None, steps: int | None) -> None:
    base = Application(architecture="MobileNetV2", weights="none", trainable=False, training=False)
    experiment = Experiment(
        name="script",
        dataset="cifar10",
        layers=(base, GlobalAveragePooling2D(), Dense(units=32), Dense(units=10, activation="softmax")),
        stop=(StopRule("loss", below=0.25), StopRule("val_loss", patience=2)),
        then=(
            Phase(4, optimizer="rmsprop", learning_rate=1e-4, frozen_layers=100),
            Phase(3, batch_size=16, schedule=ExponentialDecay(decay_steps=10, decay_rate=0.5), frozen_layers=50),
            Phase(2, schedule="none", trainable=(4,), stop=()),
        ),
    ).with_training(seed=seed, steps_per_epoch=steps)
    imported = read(tmp_path, keras_script(experiment))
    assert imported.experiment == experiment
    assert imported.notes == ("the model is trained 4 times: here in 4 phases of one run",)


@pytest.mark.parametrize(
    ("more", "epochs", "phases"),
    [
        ("model.fit(x_train, y_train, epochs=4)", 7, 1),
        ("for turn in range(3):\n    model.fit(x_train, y_train, epochs=2, verbose=0)", 9, 1),
        ("model.fit(x_train, y_train, epochs=5, initial_epoch=3)", 5, 1),
        ("model.fit(x_train, y_train, epochs=4, batch_size=8)", 7, 2),
        ("model.compile('sgd', 'sparse_categorical_crossentropy')\nmodel.fit(x_train, y_train, epochs=4)", 7, 2),
        ("model.fit(x_train, y_train, epochs=4, callbacks=[keras.callbacks.EarlyStopping('loss')])", 7, 2),
    ],
)
def test_fits_that_go_on_as_before_are_one_training(tmp_path: Path, more: str, epochs: int, phases: int) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT + more)
    assert (imported.experiment.epochs, len(imported.experiment.then) + 1) == (epochs, phases)
    assert len(imported.to_know) == 1
    goes_on = phases == 2 and "compile" not in more
    assert len(imported.differences) == goes_on, imported.notes


def test_each_training_of_a_model_is_as_it_is_there(tmp_path: Path) -> None:
    code = """
base = keras.applications.MobileNetV2(include_top=False, weights="imagenet", input_shape=(96, 96, 3))
base.trainable = False
model = keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(2, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=10)
base.trainable = True
for layer in base.layers[:100]:
    layer.trainable = False
model.compile(keras.optimizers.RMSprop(1e-5), "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=5)
"""
    path = tmp_path / "script.py"
    path.write_text(HEAD + code)
    first, second = (import_model(path, training=number) for number in (1, 2))
    whole = Application(architecture="MobileNetV2", trainable=False, preprocessing="none")
    assert first.experiment.layers[0] == whole
    assert (first.experiment.training.optimizer, first.experiment.training.epochs) == ("adam", 10)
    assert second.experiment.layers[0] == msgspec.structs.replace(whole, trainable=True, frozen_layers=100)
    assert (second.experiment.training.optimizer, second.experiment.training.epochs) == ("rmsprop", 5)
    assert [one.differences[0].partition(":")[2] for one in (first, second)] == [
        " this is training 1",
        " this is training 2; it goes on with the weights of the one before, which are to be set as its weights",
    ]
    with pytest.raises(ImportProblem, match="has 2 trainings, which are numbered from 1: there is no 3"):
        import_model(path, training=3)


BASE = """
base = keras.applications.MobileNetV2(include_top=False, weights="imagenet", input_shape=(96, 96, 3))
base.trainable = False
images = keras.Input((96, 96, 3))
x = layers.GlobalAveragePooling2D()(base(images, training=False))
model = keras.Model(images, layers.Dense(2, activation="softmax")(x))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""


PATIENT = "callbacks=[keras.callbacks.EarlyStopping(patience=2)]"


@pytest.mark.parametrize(
    ("first", "unless"),
    [
        ("", False),
        (", callbacks=[keras.callbacks.EarlyStopping()]", True),
        (", callbacks=[keras.callbacks.History()]", False),
    ],
)
def test_epochs_are_counted_on_from_those_in_a_history(tmp_path: Path, first: str, unless: bool) -> None:
    compiled = 'model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
    fits = f"h = model.fit(x_train, y_train, validation_split=0.1, epochs=4{first})\n" + compiled
    again = "model.fit(x_train, y_train, validation_split=0.1, epochs=9, initial_epoch=len(h.history['loss']))\n"
    imported = read(tmp_path, HEAD + SMALL + compiled + fits + again)
    assert [phase.epochs for phase in imported.experiment.then] == [5]
    words = "epochs are counted from 4 on there, unless the training before stops earlier: here it is trained for 5"
    assert (words if unless else words.replace(", unless the training before stops earlier", "")) in imported.to_know
    assert not imported.differences
    wrong = read(
        tmp_path, HEAD + SMALL + compiled + fits + again.replace("len(h.history['loss'])", "h.history['loss'][0]")
    )
    assert any("initial_epoch is loss of an epoch" in note for note in wrong.differences)


RATES = "callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: 0.5 ** epoch)]"


@pytest.mark.parametrize(
    ("code", "phases", "notes"),
    [
        (
            "history = model.fit(x_train, y_train, epochs=10)\n"
            "base.trainable = True\n"
            "for layer in base.layers[:100]:\n    layer.trainable = False\n"
            'model.compile(keras.optimizers.RMSprop(1e-5), "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
            "model.fit(x_train, y_train, epochs=15, initial_epoch=history.epoch[-1])",
            (Phase(6, optimizer="rmsprop", learning_rate=1e-5, frozen_layers=100),),
            ["epochs are counted from 9 on there: here it is trained for 6"],
        ),
        (
            f"model.fit(x_train, y_train, epochs=2, validation_split=0.1, {PATIENT})\n"
            "base.trainable = True\n"
            'model.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
            f"model.fit(x_train, y_train, epochs=3, initial_epoch=1, validation_split=0.1, batch_size=8, {RATES})\n"
            "base.trainable = False\n"
            'model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])\n'
            "model.fit(x_train, y_train, epochs=3, validation_split=0.1)",
            (
                Phase(
                    2,
                    batch_size=8,
                    schedule=LearningRateScheduler(rates=(0.5, 0.25)),
                    trainable=True,
                    stop=(),
                ),
                Phase(3, batch_size=32, schedule="none", trainable=(3,)),
            ),
            [],
        ),
        (
            "model.fit(x_train, y_train)\nmodel.fit(x_train, y_train, epochs=2, validation_data=(x_test, y_test))",
            (Phase(2),),
            [
                "the second training (line 15) has validation test, and here none as the first has",
                "the second training (line 15) comes without another compile: the optimizer goes on there, and begins "
                "anew here",
            ],
        ),
    ],
)
def test_trainings_one_after_another_are_phases_of_one(
    tmp_path: Path, code: str, phases: tuple[Phase, ...], notes: list[str]
) -> None:
    imported = read(tmp_path, HEAD + BASE + code)
    experiment = imported.experiment
    assert experiment.then == phases
    base = experiment.layers[0]
    assert isinstance(base, Application) and not base.trainable and not (base.training and base.varies())
    assert parse(to_toml(experiment)) == experiment
    told = f"the model is trained {len(phases) + 1} times: here in {len(phases) + 1} phases of one run"
    assert told in imported.to_know
    assert [note for note in imported.notes if note in notes] == notes


@pytest.mark.parametrize(
    ("code", "why"),
    [
        (
            "model.fit(x_train, y_train)\nmodel.add(layers.Dense(2))\nmodel.compile('sgd', 'mse')\n"
            "model.fit(x_train, y_train)",
            "with other layers",
        ),
        ("model.fit(some, labels)\nmodel.compile('sgd')\nmodel.fit(others, labels)", "on some and on others"),
    ],
)
def test_trainings_that_no_phases_are_leave_the_last_one(tmp_path: Path, code: str, why: str) -> None:
    made = "model = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(10)])\n"
    compiled = 'model.compile("adam", "sparse_categorical_crossentropy")\n'
    imported = read(tmp_path, HEAD + made + compiled + code)
    assert imported.experiment.then == ()
    note = imported.differences[0]
    assert note.startswith(f"the model is trained 2 times: {why}")
    ending = "; it goes on with the weights of the one before, which are to be set as its weights"
    assert note.endswith(f"the last one counts, without the epoch before it{ending}")


@pytest.mark.parametrize(
    ("between", "trainable", "phases", "is_said"),
    [
        ("base.trainable = True\n", False, 0, True),
        ("base.trainable = True\nmodel.compile('adam', 'sparse_categorical_crossentropy')\n", False, 1, False),
        ("", False, 0, False),
    ],
)
def test_what_is_frozen_anew_counts_from_the_next_compile_on(
    tmp_path: Path, between: str, trainable: bool, phases: int, is_said: bool
) -> None:
    code = f"""{HEAD}
base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(64, 64, 3))
base.trainable = False
model = keras.Sequential([base, layers.Flatten(), layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=2)
{between}model.fit(x_train, y_train, epochs=3)
"""
    imported = read(tmp_path, code)
    found = imported.experiment.layers[0]
    assert isinstance(found, Application)
    assert (found.trainable, len(imported.experiment.then)) == (trainable, phases)
    assert any("counts from the next compile on alone" in note for note in imported.to_know) is is_said


def test_settings_that_a_phase_cannot_have_are_said_as_they_are(tmp_path: Path) -> None:
    compiled = "model.compile(keras.optimizers.Adam({}), 'sparse_categorical_crossentropy')\n"
    fits = [compiled.format(one) + "model.fit(x_train, y_train)\n" for one in ("amsgrad=True, beta_1=0.8", "1e-4")]
    said = read(tmp_path, HEAD + SMALL + "".join(fits)).differences
    assert any(note.endswith("has amsgrad False, and here True as the first has") for note in said)
    assert any(note.endswith("has beta_1 as usual, and here 0.8 as the first has") for note in said)


def test_a_training_with_pictures_that_are_varied_otherwise_is_said(tmp_path: Path) -> None:
    varied = """
from tensorflow.keras.preprocessing.image import ImageDataGenerator
model.fit(ImageDataGenerator(horizontal_flip=True).flow(x_train, y_train, 32), epochs=2)
"""
    imported = read(tmp_path, HEAD + SMALL + FIT + varied)
    assert imported.experiment.epochs == 2
    why = "with pictures that are varied otherwise: the last one counts, without the 3 epochs before it"
    assert any(f"the model is trained 2 times: {why}" in note for note in imported.differences)
