"""Datasets read from every kind of file: right shapes from good ones, a sentence from bad ones."""

from __future__ import annotations

import pickle
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

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
    assert "2 pictures of another size were resized to 6 × 4" in said[0]


def test_sixteen_bit_grey_keeps_its_shades(tmp_path: Path) -> None:
    for name, value in (("dark", 10 * 256), ("light", 200 * 256)):
        (tmp_path / name).mkdir()
        for number in range(5):
            Image.fromarray(np.full((3, 3), value, np.uint16)).save(tmp_path / name / f"{number}.png")
    images = load(str(tmp_path))
    assert images.x_train.shape == (8, 3, 3, 1)
    assert images.x_test[:, 0, 0, 0].tolist() == [10, 200]


def test_a_broken_picture_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(5):
            Image.new("RGB", (4, 4)).save(tmp_path / name / f"{number}.png")
    (tmp_path / "b" / "2.png").write_text("not a picture")
    assert "2.png" in refusal(tmp_path)


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
