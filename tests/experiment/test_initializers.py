"""Initializers with arguments of their own: in the file, and as Keras has them."""

from __future__ import annotations

import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.layers import Dense, Flatten

ALL = [
    InitializerWith("RandomUniform", minval=-0.01, maxval=0.01),
    InitializerWith("RandomNormal", mean=0.5, stddev=0.01),
    InitializerWith("TruncatedNormal", stddev=0.02),
    InitializerWith("Constant", value=0.1),
    InitializerWith("VarianceScaling", scale=3.0, mode="fan_out", distribution="uniform"),
]


@pytest.mark.parametrize("initializer", ALL, ids=lambda one: one.type)
def test_they_are_kept_in_the_file(initializer: InitializerWith) -> None:
    experiment = Experiment(layers=(Flatten(), Dense(units=10, kernel_initializer=initializer)))
    text = to_toml(experiment)
    assert f'type = "{initializer.type}"' in text
    assert parse(text) == experiment


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ('{ type = "RandomNormal", stdev = 0.1 }', 'unknown key; allowed: type, .* Did you mean "stddev"'),
        ('{ type = "RandomNorml" }', 'allowed: RandomUniform, .* Did you mean "RandomNormal"'),
        ('{ type = "RandomNormal", minval = 0.1 }', "RandomNormal has no minval: it has mean, stddev"),
        ('{ type = "RandomNormal", stddev = 0.0 }', "stddev must be more than 0, not 0"),
        ('{ type = "RandomUniform", minval = 0.2 }', "minval, 0.2, must be no more than maxval, 0.05"),
        ('{ type = "Constant", value = 1e9 }', "value must be a number from -1000 to 1000"),
        ('"random_norma"', r'one of .*, or in a file \{ type = "RandomNormal", stddev = 0.01 \}'),
    ],
)
def test_what_is_wrong_with_one_is_said(table: str, words: str) -> None:
    text = to_toml(Experiment(layers=(Flatten(), Dense(units=10, kernel_initializer="zeros"))))
    with pytest.raises(ValueError, match=words):
        parse(text.replace('"zeros"', table))


def test_they_are_those_of_keras() -> None:
    import keras

    from cnn_tui.training.model.build import keras_layer

    for initializer in ALL:
        made = keras_layer(Dense(units=3, kernel_initializer=initializer), "dense").kernel_initializer
        config = made.get_config()
        assert isinstance(made, getattr(keras.initializers, initializer.type))
        assert {name: config[name] for name in initializer.arguments()} == initializer.arguments()
        plain = getattr(keras.initializers, initializer.type)().get_config()
        defaults = {name: plain[name] for name in initializer.arguments()}
        assert InitializerWith(initializer.type).arguments() == defaults, "what is not given is Keras's default"
