"""Classes that a script makes equally large, by drawing, copying or making images."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import read

TABLE = 'rows = pd.read_csv("birds.csv")\nx, y = rows.drop("kind", axis=1).values / 255, rows["kind"].values'
ARRAYS = 'x, y = np.load("birds.npy") / 255, np.load("kinds.npy")'
HALVED = "x, z, y, v = train_test_split(x, y, test_size=0.2)"
LEARNED = ""
BOTH = ", of those to validate on too,"
WATCHED = " of those to validate on"


@pytest.mark.parametrize(
    ("steps", "whose"),
    [
        ([TABLE, "x, y = SMOTE().fit_resample(x, y)", HALVED], BOTH),
        ([TABLE, HALVED, "even = SMOTE(random_state=1)", "x, y = even.fit_resample(x, y)"], LEARNED),
        ([ARRAYS, "x, y = SMOTE().fit_sample(x, y)", HALVED], BOTH),
        ([ARRAYS, HALVED, "z, v = SMOTE().fit_resample(z, v)"], WATCHED),
        ([TABLE, HALVED], None),
    ],
    ids=["before", "behind", "arrays", "watched", "none"],
)
def test_classes_that_are_made_equally_large_are_said(tmp_path: Path, steps: list[str], whose: str | None) -> None:
    """Whether before the images are parted or behind that; how much of them is held out stays known."""
    head = "import numpy as np\nimport pandas as pd\nfrom tensorflow.keras import layers, models"
    lines = [
        *head.splitlines(),
        "from imblearn.over_sampling import SMOTE\nfrom sklearn.model_selection import train_test_split",
        *steps,
        "x, z = x.reshape(-1, 8, 8, 1), z.reshape(-1, 8, 8, 1)",
        "model = models.Sequential([layers.Input((8, 8, 1)), layers.Flatten(), layers.Dense(4, activation='softmax')])",
        "model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])",
        "model.fit(x, y, epochs=2, validation_data=(z, v))",
    ]
    code = "\n".join(lines)
    found = read(tmp_path, code)
    at = next((number for number, line in enumerate(code.splitlines(), 1) if ".fit_" in line), 0)
    there = f"how many images each class has{whose} is changed there (SMOTE, line {at})"
    told = [note for note in found.differences if "each class" in note]
    assert told == ([] if whose is None else [f"{there}: here they are as in the dataset"])
    assert found.experiment.test == pytest.approx(0.2)
