"""`cnn-tui data`: where the datasets are, what is in one, and how to get one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_tui.training.data import download
from cnn_tui.training.data.download import Progress, Say
from tests.cli.command import Inside, assert_one_sentence
from tests.training.data.test_validation_place import write_parts
from tests.training.trained_run import write_shapes


def test_data_lists_every_dataset_and_how_to_get_it(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for arguments in (("data",), ("data", "list")):
        answer = inside(*arguments)
        assert answer.status == 0
        assert "cnn-tui data fetch mnist" in answer.out
        assert "fashion_mnist_sample.npz" in answer.out
        assert ".npz file" in answer.err
    found = {dataset["name"]: dataset for dataset in inside("data", "list", "--json").objects}
    assert found["cifar10"]["found"] is None
    assert (found["cifar10"]["input_shape"], found["cifar10"]["train_images"]) == ([32, 32, 3], 50_000)
    assert found["fashion_mnist_sample"]["found"] == "sample"


def test_fetch_without_a_network_is_a_sentence(inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert_one_sentence(inside("data", "fetch", "mnist"), 1, "MNIST was not downloaded", "CNN_TUI_OFFLINE")
    assert_one_sentence(inside("data", "fetch", "mnits"), 2, "Did you mean mnist?")
    there = inside("data", "fetch", "fashion_mnist_sample")
    assert (there.status, "is here already" in there.err) == (0, True)


def test_fetch_shows_its_progress_in_plain_lines(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(name: str, say: Say, progress: Progress | None) -> None:
        say(f"Downloading {name}.")
        assert progress is not None
        for done in range(0, 11_000_001, 100_000):
            progress(done, 11_000_000)

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(download, "fetch", fetch)
    answer = inside("data", "fetch", "mnist")
    assert (answer.status, answer.out) == (0, "")
    assert answer.err.splitlines() == [
        "Downloading mnist.",
        "25%  2.8/11.0 MB",
        "50%  5.5/11.0 MB",
        "75%  8.3/11.0 MB",
        "100%  11.0/11.0 MB",
    ]


def test_data_show_tells_classes_sizes_and_range(tmp_path: Path, inside: Inside) -> None:
    shapes = str(write_shapes(tmp_path / "shapes.npz"))
    answer = inside("data", "show", shapes)
    assert answer.status == 0
    assert "12x12 pixels, grey, 1 channel" in answer.out
    assert "before / 255.0: whole numbers from 0 to 220" in answer.out
    assert "after / 255.0: numbers from 0 to 0.862745" in answer.out
    assert "All classes have the same number of training images." in answer.out
    (fact,) = inside("data", "show", shapes, "--json").objects
    assert (fact["train"]["per_class"], fact["test"]["images"]) == ([80, 80, 80], 80)
    assert (fact["input_shape"], fact["train"]["highest"]) == ([12, 12, 1], 220)


def test_data_show_names_classes_without_images_and_labels_that_start_at_1(tmp_path: Path, inside: Inside) -> None:
    images = np.arange(12 * 25, dtype=np.uint8).reshape(12, 5, 5)
    labels: dict[str, Any] = {"y_train": np.arange(12) % 3 + 1, "y_test": np.arange(12) % 2 + 1}
    np.savez(tmp_path / "one.npz", x_train=images, x_test=images, **labels)
    answer = inside("data", "show", str(tmp_path / "one.npz"))
    assert "3 of 4 classes have training images, as many each." in answer.out
    assert answer.err.splitlines() == [
        "Labels seem to start at 1, for no image has the label 0: save y_train - 1 and y_test - 1 in their place.",
        "No test image is of the class 3, so how well that is found cannot be told.",
    ]


def test_data_show_names_a_class_of_a_folder_that_has_no_test_images(tmp_path: Path, inside: Inside) -> None:
    for place in ("train/cat/1", "train/cat/2", "train/dog/1", "test/dog/2"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((4, 4), 90, np.uint8)).save(tmp_path / f"{place}.png")
    answer = inside("data", "show", str(tmp_path))
    assert "No test image is of the class cat, so how well that is found cannot be told." in answer.err
    assert "The largest class has 2.0 times as many training images as the smallest." in answer.out


def test_data_show_tells_what_is_fed_of_a_folder_and_what_is_left_out(tmp_path: Path, inside: Inside) -> None:
    for at in range(10):
        (tmp_path / "ab"[at % 2]).mkdir(exist_ok=True)
        Image.fromarray(np.eye(8, k=at - 5, dtype=np.uint8) * 255).save(tmp_path / "ab"[at % 2] / f"{at}.png")
    (tmp_path / "a" / "broken.png").write_text("no picture")
    answer = inside("data", "show", str(tmp_path), "--image-size", "6x5", "--color", "rgb")
    assert "6x5 (height x width) pixels, colour, 3 channels" in answer.out
    assert "10 pictures of greys were given three channels" in answer.err
    assert "1 file is left out: 1 is no picture ('a/broken.png')." in answer.err
    assert "Every fifth image of each class is tested on." in answer.out
    assert "A share of 0.4 of each class is tested on." in inside("data", "show", str(tmp_path), "--test", "0.4").out
    (fact,) = inside("data", "show", str(tmp_path), "--json").objects
    assert (fact["input_shape"], fact["train"]["images"]) == ([8, 8, 1], 8)
    assert fact["left_out"] == [{"why": "no picture", "count": 1, "first": "a/broken.png"}]
    assert_one_sentence(inside("data", "show", str(tmp_path), "--color", "blue"), 2, 'color: found "blue"')
    assert_one_sentence(inside("data", "show", "mnist", "--fit", "crop"), 2, "are for folders of pictures")


def test_data_show_tells_of_a_folder_to_validate_on(tmp_path: Path, inside: Inside) -> None:
    write_parts(tmp_path / "pets")
    val = tmp_path / "pets" / "val"
    answer = inside("data", "show", str(tmp_path / "pets"), "--validation", str(val))
    assert "12 to learn from, 6 to validate on and 4 to test on" in answer.out
    assert "of each class is tested on" not in answer.out
    assert re.search(r"cat +6 +3 +2 ", answer.out)
    (fact,) = inside("data", "show", str(tmp_path / "pets"), "--validation", str(val), "--json").objects
    assert (fact["train"]["images"], fact["validation"]["per_class"], fact["test"]["images"]) == (12, [3, 3], 4)
    gone = inside("data", "show", str(tmp_path / "pets"), "--validation", str(tmp_path / "lost"))
    assert_one_sentence(gone, 2, "to validate on. Set validation to")


def test_data_show_of_no_dataset_is_one_sentence(inside: Inside) -> None:
    assert_one_sentence(inside("data", "show", "fashion"), 2, "Did you mean fashion_mnist?")


def test_float_images_are_said_to_have_become_bytes(tmp_path: Path, inside: Inside) -> None:
    images, labels = np.linspace(0, 1, 8 * 5 * 5).reshape(8, 5, 5), np.array([0, 0, 0, 1] * 2)
    np.savez(tmp_path / "f.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    answer = inside("data", "show", str(tmp_path / "f.npz"))
    assert "it is now uint8, 0 to 255" in answer.err
    assert "The largest class has 3.0 times as many training images as the smallest." in answer.out
