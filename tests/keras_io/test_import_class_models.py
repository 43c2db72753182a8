"""Models and layers that a script writes as classes: a plain chain is read from `call`, anything else is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Dropout
from tests.keras_io.scripts import HEAD, read, refusal

NET = """
class Net(keras.Model):
    def __init__(self, classes, rate=0.5, **more):
        super().__init__(**more)
        self.begin = layers.Conv2D(8, 3, activation="relu", input_shape=(28, 28, 1))
        self.pool = layers.MaxPooling2D()
        self.more = [layers.Conv2D(16, 3, activation="relu"), layers.Conv2D(4, 3)]
        self.end = keras.Sequential([layers.Flatten(), layers.Dense(classes)])
        self.drop = layers.Dropout(rate)
    def call(self, images, training=None):
        flowing = self.pool(self.begin(images))
        for layer in self.more:
            flowing = layer(flowing)
        flowing = self.pool(tf.nn.relu(flowing))
        if training:
            flowing = self.drop(flowing, training=training)
        return tf.nn.softmax(self.end(flowing))
"""
FIT = """
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=3)
"""
KINDS = [
    *("Conv2D", "MaxPooling2D", "Conv2D", "Conv2D", "Activation"),
    *("MaxPooling2D", "Dropout", "Flatten", "Dense", "Activation"),
]


def test_a_model_written_as_a_class_is_what_its_call_makes_of_an_image(tmp_path: Path) -> None:
    imported = read(tmp_path, f"{HEAD}{NET}model = Net(10, rate=0.25){FIT}")
    assert [layer.type for layer in imported.experiment.layers] == KINDS
    assert imported.experiment.layers[6] == Dropout(rate=0.25)
    assert imported.experiment.training.epochs == 3
    assert imported.differences == ()


def test_a_layer_written_as_a_class_is_what_its_call_makes_of_a_tensor(tmp_path: Path) -> None:
    code = f"""{HEAD}
class Block(layers.Layer):
    def __init__(self, many):
        super().__init__()
        self.conv = layers.Conv2D(many, 3, use_bias=False)
        self.norm = layers.BatchNormalization()
    def call(self, flowing, training=False):
        return tf.nn.relu(self.norm(self.conv(flowing), training=training))
inputs = keras.Input((28, 28, 1))
flowing = Block(8)(inputs)
for many in (16, 32):
    flowing = Block(many)(flowing)
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.Flatten()(flowing)))
{FIT}"""
    imported = read(tmp_path, code)
    assert [layer.type for layer in imported.experiment.layers] == [
        *["Conv2D", "BatchNormalization", "Activation"] * 3,
        "Flatten",
        "Dense",
    ]
    assert imported.differences == ()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        ("return images + self.begin(images)", "two branches meet at line"),
        ("return self.end(layers.add([images, self.begin(images)]))", "add (line 17) has 2 inputs"),
        ("return tf.matmul(self.begin(images), images)", "matmul (line 17) has 2 inputs"),
        ("return self.what(images)", "what self.what(images) (line 17) gives is not known"),
        ("return self.end(self.begin(self.begin(images)))", "Conv2D (line 11) is used twice, with the same weights"),
        ("pass", "what Net gives is not known"),
    ],
)
def test_a_class_that_is_no_chain_is_refused_with_its_line(tmp_path: Path, call: str, words: str) -> None:
    start = NET.index("        flowing = self.pool")
    code = f"{HEAD}{NET[:start]}        {call}\nmodel = Net(10){FIT}"
    refused = refusal(tmp_path, code)
    assert words in refused
    assert "a model written as a class, Net (line 18)" in refused


def test_a_model_with_a_training_step_of_its_own_is_refused(tmp_path: Path) -> None:
    step = "    def train_step(self, data):\n        return {}\n"
    assert "its layers are in code" in refusal(tmp_path, f"{HEAD}{NET}{step}model = Net(10){FIT}")


def test_a_layer_that_learns_has_its_weights_once(tmp_path: Path) -> None:
    network = """
inputs = keras.Input((28, 28, 1))
learns, pools = layers.Conv2D(1, 3, padding="same"), layers.MaxPooling2D()
model = keras.Model(inputs, layers.Dense(10)(layers.Flatten()(pools(pools(CHAIN)))))
"""
    once = read(tmp_path, HEAD + network.replace("CHAIN", "learns(inputs)") + FIT)
    assert [layer.type for layer in once.experiment.layers][:3] == ["Conv2D", "MaxPooling2D", "MaxPooling2D"]
    twice = refusal(tmp_path, HEAD + network.replace("CHAIN", "learns(learns(inputs))") + FIT)
    assert "Conv2D (line 9) is used twice" in twice


def test_a_function_that_nobody_calls_is_read_whatever_it_is_given(tmp_path: Path) -> None:
    code = f"""{HEAD}
def solve(images, labels, watched):
    images = images / 255
    model = keras.Sequential([layers.Flatten(input_shape=(12, 9, 3)), layers.Dense(5, activation="softmax")])
    model.compile("sgd", "sparse_categorical_crossentropy")
    model.fit(images, labels, epochs=8, batch_size=16)
"""
    imported = read(tmp_path, code)
    assert (imported.experiment.training.epochs, imported.experiment.input_shape) == (8, (12, 9, 3))
    assert any("images that it trains on" in note and "not known" in note for note in imported.differences)


def test_a_class_of_models_that_nobody_makes_is_read(tmp_path: Path) -> None:
    imported = read(tmp_path, f"{HEAD}{NET}")
    assert [layer.type for layer in imported.experiment.layers] == KINDS
    assert any("how many classes there are, classes (line 8), only running tells" in note for note in imported.to_know)
