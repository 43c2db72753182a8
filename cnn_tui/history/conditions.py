"""What a test figure was made with: the dataset, how many images, how many epochs, which weights.

A figure of other conditions is a figure of something else, so they stand beside every figure that is shown or written.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

Weights: TypeAlias = Literal["last", "within an epoch", "checkpoint"]
"""Which weights were tested: those after the last epoch; those of the moment in which a run was stopped within one;
those that were kept after an earlier epoch. The best weights are kept beside them, and never tested."""
WITHIN = 0
"""Stands for the epoch whose weights were tested where a run was stopped in the middle of one."""


class Conditions(NamedTuple):
    """Of one run. Epochs count from 1."""

    dataset: str
    train_images: int
    """None of them are known before the run has loaded its images: then they are 0."""
    test_images: int
    """0, where the training images are tested on."""
    epochs: int
    """That were trained."""
    planned: int
    """That were to be trained."""
    tested_epoch: int | None = None
    """The epoch whose weights were tested, of a checkpoint or of a rule that restores the best; or WITHIN.

    None where it was the last weights."""

    @property
    def weights(self) -> Weights:
        """Which weights the test figures are of."""
        if self.tested_epoch is None:
            return "last"
        return "checkpoint" if self.tested_epoch != WITHIN else "within an epoch"

    @property
    def weights_epoch(self) -> int | None:
        """The epoch after which they were as they were tested; None within an epoch."""
        return {"last": self.epochs, "checkpoint": self.tested_epoch, "within an epoch": None}[self.weights]

    def in_words(self, *, whole: bool = False) -> str:
        """As `fashion_mnist, 60,000 + 10,000 images, 5 epochs, last weights`; `whole` as in conditions_in_words."""
        return conditions_in_words([self], whole=whole)

    def trained_in_words(self) -> str:
        """As `5 epochs, last weights`."""
        return f"{_epochs([self])}, {weights_in_words(self.tested_epoch)}"

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "dataset": self.dataset,
            "train_images": self.train_images,
            "test_images": self.test_images,
            "epochs": self.epochs,
            "weights": self.weights,
            "weights_epoch": self.weights_epoch,
        }


def weights_in_words(tested_epoch: int | None) -> str:
    """Which weights were tested: `last weights`, `weights of epoch 3`, `weights from within an epoch`."""
    if tested_epoch is None:
        return "last weights"
    return f"weights of epoch {tested_epoch}" if tested_epoch != WITHIN else "weights from within an epoch"


def images_in_words(train_images: int, test_images: int) -> str:
    """As `60,000 + 10,000 images`; "" before they are known. Without test images, those of training are tested on."""
    if not train_images:
        return ""
    if not test_images:
        return f"{train_images:,} images, tested on those it trained on"
    return f"{train_images:,} + {test_images:,} images"


def dataset_in_short(dataset: str) -> str:
    """A dataset's name; of a path the last part, which tells it from others."""
    return Path(dataset).name or dataset


def conditions_in_words(several: Iterable[Conditions], *, whole: bool = False) -> str:
    """The conditions of runs that had the same images, in one line; their epochs may differ.

    With `whole` a dataset's path is whole, to tell apart what has one name in two folders.
    """
    every = list(several)
    first = every[0]
    weights = " or ".join(dict.fromkeys(weights_in_words(one.tested_epoch) for one in every))
    dataset = first.dataset if whole else dataset_in_short(first.dataset)
    parts = (dataset, images_in_words(first.train_images, first.test_images), _epochs(every), weights)
    return ", ".join(part for part in parts if part)


def _epochs(every: list[Conditions]) -> str:
    """As `5 epochs`, `3 of 5 epochs`, `3 to 5 of 5 epochs`."""
    done = sorted({one.epochs for one in every})
    planned = max(one.planned for one in every)
    span = f"{done[0]}" if len(done) == 1 else f"{done[0]} to {done[-1]}"
    words = span if done == [planned] else f"{span} of {planned}"
    return f"{words} {'epoch' if words == '1' else 'epochs'}"
