"""A script or a notebook becomes the experiment that it is: read by its syntax, never run, and nothing guessed."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.presets import load_preset, preset_names
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.keras_io.imported.model import ImportProblem
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import (
    ELU,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    LeakyReLU,
    MaxPooling2D,
    RandomRotation,
)
from tests.keras_io.scripts import FIT, HEAD, SMALL, read, refusal, total
from tests.properties import examples


def test_the_notes_themselves_are_their_baseline(tmp_path: Path) -> None:
    """A text with code between fences, some of it output: the listing is read, the output is skipped with its line."""
    seed = """\
        # Notes
        ```python
        import tensorflow as tf
        fmnist = tf.keras.datasets.fashion_mnist
        (training_images, training_labels), (test_images, test_labels) = fmnist.load_data()
        training_images = training_images / 255.0
        test_images = test_images / 255.0
        model = tf.keras.models.Sequential([
          tf.keras.layers.Conv2D(32, (3,3), activation='relu', input_shape=(28, 28, 1)),
          tf.keras.layers.MaxPooling2D(2, 2),
          tf.keras.layers.Conv2D(32, (3,3), activation='relu'),
          tf.keras.layers.MaxPooling2D(2,2),
          tf.keras.layers.Flatten(),
          tf.keras.layers.Dense(128, activation='relu'),
          tf.keras.layers.Dense(10, activation='softmax')
        ])
        model.summary()
        model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
        print(f'\\nMODEL TRAINING:')
        model.fit(training_images, training_labels, epochs=5)
        test_loss = model.evaluate(test_images, test_labels)
        ```
        ## Exercises
        ```python
        Model: "sequential_2"
        Total params: 55,098
        ```
        """
    imported = read(tmp_path, seed, suffix=".txt")
    baseline = load_preset("lab1-baseline")
    assert imported.experiment.layers == baseline.layers
    assert imported.experiment.dataset == "fashion_mnist"
    assert imported.experiment.training.epochs == 5
    assert imported.experiment.training.validation == "none"
    assert imported.notes == ("what stands between fences from line 25 on is no Python: it is skipped",)


@pytest.mark.parametrize("name", preset_names())
def test_an_exported_script_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    preset = load_preset(name)
    imported = read(tmp_path, keras_script(preset))
    again = imported.experiment
    assert [layer for _, layer in preset.stack.enabled()] == list(again.layers)
    assert again.training == preset.training
    assert again.stop == preset.stop
    assert parse(to_toml(again)) == again


SAME = [
    pytest.param(SMALL, id="a list"),
    pytest.param(
        """
model = keras.models.Sequential()
model.add(keras.Input(shape=(28, 28, 1)))
model.add(layers.Conv2D(filters=8, kernel_size=(3, 3)))
model.add(layers.Activation("relu"))
model.add(layers.Flatten())
model.add(layers.Dense(10))
model.add(layers.Softmax())
""",
        id="add",
    ),
    pytest.param(
        """
inputs = layers.Input((28, 28, 1))
x = layers.Conv2D(8, 3, activation=tf.nn.relu)(inputs)
x = layers.Flatten()(x)
outputs = layers.Dense(10, activation=keras.activations.softmax)(x)
model = keras.Model(inputs=inputs, outputs=outputs)
""",
        id="functional",
    ),
    pytest.param(
        """
def block(x, filters, activation="relu"):
    conv = layers.Conv2D(filters, 3, activation=activation)
    return conv(x)

def build(classes, *, width=4):
    inputs = keras.Input((28, 28, 1))
    x = block(inputs, width * 2)
    return keras.Model(inputs, layers.Dense(classes, "softmax")(layers.Flatten()(x)))

model = build(10)
""",
        id="functions",
    ),
    pytest.param(
        """
features = keras.Sequential([layers.Conv2D(8, 3, activation="relu"), layers.Flatten()])
model = keras.Sequential([keras.Input((28, 28, 1)), features, layers.Dense(10, activation="softmax")])
""",
        id="nested",
    ),
    pytest.param(
        """
model = keras.Sequential()
for filters in (8,):
    model.add(layers.Conv2D(filters, (3, 3), activation="relu", input_shape=x_train.shape[1:] + (1,)))
for _ in range(1):
    model.add(layers.Flatten())
head = [layers.Dense(units, activation="softmax") for units in [10]]
model.add(head[0])
""",
        id="loops",
    ),
    pytest.param(
        """
from keras.models import Sequential
from keras.layers import *
import keras.backend as K
if K.image_dim_ordering() == "th":
    shape = (1, 28, 28)
else:
    shape = (28, 28, 1)
