"""What an import says of a script that keeps no images apart, where those are not here."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import ALL_LEARNED, NETWORK, READ, read

FLOW = 'ImageDataGenerator(1 / 255).flow_from_directory("{}", target_size=(8, 8), class_mode="sparse")'
TRAIN = f"train = {FLOW.format('all/pets')}\n"
OTHER = f"other = {FLOW.format('all/others')}\n"
ROWS = 'rows = pd.read_csv("pets.csv")\nx, y = rows.drop("kind", axis=1).values.reshape(-1, 8, 8, 3) / 255, rows.kind\n'
FIT = "model.fit(train, epochs=2{})\n"


@pytest.mark.parametrize(
    ("images", "training", "name"),
    [
        (TRAIN, FIT.format(""), "pets"),
        (TRAIN.replace("all/pets", r"C:\\all\\cats"), FIT.format(", steps_per_epoch=2"), "cats"),
        (TRAIN, FIT.format(f", validation_data={FLOW.format('all/pets')}"), "pets"),
        (ROWS, "model.fit(x, y, epochs=2)\n", "pets.csv"),
        (ROWS, "model.fit(x, y, validation_split=0.2, epochs=2)\n", ""),
        (TRAIN + OTHER, FIT.format(", validation_data=other"), ""),
        (TRAIN + OTHER, FIT.format("") + "model.evaluate(other)\n", ""),
    ],
)
def test_that_all_images_are_learned_from_is_said_where_they_are_not_here(
    tmp_path: Path, images: str, training: str, name: str
) -> None:
    found = read(tmp_path, "import pandas as pd\n" + READ + images + NETWORK + training)
    assert found.experiment.dataset == ""
    assert [note for note in found.to_know if "learns from all" in note] == ([ALL_LEARNED.format(name)] if name else [])
    assert (found.experiment.test == "train") is bool(name)


FROM_ELSEWHERE = "from elsewhere import made\nx, y = made('all')\n"


@pytest.mark.parametrize(
    ("training", "test", "validation"),
    [
        ("model.fit(x, y)\n", "train", "none"),
        ("model.fit(x, y, validation_data=(x, y))\n", "train", "test"),
        ("model.fit(x, y)\nmodel.evaluate(x, y)\n", "train", "none"),
        ("model.fit(x, y)\nmodel.evaluate(made(), y)\n", None, "none"),
        ("learned, watched = made(), made()\nmodel.fit(learned, y, validation_data=(watched, y))\n", None, "test"),
        ("model.fit(x, y, validation_split=0.2)\n", None, 0.2),
        ("rows = pd.read_csv('pets.csv')\nz = made(rows[:550])\nmodel.fit(z, y)\n", None, "none"),
    ],
)
def test_images_that_are_not_known_are_all_learned_from_where_none_are_kept(
    tmp_path: Path, training: str, test: str | None, validation: object
) -> None:
    found = read(tmp_path, "import pandas as pd\n" + READ + FROM_ELSEWHERE + NETWORK + training).experiment
    assert (found.test, found.training.validation) == (test, validation)
