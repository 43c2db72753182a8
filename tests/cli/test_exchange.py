"""`cnn-tui export` and `import`: a script of an experiment or a run, and an experiment of a Keras model."""

from __future__ import annotations

import ast
import json
import runpy
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cnn_tui.experiment.file import parse, read
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.keras_io.script.write import keras_script
from tests.cli.command import Inside, assert_one_sentence, cnn_tui
from tests.ui import fake

BASELINE = load_preset("lab1-baseline")


def layer(kind: str, **config: Any) -> dict[str, Any]:
    """A layer as Keras describes it."""
    return {"module": "keras.layers", "class_name": kind, "config": config, "registered_name": None}


PIXELS = layer("InputLayer", batch_shape=[None, 28, 28, 1])
ANSWER = layer("Dense", name="dense", units=10, activation="softmax", bias_initializer="ones")


def write_model(path: Path, *layers: dict[str, Any]) -> Path:
    """A model's JSON, as `model.to_json()` gives it."""
    path.write_text(json.dumps({"class_name": "Sequential", "config": {"layers": [PIXELS, *layers]}}))
    return path


# export


def test_the_script_goes_to_standard_output(inside: Inside, tmp_path: Path) -> None:
    answer = inside("export", "lab1-baseline")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == keras_script(BASELINE)