model = Sequential()
model.add(Convolution2D(8, 3, 3, border_mode="valid", input_shape=shape, activation="relu"))
model.add(Flatten())
model.add(Dense(output_dim=10, init="glorot_uniform", activation="softmax"))
""",
        id="Keras 1",
    ),
]


@pytest.mark.parametrize("network", SAME)
def test_one_network_written_in_many_ways(tmp_path: Path, network: str) -> None:
    imported = read(tmp_path, HEAD + network + FIT)
    assert total(imported) == 80 + 26 * 26 * 8 * 10 + 10
    assert imported.experiment.layers[0].type == "Conv2D"
    assert not imported.notes


def test_images_that_are_not_known_are_a_note_and_what_is_done_to_them_comes_in(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
from keras_preprocessing.image import ImageDataGenerator
varied = ImageDataGenerator(rescale=1 / 255, rotation_range=36)
model.compile("adam", "sparse_categorical_crossentropy")
images, labels = read_table("signs.dat")
model.fit(varied.flow(images, labels, batch_size=64), epochs=2)
"""
    )
    imported = read(tmp_path, code)
    assert imported.experiment.layers[0] == RandomRotation(factor=0.1, fill_mode="nearest")
    assert imported.experiment.training.batch_size == 64
    (note,) = imported.differences
    assert note == "the images that it trains on, images (line 17), are not known: set the dataset to them"


def test_arrays_that_go_in_by_batches_are_the_dataset(tmp_path: Path) -> None:
    fit = """
train = tf.data.Dataset.from_tensor_slices((x_train[:50000], y_train[:50000])).shuffle(10000).batch(128)
watched = tf.data.Dataset.from_tensor_slices((x_train[50000:], y_train[50000:])).batch(128)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=9, validation_data=watched, shuffle=False)
"""
    imported = read(tmp_path, HEAD.replace("fashion_mnist", "mnist") + SMALL + fit)
    training = imported.experiment.training
    assert imported.experiment.dataset == "mnist"
    assert (training.batch_size, training.validation) == (128, "50000-59999")
    assert imported.notes == ()


TWO = (
    HEAD
    + """
def build(width):
    model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(width, "relu"), layers.Dense(10)])
    model.compile("adam", "sparse_categorical_crossentropy")
    return model
small = build(16)
large = build(64)
"""
)


def test_of_several_models_one_is_chosen_by_number_or_name(tmp_path: Path) -> None:
    asked = refusal(tmp_path, TWO)
    assert "makes 2 models" in asked
    assert "1: small (line " in asked
    assert "2: large (line " in asked
    assert read(tmp_path, TWO, "2").experiment.layers[1] == Dense(units=64, activation="relu")
    assert read(tmp_path, TWO, "small").experiment.layers[1] == Dense(units=16, activation="relu")
    assert "no model of script.py is called 3; it makes" in refusal(tmp_path, TWO, "3")
    in_a_loop = TWO + "for one in (small, large):\n    one.fit(x_train, y_train)\n"
    assert "2: large (line " in refusal(tmp_path, in_a_loop)
    assert read(tmp_path, in_a_loop, "large").experiment.layers[1] == Dense(units=64, activation="relu")


@pytest.mark.parametrize(
    ("network", "words"),
    [
        (
            "i = layers.Input((8, 8, 1))\na = layers.Conv2D(4, 3)(i)\nb = layers.Conv2D(4, 3)(i)\n"
            "model = keras.Model(i, layers.Dense(2)(layers.Add()([a, b])))",
            "Add (line 10) has 2 inputs",
        ),
        ("i = layers.Input((8, 8, 1))\nmodel = keras.Model(i, layers.Dense(2)(magic(i)))", "what magic does"),
        ("i = layers.Input((8, 8, 1))\nx = layers.Dense(2)(i)\nmodel = keras.Model(i, x + i)", "two branches meet"),
        (
            "model = keras.Sequential([hub.KerasLayer('x'), layers.Dense(2)])",
            "a layer is not known: hub.KerasLayer('x')",
        ),
        (
            "model = keras.Sequential([layers.Lambda(lambda x: x**2), layers.Dense(2)])",
            "a Lambda: code is never imported",
        ),
        ("model = keras.Sequential([layers.Dense(count()), layers.Dense(2)])", "units is count() (line 7)"),
        (
            "model = keras.Sequential()\nif maybe():\n    model.add(layers.Flatten())\nmodel.add(layers.Dense(2))",
            "add at line 9 is done or not",
        ),
        ("class Net(keras.Model):\n    pass\nmodel = Net()", "a model written as a class, Net"),
        ("model = keras.Sequential([layers.LSTM(4), layers.Dense(2)])", "LSTM, which is not among the layers here"),
        ("print('nothing')", "makes no model of Keras that can be read"),
    ],
)
def test_what_is_not_understood_refuses_the_model_and_names_the_line(tmp_path: Path, network: str, words: str) -> None:
    assert words in refusal(tmp_path, HEAD + network)


