"""A table that names pictures and their classes is a dataset of those, in training, `data show` and a script alike."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_tui.data.dataset import DataOptions, DatasetError, form_of
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.data.pictures.left_out import FilesLeftOut
from tests.training.data.test_one_way import assert_alike

CLASSES = ("cat", "owl", "ape")


def write(table: Path, folder: Path, rows: int = 15, head: str = "file,label", row: str = "{name}.png,{kind}") -> Path:
    """A table of drawn pictures of three classes in turn, each as bright as its number."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [head] * bool(head)
    for number in range(rows):
        Image.fromarray(np.full((4, 5), 3 * number, np.uint8)).save(folder / f"{number:02}.png")
        lines.append(row.format(name=f"{number:02}", kind=CLASSES[number % 3], number=number))
    table.write_text("\n".join(lines))
    return table


LAYOUTS = {
    "beside it": (".", "file,label", "{name}.png,{kind}"),
    "ids in a folder of its name": ("train", "id,breed", "{name},{kind}"),
    "a folder in a folder": ("archive/pictures", "Image Name;Size;Species", "{name}.png;3;{kind}"),
    "a path of Windows's": ("images/all", "number,path,label", "{number},all\\{name}.png,{kind}"),
    "no names of columns": ("images", "", "{name}.png,{kind}"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_table_that_names_pictures_is_a_dataset_in_every_way(tmp_path: Path, layout: str) -> None:
    folder, head, row = LAYOUTS[layout]
    table = write(tmp_path / "train.csv", tmp_path / folder, head=head, row=row)
    images = assert_alike(table)
    described = describe(str(table))
    assert (form_of(str(table)), described.title, described.class_names) == ("folder", "train", ("ape", "cat", "owl"))
    assert (described.train_images, described.test_images, described.input_shape) == (12, 3, (4, 5, 1))
    # Of each class every fifth is tested on: ape has 2, 5, 8, 11 and 14.
    assert images.x_test[:, 0, 0, 0].tolist() == [3 * 14, 3 * 12, 3 * 13]
    assert images.y_train.tolist() == [0] * 4 + [1] * 4 + [2] * 4


def test_what_is_tested_on_is_a_share_or_another_table(tmp_path: Path) -> None:
    table = write(tmp_path / "train.csv", tmp_path / "images")
    other = write(tmp_path / "later" / "val.csv", tmp_path / "later" / "images", rows=6)
    assert len(assert_alike(table, DataOptions((3, 3), test=0.4)).x_test) == 6
    assert assert_alike(table, DataOptions(test=str(other))).x_test[:, 0, 0, 0].tolist() == [6, 15, 0, 9, 3, 12]
    other.write_text(other.read_text().replace("ape", "bee"))
    with pytest.raises(DatasetError, match=r"has the class 'bee', which .* has not"):
        describe(str(table), DataOptions(test=str(other)))
    with pytest.raises(DatasetError, match=r"There is no table 'gone\.csv' to test on"):
        describe(str(table), DataOptions(test="gone.csv"))


def test_pictures_that_are_not_there_or_have_no_class_are_counted(tmp_path: Path) -> None:
    table = write(tmp_path / "train.csv", tmp_path)
    table.write_text(table.read_text() + "\ngone.png,cat\nlost.png,owl\n00.png,\n")
    assert list_pictures(table).left_out == (
        FilesLeftOut("not there", 2, "gone.png"),
        FilesLeftOut("no class", 1, "00.png"),
    )
    (tmp_path / "gone.png").write_bytes((tmp_path / "00.png").read_bytes())
    assert describe(str(table)).train_images + describe(str(table)).test_images == 16


def test_pictures_are_looked_for_again_until_they_are_there(tmp_path: Path) -> None:
    table = write(tmp_path / "train.csv", tmp_path / "images", head="id,label", row="{name},{kind}")
    away = (tmp_path / "images").rename(tmp_path.parent / f"{tmp_path.name} away")
    assert form_of(str(table)) == "csv", "ids of anything"
    away.rename(tmp_path / "train")
    assert describe(str(table)).train_images == 12
    (tmp_path / "train").rename(tmp_path / "moved")
    assert describe(str(table)).train_images == 12


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("file,colour,kind\n00.png,red,cat\n", "may be in the column 'colour' or 'kind'. Set label_column"),
        ("file,label\n00.png,cat\n01.png,cat\n", "The column 'label' of .* has 1 class"),
        ("file,label\nx.png,cat\ny.png,owl\n", "None of the first pictures that .* names lies beside it"),
        ("file,label\n00.png,cat\n01.png,owl\n", "No class in .* has enough pictures for a share of 0.2"),
    ],
)
def test_a_table_that_cannot_be_a_dataset_says_why(tmp_path: Path, text: str, words: str) -> None:
    table = write(tmp_path / "train.csv", tmp_path)
    table.write_text(text)
    with pytest.raises(DatasetError, match=words):
        describe(str(table))


@pytest.mark.parametrize(
    "text", ["label,p1,p2,p3,p4\n1,2,3,4,5", "1,2,3,4,5\n0,2,3,4,5", "id,label\n7,cat", "", "\0", "a\n"]
)
def test_any_other_table_is_one_of_numbers_as_before(tmp_path: Path, text: str) -> None:
    (tmp_path / "other.csv").write_text(text)
    assert form_of(str(tmp_path / "other.csv")) == "csv"
    assert form_of(str(tmp_path / "gone.csv")) == "csv"
