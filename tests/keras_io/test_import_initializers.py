"""How a script's layers begin: an initializer is the name that it comes to, or comes in with its arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.initializers import InitializerWith
from cnn_tui.network.layers import (
    Dense,
)
from tests.keras_io.scripts import FIT, HEAD, SMALL, read


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("keras.initializers.RandomUniform(-0.05, 0.05)", "random_uniform"),
        ("keras.initializers.RandomNormal(mean=0.0)", "random_normal"),
        ("tf.random_normal_initializer()", "random_normal"),
        ("tf.initializers.TruncatedNormal(0.0, 0.05)", "truncated_normal"),
        ("keras.initializers.VarianceScaling(2.0)", "he_normal"),
        ("keras.initializers.VarianceScaling(1.0, 'fan_avg', 'uniform')", "glorot_uniform"),
        ("keras.initializers.Constant(0)", "zeros"),
        ("tf.constant_initializer(1.0)", "ones"),
        ("keras.initializers.lecun_normal()", "lecun_normal"),
        ("keras.initializers.Orthogonal(1.0)", "orthogonal"),
    ],
)
def test_an_initializer_is_the_name_that_it_comes_to(tmp_path: Path, given: str, name: str) -> None:
    code = SMALL.replace("layers.Dense(10", f"layers.Dense(10, kernel_initializer={given}")
    imported = read(tmp_path, HEAD + code + FIT)
    (answer,) = (layer for layer in imported.experiment.layers if isinstance(layer, Dense))
    assert (answer.kernel_initializer, imported.differences) == (name, ())


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("keras.initializers.RandomUniform(-0.1, 0.2)", InitializerWith("RandomUniform", minval=-0.1, maxval=0.2)),
        ("tf.random_normal_initializer(stddev=0.01)", InitializerWith("RandomNormal", stddev=0.01)),
        ("keras.initializers.VarianceScaling(3.0)", InitializerWith("VarianceScaling", scale=3.0)),
        ("keras.initializers.Constant(0.5)", InitializerWith("Constant", value=0.5)),
    ],
)
def test_an_initializer_comes_in_with_its_arguments(tmp_path: Path, given: str, wanted: InitializerWith) -> None:
    code = SMALL.replace("layers.Dense(10", f"layers.Dense(10, kernel_initializer={given}")
    imported = read(tmp_path, HEAD + code + FIT)
    (answer,) = (layer for layer in imported.experiment.layers if isinstance(layer, Dense))
    assert (answer.kernel_initializer, imported.differences) == (wanted, ())
    again = read(tmp_path, keras_script(imported.experiment))
    assert again.experiment.layers == imported.experiment.layers


def test_an_initializer_of_what_has_none_here_says_what_stands_in(tmp_path: Path) -> None:
    code = SMALL.replace("layers.Dense(10", "layers.Dense(10, bias_initializer=keras.initializers.Constant(0.1)")
    (note,) = read(tmp_path, HEAD + code + FIT).differences
    assert note.endswith("bias_initializer Constant(value=0.1) is left out: zeros stand in")
