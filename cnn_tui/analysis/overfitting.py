"""Whether a run overfits: from which epoch on, how much, how one sees it, and what to try next.

Overfitting begins after the epoch in which the validation loss is lowest, if it stays above that for good while the
training loss goes on falling. A curve jitters, so the lowest of several values may be the lowest by chance alone. In a
long curve the jitter is measured: it is how far each value lies from the middle of its two neighbours, which a trend
hardly changes. The median of the values after the lowest then has to exceed the median of the lowest and its neighbours
by twice the jitter, and by 1 %. A flat curve does so about once in twenty times. In a curve of fewer than eight epochs
its bend would be taken for jitter, so there the rise has to be 3 % of the lowest value; where a single epoch follows
the lowest, 3 % and four times the jitter.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.run import Epoch, Run
from cnn_tui.network.layers import (
    Dense,
    Dropout,
    RandomContrast,
    RandomFlip,
    RandomRotation,
    RandomTranslation,
    RandomZoom,
)
from cnn_tui.network.stack import Stack
from cnn_tui.network.values import L1L2
from cnn_tui.text import counted

_RISE, _SHORT_RISE = 0.01, 0.03
_JITTER, _LONE_JITTER = 2.0, 4.0
_LONG = 8  # epochs
_BEND = 0.977
"""The mean distance of a value from the middle of its neighbours, for normally distributed values of deviation 1."""
_FAR_AHEAD = 5.0  # points
_AUGMENTATION = (RandomFlip, RandomTranslation, RandomRotation, RandomZoom, RandomContrast)


class CurveReading(NamedTuple):
    """What the curves of a run say. Epochs count from 1."""

    onset: int | None
    """The epoch with the lowest validation loss, if the run overfits from there on."""
    lowest: int
    """The epoch with the lowest validation loss in any case."""
    ahead: float | None
    """By how many points training accuracy is above validation accuracy after the last epoch; None without them.

    The gap of a run is another figure: to its test accuracy, in the epoch that was tested (`records.GAP`)."""
    still_falling: bool
    """Whether the validation loss was lowest in the last epoch."""
    reason: str
    """A sentence that says all this."""


class Suggestion(NamedTuple):
    """An experiment to try next, and in a few words what it changes."""

    label: str
    experiment: Experiment


def read_curves(epochs: Sequence[Epoch]) -> CurveReading | None:
    """What the curves of a run say; None with fewer than two epochs that have a validation loss."""
    kept = [(one, *_losses(one)) for one in epochs]
    curve = [(one, loss, val) for one, loss, val in kept if math.isfinite(loss) and math.isfinite(val)]
    if len(curve) < 2:
        return None
    losses, vals = [loss for _, loss, _ in curve], [val for *_, val in curve]
    low = min(range(len(vals)), key=vals.__getitem__)
    overfits = _rises(vals, low) and losses[-1] < losses[low]
    last = curve[-1][0]
    made = CurveReading(
        curve[low][0].epoch if overfits else None,
        curve[low][0].epoch,
        _ahead(last),
        low == len(vals) - 1,
        "",
    )
    return made._replace(reason=_reason(made, losses, vals, low, last.epoch))


def next_experiment(experiment: Experiment, reading: CurveReading) -> Suggestion | None:
    """One change to try next on `experiment`, after the curves of a run of it; None when there is none to suggest.

    Against overfitting, the first of these that the network does not have yet: Dropout before the last Dense, more
    Dropout, images varied at random, a penalty on large weights, fewer units; when it has all, fewer epochs. A run
    that was still getting better is trained longer.
    """
    if reading.onset is None and not (reading.ahead is not None and reading.ahead > _FAR_AHEAD):
        return _trained_longer(experiment) if reading.still_falling else None
    try:
        stack = experiment.stack
    except DatasetError:
        return None
    for label, changed in _against_overfitting(stack):
        made = experiment.with_stack(changed)
        if changed != stack and not problems_of(made):
            return Suggestion(label, made)
    return _stopped_in_time(experiment, reading)


def read_run(run: Run) -> tuple[CurveReading, Suggestion | None] | None:
    """What the curves of a run say, and what to try next; None as in `read_curves`."""
    reading = read_curves(run.epochs)
    if reading is None:
        return None
    return reading, next_experiment(run.experiment, reading) if run.has_experiment else None


def _losses(epoch: Epoch) -> tuple[float, float]:
    return epoch.metrics.get("loss", math.nan), epoch.metrics.get("val_loss", math.nan)


def _ahead(epoch: Epoch) -> float | None:
    train, val = epoch.metrics.get("accuracy"), epoch.metrics.get("val_accuracy")
    if train is None or val is None or not math.isfinite(train - val):
        return None
    return (train - val) * 100


def _rises(vals: Sequence[float], low: int) -> bool:
    """Whether the values after the lowest lie above it by more than jitter explains; see the top of this file."""
    after = vals[low + 1 :]
    if not after:
        return False
    if len(vals) < _LONG:
        return statistics.median(after) - vals[low] > _SHORT_RISE * vals[low]
    bends = [abs(vals[at] - (vals[at - 1] + vals[at + 1]) / 2) for at in range(1, len(vals) - 1)]
    jitter = statistics.fmean(bends) / _BEND
    if len(after) == 1:
        return after[0] - vals[low] > max(_SHORT_RISE * vals[low], _LONE_JITTER * jitter)
    around = statistics.median(vals[max(0, low - 1) : low + 2])
    return statistics.median(after) - around > max(_RISE * vals[low], _JITTER * jitter)


def _reason(reading: CurveReading, losses: Sequence[float], vals: Sequence[float], low: int, last: int) -> str:
    ahead = ""
    if reading.ahead is not None:
        side = "ahead of" if reading.ahead >= 0 else "behind"
        ahead = f"; training is {abs(reading.ahead):.1f} points {side} validation"
    if reading.onset is not None:
        return (
            f"overfits after epoch {reading.onset}: there the validation loss was lowest ({vals[low]:.4f}), and it is "
            f"{vals[-1]:.4f} now, while the training loss fell from {losses[low]:.4f} to {losses[-1]:.4f}{ahead}"
        )
    seen = counted(last, "epoch")
    if reading.still_falling:
        return f"no overfitting in {seen}: the validation loss was still falling ({vals[-1]:.4f}){ahead}"
    return (
        f"no clear overfitting in {seen}: the validation loss was lowest after epoch {reading.lowest} "
        f"({vals[low]:.4f}), but has not risen by more than it jitters ({vals[-1]:.4f}){ahead}"
    )


def _against_overfitting(stack: Stack) -> Iterator[tuple[str, Stack]]:
    """Changes that work against overfitting, the usual first."""
    layers = dict(stack.enabled())
    dense = [at for at, layer in layers.items() if isinstance(layer, Dense)]
    drops = [at for at, layer in layers.items() if isinstance(layer, Dropout)]
    if dense and not drops:
        yield "Dropout 0.3 before the last Dense", stack.insert(dense[-1], Dropout(rate=0.3))
    for at in drops[-1:]:
        layer = layers[at]
        if isinstance(layer, Dropout) and layer.rate < 0.5:
            yield f"Dropout 0.5 instead of {layer.rate:g}", stack.change(at, rate=0.5)
    if not any(isinstance(layer, _AUGMENTATION) for layer in layers.values()):
        moved = RandomTranslation(height_factor=0.1, width_factor=0.1)
        yield "RandomTranslation 0.1 before everything: images moved a little", stack.insert(0, moved)
    for at in dense[-2:-1]:
        layer = layers[at]
        if isinstance(layer, Dense) and layer.kernel_regularizer is None:
            yield "l2 0.0001 on the weights of the first Dense", stack.change(at, kernel_regularizer=L1L2(l2=0.0001))
        if isinstance(layer, Dense) and layer.units >= 16:
            yield f"{layer.units // 2} units instead of {layer.units}", stack.change(at, units=layer.units // 2)


def _stopped_in_time(experiment: Experiment, reading: CurveReading) -> Suggestion | None:
    if reading.onset is None or reading.onset >= experiment.training.epochs:
        return None
    return Suggestion(f"stop after epoch {reading.onset}", experiment.with_training(epochs=reading.onset))


def _trained_longer(experiment: Experiment) -> Suggestion | None:
    epochs = experiment.training.epochs * 2
    try:
        longer = experiment.with_training(epochs=epochs)
    except ValueError:
        return None
    return Suggestion(f"train for {epochs} epochs", longer)
