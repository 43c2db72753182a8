"""Penalties on large weights that a script writes, with the factors that Keras takes where it names none."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Dense
from cnn_tui.network.values import L1L2
from tests.keras_io.scripts import FIT, HEAD, SMALL, read


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("keras.regularizers.l2()", L1L2(l2=0.01)),
        ("keras.regularizers.L1()", L1L2(l1=0.01)),
        ("keras.regularizers.l2(0.003)", L1L2(l2=0.003)),
        ("keras.regularizers.l2(l=0.003)", L1L2(l2=0.003)),
        ("keras.regularizers.l1(l=0.003)", L1L2(l1=0.003)),
        ('"l2"', L1L2(l2=0.01)),
        ('"l1"', L1L2(l1=0.01)),
        ('"L2"', L1L2(l2=0.01)),
        ("keras.regularizers.L1L2(l2=0.1)", L1L2(l2=0.1)),
        ("keras.regularizers.L1L2()", None),
        ('"l1_l2"', None),
    ],
)
def test_a_penalty_has_the_factor_that_keras_takes(tmp_path: Path, written: str, taken: L1L2 | None) -> None:
    network = SMALL.replace("layers.Dense(10,", f"layers.Dense(10, kernel_regularizer={written},")
    imported = read(tmp_path, HEAD + network + FIT)
    answer = imported.experiment.layers[-1]
    assert isinstance(answer, Dense)
    assert (answer.kernel_regularizer, imported.notes) == (taken, ())


def test_a_penalty_of_another_kind_is_said_to_be_left_out(tmp_path: Path) -> None:
    network = SMALL.replace("layers.Dense(10,", 'layers.Dense(10, kernel_regularizer="orthogonal",')
    (said,) = read(tmp_path, HEAD + network + FIT).differences
    assert 'kernel_regularizer is "orthogonal", which is left out' in said
