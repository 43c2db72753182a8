"""Datasets described from names and files, and every bad input answered with a sentence."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.lib import format as npy
from PIL import Image

from cnn_tui.data.dataset import BUILT_IN, Dataset, DatasetError, for_any_folder
from cnn_tui.data.describe import describe
from cnn_tui.data.pictures import picture_survey
from cnn_tui.data.pictures.image_folder import list_pictures


def save_npz(path: Path, **changes: Any) -> str:
    """A good `.npz` of 12 + 4 images of 5 x 4 in three classes, save for the arrays given; None leaves one out."""
    arrays: dict[str, Any] = {
        "x_train": np.zeros((12, 5, 4), np.uint8),
        "y_train": np.arange(12) % 3,
        "x_test": np.zeros((4, 5, 4), np.uint8),
        "y_test": np.arange(4) % 2,
    } | changes
    np.savez_compressed(path, **{name: array for name, array in arrays.items() if array is not None})
    return str(path)


def save_picture(path: Path, size: tuple[int, int] = (6, 4), mode: str = "RGB") -> None:
    """A picture of (width, height)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size, 1).save(path)


def refusal(dataset: str | Path) -> str:
    """The sentence that a dataset is refused with, after a look at whether it is one."""
    with pytest.raises(DatasetError) as caught:
        describe(str(dataset))
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.isprintable(), "control characters must not reach the terminal"
    return sentence


def test_built_in_datasets_have_as_many_classes_as_they_should() -> None:
    shapes = {name: (dataset.input_shape, dataset.classes) for name, dataset in BUILT_IN.items()}
    assert shapes == {
        "fashion_mnist": ((28, 28, 1), 10),
        "fashion_mnist_sample": ((28, 28, 1), 10),
        "mnist": ((28, 28, 1), 10),
        "cifar10": ((32, 32, 3), 10),
        "cifar100": ((32, 32, 3), 100),
    }
    assert describe("fashion_mnist").class_names[9] == "Ankle boot"
    assert len(set(BUILT_IN["cifar100"].class_names)) == 100


