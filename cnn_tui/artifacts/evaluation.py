"""How well a trained network does on the test images: per class, and what it takes for what.

The figures are worked out in the training room and kept beside the run; here they are read and said.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from cnn_tui.artifacts.kept_epochs import beside_weights, weights_path
from cnn_tui.artifacts.predictions import model_stamp
from cnn_tui.data.raw_file import RawFileError, read_json
from cnn_tui.history.run import Run
from cnn_tui.text import counted

FORMAT = "cnn-tui evaluation 1"
MOST_CLASSES = 2_000
"""A matrix of more classes is not made."""
NOISY = ("Dropout", "SpatialDropout2D", "GaussianNoise", "GaussianDropout", "AlphaDropout")
"""Layers that do nothing but while a network is trained."""


class ClassFigures(msgspec.Struct, frozen=True):
    """One class: of those taken for it how many are (precision), of its images how many are found (recall).

    `f1` is their harmonic mean, `support` how many test images the class has. Without any, there is nothing to tell:
    the three are None.
    """

    name: str
    precision: float | None
    recall: float | None
    f1: float | None
    support: int

    def shown(self, digits: int) -> tuple[str, ...]:
        """Precision, recall and F1 with so many digits; `-` for what cannot be told."""
        three = (self.precision, self.recall, self.f1)
        return tuple("-" if one is None else f"{one:.{digits}f}" for one in three)


class Confusion(NamedTuple):
    """A cell of the confusion matrix off the diagonal: so many images of a class were taken for another."""

    true: int
    predicted: int
    images: int


class Evaluation(msgspec.Struct, frozen=True):
    """What is kept. `cells` are the cells of the confusion matrix that are not 0: true class, predicted, count."""

    format: str
    images: int
    test_loss: float | None
    test_accuracy: float
    per_class: tuple[ClassFigures, ...]
    cells: tuple[tuple[int, int, int], ...] | None
    """None where there are too many classes for a matrix."""
    model: tuple[int, int] | None
    outputs: int = 0
    """How many numbers the network gives for an image; 0, which is what earlier versions kept: one for each class."""

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of rows and columns."""
        return tuple(figures.name for figures in self.per_class)

    def matrix(self) -> list[list[int]]:
        """The confusion matrix: a row for each true class, a column for each predicted one. Empty where none is kept.

        Its diagonal is what the network got right.
        """
        if self.cells is None:
            return []
        rows = [[0] * len(self.per_class) for _ in self.per_class]
        for true, predicted, count in self.cells:
            rows[true][predicted] = count
        return rows

    def confusions(self, most: int = 10) -> list[Confusion]:
        """What is taken for what, the most frequent first."""
        wrong = [Confusion(*cell) for cell in self.cells or () if cell[0] != cell[1]]
        return sorted(wrong, key=lambda one: (-one.images, one.true, one.predicted))[:most]

    def to_json(self) -> dict[str, Any]:
        """The promised form, ready for a JSON encoder."""
        names = self.classes
        return {
            "images": self.images,
            "test_loss": self.test_loss,
            "test_accuracy": self.test_accuracy,
            "classes": names,
            "per_class": [
                {
                    "class": figures.name,
                    "precision": figures.precision,
                    "recall": figures.recall,
                    "f1": figures.f1,
                    "support": figures.support,
                }
                for figures in self.per_class
            ],
            "confusion_matrix": self.matrix() if self.cells is not None else None,
            "top_confusions": [
                {"true": names[one.true], "predicted": names[one.predicted], "count": one.images}
                for one in self.confusions()
            ],
        }


def evaluation_path(run_id: int, epoch: int = 0) -> Path:
    return beside_weights(run_id, epoch, "evaluation.json")


def read_evaluation(run_id: int, epoch: int = 0) -> Evaluation:
    """The evaluation of a run's present model, or with the weights of an epoch that it has kept.

    Raises RawFileError when none is kept, or that of an older model.
    """
    evaluation = read_json(evaluation_path(run_id, epoch), Evaluation)
    stamp = model_stamp(weights_path(run_id, epoch))
    if evaluation.format != FORMAT or (stamp is not None and stamp != evaluation.model):
        raise RawFileError(f"the evaluation of run {run_id} is of another model or version")
    if all(one.support for one in evaluation.per_class):
        return evaluation
    # Earlier versions kept 0 of a class without images.
    told = tuple(one if one.support else ClassFigures(one.name, None, None, None, 0) for one in evaluation.per_class)
    return msgspec.structs.replace(evaluation, per_class=told)


def _why_training_differs(points: float, run: Run) -> str:
    """Why the accuracy of the last epoch of training is another; `points` is how much higher that of the test is."""
    noisy = [layer.type for layer in run.experiment.layers if layer.type in NOISY and layer.enabled]
    noise = f", with {noisy[0]} at work, which is off now" if noisy else ""
    mean = f"a mean over an epoch in which the weights kept changing{noise}."
    if not run.is_tested_on_others:
        return f"Both are of the images that the network learned from; the first is {mean}"
    if points < 0:
        why = "Training accuracy is higher because it is measured on the images that the network learned from."
        return f"{why} It is also {mean}"
    return f"Training accuracy is not higher, although the network learned from its images: it is {mean}"


def how_it_differs(evaluation: Evaluation, run: Run) -> list[str]:
    """In sentences: how these figures differ from those of training, and from predict."""
    sentences = []
    shown, accuracy = run.epoch_at_test, run.figure_at_test("accuracy")
    if shown is not None and accuracy is not None:
        which = f"Epoch {shown.epoch}" if run.tested_epoch else "The last epoch"
        points = (evaluation.test_accuracy - accuracy) * 100
        side, kind = "more" if points >= 0 else "less", "test" if run.is_tested_on_others else "training"
        sentences.append(
            f"{which} of training said {accuracy:.4f}, and these {evaluation.images:,} {kind} images give "
            f"{evaluation.test_accuracy:.4f}, {abs(points):.1f} points {side}. {_why_training_differs(points, run)}"
        )
    what = ("logit", "logits") if run.experiment.training.from_logits else ("probability", "probabilities")
    given = counted(evaluation.outputs or len(evaluation.per_class), *what)
    alone = ", that of the second class" if evaluation.outputs == 1 else ""
    sentences.append(
        "evaluate needs the labels and gives one loss and one accuracy; predict needs no labels and gives "
        f"{given} for each image{alone}."
    )
    return sentences
