"""What a script does not call itself: functions and methods that train its model, whose callers are elsewhere."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from cnn_tui.network.layers import Conv2D
from tests.keras_io.scripts import FIT, HEAD, SMALL, read

BUILD = f"""
def build():
{textwrap.indent(SMALL, "    ")}
    model.compile(optimizer="adadelta", loss="sparse_categorical_crossentropy")
    return model
"""
TRAIN = """
    model.compile(keras.optimizers.RMSprop(2e-5), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=10, batch_size=4, steps_per_epoch=10)
"""
READ = "it is read here as if it were called"


@pytest.mark.parametrize(
    ("trains", "name"),
    [
        (f"def check(picture, size=3):\n    model = build()\n{TRAIN}", "check"),
        (f"def train(model):\n{TRAIN}def everything():\n    train(build())", "everything"),
        (f"if made_elsewhere():\n    train()\ndef train():\n    model = build()\n{TRAIN}", "train"),
        (
            "class Trainer:\n    def __init__(self, paths):\n        self.paths = paths\n"
            "    def prepare(self):\n        self.model = build()\n"
            f"    def train(self):\n        model = self.model\n{textwrap.indent(TRAIN, '    ')}",
            "Trainer.train",
        ),
    ],
)
def test_a_training_that_nothing_calls_is_read_and_said(tmp_path: Path, trains: str, name: str) -> None:
    imported = read(tmp_path, HEAD + BUILD + trains)
    training = imported.experiment.training
    assert (training.optimizer, training.learning_rate) == ("rmsprop", 2e-5)
    assert (training.epochs, training.batch_size, training.steps_per_epoch) == (10, 4, 10)
    assert imported.experiment.layers[0] == Conv2D(filters=8, kernel_size=(3, 3), activation="relu")
    said = [note for note in imported.to_know if READ in note]
    assert len(said) == 1
    assert f"the model is trained in {name} (line " in said[0]
    assert ("with an unknown picture" in said[0]) == (name == "check")
    assert ("only running tells whether it is called" in said[0]) == (name == "train")


def test_a_training_of_something_unknown_is_a_training(tmp_path: Path) -> None:
    code = f"{HEAD}{BUILD}model = build()\nmade = somewhere_else(model)\nmade.fit(x_train, y_train, epochs=2)\n"
    imported = read(tmp_path, code)
    assert any(note.startswith("the training of somewhere_else(model)") for note in imported.differences)
    assert "no training of this model is known: the usual epochs stand in" in imported.to_know


def test_what_is_run_counts_before_what_nothing_calls(tmp_path: Path) -> None:
    again = f"def again():\n    model = build()\n{TRAIN}"
    imported = read(tmp_path, HEAD + BUILD + again + SMALL + FIT)
    assert (imported.experiment.training.epochs, imported.experiment.training.optimizer) == (3, "adam")
    assert not any(READ in note for note in imported.to_know)


def test_a_training_that_nothing_calls_and_that_is_not_understood_is_said(tmp_path: Path) -> None:
    imported = read(tmp_path, f"{HEAD}{BUILD}model = build()\ndef train(model):\n{TRAIN}")
    assert imported.experiment.training.optimizer == "adadelta"
    said = [note for note in imported.to_know if "usual epochs" in note]
    assert len(said) == 1
    assert "the training in train (line 19) is not followed" in said[0]
    assert "not trained in the file" not in said[0]


@pytest.mark.parametrize(
    ("head", "last", "said"),
    [
        (
            "@app.route('/train')\n",
            "app.run()\n",
            "the file does not call itself, and @app.route (line 18) may have it",
        ),
        ("@task\n", "", "the file does not call itself, and @task (line 18) may have it"),
        ("", "app.run(train)\n", "app.run (line 23) is given to call"),
        ("", "Thread(target=train).start()\n", "Thread (line 23) is given to call"),
        ("@tf.function\n", "", "nothing calls when the file is run"),
    ],
)
def test_who_calls_a_training_that_the_file_does_not_call(tmp_path: Path, head: str, last: str, said: str) -> None:
    imported = read(tmp_path, f"{HEAD}{BUILD}{head}def train():\n    model = build()\n{TRAIN}{last}")
    assert imported.experiment.training.epochs == 10
    (note,) = [note for note in imported.to_know if "the model is trained in train" in note]
    assert f"which {said}" in note
    assert ("it is read here as called once" in note) != ("nothing calls" in note)


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        (
            "@click.command()\n@click.option('--epochs', '-e', default=9)\n@click.option('-b', '--size', default=16)\n",
            "",
        ),
        ("@click.command()\n@click.option('--n', 'epochs', default=9)\n@click.option('--size', default=16)\n", ""),
        ("import typer\n", "epochs: int = 9, size: int = typer.Option(16, help='x')"),
    ],
)
def test_options_of_the_command_line_stand_at_their_defaults(tmp_path: Path, options: str, arguments: str) -> None:
    train = TRAIN.replace("epochs=10, batch_size=4", "epochs=epochs, batch_size=size")
    code = f"{options}def train({arguments or 'epochs, size'}):\n    model = build()\n{train}train()\n"
    imported = read(tmp_path, HEAD + BUILD + code)
    training = imported.experiment.training
    assert (training.epochs, training.batch_size) == (9, 16)
    assert not imported.differences
