"""A folder, or a table, whose images are validated on and neither learned from nor tested on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cnn_tui.data.dataset import DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures.image_folder import validation_beside
from cnn_tui.training.data import folder_store, picture_reader
from cnn_tui.training.data.datasets import Images, load
from cnn_tui.training.data.inspect import look
from cnn_tui.training.data.readers import Pixels
from cnn_tui.training.data.split import split
from tests.training.data.test_named_pictures import write as write_named
from tests.training.data.test_one_way import scripted
from tests.training.dataset_files import bare_machine

__all__ = ["bare_machine"]  # a fixture that every test here uses

COUNTS = {"train": 6, "val": 3, "test": 2}


def write_parts(folder: Path, counts: dict[str, int] = COUNTS, classes: tuple[str, ...] = ("cat", "owl")) -> Path:
    """Pictures of classes in folders of parts; each is as bright as it is far down the list of all."""
    bright = 0
    for part, count in counts.items():
        for name in classes:
            for at in range(count):
                bright += 5
                place = folder / part / name / f"{at}.png"
                place.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(np.full((4, 5), bright, np.uint8)).save(place)
    return folder


def wanted(validation: Path, test: Path | None = None) -> DataOptions:
    return DataOptions(test=None if test is None else str(test), validation=str(validation))


def read(dataset: Path, validation: Path, test: Path | None = None) -> Images:
    return load(str(dataset), wanted(validation, test), say=lambda _: None)


def brightness(images: Pixels | None) -> list[int]:
    assert images is not None
    return [int(shade) for shade in images[:, 0, 0, 0]]


def assert_scripted(dataset: Path, options: DataOptions, images: Images) -> None:
    """The script that is exported has the same images and labels."""
    script = scripted(str(dataset), options)
    parts = {"training": images.x_train, "validation": images.x_val, "test": images.x_test}
    for name, there in parts.items():
        assert there is not None
        assert np.array_equal(np.rint(script[f"{name}_images"] * 255), there)
    assert images.y_val is not None
    assert script["validation_labels"].tolist() == images.y_val.tolist()


@pytest.mark.parametrize("apart", [False, True])
def test_a_third_folder_is_validated_on_alone(tmp_path: Path, apart: bool) -> None:
    folder = write_parts(tmp_path)
    dataset = folder / "train" if apart else folder
    options = wanted(folder / "val", folder / "test" if apart else None)
    images = load(str(dataset), options, say=lambda _: None)
    described = describe(str(dataset), options)
    assert (described.train_images, described.validation_images, described.test_images) == (12, 6, 4)
    assert images.dataset == described
    assert brightness(images.x_val) == [65, 70, 75, 80, 85, 90]
    assert images.y_val is not None
    assert images.y_val.tolist() == [0, 0, 0, 1, 1, 1]
    assert brightness(images.x_train) == list(range(5, 65, 5))
    assert brightness(images.x_test) == [95, 100, 105, 110]
    assert images.source.endswith(f"what is validated on from {folder / 'val'}.")
    assert not any("left out" in one for one in images.warnings), "no picture is in a folder that is not used"
    assert_scripted(dataset, options, images)
    facts = look(str(dataset), options)
    assert facts.validation is not None
    assert (facts.train.images, facts.validation.per_class, facts.parts["test"].images) == (12, (3, 3), 4)


def test_without_it_the_folder_is_not_used(tmp_path: Path) -> None:
    images = load(str(write_parts(tmp_path)), say=lambda _: None)
    assert images.x_val is None
    assert (len(images.x_train), len(images.x_test), images.dataset.validation_images) == (12, 4, 0)
    said = "6 files are left out: 6 lie in folders that are not used ('val' is one)."
    assert f"{said} To validate on 'val', set validation to its path." in images.warnings


def test_what_is_kept_of_it_is_read_again_with_its_broken_pictures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_parts(tmp_path)
    (folder / "val" / "owl" / "1.png").write_text("no picture")
    first = read(folder, folder / "val")
    assert (first.dataset.validation_images, brightness(first.x_val)) == (5, [65, 70, 75, 80, 90])
    monkeypatch.setattr(picture_reader, "_unpack", None)  # the second time no picture is unpacked
    again = read(folder, folder / "val")
    assert (brightness(again.x_val), again.warnings) == (brightness(first.x_val), first.warnings)
    assert again.y_val is not None
    assert again.y_val.tolist() == [0, 0, 0, 1, 1]


def test_parts_that_were_kept_before_there_was_such_a_folder_are_still_read(tmp_path: Path) -> None:
    before = folder_store.FolderHeader(folder_store.FORMAT, (4, 5, 1), 2, 1, (), ())
    assert before.counts == [2, 1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "gone",
            r"^There is no folder '.*lost' to validate on\. Set validation to the path of a folder of classes, or",
        ),
        ("more", r"only '.*val' has the class 'ape'\. Name the folders"),
        ("fewer", r"to validate on are not the same: only '.*train' has the class 'owl'\. Name"),
        ("empty", r"^The class folder '.*val/owl' has no pictures"),
        ("no classes", r"^'.*none' has no class folders\. Add some, named as those in '.*train'\.$"),
        ("learned", r"^'.*train' is both what is learned from and what is validated on\."),
        ("tested", r"^'.*test' is both what is tested on and what is validated on\. Set validation to \"test\""),
    ],
)
def test_what_keeps_a_folder_from_being_validated_on_is_said(tmp_path: Path, change: str, said: str) -> None:
    folder = write_parts(tmp_path)
    owls = folder / "val" / "owl"
    names = {"gone": "lost", "no classes": "none", "learned": "train", "tested": "test"}
    (folder / "none").mkdir()
    if change == "more":
        write_parts(folder, {"val": 1}, ("ape",))
    if change in ("fewer", "empty"):
        for picture in owls.iterdir():
            picture.unlink()
    if change == "fewer":
        owls.rmdir()
    with pytest.raises(DatasetError, match=said):
        describe(str(folder), DataOptions(validation=str(folder / names.get(change, "val"))))


SPELLINGS = [("x_{}", "y_{}", "val"), ("X_{}", "y_{}", "valid"), ("{}_images", "{}_labels", "validation")]


def write_npz(path: Path, spelling: tuple[str, str, str] = SPELLINGS[0], **more: NDArray[Any]) -> Path:
    """Eight, four and three images of two classes to learn from, to validate and to test on, as bright as their place.

    `more` are arrays in place of these, by the names of the first spelling.
    """
    arrays: dict[str, Any] = {}
    bright = 0
    for part, count in (("train", 8), (spelling[2], 4), ("test", 3)):
        shades = np.arange(bright, bright + count, dtype=np.uint8)[:, None, None]
        arrays[spelling[0].format(part)] = np.broadcast_to(shades, (count, 4, 5))
        arrays[spelling[1].format(part)] = np.arange(count) % 2
        bright += count
    kept: dict[str, Any] = {name: array for name, array in (arrays | more).items() if array.size}
    np.savez(path, **kept)
    return path


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_an_npz_file_validates_on_its_own_images_where_it_is_named(
    tmp_path: Path, spelling: tuple[str, str, str]
) -> None:
    path = write_npz(tmp_path / "set.npz", spelling)
    plain = load(str(path), say=lambda _: None)
    assert (plain.x_val, plain.dataset.validation_images) == (None, 0)
    said = f"4 images to validate on are not used: to validate on them, set validation to '{path}'."
    assert plain.warnings[0] == said
    images = read(path, path)
    assert images.dataset == describe(str(path), wanted(path))
    assert (brightness(images.x_train), brightness(images.x_test)) == ([*range(8)], [12, 13, 14])
    assert brightness(images.x_val) == [8, 9, 10, 11]
    assert images.y_val is not None
    assert images.y_val.tolist() == [0, 1, 0, 1]
    assert not any("not used" in one for one in images.warnings)
    assert_scripted(path, wanted(path), images)


def test_an_npz_file_validates_on_those_of_another(tmp_path: Path) -> None:
    floats = np.linspace(0, 1, 4 * 20).reshape(4, 4, 5, 1)
    path, other = write_npz(tmp_path / "set.npz"), write_npz(tmp_path / "other.npz", x_val=floats)
    images = read(path, other)
    assert brightness(images.x_val) == [0, 65, 129, 194]
    assert images.source.endswith(f", and what is validated on from {other}.")
    assert_scripted(path, wanted(other), images)


def test_half_a_part_of_an_npz_file_is_none(tmp_path: Path) -> None:
    none = np.zeros(0)
    path = write_npz(tmp_path / "set.npz", y_val=none)
    assert describe(str(path)).unused_validation_images == 0
    oblong = r"the images are 4 × 5 × 1, but those to validate on in '.*' 5 × 5 × 1"
    wrong: list[tuple[str, NDArray[Any], str]] = [
        ("y_val", none, r"^'.*set.npz' has no arrays x_val and y_val to validate on; it has 'x_train',"),
        ("x_val", np.zeros((4, 5, 5), np.uint8), oblong),
        ("y_val", np.array([0, 1, 2, 0]), r"set.npz' has the label 2, and what is learned from and tested on has"),
        ("y_val", np.zeros(3, int), r"^The array y_val in '.*' has 3 labels, but x_val has 4 images\."),
    ]
    for name, array, said in wrong:
        write_npz(path, SPELLINGS[0], **{name: array})
        describe(str(path))  # those that are not used keep nobody from it
        with pytest.raises(DatasetError, match=said):
            describe(str(path), wanted(path))
    with pytest.raises(DatasetError, match=r"^There is no file 'val' to validate on\. Set validation to the path of a"):
        describe(str(path), DataOptions(validation="val"))


def test_a_built_in_dataset_has_none() -> None:
    with pytest.raises(DatasetError, match=r"^validation is 'val', and a path is for folders of pictures, tables and"):
        describe("mnist", DataOptions(validation="val"))


def test_tables_of_names_have_one_too(tmp_path: Path) -> None:
    table = write_named(tmp_path / "train.csv", tmp_path / "images")
    other = write_named(tmp_path / "later" / "val.csv", tmp_path / "later" / "images", rows=6)
    images = read(table, other)
    assert (len(images.x_train), len(images.x_test)) == (12, 3)
    assert brightness(images.x_val) == [6, 15, 0, 9, 3, 12]
    assert_scripted(table, wanted(other), images)
    other.write_text(other.read_text().replace("ape", "bee"))
    with pytest.raises(DatasetError, match=r"val\.csv' has the class 'bee', which '.*train\.csv' has not\. Name"):
        describe(str(table), DataOptions(validation=str(other)))
    with pytest.raises(
        DatasetError, match=r"There is no table 'gone\.csv' to validate on\. Set validation to the path"
    ):
        describe(str(table), DataOptions(validation="gone.csv"))


def test_tables_of_pixels_have_one_too(tmp_path: Path) -> None:
    def write(name: str, labels: list[int]) -> Path:
        rows = [f"{label},{','.join(str(9 * at + part) for part in range(4))}" for at, label in enumerate(labels)]
        (tmp_path / name).write_text("\n".join(rows))
        return tmp_path / name

    table, other = write("shapes.csv", [0, 1] * 10), write("other.csv", [1, 0, 0])
    for test in (None, write("tested.csv", [0, 1])):
        images = read(table, other, test)
        assert (len(images.x_train), images.dataset.validation_images) == (16 if test is None else 20, 3)
        assert (brightness(images.x_val), images.y_val is not None and images.y_val.tolist()) == ([0, 9, 18], [1, 0, 0])
        assert_scripted(table, wanted(other, test), images)
    with pytest.raises(
        DatasetError, match=r"has the label 2, and what is learned from and tested on has the labels 0 to"
    ):
        describe(str(table), DataOptions(validation=str(write("more.csv", [0, 2]))))


def test_a_table_is_validated_on_alone(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("0,1,2,3,4\n1,4,3,2,1\n" * 5)
    (tmp_path / "test.csv").write_text("0,1,2,3,4\n")
    for name, used in (("train.csv", "learned from"), ("test.csv", "tested on")):
        with pytest.raises(DatasetError, match=rf"^'.*{name}' is both what is {used} and what is validated on\."):
            describe(str(tmp_path / "train.csv"), wanted(tmp_path / name))


def test_parquet_files_have_one_too(tmp_path: Path) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")

    def write(name: str, labels: list[str]) -> Path:
        pixels = {f"pixel{part}": [9 * at + part for at in range(len(labels))] for part in range(4)}
        parquet.write_table(pyarrow.table({"label": labels, **pixels}), tmp_path / name)
        return tmp_path / name

    table, other = write("shapes.parquet", ["bar", "dot"] * 10), write("other.parquet", ["dot", "bar", "dot"])
    images = read(table, other)
    assert (len(images.x_train), len(images.x_test), images.dataset.validation_images) == (16, 4, 3)
    assert (brightness(images.x_val), images.y_val is not None and images.y_val.tolist()) == ([0, 9, 18], [1, 0, 1])
    assert_scripted(table, wanted(other), images)
    with pytest.raises(DatasetError, match="What is validated on needs the classes that are learned from"):
        describe(str(table), DataOptions(validation=str(write("more.parquet", ["dot", "bow"]))))


def test_images_that_are_left_out_are_training_images(tmp_path: Path) -> None:
    folder = write_parts(tmp_path)
    images = read(folder, folder / "val")
    parts = split(images, str(folder / "val"), 1, ("0-3", 11))
    assert (brightness(parts.x_train), brightness(parts.x_val)) == (list(range(25, 60, 5)), brightness(images.x_val))


def test_the_folder_that_lies_beside_what_is_learned_from_is_found(tmp_path: Path) -> None:
    folder = write_parts(tmp_path / "all")
    assert validation_beside(str(folder)) == validation_beside(str(folder / "train")) == folder / "val"
    two = write_parts(tmp_path / "two", {"train": 1, "valid": 1})
    assert validation_beside(str(two)) is None, "it is tested on"
    assert validation_beside(str(two / "train")) == two / "valid"
    assert validation_beside(str(folder / "val")) is None
    assert validation_beside(str(tmp_path / "gone")) is None


def test_a_table_beside_that_is_called_as_one_to_validate_on_is_said_not_to_be_used(tmp_path: Path) -> None:
    for name in ("train", "test", "val"):
        (tmp_path / f"{name}.csv").write_text("0,1,2,3,4\n1,4,3,2,1\n" * 5)
    said = "The table 'val.csv' beside it is not used: to validate on its images, set validation to its path."
    table = tmp_path / "train.csv"
    assert said in load(str(table), say=lambda _: None).warnings
    assert said not in read(table, tmp_path / "val.csv").warnings
    tested = DataOptions(test=str(tmp_path / "val.csv"))
    assert said not in load(str(table), tested, say=lambda _: None).warnings, "it is tested on"
