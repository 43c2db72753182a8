"""How the pictures of a folder are wanted: in the file, in the form, with --set, and in what "the same" means."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from PIL import Image

from cnn_tui.analysis.pace import work_of
from cnn_tui.data.dataset import DataOptions, DatasetError
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import parse, read, to_toml
from cnn_tui.experiment.form.settings import change, settings_of, step
from cnn_tui.experiment.overrides import override
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.same import identity_of

WANTED = DataOptions((20, 30), "grayscale", "crop")


@pytest.fixture
def folder(tmp_path: Path) -> Experiment:
    """An experiment on a folder of two classes of pictures in colour."""
    write(tmp_path / "zoo", {"ape": 5, "bee": 5})
    return msgspec.structs.replace(load_preset("lab1-baseline"), dataset=str(tmp_path / "zoo"))


def write(folder: Path, classes: dict[str, int]) -> None:
    """A folder of so many pictures of each class."""
    for label, count in classes.items():
        (folder / label).mkdir(parents=True)
        for at in range(count):
            Image.new("RGB", (9, 7), (at, 2, 3)).save(folder / label / f"{at}.png")


def test_the_file_says_how_pictures_are_wanted_and_the_network_gets_them_so(folder: Experiment) -> None:
    assert folder.stack.input_shape == (7, 9, 3)
    assert "image_size" not in to_toml(folder)
    lines = 'image_size = [20, 30]\ncolor = "grayscale"\nfit = "crop"\n'
    wanted = parse(lines + to_toml(folder))
    assert (wanted.data_options, wanted.stack.input_shape) == (WANTED, (20, 30, 1))
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
        ("test = [1]", "test: found [1]"),
    ],
)
def test_a_wish_that_cannot_be_is_named_with_its_key(line: str, expected: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        parse(line)
    assert expected in str(caught.value)
    assert "allowed" in str(caught.value)


def test_what_is_tested_on_may_lie_in_another_folder(folder: Experiment, tmp_path: Path) -> None:
    write(tmp_path / "apart", {"ape": 3, "bee": 2})
    (tmp_path / "one.toml").write_text(to_toml(folder).replace("[training]", 'test = "apart"\n\n[training]'))
    apart = read(tmp_path / "one.toml")
    assert apart.test == str(tmp_path / "apart")
    assert (apart.data.train_images, apart.data.test_images) == (10, 5)
    assert to_toml(apart).splitlines()[2] == f'test = "{tmp_path}/apart"'
    assert parse(to_toml(apart)) == apart
    assert identity_of(apart) != identity_of(folder)
    assert override(folder, [("test", str(tmp_path / "apart"))]) == override(apart, [("name", folder.name)])
    half = override(folder, [("test", 0.4)])
    assert (half.data.train_images, half.data.test_images) == (6, 4)
    for wrong in (0.0, 1.5):
        with pytest.raises(ExperimentError, match='test must be a path, "train", or a share above 0 and below 1'):
            override(folder, [("test", wrong)])


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (
            {"ape": 1, "cow": 1, "dog": 1},
            r"only '.*apart' has the classes 'cow' and 'dog', and only '.*' has the class",
        ),
        ({"ape": 1}, "only '.*' has the class 'bee'"),
        ({}, "has no class folders"),
        (None, "There is no folder '.*apart' to test on"),
    ],
)
def test_folders_of_other_classes_are_named(
    folder: Experiment, tmp_path: Path, made: dict[str, int] | None, expected: str
) -> None:
    if made is not None:
        (tmp_path / "apart").mkdir()
        write(tmp_path / "apart", made)
    with pytest.raises(DatasetError, match=expected):
        _ = msgspec.structs.replace(folder, test=str(tmp_path / "apart")).data


def test_the_form_says_what_is_tested_on(folder: Experiment, tmp_path: Path) -> None:
    write(tmp_path / "apart", {"ape": 3, "bee": 2})
    assert {row.name: row.value for row in settings_of(folder)}["test"] == "from the dataset"
    apart = change(folder, "test", str(tmp_path / "apart"))
    assert apart.data.test_images == 5
    assert {row.name: row.value for row in settings_of(apart)}["test"] == str(tmp_path / "apart")
    assert change(apart, "test", "0.4").test == 0.4
    assert change(apart, "test", "from the dataset") == folder
    assert step(step(folder, "test", -1), "test", -1).test == 0.3
    assert change(apart, "dataset", folder.dataset) == folder
    with pytest.raises(ValueError, match="There is no folder"):
        change(folder, "test", str(tmp_path / "gone"))


def test_a_dataset_may_keep_none_to_test_on(folder: Experiment, tmp_path: Path) -> None:
    all_learned = change(folder, "test", "train")
    assert all_learned == override(folder, [("test", "train")])
    assert (all_learned.test, all_learned.data.train_images, all_learned.data.test_images) == ("train", 10, 0)
    assert {row.name: row.value for row in settings_of(all_learned)}["test"] == "train"
    (tmp_path / "train").mkdir()  # a folder of that name is "./train"
    (tmp_path / "one.toml").write_text(to_toml(all_learned))
    assert read(tmp_path / "one.toml") == all_learned
    assert all_learned.without_folders().test == "train"
    assert identity_of(all_learned) != identity_of(folder)
    whole, parted = work_of(all_learned, folder.dataset), work_of(folder, folder.dataset)
    assert whole is not None
    assert parted is not None
    assert (whole.test_images, parted.test_images) == (10, 2)
    later = Experiment(dataset="", input_shape=(5, 6, 3), classes=2, test="train")
    assert later.with_dataset(folder.dataset).test == "train", "as long as the dataset is not here, too"


def test_only_a_folder_has_pictures_to_be_wanted_in_a_way(folder: Experiment) -> None:
    wanted = msgspec.structs.replace(folder, dataset="mnist", image_size=(20, 30))
    with pytest.raises(DatasetError, match="are for folders of pictures, and 'mnist' is none"):
        _ = wanted.stack
    with pytest.raises(DatasetError, match="There is no file"):  # of which nothing else is known
        _ = msgspec.structs.replace(wanted, dataset="/nowhere/names.csv", fit="crop").stack


def test_the_form_has_rows_for_the_pictures_of_a_folder(folder: Experiment) -> None:
    assert "image_size" not in [row.name for row in settings_of(load_preset("lab1-baseline"))]
    assert {row.name: row.value for row in settings_of(folder)}["image_size"] == "as they are"
    wanted = change(change(change(folder, "image_size", "20x30"), "color", "grayscale"), "fit", "crop")
    assert wanted.data_options == WANTED
    assert {row.name: row.value for row in settings_of(wanted)}["image_size"] == "20x30"
    assert change(change(wanted, "image_size", "as they are"), "color", "as they are").data_options == DataOptions(
        fit="crop"
    )
    assert step(wanted, "color", 1).color == "rgb"
    assert step(wanted, "fit", 1).fit == "stretch"
    assert change(wanted, "dataset", "mnist").data_options == DataOptions()
    for name, text in (("image_size", "20"), ("image_size", "0x9"), ("image_size", "9x5000"), ("color", "blue")):
        with pytest.raises(ValueError, match=name):
            change(folder, name, text)


def test_set_takes_a_size_as_it_is_written_everywhere(folder: Experiment) -> None:
    settings = [("image_size", "20x30"), ("color", "grayscale"), ("fit", "crop")]
    assert override(folder, settings).data_options == WANTED


def test_the_size_of_a_tables_images_is_typed_after_its_path(tmp_path: Path) -> None:
    """A form has no row for it before the table is set, and the table cannot be set without it."""
    table = tmp_path / "my table.csv"
    table.write_text("".join(",".join([str(at % 2), *["7"] * 600]) + "\n" for at in range(20)))
    base = load_preset("lab1-baseline")
    with pytest.raises(DatasetError, match=r"600 pixels.* typed after the path, as `table\.csv 20x30`"):
        change(base, "dataset", str(table))
    wide = change(base, "dataset", f"{table} 20x30")
    assert (wide.dataset, wide.stack.input_shape) == (str(table), (20, 30, 1))
    assert {row.name: row.value for row in settings_of(wide)}["image_size"] == "20x30"
    assert change(wide, "image_size", "30x20").stack.input_shape == (30, 20, 1)
    assert change(wide, "dataset", "fashion_mnist").stack.input_shape == (28, 28, 1), "the size goes with the table"
