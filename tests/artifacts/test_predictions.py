"""Kept predictions and images are there at once, and a file that is broken is a sentence."""

from __future__ import annotations

import array
import os
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.artifacts import predictions
from cnn_tui.artifacts.predictions import Predictions, PredictionsHeader, model_stamp, open_predictions
from cnn_tui.data import images, raw_file
from cnn_tui.data.images import ImagesHeader, Picture, StoredImages, images_path
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.home import model_path

SAID = ((0.7, 0.2, 0.1), (0.1, 0.5, 0.4), (0.3, 0.3, 0.4), (0.0, 0.0, 1.0))
LABELS = (0, 2, 1, 2)


def write_predictions(run_id: int = 1, model: tuple[int, int] | None = None) -> Path:
    """Four predictions of three classes; the second and third are wrong."""
    path = predictions.predictions_path(run_id)
    header = PredictionsHeader(predictions.FORMAT, 4, 3, ("shoe", "bag", "hat"), (2, 2, 1), "digest", model)
    gaps = [sorted(row)[-1] - sorted(row)[-2] for row in SAID]
    parts: list[array.array[Any]] = [
        array.array("i", LABELS),
        array.array("i", [row.index(max(row)) for row in SAID]),
        array.array("f", gaps),
        array.array("f", [number for row in SAID for number in row]),
    ]
    raw_file.write(path, header, [part.tobytes() for part in parts])
    return path


def write_images(count: int = 3, kept: int = 3, shape: tuple[int, int, int] = (1, 2, 3)) -> Path:
    """Images whose pixels count up."""
    header = ImagesHeader(images.FORMAT, count, kept, shape, ("a", "b"))
    path = images_path("digest")
    pixels = bytes(range(kept * shape[0] * shape[1] * shape[2]))
    raw_file.write(path, header, [array.array("i", [0, 1, 0][:kept]).tobytes(), pixels])
    return path


def test_each_image_has_its_probabilities_label_and_margin() -> None:
    kept = Predictions(write_predictions())
    assert (kept.count, kept.outputs, kept.class_names, kept.images) == (4, 3, ("shoe", "bag", "hat"), "digest")
    assert kept.probabilities(1) == pytest.approx([0.1, 0.5, 0.4])
    assert (list(kept.labels), list(kept.predicted)) == ([0, 2, 1, 2], [0, 1, 2, 2])
    assert kept.margins[0] == pytest.approx(0.5)


def test_the_surest_mistakes_and_hits_are_of_different_classes_first() -> None:
    kept = Predictions(write_predictions())
    assert set(kept.surest(4, wrong=True)) == {1, 2}
    assert kept.surest(1, wrong=False) == [3]
    assert kept.surest(4, wrong=False) == [3, 0]


def test_images_are_chosen_by_what_the_network_said() -> None:
    kept = Predictions(write_predictions())
    assert kept.choose() == [0, 1, 2, 3]
    assert kept.choose("wrong") == [1, 2]
    assert set(kept.choose("least certain")[:2]) == {1, 2}
    assert kept.choose("least certain")[2:] == [0, 3]
    assert kept.choose(true=2) == [1, 3]
    assert kept.choose(true=2, predicted=1) == [1]
    assert kept.choose("wrong", true=0) == []


def test_predictions_of_a_model_that_was_replaced_are_not_shown() -> None:
    model = model_path(1)
    model.parent.mkdir(parents=True)
    model.write_bytes(b"weights")
    write_predictions(model=model_stamp(model))
    assert open_predictions(1).count == 4
    model.write_bytes(b"other weights")
    with pytest.raises(RawFileError, match="a model that has been replaced"):
        open_predictions(1)
    model.unlink()
    assert open_predictions(1).count == 4, "a model that is gone leaves what it said"


def test_a_file_that_is_missing_cut_off_or_foreign_is_a_sentence() -> None:
    with pytest.raises(RawFileError, match=r"predictions\.bin is not there"):
        open_predictions(1)
    path = write_predictions()
    whole = path.read_bytes()
    for content, words in (
        (whole[:-1], "is cut off"),
        (b"", "is broken, or of another version"),
        (b"\xff\xfe{}\n", "is broken"),
        (b'{"format": "cnn-tui predictions 1"}\n', "is broken"),
        (whole.replace(b"predictions 1", b"predictions 9"), "of another version"),
    ):
        path.write_bytes(content)
        with pytest.raises(RawFileError, match=words):
            Predictions(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_is_a_sentence() -> None:
    path = write_predictions()
    path.chmod(0)
    with pytest.raises(RawFileError, match="cannot be read: Permission denied"):
        Predictions(path)


def test_a_write_that_fails_leaves_the_file_before(monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_predictions()
    before = path.read_bytes()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_predictions()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert path.read_bytes() == before


def test_a_picture_is_read_when_it_is_asked_for() -> None:
    write_images()
    kept = StoredImages("digest")
    assert (kept.shape, kept.count, kept.kept, list(kept.labels)) == ((1, 2, 3), 3, 3, [0, 1, 0])
    assert kept.picture(1).pixels == bytes(range(6, 12))
    assert kept.of_class(0) == [0, 2]
    for index in (-1, 3):
        with pytest.raises(RawFileError, match=f"image {index} is not kept"):
            kept.picture(index)


def test_images_that_are_gone_or_cut_off_are_a_sentence() -> None:
    with pytest.raises(RawFileError, match="is not there"):
        StoredImages("digest")
    path = write_images()
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(RawFileError, match="is cut off"):
        StoredImages("digest")


def test_a_picture_has_its_channels_as_rows() -> None:
    colour = Picture((1, 2, 3), bytes((1, 2, 3, 4, 5, 6)))
    assert colour.channels() == (((1, 4),), ((2, 5),), ((3, 6),))
    ((above, below),) = Picture((2, 2, 1), bytes((0, 255, 51, 102))).channels(1 / 255)
    assert above == pytest.approx((0, 1))
    assert below == pytest.approx((0.2, 0.4))
