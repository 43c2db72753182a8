"""Two readers of one folder, each of which is given a share of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import NETWORK, READ, read

READER = 'keras.utils.image_dataset_from_directory("pets", image_size=(8, 8), seed=1, validation_split={}, subset="{}")'
GENERATOR = (
    'ImageDataGenerator(1 / 255, validation_split={}).flow_from_directory("pets", target_size=(8, 8), subset="{}")'
)
AMONG = "pictures to validate on are among those that it learns from there: here they are apart"


@pytest.mark.parametrize("made", [READER, GENERATOR], ids=["reader", "generator"])
@pytest.mark.parametrize(
    ("learned", "watched", "test", "validation", "are_both"),
    [
        ((0.9, "training"), (0.1, "validation"), 0.8, 0.5, False),
        ((0.3, "training"), (0.1, "validation"), 0.2, 0.125, False),
        ((0.1, "training"), (0.3, "validation"), 0.1, "test", True),
        ((0.2, "training"), (0.2, "training"), 0.2, "test", True),
        ((0.8, "validation"), (0.2, "training"), 0.2, "test", True),
        ((0.8, "validation"), (0.8, "training"), 0.2, "test", False),
        ((0.2, "training"), (0.2, "validation"), 0.2, "test", False),
    ],
)
def test_each_half_of_a_folder_has_the_share_that_it_is_given(
    tmp_path: Path,
    made: str,
    learned: tuple[float, str],
    watched: tuple[float, str],
    test: float,
    validation: float | str,
    are_both: bool,
) -> None:
    """What neither learns nor validates is tested on, so that as many are learned from and validated on as there."""
    halves = f"learn = {made.format(*learned)}\nwatch = {made.format(*watched)}\n"
    found = read(tmp_path, READ + halves + NETWORK + "model.fit(learn, validation_data=watch, epochs=2)\n")
    assert found.experiment.test == pytest.approx(test)
    assert found.experiment.training.validation == pytest.approx(validation)
    assert (AMONG in found.differences) is are_both
