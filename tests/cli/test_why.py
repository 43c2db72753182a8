"""`cnn-tui why`, as a user runs it on runs that were really trained."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from PIL import Image

from cnn_tui.artifacts.predictions import open_predictions
from tests.cli.asked import ONE_UNIT, bar_on_white
from tests.cli.command import Inside, assert_one_sentence

pytestmark = pytest.mark.usefixtures("answered_here", "here")


def test_json_has_the_prediction_and_a_map_for_each_class(inside: Inside) -> None:
    kept = open_predictions(1)
    right = next(at for at in range(kept.count) if kept.predicted[at] == kept.labels[at])
    (said,) = inside("why", "1", "--image", str(right), "--json").objects
    assert said["predicted_label"] == kept.predicted[right] and len(said["probabilities"]) == 3
    assert (said["method"], said["layer"][:6], len(said["maps"])) == ("grad-cam", "conv2d", 1)
    (found,) = said["maps"]
    assert (found["label"], found["shape"], len(found["map"]), len(found["map"][0])) == (
        kept.labels[right],
        [5, 5],
        5,
        5,
    )
    (said,) = inside("why", "1", "--layer", "1", "--class", "2", "--json").objects
    assert (said["maps"][0]["class"], said["maps"][0]["shape"]) == ("2", [10, 10])
    (said,) = inside("why", "1", "--method", "integrated-gradients", "--json").objects
    whole = said["maps"][0]
    gained = whole["score"] - whole["blank_score"]
    assert said["layer"] is None
    assert sum(itertools.chain(*whole["map"])) == pytest.approx(gained, abs=0.1)


def test_text_is_a_map_that_reads_without_colours(inside: Inside) -> None:
    out = inside("why", "1", "--method", "occlusion").out
    assert out.startswith("Run 1: test image 0, occlusion")
    assert "Covering a place costs 0 up to" in out and "1-9: speaks for it" in out
    assert any("9" in line[14:] and line.isascii() for line in out.splitlines()[2:9])


def test_the_png_is_the_image_with_the_map_over_it(inside: Inside, tmp_path: Path) -> None:
    written = tmp_path / "why.png"
    answer = inside("why", "1", str(bar_on_white(tmp_path / "bar.png")), "--method", "occlusion", "--png", str(written))
    assert (answer.status, answer.out) == (0, "")
    assert "inverted" in answer.err and answer.err.endswith("why.png written\n")
    with Image.open(written) as image:
        assert (image.size, image.mode) == ((456, 456), "RGB")
        pixels = image.tobytes()
        assert any(red > blue + 40 for red, blue in zip(pixels[::3], pixels[2::3], strict=True)), "orange"
    assert_one_sentence(inside("why", "1", "--png", str(written)), 2, "exists already")


def test_another_run_is_asked_about_the_same_classes(inside: Inside, tmp_path: Path) -> None:
    (said,) = inside("why", "1", "--against", "4", "--image", "3", "--json").objects
    assert said["runs"] == [1, 4]
    ours, theirs = said["looked"]
    assert (ours["run"], theirs["run"]) == (1, 4)
    classes = [[one["class"] for one in each["maps"]] for each in (ours, theirs)]
    assert classes[0] == classes[1]
    assert {ours["predicted_class"], theirs["predicted_class"], ours["true_class"]} == set(classes[0])
    out = inside("why", "1", "--against", "4", "--image", "3").out
    assert out.startswith("Run 1: test image 3, Grad-CAM") and "\n\nRun 4: test image 3, Grad-CAM" in out
    written = tmp_path / "both.png"
    assert inside("why", "1", "--against", "4", "--png", str(written)).status == 0
    with Image.open(written) as image:
        assert image.size == (2 * image.height + 8, image.height)
        assert image.getpixel((image.height + 4, 9)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("1", "--method", "x"), "there is no method 'x': grad-cam, grad-cam++, occlusion, integrated-gradients"),
        (("1", "--class", "shoe"), "there is no class 'shoe': 0, 1, 2"),
        (("1", "--layer", "3"), "there is no convolution '3': counted from 1 there are conv2d, conv2d_1"),
        (("1", "--layer", "1", "--method", "occlusion"), "occlusion looks at the image itself: leave --layer out"),
        ((ONE_UNIT,), "the network has no convolution, which Grad-CAM looks at: occlusion and integrated gradients"),
        (("1", "--against", "1"), "run 1 against itself: name another run"),
        (("1", "--against", "4", "--epoch", "1"), "--against looks at runs with the weights of their ends"),
        (("99",), "there is no run 99"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(words: tuple[str, ...], sentence: str, inside: Inside) -> None:
    assert_one_sentence(inside("why", *words), 2, sentence)


def test_two_classes_of_one_unit_are_asked_about_as_any(inside: Inside) -> None:
    (said,) = inside("why", ONE_UNIT, "--method", "occlusion", "--class", "1", "--json").objects
    assert (said["classes"], said["maps"][0]["label"]) == (["0", "1"], 1)
