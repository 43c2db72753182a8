"""The pictures of a folder are unpacked once and kept; how far it is, is told; what is kept is bounded."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_tui.data import raw_file
from cnn_tui.data.dataset import DataOptions
from cnn_tui.data.pictures.picture import MakeRoom, Opened, PictureError, open_picture
from cnn_tui.training.data import folder_store, picture_reader
from cnn_tui.training.data.datasets import Images, load
from tests.training.dataset_files import bare_machine

__all__ = ["bare_machine"]  # a fixture that every test here uses

SMALL = DataOptions((6, 6))


@pytest.fixture
def zoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two classes of 50 pictures, one of which is broken, and a home that has kept none of them."""
    monkeypatch.setenv("CNN_TUI_HOME", str(tmp_path / "home"))
    rng = np.random.default_rng(0)
    for label in ("ape", "bee"):
        (tmp_path / "zoo" / label).mkdir(parents=True)
        for at in range(50):
            picture = Image.fromarray(rng.integers(0, 256, (8, 9, 3), dtype=np.uint8))
            picture.save(tmp_path / "zoo" / label / f"{at:02}.jpg")
    (tmp_path / "zoo" / "ape" / "07.jpg").write_bytes(b"\xff\xd8 cut off")
    return tmp_path / "zoo"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The pictures that are unpacked."""
    paths: list[str] = []

    def noted(path: str, shape: tuple[int, int, int], make_room: MakeRoom) -> Opened:
        paths.append(path)
        return open_picture(path, shape, make_room)

    monkeypatch.setattr(picture_reader, "open_picture", noted)
    return paths


def load_all(zoo: Path, options: DataOptions = SMALL) -> tuple[Images, list[str]]:
    said: list[str] = []
    return load(str(zoo), options, say=said.append), said


def kept() -> list[Path]:
    return sorted(folder_store.path_of("").parent.glob("*.folder"))


def test_pictures_are_unpacked_once_and_again_when_one_changes(zoo: Path, opened: list[str]) -> None:
    first, said = load_all(zoo)
    assert (len(opened), len(first.x_train), len(first.x_test)) == (100, 79, 20)
    again, said_again = load_all(zoo)
    assert len(opened) == 100
    assert said_again == said
    assert said[0].startswith("99 pictures of another size were resized to 6x6")
    assert (again.dataset, again.warnings) == (first.dataset, first.warnings)
    for name in ("x_train", "y_train", "x_test", "y_test"):
        assert np.array_equal(getattr(again, name), getattr(first, name))
        assert getattr(again, name).dtype == getattr(first, name).dtype
    Image.new("RGB", (9, 8), (1, 2, 3)).save(zoo / "ape" / "00.jpg")
    assert load_all(zoo)[0].x_train[0].max() < 10
    assert len(opened) == 200
    load_all(zoo, DataOptions((6, 6), fit="crop"))
    assert len(opened) == 300


def test_many_pictures_are_kept_beside_what_they_are_wanted_for(
    zoo: Path, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folder_store, "BESIDE", 1)
    writes, goes_on = raw_file.write, threading.Event()

    def slowly(path: Path, header: Any, parts: Any) -> None:
        assert path.suffix != ".folder" or goes_on.wait(60)
        writes(path, header, parts)

    monkeypatch.setattr(raw_file, "write", slowly)
    first, _ = load_all(zoo)
    assert not kept()
    goes_on.set()
    again, _ = load_all(zoo)  # waits for what is being written
    assert len(opened) == 100
    assert np.array_equal(again.x_train, first.x_train)


def test_what_is_kept_is_bounded_and_what_was_used_longest_ago_goes(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load_all(zoo)
    (first,) = kept()
    load_all(zoo, DataOptions((6, 5)))
    (second,) = {*kept()} - {first}
    os.utime(first, (1, 1))
    os.utime(second, (2, 2))
    load_all(zoo)  # uses the first
    monkeypatch.setattr(folder_store, "MOST_BYTES", first.stat().st_size + second.stat().st_size)
    load_all(zoo, DataOptions((5, 6)))
    assert first in kept()
    assert second not in kept()
    monkeypatch.setattr(folder_store, "MOST_BYTES", 1_000)
    load_all(zoo, DataOptions((7, 7)))
    assert len(kept()) == 2


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"{}\n" + data, lambda data: b""])
def test_a_damaged_file_is_made_anew(zoo: Path, opened: list[str], damage: Any) -> None:
    whole, _ = load_all(zoo)
    (file,) = kept()
    file.write_bytes(damage(file.read_bytes()))
    assert np.array_equal(load_all(zoo)[0].x_test, whole.x_test)
    assert len(opened) == 200


def test_a_picture_that_may_not_be_read_is_tried_again(zoo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: str, shape: tuple[int, int, int], make_room: MakeRoom) -> Opened:
        if "bee" in path and "03" in path:
            raise PictureError("unreadable", "may not be read")
        return open_picture(path, shape, make_room)

    monkeypatch.setattr(picture_reader, "open_picture", refused)
    assert len(load_all(zoo)[0].x_train) == 78
    monkeypatch.undo()
    monkeypatch.setenv("CNN_TUI_HOME", str(zoo.parent / "home"))
    assert len(load_all(zoo)[0].x_train) == 79


def test_how_many_pictures_are_read_is_told_and_a_wish_to_stop_heard(zoo: Path, opened: list[str]) -> None:
    told: list[tuple[int, int]] = []
    load(str(zoo), SMALL, say=lambda _: None, reading=lambda done, total: told.append((done, total)))
    assert told == [(64, 100), (80, 100), (100, 100)]

    def stop(done: int, total: int) -> None:
        raise RuntimeError

    del opened[:]
    with pytest.raises(RuntimeError):
        load(str(zoo), DataOptions((5, 5)), say=lambda _: None, reading=stop)
    assert 64 <= len(opened) <= 80  # a few are begun before it is heard, and of the other half none


def test_a_large_jpeg_is_not_unpacked_at_its_whole_size(tmp_path: Path) -> None:
    sideways = Image.Exif()
    sideways[0x0112] = 6
    Image.new("RGB", (1200, 900)).save(tmp_path / "photo.jpg", exif=sideways)
    opened = open_picture(tmp_path / "photo.jpg", (150, 150, 3))
    assert (opened.size, opened.picture.size, opened.turned) == ((900, 1200), (225, 300), True)
    assert open_picture(tmp_path / "photo.jpg").picture.size == (900, 1200)
    assert open_picture(tmp_path / "photo.jpg", (500, 100, 3)).picture.size == (900, 1200)