def test_describing_a_built_in_dataset_imports_neither_numpy_nor_pillow_nor_tensorflow() -> None:
    program = (
        "import sys; from cnn_tui.data.describe import describe; describe('cifar10');"
        "print({'numpy', 'PIL', 'tensorflow', 'keras', 'textual'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_an_unknown_name_is_answered_with_the_near_one_and_what_is_allowed() -> None:
    sentence = refusal("fashion-mnst")
    assert "Did you mean fashion_mnist?" in sentence
    assert "cifar100" in sentence
    assert ".npz" in sentence


@pytest.mark.parametrize(
    "name", ["", " ", "nope/npz", "missing.npz", "a\0b", "x" * 5000, "~nobody-here/x", "\x1b[31mred"]
)
def test_names_of_nothing_are_refused(name: str) -> None:
    assert "There is no" in refusal(name)


def test_an_npz_is_described_from_its_headers(tmp_path: Path) -> None:
    path = save_npz(tmp_path / "shapes.npz")
    assert describe(path) == Dataset(path, "shapes", (5, 4, 1), ("0", "1", "2"), 12, 4)


def test_an_npz_of_colour_floats_and_column_labels_is_described(tmp_path: Path) -> None:
    images = np.zeros((12, 5, 4, 3), np.float32)
    path = save_npz(tmp_path / "a.npz", x_train=images, x_test=images[:4], y_train=(np.arange(12) % 3)[:, None])
    assert describe(path).input_shape == (5, 4, 3)


def test_an_answer_is_remembered_until_the_file_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = save_npz(tmp_path / "a.npz")
    first = describe(path)
    with monkeypatch.context() as patched:
        patched.setattr(zipfile, "ZipFile", None)  # opening it again would fail
        assert describe(path) is first
    save_npz(tmp_path / "a.npz", x_train=np.zeros((9, 5, 4), np.uint8), y_train=np.arange(9))
    assert describe(path).train_images == 9


ONE, MANY = np.zeros((12, 5, 4), np.uint8), np.zeros((12, 2, 5, 4, 3), np.uint8)
BAD_ARRAYS = [
    ({"y_test": None}, "has no array y_test"),
    ({"x_train": ONE.astype(object)}, "pickled Python objects"),
    ({"y_train": np.array(["cat"] * 12, dtype=object)}, "pickled Python objects"),
    ({"x_train": ONE.astype(np.int64)}, "is int64"),
    ({"x_train": ONE.astype(bool)}, "is bool"),
    ({"x_train": MANY}, "has the shape 12 × 2 × 5 × 4 × 3"),
    ({"x_train": np.zeros((12, 5, 4, 2), np.uint8)}, "with 1 channel or 3"),
    ({"x_train": np.zeros((12, 3, 5, 4), np.uint8)}, "channels first"),
    ({"x_train": np.zeros((0, 5, 4), np.uint8), "y_train": np.zeros(0, int)}, "is empty"),
    ({"x_test": np.zeros((4, 6, 4), np.uint8)}, "the test images 6 × 4 × 1"),
    ({"y_train": np.zeros(11, int)}, "has 11 labels, but x_train has 12 images"),
    ({"y_train": np.eye(12)}, "argmax"),
    ({"y_train": np.zeros(12)}, "is float64. Labels are whole numbers from 0. Save y_train.astype('int64')."),
    ({"y_train": np.array(["cat", "dog"] * 6)}, "holds words. Labels are whole numbers from 0. Make numbers of them"),
    ({"x_train": ONE.astype(object)}, "Save it as numbers of uint8."),
    ({"y_train": np.arange(12) - 1}, "has the label -1"),
    ({"y_train": np.arange(12) * 10**9}, "at most 10,000 classes"),
    ({"y_train": np.zeros(12, int), "y_test": np.zeros(4, int)}, "every label is 0"),
]


@pytest.mark.parametrize(("arrays", "expected"), BAD_ARRAYS, ids=[expected for _, expected in BAD_ARRAYS])
def test_an_npz_of_the_wrong_arrays_is_refused(tmp_path: Path, arrays: dict[str, Any], expected: str) -> None:
    sentence = refusal(save_npz(tmp_path / "bad.npz", **arrays))
    assert expected in sentence
    assert "bad.npz" in sentence


def test_broken_npz_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("hello")
    assert "is not a .npz file" in refusal(tmp_path / "text.npz")
    whole = Path(save_npz(tmp_path / "whole.npz")).read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    assert "is not a .npz file" in refusal(tmp_path / "cut.npz")
    position = whole.index(b"y_train.npy") + 60
    (tmp_path / "bits.npz").write_bytes(whole[:position] + b"\xff\0\xff" + whole[position + 3 :])
    assert "y_train" in refusal(tmp_path / "bits.npz")


def test_an_array_that_claims_to_be_huge_takes_no_memory(tmp_path: Path) -> None:
    header = io.BytesIO()
    npy.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": (10**6, 10**4, 10**4)})
    path = Path(save_npz(tmp_path / "huge.npz", x_train=None))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("x_train.npy", header.getvalue() + b"\0" * 100)
    assert "data is of another length" in refusal(path)


def test_control_characters_in_a_file_name_are_inert(tmp_path: Path) -> None:
    path = tmp_path / "\x1b[2Jclear\r.npz"
    path.write_text("no zip")
    assert r"\x1b[2Jclear\r.npz" in refusal(path)


def test_every_fifth_picture_of_a_class_is_tested_on(tmp_path: Path) -> None:
    for name in ("zebra", "ape"):
        for number in range(11):
            save_picture(tmp_path / name / f"{number:02}.png", (6, 4))
    (tmp_path / "README.txt").write_text("not a class")
    save_picture(tmp_path / ".cache" / "thumb.png")
    described = describe(str(tmp_path))
    assert described == Dataset(str(tmp_path), tmp_path.name, (4, 6, 3), ("ape", "zebra"), 18, 4)


def test_train_and_test_folders_are_taken_as_they_are_and_grey_pictures_have_one_channel(tmp_path: Path) -> None:
    for part, count in (("train", 3), ("test", 2)):
        for name in ("a", "b"):
            for number in range(count):
                save_picture(tmp_path / part / name / f"{number}.PNG", (7, 8), "L")
    described = describe(str(tmp_path))
    assert (described.input_shape, described.train_images, described.test_images) == ((8, 7, 1), 6, 4)
    save_picture(tmp_path / "train" / "b" / "9.png", (7, 8), "L")
    os.utime(tmp_path / "train" / "b", ns=(1, 1))  # a clock too coarse for a fast test
    assert describe(str(tmp_path)).train_images == 7


def test_folders_without_a_dataset_in_them_are_refused(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    assert "has no folders" in refusal(tmp_path / "none")
    save_picture(tmp_path / "one" / "cat" / "1.png")
    assert "only the folder 'cat'" in refusal(tmp_path / "one")
    save_picture(tmp_path / "empty" / "cat" / "1.png")
    (tmp_path / "empty" / "dog").mkdir()
    assert "has no pictures" in refusal(tmp_path / "empty")
    for name in ("cat", "dog"):
        save_picture(tmp_path / "few" / name / "1.png")
        save_picture(tmp_path / "untested" / "train" / name / "1.png")
        save_picture(tmp_path / "other" / "train" / name / "1.png")
    assert "five pictures" in refusal(tmp_path / "few")
    assert "no folder test" in refusal(tmp_path / "untested")
    save_picture(tmp_path / "other" / "test" / "cow" / "1.png")
    assert "has the class 'cow'" in refusal(tmp_path / "other")


def test_a_broken_picture_and_one_that_would_fill_the_memory_are_passed_over(tmp_path: Path) -> None:
    for name in ("a", "b"):
        for number in range(5):
            save_picture(tmp_path / name / f"{number}.png")
    first, second = tmp_path / "a" / "0.png", tmp_path / "a" / "1.png"
    first.write_bytes(first.read_bytes()[:50])
    save_picture(second, (10_000, 10_000), "1")  # 100 megapixels in a few kilobytes
    assert describe(str(tmp_path)).input_shape == (4, 6, 3)
    for path in tmp_path.rglob("*.png"):
        path.write_bytes(first.read_bytes())
    (tmp_path / "a" / "new.png").write_bytes(second.read_bytes())
    assert "none of them can be read" in refusal(tmp_path)


def test_what_is_known_of_the_pictures_is_kept_until_one_of_them_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        for number in range(5):
            save_picture(tmp_path / name / f"{number}.png", mode="L")
    paths = list_pictures(tmp_path).paths
    first = picture_survey.survey(tmp_path, paths)
    with monkeypatch.context() as patched:
        patched.setattr(picture_survey, "open_picture", None)  # opening one again would fail
        assert picture_survey.survey(tmp_path, paths) == first
    save_picture(tmp_path / "b" / "3.png", mode="RGB")
    assert (first.coloured, picture_survey.survey(tmp_path, paths).coloured) == (False, True)


def test_another_process_is_told_the_folder_of_a_table_by_its_own_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets").mkdir()
    (tmp_path / "pets" / "train-00000-of-00001.parquet").touch()
    assert for_any_folder("pets") == str(tmp_path / "pets"), "which is its title, and not that of a part"
    assert (for_any_folder("mnist"), for_any_folder("gone")) == ("mnist", "gone")
