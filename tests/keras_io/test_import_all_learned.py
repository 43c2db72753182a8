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
GONE = (
    "it learns from all images of {} there: of a dataset that has none to test on, every fifth of a class is tested on "
    "here, and not learned from"
)


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
    assert [note for note in found.to_know if "learns from all" in note] == ([GONE.format(name)] if name else [])
    assert ALL_LEARNED.format(name) not in found.to_know
