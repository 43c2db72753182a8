"""A script's own classes: objects and their methods are followed, models and layers that are code are refused."""

from __future__ import annotations

from pathlib import Path

from cnn_tui.network.layers import Conv2D, Dense
from tests.keras_io.scripts import FIT, HEAD, SMALL, read, refusal

OBJECT = """
class Settings:
    filters = 4
    classes = 10
class Network:
    def __init__(self, settings, rate=0.01):
        self.settings = settings
        self.rate = rate
        self.model = self.build()
    def build(self):
        return keras.Sequential([
            layers.Conv2D(self.settings.filters, 3, input_shape=(28, 28, 1)),
            layers.Flatten(),
            layers.Dense(self.settings.classes, activation=self.last()),
        ])
    @staticmethod
    def last():
        return "softmax"
    def train(self, images, labels, **more):
        self.model.compile(keras.optimizers.SGD(self.rate), "sparse_categorical_crossentropy")
        self.model.fit(images, labels, **more)
class Slow(Network):
    def __init__(self):
        self.settings = Settings()
        self.rate = 0.001
        self.model = self.build()
"""


def test_objects_of_a_script_are_followed(tmp_path: Path) -> None:
    code = f"{HEAD}{OBJECT}network = Network(Settings, rate=0.1)\nnetwork.train(x_train, y_train, epochs=3)\n"
    experiment = read(tmp_path, code).experiment
    assert (experiment.layers[0], experiment.layers[-1]) == (
        Conv2D(filters=4, kernel_size=(3, 3)),
        Dense(units=10, activation="softmax"),
    )
    assert (experiment.training.learning_rate, experiment.training.epochs) == (0.1, 3)


def test_a_class_has_the_methods_of_its_base(tmp_path: Path) -> None:
    experiment = read(tmp_path, f"{HEAD}{OBJECT}Slow().train(x_train, y_train)\n").experiment
    assert experiment.training.learning_rate == 0.001


def test_a_static_method_builds_a_model(tmp_path: Path) -> None:
    built = """
class LeNet:
    @staticmethod
    def build(width, height, depth, classes):
        model = keras.Sequential()
        model.add(layers.Conv2D(20, (5, 5), padding="Same", input_shape=(height, width, depth)))
        model.add(layers.Flatten())
        model.add(layers.Dense(classes, activation="softmax"))
        return model
model = LeNet.build(width=28, height=28, depth=1, classes=10)
"""
    layers = read(tmp_path, HEAD + built + FIT).experiment.layers
    assert layers[0] == Conv2D(filters=20, kernel_size=(5, 5), padding="same")


def test_a_method_sees_the_names_around_its_class_and_not_those_in_it(tmp_path: Path) -> None:
    code = f"""{HEAD}
filters = 7
class Network:
    filters = 3
    def build(self):
        return keras.Sequential(
            [layers.Conv2D(filters, 3, input_shape=(28, 28, 1)), layers.Flatten(), layers.Dense(10)]
        )
model = Network().build()
{FIT}"""
    assert read(tmp_path, code).experiment.layers[0] == Conv2D(filters=7, kernel_size=(3, 3))


def test_a_model_that_is_compiled_and_not_known_is_refused_by_its_line(tmp_path: Path) -> None:
    code = f"{HEAD}varied = keras.Sequential([layers.RandomFlip()])\nmodel = made_elsewhere(varied)\n{FIT}"
    assert "the model that is compiled at line 10, made_elsewhere(varied), is not known" in refusal(tmp_path, code)


def test_a_layer_of_a_class_of_the_script_is_refused_whatever_it_is_called(tmp_path: Path) -> None:
    own = "class RandomHue(layers.Layer):\n    def call(self, x):\n        return x * 2\n"
    network = SMALL.replace("    layers.Flatten", "    RandomHue(),\n    layers.Flatten")
    assert "a class of its author's" in refusal(tmp_path, HEAD + own + network + FIT)
    known = read(
        tmp_path, HEAD + SMALL.replace("    layers.Flatten", "    layers.RandomHue(0.1),\n    layers.Flatten") + FIT
    )
    assert known.notes == ("layer 2 (line 10) (RandomHue) is left out: no layer here varies pictures so",)
    assert len(known.experiment.layers) == 3
