"""Datasets read from every kind of file: right shapes from good ones, a sentence from bad ones."""

from __future__ import annotations

import inspect
import pickle
import struct
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_tui.data.pictures.image_folder import list_pictures
from cnn_tui.training.data.datasets import load
from cnn_tui.training.data.readers import IDX_FILES
from tests.training.dataset_files import bare_machine, python2_batch, refusal, write_idx, write_npz

__all__ = ["bare_machine"]  # a fixture that every test here uses


# Files of one's own


def test_an_npz_loads(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "digits.npz", side=8)
    images = load(str(path))
    assert images.x_train.shape == (20, 8, 8, 1)
    assert images.x_test.dtype == np.uint8
    assert images.y_train.dtype == np.int64
    assert images.dataset.title == "digits"


@pytest.mark.parametrize("scale", [1.0, 255.0])
def test_float_images_become_bytes_and_it_is_said(tmp_path: Path, scale: float) -> None:
    said: list[str] = []
    images = load(str(write_npz(tmp_path / "f.npz", scale=scale)), say=said.append)
    assert images.x_train.dtype == np.uint8
    assert (int(images.x_train.min()), int(images.x_test.max())) == (0, 255)
    assert len(said) == 2
    assert "float64" in said[0]


@pytest.mark.parametrize("value", [-1.0, 300.0, float("nan")])
def test_floats_that_are_no_pictures_are_refused(tmp_path: Path, value: float) -> None:
    images = np.full((12, 4, 4), value)
    np.savez(tmp_path / "f.npz", x_train=images, y_train=np.arange(12), x_test=images, y_test=np.arange(12))
    assert "f.npz" in refusal(tmp_path / "f.npz")


def test_a_folder_of_pictures_loads_in_one_size(tmp_path: Path) -> None:
    for label, name in enumerate(("ape", "bee")):
        (tmp_path / "zoo" / name).mkdir(parents=True)
        for number in range(5):
            size = (6, 4) if number < 4 else (12, 8)
            Image.new("RGB", size, (100 * label, number, 7)).save(tmp_path / "zoo" / name / f"{number}.png")
    said: list[str] = []
    images = load(str(tmp_path / "zoo"), say=said.append)
    assert images.x_train.shape == (8, 4, 6, 3)
    assert images.x_train[4:, 0, 0].tolist() == [[100, number, 7] for number in range(4)]
    assert images.y_train.tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    assert images.x_test[1, 3, 5].tolist() == [100, 4, 7]
    assert images.dataset.class_names == ("ape", "bee")
    assert len(said) == 1
    assert "2 pictures of another size were resized to 4x6 (height x width)" in said[0]


def test_sixteen_bit_grey_keeps_its_shades(tmp_path: Path) -> None:
    for name, value in (("dark", 10 * 256), ("light", 200 * 256)):
        (tmp_path / name).mkdir()
        for number in range(5):
            Image.fromarray(np.full((3, 3), value, np.uint16)).save(tmp_path / name / f"{number}.png")
    images = load(str(tmp_path))
    assert images.x_train.shape == (8, 3, 3, 1)
    assert images.x_test[:, 0, 0, 0].tolist() == [10, 200]


def ten_pictures(folder: Path) -> Path:
    """Two classes of five pictures."""
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        for number in range(5):
            Image.fromarray(np.arange(16, dtype=np.uint8).reshape(4, 4) + 9 * number).save(
                folder / name / f"{number}.png"
            )
    return folder


def test_what_is_no_picture_or_a_broken_one_is_left_out_and_counted_with_its_name(tmp_path: Path) -> None:
    folder = ten_pictures(tmp_path / "zoo")
    (folder / "b" / "2.png").write_text("no picture")
    Image.fromarray(np.random.default_rng(1).integers(0, 256, (40, 40), np.uint8)).save(folder / "a" / "3.png")
    (folder / "a" / "3.png").write_bytes((folder / "a" / "3.png").read_bytes()[:900])
    (folder / "b" / "notes.txt").touch()
    (folder / "b" / ".DS_Store").touch()
    (folder / "b" / ".thumbs").mkdir()
    (folder / "README.md").touch()
    (folder / "cover.jpg").touch()
    images = load(str(folder))
    assert (len(images.x_train), len(images.x_test)) == (6, 2)
    assert images.y_train.tolist() == [0, 0, 0, 1, 1, 1]
    assert {(one.why, one.count, one.first) for one in images.dataset.left_out} == {
        ("outside", 1, "cover.jpg"),
        ("hidden", 2, "b/.DS_Store"),
        ("no picture", 2, "b/notes.txt"),
        ("broken", 1, "a/3.png"),
    }
    (warning,) = images.warnings
    assert warning.startswith("6 files are left out: ")
    assert "2 are hidden ('b/.DS_Store' is one)" in warning
    assert "1 is broken ('a/3.png')" in warning


