"""Wrong labels are found by networks that have not learned from the image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.artifacts.suspects import Suspects, suspects_path
from cnn_tui.data.images import StoredImages
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.jobs.suspects import SuspectsLine
from cnn_tui.network.layers import Dense, Flatten
from tests.training.trained_run import write_shapes

WRONG = (3, 50, 51, 200)
LAYERS = (Flatten(), Dense(units=3, activation="softmax"))


@pytest.fixture
def dataset(tmp_path: Path) -> str:
    """240 images of three shapes, of which four have the label of another."""
    path = write_shapes(tmp_path / "shapes.npz")
    with np.load(path) as data:
        arrays = dict(data)
    arrays["y_train"][list(WRONG)] = (arrays["y_train"][list(WRONG)] + 1) % 3
    np.savez(path, **arrays)
    return str(path)


def test_parts_hold_every_image_once_and_each_class_alike() -> None:
    from cnn_tui.training.suspects import NoSuspectsError, divided

    labels = np.repeat([0, 1, 2, 7], [30, 31, 5, 1])
    parts = divided(labels, 3, seed=4)
    assert sorted(np.concatenate(parts).tolist()) == list(range(67))
    for label, count in ((0, 30), (1, 31), (2, 5), (7, 1)):
        shares = [int((labels[part] == label).sum()) for part in parts]
        assert sum(shares) == count and max(shares) - min(shares) <= 1
    assert [part.tolist() for part in divided(labels, 3, seed=4)] == [part.tolist() for part in parts]
    assert [part.tolist() for part in divided(labels, 3, seed=5)] != [part.tolist() for part in parts]
    with pytest.raises(NoSuspectsError, match="5 training images are too few to be divided into 3 parts"):
        divided(labels[:5], 3, seed=4)


def test_each_image_is_judged_by_a_network_that_did_not_learn_from_it(
    dataset: str, monkeypatch: pytest.MonkeyPatch, sealed_machine: Path
) -> None:
    from cnn_tui.training import suspects
    from cnn_tui.training.data.datasets import load
    from cnn_tui.training.explain import keep_files
    from cnn_tui.training.loop import fit

    images = load(dataset, say=lambda _: None)
    learned: list[Any] = []

    def watched_fit(model: Any, data: Any, **options: Any) -> Any:
        learned.append({image.tobytes() for image in data.images})
        return fit(model, data, **options)

    def watched_ask(model: Any, asked: Any, ends: Any) -> Any:
        assert not learned[-1] & {image.tobytes() for image in asked}
        return keep_files.ask_all(model, asked, ends)

    monkeypatch.setattr(suspects, "fit", watched_fit)
    monkeypatch.setattr(suspects, "ask_all", watched_ask)
    stop = (StopRule(metric="val_accuracy", above=2.0),)  # which watches what no network learns from
    experiment = Experiment(dataset=dataset, layers=LAYERS, stop=stop)
    experiment = experiment.with_training(epochs=4, learning_rate=0.01, validation="test")
    told: list[SuspectsLine] = []
    parts = suspects.divided(images.y_train, 2, seed=1)
    said = suspects.held_out_probabilities(experiment, images, parts, 1, told.append)
    assert len(learned) == 2 and said.shape == (240, 3)
    assert (told[-1].fold, told[-1].epoch, told[-1].share) == (2, 4, 1.0)
    assert [line.share for line in told] == sorted(line.share for line in told)

    suspects.keep(9, images, np.arange(240), said, 2)
    kept = Suspects(9)
    assert {one.image for one in kept.found[:3]} <= set(WRONG)
    first = kept.found[0]
    assert (first.label, first.suspected) == (images.y_train[first.image], (first.label + 2) % 3)
    assert kept.probabilities(0) == pytest.approx(said[first.image].tolist())
    assert (first.confidence, first.instead) == (kept.probabilities(0)[first.label], max(kept.probabilities(0)))
    pictures = StoredImages(kept.header.pictures)
    assert pictures.picture(0).pixels == images.x_train[first.image].tobytes()
    assert (kept.header.count, kept.header.folds) == (240, 2) and 230 <= kept.header.right <= 236

    keep_files.forget(9)
    assert not suspects_path(9).exists(), "a run of that number that is trained anew has other suspects"
