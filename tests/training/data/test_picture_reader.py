"""Pictures read by several threads at once: each image is at its place, whatever is left out."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from cnn_tui.data.dataset import AS_THEY_ARE, MOST_SIDE, DataOptions, DatasetError
from cnn_tui.data.pictures.left_out import LeftOutCounter
from cnn_tui.data.pictures.picture import Form, Made, Opened, make
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.training.data import picture_reader
from cnn_tui.training.data.datasets import load
from cnn_tui.training.data.first_images import first_images
from cnn_tui.training.data.picture_reader import AT_ONCE, PictureReader, PictureSource, handfuls
from cnn_tui.training.data.readers import check_room, not_told
from tests.training.dataset_files import bare_machine

__all__ = ["bare_machine"]  # a fixture that every test here uses


def test_images_keep_their_order_where_any_of_them_are_left_out(tmp_path: Path) -> None:
    count, rng = 5 * AT_ONCE + 3, np.random.default_rng(5)
    broken = {0, 1, count - 1, *rng.integers(0, count, 12).tolist()}
    for label, name in enumerate(("ape", "bee")):
        for part in ("train", "test"):
            place = tmp_path / "zoo" / part / name
            place.mkdir(parents=True)
            for at in range(count):
                side = 3 + at % 5  # so that some take longer than others
                Image.new("L", (side, side), at + label).save(place / f"{at:03}.png")
                if at in broken:
                    (place / f"{at:03}.png").write_bytes(b"")
    images = load(str(tmp_path / "zoo"), DataOptions((4, 4)), say=lambda _: None)
    shades = [at + label for label in range(2) for at in range(count) if at not in broken]
    for found, labels in ((images.x_train, images.y_train), (images.x_test, images.y_test)):
        assert found[:, 0, 0, 0].tolist() == found[:, 3, 3, 0].tolist() == shades
        assert labels.tolist() == sorted([0, 1] * (count - len(broken)))


def test_large_pictures_are_in_memory_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = PictureReader(tmp_path, (4, 4, 1), False, 6, not_told, lambda: 255)
    alone: dict[tuple[int, int], set[bool]] = {}

    def watched(opened: Opened, form: Form) -> Made:
        alone.setdefault(opened.size, set()).add(reader.large.locked())
        return make(opened, form)

    monkeypatch.setattr(picture_reader, "LARGE", 400)
    monkeypatch.setattr(picture_reader, "make", watched)
    for at, side in enumerate((30, 30, 30, 30, 30, 30)):
        Image.new("L", (side, side), at).save(tmp_path / f"{at}.png")
    (tmp_path / "2.png").write_bytes(
        (tmp_path / "2.png").read_bytes()[:50]
    )  # one that breaks off lets the next ones in
    sources = [PictureSource(str(tmp_path / f"{at}.png"), at) for at in range(6)]
    left_out = LeftOutCounter()
    assert reader.read(sources, 6, left_out).labels.tolist() == [0, 1, 3, 4, 5]
    assert alone == {(30, 30): {True}}
    Image.new("L", (20, 20)).save(tmp_path / "0.png")
    reader.read(sources[:1], 1, left_out)
    assert alone[20, 20] == {False}


def test_pictures_out_of_a_table_are_handed_over_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_reader, "BYTES_AT_ONCE", 10)
    sizes = (3, 3, 3, 3, 1, 99, 2, 2, 2, 2, 2)
    found = handfuls((PictureSource(bytes(size), 0) for size in sizes), 4)
    assert [[len(one.place) for one in some] for some in found] == [[3, 3, 3], [3, 1], [99], [2, 2, 2, 2], [2]]


def test_pictures_that_are_too_large_as_they_are_ask_for_a_size(tmp_path: Path) -> None:
    for name in ("ape", "bee"):
        (tmp_path / "vast" / name).mkdir(parents=True)
        for at in range(5):
            Image.new("L", (MOST_SIDE + 1, 2), at).save(tmp_path / "vast" / name / f"{at}.png")
    folder = str(tmp_path / "vast")
    words = (
        "first picture is 2x4,097 (height x width) pixels large, and an image is at most 4,096 high and wide: "
        "set image_size"
    )
    for read in (lambda: load(folder, say=lambda _: None), lambda: first_images(folder, AS_THEY_ARE)):
        with pytest.raises(DatasetError, match=re.escape(words)):
            read()
    experiment = Experiment().with_dataset(folder)
    assert any(words in one.message for one in problems_of(experiment))
    assert len(load(folder, DataOptions((3, 3)), say=lambda _: None).x_train) == 8


def test_what_does_not_fit_into_the_memory_that_is_free_is_refused(tmp_path: Path) -> None:
    total, swap = psutil.virtual_memory().total, psutil.swap_memory().free
    with pytest.raises(DatasetError, match=r"needs .* GB of memory for 2 images, and this machine has [\d.]+ GB\."):
        check_room(tmp_path, 2, (total, 1, 3))
    if not swap:  # some of it is always in use
        with pytest.raises(DatasetError, match="GB are free now"):
            check_room(tmp_path, 1, (total, 1, 1))