def test_a_folder_without_a_picture_that_can_be_read_is_refused(tmp_path: Path) -> None:
    folder = ten_pictures(tmp_path / "zoo")
    for path in folder.rglob("*.png"):
        path.write_text("no picture")
    assert "none of them can be read" in refusal(folder)
    Image.new("RGB", (4, 4)).save(folder / "a" / "0.png")
    assert "None of 2 pictures" in refusal(folder)
    assert "4.png" in refusal(folder)


def test_folders_inside_class_folders_and_other_names_of_the_parts_are_read(tmp_path: Path) -> None:
    ten_pictures(tmp_path / "zoo" / "Training_Set")
    ten_pictures(tmp_path / "zoo" / "val")
    (tmp_path / "zoo" / "Training_Set" / "a" / "1.png").rename(tmp_path / "zoo" / "Training_Set" / "a" / "x.tif")
    (tmp_path / "zoo" / "val" / "b" / "deeper" / "still").mkdir(parents=True)
    Image.new("L", (4, 4)).save(tmp_path / "zoo" / "val" / "b" / "deeper" / "still" / "1.tiff")
    (tmp_path / "zoo" / "val" / "b" / "loop").symlink_to(tmp_path / "zoo" / "val")
    images = load(str(tmp_path / "zoo"))
    assert (len(images.x_train), len(images.x_test)) == (10, 11)
    assert [(one.why, one.count) for one in images.dataset.left_out] == [("linked folder", 1)]
    ten_pictures(tmp_path / "zoo" / "TEST")
    images = load(str(tmp_path / "zoo"))
    assert (len(images.x_test), images.dataset.class_names) == (10, ("a", "b"))
    assert "11 lie in folders that are not used ('val' is one)" in images.warnings[0]


def test_a_link_that_leads_back_to_itself_is_no_picture(tmp_path: Path) -> None:
    folder = ten_pictures(tmp_path / "zoo")
    (folder / "a" / "round.png").symlink_to("round.png")
    (folder / "round").symlink_to("round")
    images = load(str(folder))
    assert (images.dataset.class_names, len(images.x_train) + len(images.x_test)) == (("a", "b"), 10)
    assert [(one.why, one.count) for one in images.dataset.left_out] == [("no picture", 1)]


def test_pictures_may_lie_deeper_than_functions_may_be_nested(tmp_path: Path) -> None:
    folder = ten_pictures(tmp_path / "zoo")
    inside = folder / "a" / Path(*["q"] * 200)
    inside.mkdir(parents=True)
    (folder / "a" / "1.png").rename(inside / "deep.png")
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 100)
    try:
        listing = list_pictures(folder)
    finally:
        sys.setrecursionlimit(limit)
    assert str(inside / "deep.png") in listing.paths


def test_images_from_which_nothing_can_be_learned_are_warned_of(tmp_path: Path) -> None:
    even = np.full((12, 4, 4), np.arange(12)[:, None, None], np.uint8)
    alike = np.tile(np.arange(16, dtype=np.uint8).reshape(1, 4, 4), (12, 1, 1))
    dark = np.arange(12 * 16).reshape(12, 4, 4).astype(np.uint8) % 2
    labels = np.arange(12) % 2
    warnings = {}
    for name, images in {"even": even, "alike": alike, "dark": dark}.items():
        path = tmp_path / f"{name}.npz"
        np.savez(path, x_train=images, y_train=labels, x_test=images, y_test=labels)
        warnings[name] = load(str(path), say=lambda _: None).warnings
    assert "All 12 training images are even areas with nothing drawn in them" in warnings["even"][0]
    assert "All 12 training images are one and the same" in warnings["alike"][0]
    assert "one and the same" in warnings["dark"][0]
    for at, path in enumerate(ten_pictures(tmp_path / "masks").rglob("*.png")):
        Image.fromarray(np.eye(4, k=at - 5, dtype=np.uint8)).save(path)
    assert "hold no number above 1, of 255" in load(str(tmp_path / "masks"), say=lambda _: None).warnings[0]


# Arrays that are no images yet


