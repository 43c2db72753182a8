"""How the pictures of a folder are wanted: in the file, in the form, with --set, and in what "the same" means."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PIL import Image

from cnn_tui.cli.overrides import override
from cnn_tui.data.dataset import DatasetError, PictureSettings
from cnn_tui.experiment.experiment import Experiment, ExperimentError, parse, to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.same import identity_of
from cnn_tui.experiment.settings import change, settings_of, step

WANTED = PictureSettings((20, 30), "grayscale", "crop")


@pytest.fixture
def folder(tmp_path: Path) -> Experiment:
    """An experiment on a folder of two classes of pictures in colour."""
    for label in ("ape", "bee"):
        (tmp_path / label).mkdir()
        for at in range(5):
            Image.new("RGB", (9, 7), (at, 2, 3)).save(tmp_path / label / f"{at}.png")
    return msgspec.structs.replace(load_preset("lab1-baseline"), dataset=str(tmp_path))


def test_the_file_says_how_pictures_are_wanted_and_the_network_gets_them_so(folder: Experiment) -> None:
    assert folder.stack.input_shape == (7, 9, 3)
    assert "image_size" not in to_toml(folder)
    lines = 'image_size = [20, 30]\ncolor = "grayscale"\nfit = "crop"\n'
    wanted = parse(lines + to_toml(folder))
    assert (wanted.pictures, wanted.stack.input_shape) == (WANTED, (20, 30, 1))
    assert parse(to_toml(wanted)) == wanted
    assert identity_of(wanted) != identity_of(folder)
    assert identity_of(msgspec.structs.replace(wanted, fit="stretch")) != identity_of(wanted)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("image_size = [0, 30]", "image_size[0]: found 0"),
        ("image_size = 30", "image_size: found 30"),
        ("image_size = [30]", "image_size: found"),
        ("image_size = [30, 5000]", "image_size[1]: found 5000"),
        ('color = "gray"', 'color: found "gray"'),
        ('fit = "pad"', 'fit: found "pad"'),
    ],
)
def test_a_wish_that_cannot_be_is_named_with_its_key(line: str, expected: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        parse(line)
    assert expected in str(caught.value)
    assert "allowed" in str(caught.value)


def test_only_a_folder_has_pictures_to_be_wanted_in_a_way(folder: Experiment) -> None:
    wanted = msgspec.structs.replace(folder, dataset="mnist", image_size=(20, 30))
    with pytest.raises(DatasetError, match="are for folders of pictures, and 'mnist' is none"):
        _ = wanted.stack


def test_the_form_has_rows_for_the_pictures_of_a_folder(folder: Experiment) -> None:
    assert "image_size" not in [row.name for row in settings_of(load_preset("lab1-baseline"))]
    assert {row.name: row.value for row in settings_of(folder)}["image_size"] == "as they are"
    wanted = change(change(change(folder, "image_size", "20x30"), "color", "grayscale"), "fit", "crop")
    assert wanted.pictures == WANTED
    assert {row.name: row.value for row in settings_of(wanted)}["image_size"] == "20x30"
    assert change(change(wanted, "image_size", "as they are"), "color", "as they are").pictures == PictureSettings(
        fit="crop"
    )
    assert step(wanted, "color", 1).color == "rgb"
    assert step(wanted, "fit", 1).fit == "stretch"
    assert change(wanted, "dataset", "mnist").pictures == PictureSettings()
    for name, text in (("image_size", "20"), ("image_size", "0x9"), ("image_size", "9x5000"), ("color", "blue")):
        with pytest.raises(ValueError, match=name):
            change(folder, name, text)


def test_set_takes_a_size_as_it_is_written_everywhere(folder: Experiment) -> None:
    settings = [("image_size", "20x30"), ("color", "grayscale"), ("fit", "crop")]
    assert override(folder, settings).pictures == WANTED
