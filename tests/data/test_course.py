"""The course's later datasets: drawn pictures stand in for them, until the real ones are there."""

from __future__ import annotations

import random
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from cnn_tui.data import course
from cnn_tui.data.data_facts import read_facts
from cnn_tui.data.dataset import DataOptions, for_any_folder, is_stand_in, path_of
from cnn_tui.data.describe import describe
from cnn_tui.data.drawn import drawings
from cnn_tui.data.drawn.pencil import Drawing, Pose
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.training.data.datasets import load
from cnn_tui.training.data.inspect import look


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer pictures than are drawn for a user."""
    for name, drawn in drawings.DRAWN.items():
        monkeypatch.setitem(drawings.DRAWN, name, drawn._replace(train=3, test=2))


@pytest.mark.parametrize(
    ("name", "shape", "classes"),
    [
        ("horses_or_humans", (128, 128, 3), ("horses", "humans")),
        ("cats_and_dogs", (128, 128, 3), ("cats", "dogs")),
        ("rock_paper_scissors", (128, 128, 3), ("paper", "rock", "scissors")),
        ("sign_mnist", (28, 28, 1), tuple("ABCDEFGHIKLMNOPQRSTUVWXY")),
    ],
)
def test_a_set_that_is_not_there_is_stood_in_for(name: str, shape: tuple[int, ...], classes: tuple[str, ...]) -> None:
    found = describe(name)
    assert found.name == f"{name}_drawn" and found.title.endswith(" (drawn)")
    assert (found.input_shape, found.class_names) == (shape, classes)
    assert (found.train_images, found.test_images) == (3 * len(classes), 2 * len(classes))
    assert is_stand_in(found.name) and not is_stand_in(name)
    images = load(name, say=lambda _: None)
    assert images.dataset == msgspec.structs.replace(found, left_out=images.dataset.left_out), (
        "what is foretold is drawn"
    )
    assert images.x_train.shape[1:] == shape


def test_what_stands_in_is_said_and_how_the_real_one_is_had() -> None:
    said: list[str] = []
    images = load("rock_paper_scissors", DataOptions(image_size=(20, 20)), say=said.append)
    assert images.dataset.name == "rock_paper_scissors_drawn"
    assert images.x_train.shape == (9, 20, 20, 3)
    assert "drawn pictures, which stand in for the real ones" in said[0] and "rps-test-set.zip" in said[0]


def test_the_drawings_are_the_same_each_time_and_others_for_each_number() -> None:
    first, again, second = (np.asarray(drawings.picture("cats_and_dogs", "cats", number)) for number in (0, 0, 1))
    assert (first == again).all() and (first != second).any()


def test_pictures_to_test_on_may_stand_in_a_pose_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    poses: list[Pose] = []

    def draw(chance: random.Random, pose: Pose) -> Image.Image:
        poses.append(pose)
        return Drawing(chance, (9, 9, 9), 4, pose).finished()

    upright, tilted = Pose(), Pose(tilt=1.0)
    monkeypatch.setitem(drawings.DRAWN, "x", drawings.Drawn({"a": draw}, 2, 2, pose=upright, test_pose=tilted))
    for number in range(4):
        drawings.picture("x", "a", number)
    assert poses == [upright, upright, tilted, tilted]


def test_what_an_earlier_version_drew_does_not_stay() -> None:
    folder = course.place_of("cats_and_dogs_drawn")
    folder.rename(folder.with_suffix(".1"))
    assert course.place_of("cats_and_dogs_drawn") == folder
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_set_that_is_there_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("train", "validation"):
        for class_name in ("cats", "dogs"):
            path = tmp_path / "cats_and_dogs_filtered" / part / class_name / "1.png"
            path.parent.mkdir(parents=True)
            Image.new("RGB", (12, 10)).save(path)
    monkeypatch.setenv("CNN_TUI_DATA", str(tmp_path))
    said: list[str] = []
    assert load("cats_and_dogs", say=said.append).dataset.name == "cats_and_dogs"
    assert describe("cats_and_dogs").title == "Cats and dogs"
    assert not any("stand in" in one for one in said)
    assert load("cats_and_dogs_drawn", say=said.append).dataset.name == "cats_and_dogs_drawn", "still to be had"
    assert path_of("cats_and_dogs") == tmp_path / "cats_and_dogs_filtered"


def test_what_is_known_of_a_stand_in_has_its_title_and_ends_when_the_real_set_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CNN_TUI_DATA", str(tmp_path))
    asked = for_any_folder("horses_or_humans")
    assert asked == "horses_or_humans", "a name, which the process that looks knows as well"
    assert look(asked).title == "Horses or humans (drawn)"
    assert read_facts(asked).title == "Horses or humans (drawn)"
    for class_name in ("horses", "humans"):
        (tmp_path / "horses_or_humans" / class_name).mkdir(parents=True)
    with pytest.raises(RawFileError, match="has changed since"):
        read_facts(asked)


def test_a_path_is_told_whole_to_a_process_that_runs_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets").mkdir()
    assert for_any_folder("pets") == str(tmp_path / "pets")
    assert for_any_folder("not there") == "not there"