def test_bytes_of_only_0_and_1_become_0_and_255_and_it_is_said(tmp_path: Path) -> None:
    images, labels = np.random.default_rng(3).integers(0, 2, (12, 4, 4), dtype=np.uint8), np.arange(12) % 2
    np.savez(tmp_path / "masks.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    said: list[str] = []
    loaded = load(str(tmp_path / "masks.npz"), say=said.append)
    assert np.array_equal(loaded.x_train[..., 0], images * 255)
    assert "holds the bytes 0 and 1 alone, so 1 is taken for white" in said[0]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("nan", "2 pixels that are NaN or infinite, in 1 image, first at x_train[4, 0, 3]"),
        ("shifted", "from -1 to 1. Save (x_train + 1) / 2 instead"),
        ("standardised", "seems to be standardised"),
        ("large", "from 0 to 3000, so nobody can say what is white"),
    ],
)
def test_floats_that_are_no_shades_are_refused_with_what_to_do(tmp_path: Path, change: str, expected: str) -> None:
    images, labels = np.linspace(0, 1, 12 * 16).reshape(12, 4, 4), np.arange(12) % 2
    changed = {
        "nan": np.where((images > images[4, 0, 2]) & (images < images[4, 1, 1]), np.nan, images),
        "shifted": images * 2 - 1,
        "standardised": (images - images.mean()) / images.std(),
        "large": images * 3000,
    }[change]
    np.savez(tmp_path / "f.npz", x_train=changed, y_train=labels, x_test=images, y_test=labels)
    assert expected in refusal(tmp_path / "f.npz")


# CIFAR, as Keras's download leaves it


@pytest.mark.parametrize("folder", ["cifar-10-batches-py-target/cifar-10-batches-py", "cifar-10-batches-py"])
def test_cifar10_is_read_from_keras_s_cache(tmp_path: Path, folder: str) -> None:
    path = tmp_path / "keras" / "datasets" / folder
    path.mkdir(parents=True)
    for name in (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch"):
        (path / name).write_bytes(python2_batch(10, b"labels"))
    images = load("cifar10")
    assert images.x_train.shape == (50, 32, 32, 3)
    assert images.x_train[0, 0, 0].tolist() == [0, 1024 % 256, 2048 % 256]
    assert images.x_train[0, 0, 1].tolist() == [1, 1, 1]
    assert images.y_test.tolist() == list(range(10))


def test_cifar100_is_read_with_its_fine_labels(tmp_path: Path) -> None:
    path = tmp_path / "keras" / "datasets" / "cifar-100-python-target" / "cifar-100-python"
    path.mkdir(parents=True)
    for name in ("train", "test", "meta"):
        (path / name).write_bytes(python2_batch(10, b"fine_labels"))
    assert load("cifar100").x_test.shape == (10, 32, 32, 3)


def test_a_pickle_that_would_run_something_is_refused(tmp_path: Path) -> None:
    class Hostile:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    path = tmp_path / "keras" / "datasets" / "cifar-100-python"
    path.mkdir(parents=True)
    for name in ("train", "test", "meta"):
        (path / name).write_bytes(pickle.dumps({b"data": Hostile()}))
    assert "not a batch of CIFAR images" in refusal("cifar100")
    assert not (tmp_path / "ran").exists()


# Broken files of a built-in set


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("array", list(IDX_FILES))
def test_a_truncated_idx_file_is_named(tmp_path: Path, packed: bool, array: str) -> None:
    folder = write_idx(tmp_path / "keras" / "datasets" / "fashion-mnist", packed=packed)
    path = folder / (f"{IDX_FILES[array]}.gz" if packed else IDX_FILES[array])
    path.write_bytes(cut(path.read_bytes()))
    assert path.name in refusal("fashion_mnist")


IMAGES = IDX_FILES["x_train"]
BAD_IDX = [
    (b"", "not an idx3 file"),
    (b"\0\0\x08\x01" + bytes(12), "not an idx3 file"),
    (b"\0\0\x08\x03" + struct.pack(">3I", 2**32 - 1, 2**32 - 1, 2**32 - 1), "less than"),
    (b"\0\0\x08\x03" + struct.pack(">3I", 1, 28, 28) + bytes(28 * 28 + 1), "more than"),
    (b"\0\0\x08\x03" + struct.pack(">3I", 0, 28, 28), "is empty"),
    (b"\0\0\x08\x03" + struct.pack(">3I", 1, 28, 28) + bytes(28 * 28), "1 train image, but 30 train labels"),
]


@pytest.mark.parametrize(("content", "expected"), BAD_IDX, ids=[f"{n}-{e}" for n, (_, e) in enumerate(BAD_IDX)])
def test_a_wrong_idx_file_is_refused(tmp_path: Path, content: bytes, expected: str) -> None:
    folder = write_idx(tmp_path / "keras" / "datasets" / "fashion-mnist", packed=False)
    (folder / IMAGES).write_bytes(content)
    assert expected in refusal("fashion_mnist")


def test_a_file_under_a_built_in_name_has_to_be_that_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_TUI_DATA", str(tmp_path))
    write_npz(tmp_path / "mnist.npz", side=8)
    assert "is not MNIST: its images are 8 × 8 × 1" in refusal("mnist")
    write_npz(tmp_path / "mnist.npz", classes=11)
    assert "it has the label 10" in refusal("mnist")
    (tmp_path / "mnist.npz").write_bytes(cut((tmp_path / "mnist.npz").read_bytes()))
    assert "mnist.npz" in refusal("mnist")
