"""The features of training images, and the nearest of them: held to arithmetic that is written out here."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from cnn_tui.artifacts import features as kept_features
from cnn_tui.artifacts.features import features_path
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.training import Training
from cnn_tui.home import model_path
from cnn_tui.jobs.explain.answers import Nearest, PartDone
from cnn_tui.jobs.explain.protocol import ExplainError, FindNearest, WorkOutFeatures


@pytest.fixture
def here(trained_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the home of the trained runs, for the test alone."""
    home = shutil.copytree(trained_home, tmp_path / "home")
    monkeypatch.setenv("CNN_TUI_HOME", str(home))
    return home


def explainer() -> Any:
    from cnn_tui.training.explain.handler import Explainer

    return Explainer()


def ask(question: msgspec.Struct, one: Any = None) -> Any:
    return (one or explainer()).answer(question)


def test_the_nearest_are_those_of_the_smallest_angle(here: Path) -> None:
    import keras

    model = keras.models.load_model(model_path(1))
    inner = keras.Model(model.inputs, model.layers[-1].input)
    with np.load(here / "grey.npz") as data:
        learned, tested, labels = data["x_train"], data["x_test"], data["y_train"]
    rows = inner.predict(learned[..., np.newaxis] / 255.0, verbose=0).astype(np.float64)
    asked = inner.predict(tested[4:5, ..., np.newaxis] / 255.0, verbose=0).astype(np.float64)[0]
    distances = 1 - rows @ asked / np.linalg.norm(rows, axis=1) / np.linalg.norm(asked)
    found = ask(FindNearest(1, 4, most=7))
    assert (found.layer, found.goes_in, found.size) == (model.layers[-1].name, True, 100)
    assert (found.searched, found.learned, found.shape) == (240, 240, (12, 12, 1))
    assert [one.distance for one in found.images] == pytest.approx(np.sort(distances)[:7], abs=2e-3)
    for one in found.images:
        assert one.distance == pytest.approx(distances[one.image], abs=2e-3)
        assert one.label == labels[one.image]
        assert one.pixels == learned[one.image].tobytes()


def test_the_work_is_done_in_parts_kept_and_gone_with_the_model(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.explain import features, handler, keep_files

    monkeypatch.setattr(features, "BATCH", 100)
    monkeypatch.setattr(handler, "A_MOMENT", 1e-9)
    one = explainer()
    done: list[int] = []
    while not done or done[-1] < 240:
        answer = ask(WorkOutFeatures(1, done[-1] if done else 0), one)
        assert isinstance(answer, PartDone)
        assert answer.total == 240
        done.append(answer.done)
        if len(done) > 9:
            break
    assert done[-1] == 240 and done == sorted(set(done))
    before = ask(FindNearest(1, 4), one)
    monkeypatch.setattr(features.FeatureReader, "features", _only_one(features.FeatureReader.features))
    assert ask(FindNearest(1, 4)) == before, "what was kept is read"
    keep_files.forget(1)
    assert not features_path(1).exists()


def _only_one(read: Any) -> Any:
    def one(self: Any, images: Any) -> Any:
        assert len(images) == 1, "the training images are asked about again"
        return read(self, images)

    return one


def test_images_that_were_held_out_are_none_that_it_learned_from(here: Path) -> None:
    from cnn_tui.training.data.datasets import load
    from cnn_tui.training.data.split import held_out
    from cnn_tui.training.explain.features import TrainingFeatures

    model = explainer().models.with_weights(1).model
    images = load(str(here / "grey.npz"), say=lambda _: None)
    made = TrainingFeatures(1, Experiment(training=Training(validation=0.25)), 3, model, images)
    _, held = held_out(240, 0.25, 3)
    assert (made.learned, made.total) == (180, 180)
    found = {place for place, _ in made.nearest(images.x_train[held[0]], 180)}
    assert len(found) == 180 and not found & set(held.tolist())
    left_out = Experiment(dataset="x", training=Training(), leave_out=(5, 40))
    made = TrainingFeatures(1, left_out, 3, model, images)
    assert made.learned == 238
    (place, distance), *_ = made.nearest(images.x_train[41], 3)
    assert place != 40 and distance == pytest.approx(0, abs=1e-3), "the other images keep their numbers"
    assert not {5, 40} & {place for place, _ in made.nearest(images.x_train[40], 238)}


def test_of_very_many_features_the_first_images_are_searched(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.explain import features

    monkeypatch.setattr(features, "MOST_NUMBERS", 5_000)
    found = ask(FindNearest(1, 4, most=90))
    assert isinstance(found, Nearest)
    assert (found.searched, found.learned, len(found.images)) == (50, 240, 50)
    assert features_path(1).stat().st_size < 2 * 5_000 + 500
    assert kept_features.MOST_NUMBERS > 47_000_000, "Fashion-MNIST's own pixels fit"


def test_an_image_that_is_not_there_is_refused(here: Path) -> None:
    with pytest.raises(ExplainError, match="there is no test image 900"):
        ask(FindNearest(1, 900))


def test_without_a_dense_layer_the_pooled_maps_are_compared() -> None:
    import keras

    from cnn_tui.training.explain.features import FeatureReader

    model = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            keras.layers.Conv2D(3, 3),
            keras.layers.GlobalAveragePooling2D(name="pooled"),
            keras.layers.Softmax(),
        ]
    )
    reader = FeatureReader(model)
    rows = reader.features(np.random.default_rng(1).integers(0, 255, (5, 8, 8, 1), np.uint8))
    assert (reader.layer, reader.goes_in, rows.shape) == ("pooled", False, (5, 3))
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(5), abs=1e-5)
