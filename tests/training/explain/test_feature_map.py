"""The map of features: held to NumPy's SVD, to planes that are known, and to arithmetic that is written out here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.artifacts.features import features_path
from cnn_tui.artifacts.kept_epochs import epoch_path
from cnn_tui.home import model_path
from cnn_tui.jobs.explain.map_points import MapPoints
from cnn_tui.jobs.explain.map_protocol import CountOthers, DrawMap, FeatureMap, LookAtPoint, MapPoint, OthersCounted
from cnn_tui.jobs.explain.protocol import ExplainError, FindNearest
from cnn_tui.training.explain import feature_map
from cnn_tui.training.explain.feature_map import Classes, neighbours, principal_plane
from tests.training.explain.test_features import ask, explainer, here

__all__ = ["here"]


def of_length_one(rows: Any) -> Any:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


@pytest.mark.parametrize("exact", [True, False])
def test_the_plane_is_that_of_the_two_largest_singular_values(exact: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feature_map, "_EXACT", 100 if exact else 1)
    random = np.random.default_rng(1)
    rows = of_length_one(random.standard_normal((300, 40)) * np.linspace(3, 1, 40) + 2)
    found = principal_plane(rows)
    centred = rows.astype(np.float64) - rows.mean(axis=0)
    left, sizes, ways = np.linalg.svd(centred, full_matrices=False)
    signs = np.sign(ways[[0, 1], np.abs(ways[:2]).argmax(axis=1)])
    tolerance = 1e-4 if exact else 2e-2
    assert np.abs(found.places - left[:, :2] * sizes[:2] * signs).max() < tolerance
    assert found.variance == pytest.approx(sizes[:2] ** 2 / (sizes**2).sum(), abs=1e-4)


def test_points_of_a_plane_keep_their_distances() -> None:
    random = np.random.default_rng(2)
    flat = random.uniform(-1, 1, (50, 2)) * (2, 1)
    axes = np.linalg.qr(random.standard_normal((30, 2)))[0].T
    found = principal_plane((flat @ axes + 5).astype(np.float32))
    assert sum(found.variance) == pytest.approx(1, abs=1e-3)
    apart = np.linalg.norm(found.places[:, None] - found.places, axis=2)
    assert apart == pytest.approx(np.linalg.norm(flat[:, None] - flat, axis=2), abs=1e-3)


@pytest.mark.parametrize(("count", "size"), [(1, 5), (4, 1), (3, 600)])
def test_few_images_and_few_numbers_have_a_plane_too(count: int, size: int) -> None:
    found = principal_plane(np.ones((count, size), np.float32) / np.sqrt(np.float32(size)))
    assert found.places.shape == (count, 2)
    assert found.places == pytest.approx(np.zeros((count, 2)), abs=1e-5)
    assert found.variance == pytest.approx((0, 0), abs=1e-5)


def planted() -> tuple[Any, Any]:
    """Two bundles of directions; row 7 of the first class lies in the second bundle, row 3 far from both, and row 12 of
    the second halfway."""
    random = np.random.default_rng(3)
    labels = np.arange(40) % 2
    ways = np.eye(6)[labels]
    ways[7], ways[3], ways[12] = np.eye(6)[0], np.eye(6)[5], np.eye(6)[0] + 1.02 * np.eye(6)[1]
    labels[12] = 0
    return of_length_one(ways + random.uniform(0, 0.05, (40, 6))), labels


def test_what_lies_among_another_class_comes_first_and_what_lies_far_out() -> None:
    rows, labels = planted()
    found = Classes(rows, labels)
    assert found.near_others[:2].tolist() == [7, 12]
    assert found.leads[7] > 0.5 and 0 < found.leads[12] < 0.2
    assert set(found.far_out[:2].tolist()) == {3, 7}
    assert found.distances[3] > 0.7
    middle = rows[labels == 1].mean(axis=0)
    assert found.distances[5] == pytest.approx(1 - rows[5] @ middle / np.linalg.norm(middle), abs=1e-5)
    assert found.count_others(0, 0.0)[0] == 10, "all of its neighbours are of the other class"


def test_neighbours_are_those_of_the_largest_cosine_and_not_the_row_itself() -> None:
    rows, labels = planted()
    cosines = rows.astype(np.float64) @ rows.T.astype(np.float64)
    np.fill_diagonal(cosines, -2)
    chosen = np.array([0, 7, 39])
    found = neighbours(rows, chosen)
    kept = np.take_along_axis(cosines[chosen], found, axis=1)
    assert kept == pytest.approx(-np.sort(-cosines[chosen], axis=1)[:, :10], abs=1e-5)
    others = [(labels[near] != labels[at]).sum() for near, at in zip(found, chosen, strict=True)]
    every = Classes(rows, labels)
    counts = dict(zip(every.near_others.tolist(), every.count_others(0, 60), strict=True))
    assert [counts[at] for at in (0, 7, 39)] == others
    assert neighbours(rows[:1], np.array([0])).shape == (1, 0)


def test_one_class_alone_has_no_other() -> None:
    rows, _ = planted()
    found = Classes(rows, np.zeros(len(rows), np.int64))
    assert found.leads.tolist() == [-1] * len(rows)
    assert set(found.count_others(0, 60)) == {0}


def test_the_map_of_a_run_that_was_really_trained(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.explain import mapped_features

    monkeypatch.setattr(mapped_features, "A_PIECE", 1e-9)
    monkeypatch.setattr(feature_map, "_AT_ONCE", 100)
    one = explainer()
    drawn = ask(DrawMap(1), one)
    assert isinstance(drawn, FeatureMap)
    points = MapPoints(drawn)
    assert (drawn.size, drawn.goes_in, len(points), drawn.class_names) == (100, True, 240, ("0", "1", "2"))
    assert drawn.variance[0] >= drawn.variance[1] > 0
    with np.load(here / "grey.npz") as data:
        labels, pixels = data["y_train"], data["x_train"]
    assert list(points.labels) == labels[list(points.images)].tolist()
    done = [0]
    while done[-1] < points.near_others:
        counted = ask(CountOthers(1, done[-1]), one)
        assert isinstance(counted, OthersCounted)
        points.count(done[-1], counted.counts)
        done.append(counted.done)
    assert done == [0, 100, 200, 240]
    others = [points.others[at] for at in points.worth_a_look("mixed borders")]
    assert others == sorted(others, reverse=True) and 0 not in others
    image = points.images[points.worth_a_look("far out")[0]]
    point = ask(LookAtPoint(1, image), one)
    assert isinstance(point, MapPoint)
    assert (point.pixels, point.label) == (pixels[image].tobytes(), labels[image])
    assert len(point.near) == 10 and image not in [near.image for near in point.near]
    assert all(near.label == labels[near.image] for near in point.near)
    assert sum(near.label != point.label for near in point.near) == points.others[points.worth_a_look("far out")[0]]
    said = ask(LookAtPoint(1, 0), one)
    assert said.predicted == max(range(3), key=lambda at: said.probabilities[at])
    assert ask(FindNearest(1, 4), one).searched == 240, "they are the features that the nearest are found by"
    for wrong in (CountOthers(1, 240), LookAtPoint(1, 240), LookAtPoint(1, -1)):
        with pytest.raises(ExplainError):
            ask(wrong, one)


def test_the_map_of_an_epoch_is_made_with_its_weights_and_that_of_the_end_stays(here: Path) -> None:
    import keras

    from cnn_tui.training.callbacks.epoch_weights import take_epoch

    one = explainer()
    at_the_end = ask(DrawMap(1), one), ask(FindNearest(1, 4), one), features_path(1).read_bytes()
    then = ask(DrawMap(1, epoch=1), one)
    model = keras.models.load_model(model_path(1))
    take_epoch(model, epoch_path(1, 1))
    inner = keras.Model(model.inputs, model.layers[-1].input)
    with np.load(here / "grey.npz") as data:
        rows = of_length_one(inner.predict(data["x_train"][..., np.newaxis] / 255.0, verbose=0))
    expected = principal_plane(rows)
    assert MapPoints(then).across.tolist() == pytest.approx(expected.places[:, 0].tolist(), abs=1e-3)
    assert then.variance == pytest.approx(expected.variance, abs=1e-3)
    said = inner_answer(model, here, 5)
    assert ask(LookAtPoint(1, 5, epoch=1), one).probabilities == pytest.approx(said, abs=1e-5)
    assert (ask(DrawMap(1), one), ask(FindNearest(1, 4), one), features_path(1).read_bytes()) == at_the_end


def inner_answer(model: Any, home: Path, image: int) -> list[float]:
    """What the model says of a training image."""
    with np.load(home / "grey.npz") as data:
        found: list[float] = model.predict(data["x_train"][image][np.newaxis, ..., np.newaxis] / 255.0, verbose=0)[0]
    return found
