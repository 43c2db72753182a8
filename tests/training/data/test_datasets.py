"""Datasets found, stood in for and split: what is used, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cnn_tui.data.dataset import DatasetError
from cnn_tui.training.data.datasets import load
from cnn_tui.training.data.readers import Arrays
from cnn_tui.training.data.sources import find, locations
from cnn_tui.training.data.split import held_out, split
from docs import make_sample
from tests.training.dataset_files import bare_machine, refusal, write_idx, write_npz

__all__ = ["bare_machine"]  # a fixture that every test here uses

REAL = Path("/usr/share/datasets/fashion-mnist")
needs_real = pytest.mark.skipif(
    not (REAL / "train-images-idx3-ubyte.gz").is_file(),
    reason=f"the whole set is not in {REAL}: install Debian's package dataset-fashion-mnist",
)


# Where a dataset comes from


def test_places_are_looked_in_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find("fashion_mnist") is None
    write_idx(tmp_path / "system" / "fashion-mnist")
    assert find("fashion_mnist") == ("system", tmp_path / "system" / "fashion-mnist", "idx")
    write_idx(tmp_path / "keras" / "datasets" / "fashion-mnist")
    assert find("fashion_mnist") == ("keras cache", tmp_path / "keras" / "datasets" / "fashion-mnist", "idx")
    own = write_npz(tmp_path / "own" / "fashion_mnist.npz")
    monkeypatch.setenv("CNN_TUI_DATA", str(own.parent))
    assert find("fashion_mnist") == ("CNN_TUI_DATA", own, "npz")
    assert dict(locations())["mnist"] is None
    assert dict(locations())["fashion_mnist_sample"] is not None


@pytest.mark.parametrize("place", ["", "fashion-mnist", "fashion_mnist"])
@pytest.mark.parametrize("packed", [True, False])
def test_idx_files_in_a_folder_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, packed: bool
) -> None:
    write_idx(tmp_path / "own" / place, packed=packed)
    monkeypatch.setenv("CNN_TUI_DATA", str(tmp_path / "own"))
    images = load("fashion_mnist")
    assert images.x_train.shape == (30, 28, 28, 1)
    assert images.x_train.dtype == np.uint8
    assert images.y_test.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert (images.dataset.name, images.dataset.train_images, images.dataset.test_images) == ("fashion_mnist", 30, 12)
    assert str(tmp_path / "own" / place) in images.source


def test_a_set_with_files_missing_is_passed_over(tmp_path: Path) -> None:
    write_idx(tmp_path / "system" / "fashion-mnist")
    write_idx(tmp_path / "keras" / "datasets" / "fashion-mnist")
    (tmp_path / "keras" / "datasets" / "fashion-mnist" / "t10k-labels-idx1-ubyte.gz").unlink()
    found = find("fashion_mnist")
    assert found is not None
    assert found.kind == "system"


@needs_real
def test_fashion_mnist_is_never_taken_for_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_TUI_DATA", str(REAL))
    assert find("fashion_mnist") == ("CNN_TUI_DATA", REAL, "idx")
    assert find("mnist") is None


def test_a_folder_of_ones_own_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_TUI_DATA", str(tmp_path / "gone"))
    said: list[str] = []
    load("fashion_mnist_sample", say=said.append)
    assert said == [
        f"CNN_TUI_DATA is '{tmp_path / 'gone'}', which is no folder that can be read, so it is passed over."
    ]


# The sample


def test_without_any_set_the_sample_is_used_loudly(capsys: pytest.CaptureFixture[str]) -> None:
    images = load("fashion_mnist")
    assert images.dataset.name == "fashion_mnist_sample"
    assert images.x_train.shape == (6000, 28, 28, 1)
    captured = capsys.readouterr()
    assert captured.out == ""
    for words in ("6,000 + 1,000", "CNN_TUI_OFFLINE", "cnn-tui data fetch fashion_mnist", "CNN_TUI_DATA"):
        assert words in captured.err


def test_other_sets_have_no_stand_in() -> None:
    for name in ("mnist", "cifar10", "cifar100"):
        sentence = refusal(name)
        assert f"cnn-tui data fetch {name}" in sentence
        assert "CNN_TUI_DATA" in sentence


def test_the_sample_is_balanced() -> None:
    images = load("fashion_mnist_sample")
    assert np.bincount(images.y_train).tolist() == [600] * 10
    assert np.bincount(images.y_test).tolist() == [100] * 10


@needs_real
def test_the_sample_is_the_first_of_each_class_of_the_real_set_in_its_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_TUI_DATA", str(REAL.parent))
    full, sample = load("fashion_mnist"), load("fashion_mnist_sample")
    seen, rows = [0] * 10, []
    for row, label in enumerate(full.y_train.tolist()):
        seen[label] += 1
        if seen[label] <= 600:
            rows.append(row)
    assert np.array_equal(sample.x_train, full.x_train[rows])
    assert np.array_equal(sample.y_train, full.y_train[rows])
    assert np.array_equal(sample.x_test[:3], full.x_test[:3])
    assert full.dataset.train_images == 60_000


def test_the_sample_is_made_alike_every_time(tmp_path: Path) -> None:
    images = load("fashion_mnist_sample")
    arrays = Arrays(images.x_train[:50], images.y_train[:50], images.x_test[:20], images.y_test[:20])
    make_sample.write(arrays, tmp_path / "a.npz")
    make_sample.write(arrays, tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    assert np.array_equal(np.load(tmp_path / "a.npz")["x_test"], images.x_test[:20, :, :, 0])


# Splitting


def test_no_validation_and_the_test_set_copy_nothing() -> None:
    images = load("fashion_mnist_sample")
    plain, test = split(images, "none", None), split(images, "test", 3)
    assert plain.x_train is images.x_train
    assert plain.x_val is None
    assert plain.y_val is None
    assert test.x_train is images.x_train
    assert test.x_val is images.x_test


def test_a_fraction_is_held_out_alike_for_a_seed() -> None:
    images = load("fashion_mnist_sample")
    parts = split(images, 0.1, 7)
    assert parts.x_val is not None
    assert parts.y_val is not None
    assert (len(parts.x_train), len(parts.x_val)) == (5400, 600)
    train, held = held_out(6000, 0.1, 7)
    assert sorted([*train.tolist(), *held.tolist()]) == list(range(6000))
    assert np.array_equal(parts.x_val, images.x_train[held])
    assert np.array_equal(parts.y_train, images.y_train[train])
    assert not np.array_equal(held, held_out(6000, 0.1, 8)[1])
    assert np.array_equal(held_out(6000, 0.1, None)[1], held_out(6000, 0.1, 0)[1])


def test_images_that_are_left_out_are_in_no_part() -> None:
    images = load("fashion_mnist_sample")
    rest = np.delete(np.arange(6000), [0, 17, 5999])
    parts = split(images, "test", 7, (17, 0, 5999))
    assert np.array_equal(parts.x_train, images.x_train[rest]) and parts.x_val is images.x_test
    parts = split(images, 0.1, 7, (17, 0, 5999))
    train, held = held_out(5997, 0.1, 7)
    assert parts.y_val is not None
    assert np.array_equal(parts.y_train, images.y_train[rest[train]])
    assert np.array_equal(parts.y_val, images.y_train[rest[held]])
    with pytest.raises(DatasetError, match="leave_out names training image 6000, and they are numbered 0 to 5999"):
        split(images, "none", 7, (6000,))


@pytest.mark.parametrize("validation", ["0.1", "train", 0.0, 1.0, -0.5, 1e-9, float("nan")])
def test_a_validation_that_is_none_is_refused(validation: str | float) -> None:
    with pytest.raises(DatasetError, match="alidation"):
        split(load("fashion_mnist_sample"), validation, None)
