"""What is kept when a run ends: held to Keras's own evaluation and to scikit-learn, and never in the way of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_tui.artifacts.evaluation import read_evaluation
from cnn_tui.artifacts.predictions import open_predictions, predictions_path
from cnn_tui.data.images import StoredImages, images_path
from cnn_tui.history.history import History
from cnn_tui.home import model_path
from tests.training.trained_run import home_at, small_network, train_run, write_shapes


@pytest.fixture(scope="module")
def shapes_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose run 1 is trained on three shapes."""
    home = tmp_path_factory.mktemp("shapes")
    with home_at(home):
        assert train_run(write_shapes(home / "shapes.npz"), small_network(3), epochs=1) == 1
    return home


@pytest.fixture
def shapes(shapes_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home of the run as the one of the test."""
    monkeypatch.setenv("CNN_TUI_HOME", str(shapes_home))
    return shapes_home


def test_what_is_kept_is_what_keras_says(shapes: Path) -> None:
    import keras

    data = np.load(shapes / "shapes.npz")
    images, labels = data["x_test"][..., np.newaxis] / 255.0, data["y_test"]
    model = keras.models.load_model(model_path(1))
    kept, evaluation = open_predictions(1), read_evaluation(1)
    expected = model.predict(images, verbose=0)
    scores = model.evaluate(images, labels, return_dict=True, verbose=0)

    said = np.array([kept.probabilities(index) for index in range(kept.count)])
    np.testing.assert_allclose(said, expected, atol=1e-5)
    assert list(kept.labels) == labels.tolist()
    assert list(kept.predicted) == expected.argmax(axis=1).tolist()
    ordered = np.sort(expected, axis=1)
    np.testing.assert_allclose(kept.margins, ordered[:, -1] - ordered[:, -2], atol=1e-5)
    assert evaluation.test_accuracy == pytest.approx(scores["accuracy"], abs=1e-6)
    assert evaluation.test_loss == pytest.approx(scores["loss"], rel=1e-5)
    with History() as history:
        run = history.run(1)
    assert run is not None
    assert evaluation.test_loss == run.test_loss


def test_the_figures_are_those_of_scikit_learn(shapes: Path) -> None:
    from sklearn.metrics import classification_report, confusion_matrix

    kept, evaluation = open_predictions(1), read_evaluation(1)
    labels, predicted = list(kept.labels), list(kept.predicted)
    assert evaluation.matrix() == confusion_matrix(labels, predicted, labels=range(3)).tolist()
    report: Any = classification_report(labels, predicted, labels=range(3), output_dict=True, zero_division=0)
    for at, figures in enumerate(evaluation.per_class):
        row = report[str(at)]
        assert (figures.precision, figures.recall, figures.f1) == pytest.approx(
            (row["precision"], row["recall"], row["f1-score"])
        )
        assert figures.support == row["support"]
    assert sum(map(sum, evaluation.matrix())) == evaluation.images == kept.count == 80


def test_the_test_images_are_kept_as_they_are(shapes: Path) -> None:
    data = np.load(shapes / "shapes.npz")
    kept = StoredImages(open_predictions(1).images)
    assert kept.shape == (12, 12, 1)
    assert kept.picture(3).pixels == data["x_test"][3].tobytes()
    assert list(kept.labels) == data["y_test"].tolist()


class Model:
    """Stands for a network that says what it is told to."""

    def __init__(self, answers: Any) -> None:
        self._answers = np.asarray(answers, np.float32)
        self.output_shape = (None, self._answers.shape[1])

    def __call__(self, images: Any, training: bool) -> Any:
        import tensorflow as tf

        assert not training
        return tf.constant(self._answers)


def keep(answers: Any, labels: Any, dataset: str = "mnist", **more: Any) -> tuple[bool, list[str]]:
    """Keep what a network said of images of 2x2 as run 1; whether it could, and what was said about it."""
    from cnn_tui.training.explain import keep_files

    said: list[str] = []
    images = np.zeros((len(labels), 2, 2, 1), np.uint8)
    numbers = np.asarray(labels, np.int64)
    kept = keep_files.keep(
        Model(answers), images, numbers, 1, dataset, more.pop("scores", {"loss": 1.0}), said.append, **more
    )
    return kept, said


def test_a_network_that_says_nan_is_kept_as_it_is() -> None:
    nan = float("nan")
    assert keep([[nan, nan], [0.25, 0.75]], [0, 1], scores={"loss": nan}) == (True, [])
    kept = open_predictions(1)
    assert np.isnan(kept.probabilities(0)).all()
    assert kept.choose("least certain") == [0, 1]
    assert kept.margins[0] == 0
    assert read_evaluation(1).test_loss is None


def test_a_class_without_images_has_figures_of_nought() -> None:
    assert keep([[0.9, 0.1, 0.0]] * 2, [0, 0])[0]
    figures = read_evaluation(1).per_class
    assert [one.name for one in figures] == ["0", "1", "2"]
    assert (figures[2].precision, figures[2].recall, figures[2].f1, figures[2].support) == (0, 0, 0, 0)


def test_a_label_past_the_networks_classes_has_a_row_of_its_own() -> None:
    assert keep([[0.9, 0.1]] * 2, [0, 3], dataset="gone.npz")[0]
    assert read_evaluation(1).classes == ("0", "1", "2", "3")
    assert read_evaluation(1).matrix()[3] == [1, 0, 0, 0]
    assert open_predictions(1).class_names == ("0", "1")


def test_whatever_goes_wrong_is_said_and_never_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.explain import keep_files

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("cnn_tui.data.raw_file.write", full)
        kept, said = keep([[1.0, 0.0]], [0])
    assert not kept
    assert said[-1] == "The predictions could not be kept: [Errno 28] No space left on device"
    with monkeypatch.context() as patched:
        patched.setattr(keep_files, "MOST_BYTES", 10)
        assert keep([[1.0, 0.0]] * 2, [0, 1])[1][-1].endswith("2 times 2 probabilities are more than 10 bytes")
    assert keep([[1.0, 0.0]], [0], ends=lambda: True)[1][-1].endswith("the run is to end at once")
    assert not predictions_path(1).exists()


def test_a_run_that_was_not_evaluated_keeps_nothing() -> None:
    assert keep([[1.0, 0.0]], [0], scores={}) == (False, [])
    assert not predictions_path(1).exists()


def test_what_is_kept_is_forgotten_when_the_weights_become_others() -> None:
    from cnn_tui.training.explain.keep_files import forget

    forget(1)
    keep([[1.0, 0.0]], [0])
    assert predictions_path(1).exists()
    forget(1)
    assert not list(predictions_path(1).parent.iterdir())


def test_the_same_images_are_kept_once_and_others_beside_them() -> None:
    from cnn_tui.training.data.image_store import keep_images

    images = np.arange(24).astype(np.uint8).reshape(2, 2, 2, 3)
    first = keep_images(images, np.array([0, 1]), ("a", "b"))
    written = images_path(first).stat().st_mtime_ns
    assert keep_images(images.copy(), np.array([0, 1]), ("a", "b")) == first
    assert images_path(first).stat().st_mtime_ns == written
    assert keep_images(images, np.array([1, 0]), ("a", "b")) != first
    images_path(first).write_bytes(b"broken")
    assert keep_images(images, np.array([0, 1]), ("a", "b")) == first
    assert StoredImages(first).picture(1).pixels == images[1].tobytes()


def test_of_very_many_images_the_first_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.data.image_store import keep_images

    monkeypatch.setattr("cnn_tui.data.images.MOST_BYTES", 9)
    kept = StoredImages(keep_images(np.ones((5, 2, 2, 1), np.uint8), np.arange(5), ("a",)))
    assert (kept.count, kept.kept, list(kept.labels)) == (5, 2, [0, 1])
