"""Whether a run overfits: from which epoch on, by which two numbers, and what to try next.

The rule, which stands in `weigh` and nowhere else. "Overfitting occurs when a machine learning model performs better on
the training set than on the test" (the course notes): one number is how many points training is ahead of validation
after the last epoch. The other is the rise of the validation loss: by how much, of its lowest value, it is higher in
the last epochs (the median of up to five). Either alone can mislead, a gap without a rise and a rise of one jitter, so
the two are weighed together: 15 points ahead weigh as much as a rise that is beyond doubt by itself, which is one of
6 %, and in a long curve one of 3.5 times its jitter. Together they have to weigh 1, the loss has to have risen at all,
and the training loss has to have fallen meanwhile. Overfitting begins after the epoch of the lowest validation loss.

The jitter of a curve is how far each value lies from the middle of its two neighbours, which a trend hardly changes; in
a curve of fewer than eight epochs the bend itself would be taken for jitter. Curves that jitter around a level are said
to overfit in fewer than 5 % of cases, at up to 5 points ahead.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cnn_tui.data.dataset import TRAIN, DatasetError
from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.run import Run
from cnn_tui.network.layers import (
    AUGMENTATION,
    Dense,
    Dropout,
    RandomTranslation,
)
from cnn_tui.network.stack import Stack
from cnn_tui.network.values import L1L2
from cnn_tui.text import counted

_AHEAD = 15.0  # points that weigh 1
_RISE, _JITTER = 0.06, 3.5
_LAST = 5  # epochs at the end, whose median is what the validation loss is now
_LONG = 8  # epochs
_BEND = 0.977
"""The mean distance of a value from the middle of its neighbours, for normally distributed values of deviation 1."""
_FAR_AHEAD = 5.0  # points


class CurveReading(NamedTuple):
    """What the curves of a run say. Epochs count from 1."""

    onset: int | None
    """The epoch with the lowest validation loss, if the run overfits from there on."""
    lowest: int
    """The epoch with the lowest validation loss in any case."""
    ahead: float | None
    """By how many points training accuracy is above validation accuracy after the last epoch; None without them.

    The gap of a run is another figure: to its test accuracy, in the epoch that was tested (`rows.GAP`)."""
    rise: float
    """How much higher the validation loss is than at its lowest, as a share of that; 0 where it still falls."""
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
    last = curve[-1][0]
    ahead, rise = _ahead(last), _rise(vals, low)
    overfits = weigh(ahead, rise, _certain(vals, low)) >= 1 and losses[-1] < losses[low]
    made = CurveReading(
        curve[low][0].epoch if overfits else None, curve[low][0].epoch, ahead, rise, low == len(vals) - 1, ""
    )
    return made._replace(reason=_reason(made, _lowest(vals, low), _now(vals, low), last.epoch))


def weigh(ahead: float | None, rise: float, certain: float) -> float:
    """Gap and rise of the validation loss weighed together: 1 and more is overfitting.

    `ahead` is in points (None counts as none), `rise` a share of the lowest loss, `certain` the rise that is beyond
    doubt by itself. Without any rise the weight is 0.
    """
    return max(0.0, ahead or 0.0) / _AHEAD + rise / certain if rise > 0 else 0.0


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
    """What the curves of a run say, and what to try next; None as in `read_curves`, and where no other images do."""
    reading = read_curves(run.epochs)
    is_watching_others = run.experiment.test != TRAIN or run.experiment.training.validation != "test"
    if reading is None or not is_watching_others:
        return None
    return reading, next_experiment(run.experiment, reading) if run.has_experiment else None


def _losses(epoch: Epoch) -> tuple[float, float]:
    return epoch.metrics.get("loss", math.nan), epoch.metrics.get("val_loss", math.nan)


def _ahead(epoch: Epoch) -> float | None:
    train, val = epoch.metrics.get("accuracy"), epoch.metrics.get("val_accuracy")
    if train is None or val is None or not math.isfinite(train - val):
        return None
    return (train - val) * 100


def _rise(vals: Sequence[float], low: int) -> float:
    lowest = _lowest(vals, low)
    return max(0.0, _now(vals, low) / lowest - 1) if lowest and low < len(vals) - 1 else 0.0


def _now(vals: Sequence[float], low: int) -> float:
    """The level of the last epochs after the lowest, or of the lowest where it is the last."""
    return statistics.median(vals[low + 1 :][-_LAST:] or vals[-1:])


def _lowest(vals: Sequence[float], low: int) -> float:
    """The level around the lowest value: in a long curve that is the lowest by chance as well."""
    return statistics.median(vals[max(0, low - 1) : low + 2]) if len(vals) >= _LONG else vals[low]


def _certain(vals: Sequence[float], low: int) -> float:
    """The rise, as a share of the lowest loss, that this curve's jitter does not explain."""
    if len(vals) < _LONG:
        return _RISE
    bends = [abs(vals[at] - (vals[at - 1] + vals[at + 1]) / 2) for at in range(1, len(vals) - 1)]
    jitter = statistics.fmean(bends) / _BEND
    return max(_RISE, _JITTER * jitter / _lowest(vals, low)) if vals[low] else _RISE


