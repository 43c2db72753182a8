"""Of several models of a script that look alike, what is different is said, so that one can be chosen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import HEAD, refusal

LOOP = """
def train(name, units, many):
    model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(units), layers.Dense(10)])
    optimizer = keras.optimizers.SGD(0.1) if name == "sgd" else keras.optimizers.Adam(0.1)
    model.compile(optimizer, "mse")
    model.fit(x_train, y_train, epochs=many)
for name, units, many in TURNS:
    train(name, units, many)
"""


@pytest.mark.parametrize(
    ("turns", "ends"),
    [
        ('[("sgd", 8, 2), ("adam", 8, 2)]', ("3 layers: with SGD", "3 layers: with Adam")),
        ('[("sgd", 8, 2), ("sgd", 16, 2)]', ("3 layers: layer 2 has units 8", "3 layers: layer 2 has units 16")),
        ('[("sgd", 8, 2), ("sgd", 8, 3)]', ("3 layers: for 2 epochs", "3 layers: for 3 epochs")),
        (
            '[("sgd", 8, 2), ("adam", 16, 3)]',
            ("with SGD and layer 2 has units 8", "with Adam and layer 2 has units 16"),
        ),
    ],
)
def test_models_that_look_alike_are_told_apart(tmp_path: Path, turns: str, ends: tuple[str, ...]) -> None:
    asked = refusal(tmp_path, HEAD + LOOP.replace("TURNS", turns)).splitlines()
    assert [line for line in asked if line.endswith(ends)] == asked[1:3]
    assert len({*asked[1:3]}) == 2


def test_what_is_told_apart_by_its_line_needs_no_more(tmp_path: Path) -> None:
    more = "model = keras.Sequential([layers.Dense(10)])\nmodel.compile('adam', 'mse')\nmodel.fit(x_train, y_train)\n"
    asked = refusal(tmp_path, HEAD + LOOP.replace("TURNS", '[("sgd", 8, 2)]') + more).splitlines()
    assert [line.rpartition(", ")[2] for line in asked[1:3]] == ["3 layers", "1 layer"]
