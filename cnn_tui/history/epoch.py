"""What is recorded of an epoch, and within it."""

from __future__ import annotations

from typing import Any

import msgspec


class Epoch(msgspec.Struct, frozen=True):
    """One epoch, counted from 1. `metrics` has Keras's names: loss, accuracy, val_loss, val_accuracy.

    Where the learning rate has a schedule, `learning_rate` is there too: what it was at the end of the epoch.
    """

    epoch: int
    metrics: dict[str, float]
    seconds: float
    images_per_second: float
    startup: float | None = None
    """How many of its seconds went into the start of training, as TensorFlow makes its graph; None if unknown."""
    others: float | None = None
    """Which share of the processor's cores other programs took meanwhile, from 0 to 1; None if unknown."""
    throttled: float | None = None
    """In which share of the time the processor was held back, by its heat or a quota; None if unknown."""

    @property
    def conditions(self) -> tuple[float | None, float | None, float | None]:
        """What its seconds depend on beside the work: its start-up, other programs, throttling."""
        return self.startup, self.others, self.throttled

    @property
    def pace(self) -> float:
        """Seconds without those of the start-up."""
        return self.seconds - (self.startup or 0.0)

    def to_json(self) -> dict[str, Any]:
        """The promised flat form."""
        return {
            "epoch": self.epoch,
            **self.metrics,
            "seconds": round(self.seconds, 3),
            "images_per_second": round(self.images_per_second, 1),
            "startup": _rounded(self.startup),
            "others": _rounded(self.others),
            "throttled": _rounded(self.throttled),
        }


class Point(msgspec.Struct, frozen=True):
    """A reading within an epoch. `at` counts epochs: 1.5 is the middle of the second."""

    at: float
    loss: float
    accuracy: float | None


def metric_shown(name: str, value: float) -> str:
    """A figure of an epoch as people read it."""
    return f"{value:.4g}" if name == "learning_rate" else f"{value:.4f}"


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