def _reason(reading: CurveReading, lowest: float, now: float, last: int) -> str:
    """What was seen, with both numbers."""
    seen = counted(last, "epoch")
    numbers = _numbers(reading, lowest, now)
    if reading.onset is not None:
        return f"overfits after epoch {reading.onset}: {numbers}"
    if reading.still_falling:
        return f"no overfitting in {seen}: {numbers}"
    return f"no clear overfitting in {seen}: {numbers}; together that is too little to be told from chance"


def _numbers(reading: CurveReading, lowest: float, now: float) -> str:
    """The gap and the rise, in words."""
    ahead = ""
    if reading.ahead is not None:
        side = "ahead of" if reading.ahead >= 0 else "behind"
        ahead = f"training is {abs(reading.ahead):.1f} points {side} validation, and "
    if reading.still_falling:
        return f"{ahead}the validation loss was still falling ({now:.4f}, a rise of 0 %)"
    digits = 0 if reading.rise >= 0.0095 else 1
    rise = f"the validation loss has risen by {reading.rise * 100:.{digits}f} %"
    return f"{ahead}{rise}, from {lowest:.4f} around epoch {reading.lowest} to {now:.4f} in the last epochs"


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
    if not any(isinstance(layer, AUGMENTATION) for layer in layers.values()):
        moved = RandomTranslation(height_factor=0.1, width_factor=0.1)
        yield "RandomTranslation 0.1 before everything: images moved a little", stack.insert(0, moved)
    for at in dense[-2:-1]:
        layer = layers[at]
        if isinstance(layer, Dense) and layer.kernel_regularizer is None:
            yield "l2 0.0001 on the weights of the first Dense", stack.change(at, kernel_regularizer=L1L2(l2=0.0001))
        if isinstance(layer, Dense) and layer.units >= 16:
            yield f"{layer.units // 2} units instead of {layer.units}", stack.change(at, units=layer.units // 2)


def _stopped_in_time(experiment: Experiment, reading: CurveReading) -> Suggestion | None:
    if reading.onset is None or experiment.then or reading.onset >= experiment.training.epochs:
        return None
    return Suggestion(f"stop after epoch {reading.onset}", experiment.with_training(epochs=reading.onset))


def _trained_longer(experiment: Experiment) -> Suggestion | None:
    if experiment.then:  # which of its phases should be longer, the curves do not tell
        return None
    epochs = experiment.training.epochs * 2
    try:
        longer = experiment.with_training(epochs=epochs)
    except ValueError:
        return None
    return Suggestion(f"train for {epochs} epochs", longer)