def test_the_script_goes_to_a_new_file_and_never_over_one(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "script.py"
    answer = inside("export", "lab1-baseline", "-o", str(path))
    assert (answer.status, answer.out) == (0, "")
    assert answer.err == f"{path} written\n"
    assert path.read_text() == keras_script(BASELINE)
    path.write_text("mine")
    assert_one_sentence(inside("export", "lab1-baseline", "-o", str(path)), 2, "script.py exists already", "left as it")
    assert path.read_text() == "mine"


def test_a_run_is_exported_with_its_seed(inside: Inside) -> None:
    with History() as history:
        first = history.add(BASELINE.with_training(seed=1))
        second = history.add(BASELINE)
        history.claim(second, 1, 77)
        history.record_start(second, dataset="fashion_mnist_sample", train_images=1, test_images=1, environment={})
    assert "SEED = 1\n" in inside("export", str(first)).out
    sample = inside("export", str(second)).out
    assert "SEED = 77\n" in sample
    assert "fashion_mnist_sample.npz" in sample


def test_a_stack_with_problems_is_exported_and_they_are_said(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "seven.toml"
    inside("import", str(write_model(tmp_path / "model.json", layer("Dense", units=7))), "-o", str(path))
    answer = inside("export", str(path))
    assert answer.status == 1
    assert "tf.keras.layers.Dense(7)" in answer.out
    assert "Problem" not in answer.out
    assert answer.err.startswith("cnn-tui: model: layer 1 (dense)")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("export",), ("EXPERIMENT|RUN", "export --help")),
        (("export", "7"), ("there is no run 7", "history is empty")),
        (("export", "9" * 5000), ("there is no run",)),
        (("export", "٣"), ("there is no preset",)),
        (("export", "lab1-basline"), ("Did you mean lab1-baseline?",)),
        (("export", "none.toml"), ("does not exist",)),
        (("import",), ("FILE", "import --help")),
        (("import", "none.keras"), ("none.keras cannot be read: No such file",)),
        (("import", "/"), ("cannot be read", "directory")),
    ],
    ids=lambda value: " ".join(value)[:30],
)
def test_wrong_calls(inside: Inside, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert_one_sentence(inside(*arguments), 2, *words)


def test_a_folder_that_is_not_there_is_a_sentence(inside: Inside, tmp_path: Path) -> None:
    assert_one_sentence(inside("export", "lab1-baseline", "-o", str(tmp_path / "no" / "a.py")), 1, "No such file")


def test_a_dataset_that_is_gone_is_a_sentence(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "gone.toml"
    path.write_text('dataset = "gone.npz"')
    assert_one_sentence(inside("export", str(path)), 2, "There is no file", "gone.npz")


def test_the_real_command_writes_a_program(tmp_path: Path) -> None:
    answer = cnn_tui("export", "lab1-baseline", cwd=tmp_path)
    assert answer.status == 0
    assert ast.dump(ast.parse(answer.out)) == ast.dump(ast.parse(keras_script(BASELINE)))


# import


def test_a_model_becomes_an_experiment_file(inside: Inside, tmp_path: Path) -> None:
    model = write_model(tmp_path / "my model.json", layer("Flatten"), ANSWER)
    answer = inside("import", str(model))
    assert answer.status == 0
    assert answer.err.splitlines() == [
        'cnn-tui: layer 2 "dense" (Dense): bias_initializer "ones" is left out: zeros stand in',
        "cnn-tui: the model is not compiled in the file: the usual settings stand in",
        "cnn-tui: a model's file does not say what it was trained on, or how long: fashion_mnist (mnist would fit "
        "too), 5 epochs and batches of 32 stand in",
    ]
    assert "# Differs: layer 2" in answer.out
    assert "# To know: the model is not compiled in the file" in answer.out
    experiment = parse(answer.out)
    assert [each.type for each in experiment.layers] == ["Flatten", "Dense"]
    assert (experiment.name, experiment.dataset) == ("my model", "fashion_mnist")

    path = tmp_path / "mine.toml"
    assert inside("import", str(model), "-o", str(path)).status == 0
    assert read(path) == experiment
    refused = inside("import", str(model), "-o", str(path))
    assert refused.status == 2
    assert "exists already" in refused.err
    assert inside("summary", str(path)).status == 0


def test_layers_that_cannot_be_taken_are_named_and_nothing_is_written(inside: Inside, tmp_path: Path) -> None:
    hostile = layer("Lambda\x1b[2J\n", name="x")
    model = write_model(tmp_path / "model.json", layer("Lambda", name="mine"), ANSWER, hostile)
    path = tmp_path / "mine.toml"
    answer = inside("import", str(model), "-o", str(path))
    assert (answer.status, answer.out) == (2, "")
    assert answer.err.splitlines() == [
        'cnn-tui: layer 1 "mine" is a Lambda: code is never imported',
        'cnn-tui: layer 3 "x" is Lambda\\x1b[2J\\n, which is not among the layers here',
    ]
    assert not path.exists()


def test_an_exported_experiment_can_be_imported_again(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Out as a script, through Keras, and in again."""
    program = inside("export", "lab1-16-filters").out.split("# Print the model summary")[0]
    program = "\n".join(line for line in program.splitlines() if "_images" not in line and "dataset" not in line)
    (tmp_path / "model.py").write_text(program + '\nmodel.save("model.keras")\n')
    monkeypatch.chdir(tmp_path)
    runpy.run_path("model.py")
    answer = inside("import", str(tmp_path / "model.keras"))
    wanted = load_preset("lab1-16-filters")
    assert msgspec.structs.replace(parse(answer.out), name=wanted.name).stack == wanted.stack


def test_a_run_is_exported_as_a_notebook_with_its_figures_and_comes_back(inside: Inside, tmp_path: Path) -> None:
    with History() as history:
        run_id = fake.train(history, load_preset("lab1-16-filters").with_training(seed=7))
    path = tmp_path / "run.ipynb"
    assert inside("export", str(run_id), "-o", str(path)).status == 0
    notebook = json.loads(path.read_text())
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    about, *code = notebook["cells"]
    assert about["cell_type"] == "markdown"
    assert "- accuracy: test 0.9083" in "".join(about["source"])
    assert {cell["cell_type"] for cell in code} == {"code"}
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])
    script = inside("export", str(run_id)).out
    assert ast.dump(ast.parse("\n".join("".join(cell["source"]) for cell in code))) == ast.dump(ast.parse(script))
    again = parse(inside("import", str(path)).out)
    assert again.layers == load_preset("lab1-16-filters").layers
    assert again.training.seed == 7


def test_a_script_is_imported_and_one_of_its_models_chosen(inside: Inside, tmp_path: Path) -> None:
    script = tmp_path / "lesson.py"
    script.write_text(
        "import keras\nsmall = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])\n"
        "large = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(99), keras.layers.Dense(10)])\n"
    )
    answer = inside("import", str(script))
    assert answer.status == 2
    assert not answer.out
    assert "1: small (line 2), 2 layers" in answer.err
    assert "choose one with --model" in answer.err
    answer = inside("import", str(script), "--model", "large")
    assert answer.status == 0
    assert parse(answer.out).layers[1].units == 99  # type: ignore[union-attr]


def test_one_of_the_trainings_of_a_script_is_chosen(inside: Inside, tmp_path: Path) -> None:
    script = tmp_path / "twice.py"
    script.write_text(
        "import keras\n(x, y), _ = keras.datasets.mnist.load_data()\n"
        "model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10, activation='softmax')])\n"
        "for epochs, optimizer in ((3, 'adam'), (2, 'sgd')):\n"
        "    model.compile(optimizer, 'sparse_categorical_crossentropy')\n    model.fit(x / 255, y, epochs=epochs)\n"
    )
    for number, epochs in (("1", 3), ("2", 2)):
        answer = inside("import", str(script), "--training", number)
        assert f"epochs = {epochs}" in answer.out
        assert f"the model is trained 2 times: this is training {number}" in answer.err
    assert inside("import", str(script), "--training", "9").status == 2


def test_help_names_both() -> None:
    answer = cnn_tui("--help")
    assert "  export " in answer.out
    assert "  import " in answer.out
