"""`cnn-tui map`, as a user runs it on a run that was really trained."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.command import Inside, assert_one_sentence

pytestmark = pytest.mark.usefixtures("answered_here", "here")


def test_json_and_csv_have_every_image_and_what_is_worth_a_look(inside: Inside) -> None:
    (said,) = inside("map", "1", "--json").objects
    assert (said["run"], said["epoch"], said["method"], said["classes"]) == (1, None, "pca", ["0", "1", "2"])
    assert said["features"] == {
        "layer": said["features"]["layer"],
        "of": "input",
        "size": 100,
        "searched": 240,
        "train_images": 240,
    }
    assert 1 >= said["variance"][0] >= said["variance"][1] > 0
    points = {one["image"]: one for one in said["points"]}
    assert set(points) == set(range(240))
    far = [points[image]["distance"] for image in said["far_out"]]
    assert far == sorted(far, reverse=True) and max(one["distance"] for one in said["points"]) == far[0]
    mixed = [points[image]["other_neighbours"] for image in said["mixed_borders"]]
    assert mixed == sorted(mixed, reverse=True) and all(mixed)
    rows = list(csv.DictReader(inside("map", "1", "--csv").out.splitlines()))
    assert [int(row["image"]) for row in rows] == [one["image"] for one in said["points"]]
    assert float(rows[0]["x"]) == said["points"][0]["x"]


def test_text_is_a_map_of_signs_with_the_first_of_both_lists(inside: Inside) -> None:
    out = inside("map", "1").out
    assert out.startswith("Run 1: PCA of 240 training images: ") and "% of the variance." in out
    drawn = out.splitlines()[1:31]
    assert set("".join(drawn)) <= set("012 ") and {"0", "1", "2"} <= set("".join(drawn))
    assert "0 0  1 1  2 2" in out and "that go into" in out
    assert inside("map", "1", "--epoch", "1").out.startswith("Run 1, epoch 1: PCA of 240 training images: ")
    assert "Mixed borders: " in out and "Far out: 240" in out


def test_the_png_has_the_dots_and_the_names(inside: Inside, tmp_path: Path) -> None:
    answer = inside("map", "1", "--png", str(tmp_path / "map.png"))
    assert (answer.status, answer.out) == (0, "")
    with Image.open(tmp_path / "map.png") as image:
        assert image.size == (1020, 608)
        colours = {colour for _, colour in image.getcolors(1 << 20) or ()}
    assert {(0, 95, 175), (135, 95, 0), (0, 95, 0)} <= colours
    assert_one_sentence(inside("map", "1", "--png", str(tmp_path / "map.png")), 2, "exists already")


def test_what_cannot_be_asked_is_one_sentence(inside: Inside) -> None:
    assert_one_sentence(inside("map", "1", "--json", "--csv"), 2, "only one of --json and --csv at a time")
    assert_one_sentence(inside("map", "1", "--method", "x"), 2, "there is no method 'x': pca, t-sne, umap")
    assert_one_sentence(inside("map", "1", "--epoch", "9"), 2, "epoch")
    assert_one_sentence(inside("map", "99"), 2, "there is no run 99")