@pytest.mark.parametrize(
    ("content", "suffix", "words"),
    [
        ("exec 'two'", ".py", "is no Python 3 that can be read: line 1"),
        ("(" * 5000, ".py", "is no Python 3 that can be read"),
        ("x = 1\0", ".py", "is no Python 3 that can be read: it has characters that no text has"),
        ("x = [" * 300 + "]" * 300, ".py", "is no Python 3"),
        ("{}", ".ipynb", "it has no cells"),
        ("[" * 100_000, ".ipynb", "it is not JSON"),
        ("for i in range(10**9):\n  for j in range(10**9):\n    pass", ".py", "makes no model"),
        ("for i in range(10**30):\n  pass\nx = list(range(10**30))", ".py", "makes no model"),
        ("def f():\n  return f()\nf()", ".py", "makes no model"),
        ("x = 'a' * 10**9 * 10**9\ny = 9**9**9**9\nz = [0] * 10**9", ".py", "makes no model"),
        ("for i in range(999):\n  for j in range(999):\n    x = 1", ".py", "too long to be followed"),
    ],
)
def test_hostile_files_are_sentences(tmp_path: Path, content: str, suffix: str, words: str) -> None:
    assert words in refusal(tmp_path, content, suffix=suffix)


def test_nothing_of_a_script_is_run(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    code = HEAD + f"open({str(marker)!r}, 'w')\n__import__('os').system('touch {marker}')\n" + SMALL + FIT
    read(tmp_path, code)
    assert not marker.exists()


def test_layers_are_the_kinds_that_the_lab_has(tmp_path: Path) -> None:
    imported = read(
        tmp_path,
        HEAD
        + """
model = keras.Sequential([layers.Conv2D(8, 3, input_shape=(28, 28, 1)), layers.MaxPool2D(), layers.Dropout(0.5),
                          layers.Flatten(), layers.Dense(10)])
""",
    )
    kinds: list[Any] = [type(layer) for layer in imported.experiment.layers]
    assert kinds == [Conv2D, MaxPooling2D, Dropout, Flatten, Dense]


def test_units_of_the_last_layer_that_only_running_tells_are_the_classes(tmp_path: Path) -> None:
    code = HEAD + SMALL.replace("Dense(10,", "Dense(len(names),") + FIT
    imported = read(tmp_path, code)
    assert imported.experiment.layers[-1] == Dense(units=10, activation="softmax")
    assert "how many classes there are, len(names) (line 11), only running tells" in imported.notes[0]


def test_a_model_for_looking_into_another_is_not_taken_for_it(tmp_path: Path) -> None:
    looks = """
features = keras.Model(inputs=model.input, outputs=[layer.output for layer in model.layers[1:]])
sure = keras.Sequential([model, layers.Softmax()])
"""
    assert read(tmp_path, HEAD + SMALL + FIT + looks).experiment.layers[-1].type == "Dense"


ODD = (
    "None", "10**9", "[]", "{}", "lambda: 0", "x[0]", "1.5", "not x", "model.layers", "model.output", "(model,)",
    "range(5)", "f'{x}'", "yield", "x if y else z", "1/0", "'a'*99", "model.layers[0]", "keras.Input(3)", "**k",
)  # fmt: skip


@given(random=st.randoms(use_true_random=False), number=st.integers(0, len(SAME) - 1))
@settings(max_examples=examples(1000, 100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_mangled_script_is_read_or_refused_in_a_sentence(tmp_path: Path, random: Random, number: int) -> None:
    whole = HEAD + str(SAME[number].values[0]) + FIT
    words = re.findall(r"\w+|\s+|[^\w\s]", whole)
    for _ in range(random.randint(1, 4)):
        words[random.choice([at for at, word in enumerate(words) if word.isidentifier()])] = random.choice(ODD)
    try:
        read(tmp_path, "".join(words))
    except ImportProblem as problem:
        assert all(sentence.isprintable() for sentence in problem.problems)


def test_an_activation_that_is_a_layer_stands_behind_the_one_it_is_in(tmp_path: Path) -> None:
    code = SMALL.replace('"relu"', "layers.LeakyReLU(alpha=0.1)").replace("layers.Flatten()", "layers.ELU()")
    layers = read(tmp_path, HEAD + code.replace("layers.Dense", "layers.Flatten(),\n    layers.Dense") + FIT)
    leaky = LeakyReLU(negative_slope=0.1)
    assert layers.experiment.layers[:3] == (Conv2D(filters=8, kernel_size=(3, 3)), leaky, ELU())


def test_options_of_a_script_are_what_they_are_without_any(tmp_path: Path) -> None:
    code = """
import argparse
options = argparse.ArgumentParser(description="trains")
options.add_argument("-e", "--epochs", type=int, default=12)
options.add_argument("--batch-size", default="64", type=int)
options.add_argument("--lr", dest="rate", default=0.01)
options.add_argument("--augment", action="store_true")
options.add_argument("--path")
args = options.parse_args()
"""
    fit = """
if args.augment:
    model.add(layers.Dense(10))
model.compile(keras.optimizers.Adam(args.rate), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=args.epochs, batch_size=args.batch_size, verbose=args.verbose)
"""
    imported = read(tmp_path, HEAD + code + SMALL + fit)
    training = imported.experiment.training
    assert (training.epochs, training.batch_size, training.learning_rate) == (12, 64, 0.01)
    assert len(imported.experiment.layers) == 3
    unknown = read(tmp_path, HEAD + code + SMALL + fit.replace("args.epochs", "args.path"))
    assert any("epochs is " in note and "which is not known" in note for note in unknown.notes)


def test_functions_may_take_any_arguments(tmp_path: Path) -> None:
    code = """
def make(units, *sizes, activation="relu", **others):
    made = [layers.Conv2D(size, 3, activation=activation, **others) for size in sizes]
    return keras.Sequential([keras.Input((28, 28, 1)), *made, layers.Flatten(), layers.Dense(units)])
model = make(10, 4, 8, padding="same")
"""
    layers = read(tmp_path, HEAD + code + FIT).experiment.layers
    assert layers[:2] == tuple(
        Conv2D(filters=count, kernel_size=(3, 3), padding="same", activation="relu") for count in (4, 8)
    )


SOLUTION = """
class Enough(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        if logs.get("val_accuracy") > 0.97:
            self.model.stop_training = True


def solution():
    model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10, activation="softmax")])
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    INSIDE
    return model
BEHIND

if __name__ == "__main__":
    model = solution()
    model.save("model.h5")
"""


FIT_SO = (
    "model.fit(x_train, y_train, epochs=17, batch_size=64, steps_per_epoch=25, validation_data=(x_test, y_test), "
    "callbacks=[Enough()])"
)


@pytest.mark.parametrize(
    ("inside", "behind"), [(FIT_SO, ""), ("", f"\nmodel = solution()\n{FIT_SO}\n")], ids=["inside", "behind"]
)
def test_of_models_that_one_function_makes_the_one_that_is_trained_counts(
    tmp_path: Path, inside: str, behind: str
) -> None:
    imported = read(tmp_path, HEAD + SOLUTION.replace("INSIDE", inside).replace("BEHIND", behind))
    training = imported.experiment.training
    assert (training.epochs, training.batch_size, training.steps_per_epoch) == (17, 64, 25)
    assert imported.experiment.stop == (StopRule("val_accuracy", above=0.97),)
    assert not imported.notes


@pytest.mark.parametrize(
    "code",
    [
        "if there('a.h5'):\n    model.load_weights('a.h5')\nelse:\n    {}",
        "if not there('a.h5'):\n    calm = keras.callbacks.EarlyStopping(patience=4)\n    {}",
        "try:\n    model = keras.models.load_model('a.h5')\nexcept OSError:\n    model = make()\n    {}",
        "if there('a.h5'):\n    model = keras.models.load_model('a.h5')\nelse:\n    model = make()\n    {}",
        "if there('train'):\n    train(epochs=17)\nelse:\n    print(3)",
        "if there('test'):\n    print(3)\nelse:\n    main()",
        "if there('train'):\n    history = trainer.train()",
    ],
)
def test_a_model_that_is_trained_or_not_is_trained_here(tmp_path: Path, code: str) -> None:
    fit = "model.fit(x_train, y_train, epochs=17)"
    made = SMALL + FIT.partition("model.fit")[0]
    if "there('t" in code:
        made += "def train(epochs):\n    model.fit(x_train, y_train, epochs=epochs)\ndef main():\n    train(17)\n"
        made += "class Trainer:\n    def train(self):\n        train(17)\ntrainer = Trainer()\n"
    if "make()" in code:
        made = "def make():" + textwrap.indent(made, "    ") + "    return model\n"
    imported = read(tmp_path, HEAD + made + code.format(fit))
    assert imported.experiment.training.epochs == 17
    (note,) = imported.to_know
    assert not imported.differences
    assert note.startswith("what is done or not at line ") and note.endswith("trains the model: here it is done")


@pytest.mark.parametrize(
    "binding",
    ["from setup.machine import ready\ntf = ready()\n", "from setup.machine import tf\n", "import tensorflow as tf\n"],
)
def test_tensorflow_is_known_by_its_usual_name_wherever_a_script_has_it_from(tmp_path: Path, binding: str) -> None:
    code = f"""{binding}
(x, y), held = tf.keras.datasets.mnist.load_data()
model = tf.keras.Sequential([tf.keras.layers.Flatten(input_shape=(28, 28)), tf.keras.layers.Dense(10)])
model.compile("adam", tf.losses.SparseCategoricalCrossentropy(from_logits=True))
model.fit(x, y, validation_data=held, callbacks=[tf.keras.callbacks.TensorBoard(log_dir="logs")])
"""
    imported = read(tmp_path, code)
    assert imported.differences == ()
    assert (imported.experiment.dataset, imported.experiment.training.from_logits) == ("mnist", True)


@pytest.mark.parametrize(
    ("epochs", "found"),
    [
        ("int(sys.argv[1]) if len(sys.argv) > 1 else 30", 30),
        ("30 if len(sys.argv) < 2 else int(sys.argv[1])", 30),
        ("20 if len(sys.argv) > 1 else 30", None),
        ("int(sys.argv[1])", None),
    ],
)
def test_what_comes_from_the_call_of_a_script_is_what_it_is_without(
    tmp_path: Path, epochs: str, found: int | None
) -> None:
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", f"epochs={epochs}"))
    assert (imported.experiment.training.epochs == found) is (found is not None)
    assert any("epochs is" in note for note in imported.notes) is (found is None)


@pytest.mark.parametrize(
    "makes", ["model = made()", SMALL.strip() + '\nmodel.compile("sgd", "sparse_categorical_crossentropy")']
)
def test_a_loop_of_which_only_running_tells_how_often_it_trains_is_gone_through_once(
    tmp_path: Path, makes: str
) -> None:
    inside = textwrap.indent(SMALL + 'model.compile("sgd", "sparse_categorical_crossentropy")\nreturn model', "    ")
    code = f"""{HEAD}
from sklearn.model_selection import KFold
def made():
{inside}
for fold, (train, held) in enumerate(KFold(how_many(), shuffle=True).split(x_train, y_train)):
{textwrap.indent(makes, "    ")}
    model.fit(x_train[train], y_train[train], validation_data=(x_train[held], y_train[held]), epochs=7)
"""
    imported = read(tmp_path, code)
    assert (imported.experiment.dataset, imported.experiment.training.epochs) == ("fashion_mnist", 7)
    assert [type(layer) for layer in imported.experiment.layers] == [Conv2D, Flatten, Dense]
    assert any("how often the loop at line" in note and "in one turn of it" in note for note in imported.differences)


def test_a_loop_that_adds_layers_as_often_as_only_running_tells_is_refused(tmp_path: Path) -> None:
    code = SMALL.replace(
        "])", "])\nfor units in sizes():\n    model.add(layers.Dense(units))\n    model.fit(x_train, y_train)"
    )
    assert "add at line" in refusal(tmp_path, HEAD + code + FIT)


def test_a_model_that_something_unknown_is_made_of_or_not_is_trained_all_the_same(tmp_path: Path) -> None:
    spread = "if int(os.environ['GPUS']) > 1:\n    model = multi_gpu_model(model, gpus=2)\n"
    imported = read(tmp_path, HEAD + SMALL + spread + FIT)
    assert imported.experiment.training.epochs == 3
    (note,) = imported.differences
    assert note.startswith("what multi_gpu_model makes of the model (line ")


@pytest.mark.parametrize("counted", ["enumerate([4, 8], start=1)", "enumerate([4, 8], 1)", "enumerate([4, 8])"])
def test_what_is_counted_is_counted_from_where_a_script_begins(tmp_path: Path, counted: str) -> None:
    code = f"model = keras.Sequential([keras.Input((28, 28, 1))])\nfor at, many in {counted}:\n"
    imported = read(tmp_path, HEAD + code + "    model.add(layers.Conv2D(many + at, 3))\n")
    first = 1 if "1" in counted else 0
    assert [layer.filters for layer in imported.experiment.layers if isinstance(layer, Conv2D)] == [
        4 + first,
        9 + first,
    ]
