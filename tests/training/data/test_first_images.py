"""Images for the first screen: of a folder only one of each class is read, and the process says where they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from cnn_tui.data.data_facts import read_facts
from cnn_tui.data.dataset import AS_THEY_ARE
from cnn_tui.data.images import StoredImages
from cnn_tui.jobs.first_images import NoImagesError, first_images, one_of_each
from cnn_tui.training.data import first_images as reader
from cnn_tui.training.data.picture_reader import PictureReader, PictureSource
from cnn_tui.training.data.readers import Pixels


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six pictures of each of three classes, of which the second class begins with a broken one."""
    for label, name in enumerate(("cat", "dog", "fox")):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for at in range(6):
            Image.new("L", (8, 8), 40 * label + at).save(tmp_path / "pets" / name / f"{at}.png")
    return tmp_path / "pets"


def test_of_a_folder_one_picture_of_each_class_is_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    real = PictureReader._make

    def watched(self: object, picture: PictureSource, place: Pixels) -> object:
        opened.append(str(picture.place))
        return real(self, picture, place)  # type: ignore[arg-type]

    monkeypatch.setattr(PictureReader, "_make", watched)
    images = StoredImages(reader.first_images(str(folder), AS_THEY_ARE))
    assert images.class_names == ("cat", "dog", "fox")
    assert list(images.labels) == [0, 1, 2]
    assert len(opened) == 3
    assert images.picture(1).pixels[0] == 40 + 4, "every fifth is tested on"


def test_the_sample_is_asked_of_a_process_once_and_kept() -> None:
    images = first_images("fashion_mnist_sample", AS_THEY_ARE)
    assert len(images.class_names) == 10
    assert len(one_of_each(images, 10)) == 10
    assert sorted(images.labels[at] for at in one_of_each(images, 4)) == [0, 1, 2, 3]
    assert read_facts("fashion_mnist_sample").test_images, "Explain finds them too"


def test_a_dataset_that_is_not_there_is_said_in_a_sentence() -> None:
    with pytest.raises(NoImagesError, match="There is no"):
        first_images("/nowhere/at/all", AS_THEY_ARE)
