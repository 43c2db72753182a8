"""What past runs took, from which those that have not begun are foretold: their work, their pace, their memory."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.analysis.foretelling import speed_fit
from cnn_tui.analysis.foretelling.speed_fit import Measured
from cnn_tui.analysis.pace import (
    USUAL_MEMORY,
    USUAL_SPEEDS,
    USUAL_SPEEDS_ONEDNN,
    SecondsAnImage,
    Work,
    pace_so_far,
    seconds_of_step,
    settled_seconds,
    work_of,
)
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History
from cnn_tui.history.run import ALL_GPUS, Line, Place, Progress, Run
from cnn_tui.history.timed_runs import timed
from cnn_tui.network.step_work import WorkAmounts

LATEST = 40
"""How many runs, the last ones of a machine, tell of others."""
_LEAST = 0.05
"""What a run counts at least, however busy the machine was with other programs."""
_ALIKE_SIZE, _ALIKE_SHARE = 0.25, 0.05
"""Steps are alike whose seconds differ by a factor of not much more than e to the first, and the shares of each kind of
work in them by not much more than the second."""
_UNLIKE = 0.2
"""How much the speeds count beside a run that is the very same."""


class PastRun(NamedTuple):
    """A run that was trained, as far as it tells of others."""

    work: Work
    pace: SecondsAnImage
    memory: int
    """The most that it held, in bytes; 0 where that was not recorded."""
    asked: str
    """The device that it was asked to be trained on; "" for the freest GPU."""
    device: str
    """Where it was trained, in the words of its environment."""
    precision: str
    onednn: bool | None
    """Whether oneDNN did the arithmetic; None where that was not recorded."""
    counts: float
    """From 0 to 1: less where other programs took cores meanwhile."""

    @property
    def is_of_several(self) -> bool:
        """Whether several GPUs trained it together."""
        return self.asked == ALL_GPUS

    @property
    def seconds_of_step(self) -> float:
        return self.pace.train * self.work.batch_size


class PastRuns:
    """The last runs of this machine, and of each cluster. They are read once; one that goes on, after each epoch."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._read: dict[int, tuple[int, Run, Work | None]] = {}
        """How many epochs a run had when it was read, itself, and its work."""
        self._found: dict[Place, list[PastRun]] = {}
        self._going: Sequence[tuple[Line, Progress]] = ()

    def look(self, going: Sequence[tuple[Line, Progress]]) -> None:
        """Look anew when asked the next time; `going` are the runs that are trained now."""
        self._found.clear()
        self._going = going

    def like(self, place: Place, device: str, precision: str) -> list[PastRun]:
        """Those that were trained where a run is to be that is asked for on `device`, the newest first."""
        runs = [one for one in self._of(place) if one.is_of_several == (device == ALL_GPUS)]
        if real := _real_device(runs, device):
            runs = [one for one in runs if one.device == real]
        return [one for one in runs if one.precision == precision] or runs

    def _of(self, place: Place) -> list[PastRun]:
        if place not in self._found:
            going = [(line, progress) for line, progress in self._going if line.executor == place]
            known = {line.id for line, _ in going}
            ended = [line for line in timed(self._history, place, LATEST) if line.id not in known]
            lines = [*going, *((line, self._history.progress(line.id)) for line in ended)]
            self._found[place] = [one for line, progress in lines if (one := self._past_run(line, progress))]
        return self._found[place]

    def _past_run(self, line: Line, progress: Progress) -> PastRun | None:
        """The run as it tells of others; None where it does not: an epoch of few steps says little."""
        if line.id not in self._read or self._read[line.id][0] != line.epochs_done:
            run = self._history.run(line.id)
            if run is None:
                return None
            self._read[line.id] = line.epochs_done, run, work_of(run.experiment, line.dataset)
        _, run, work = self._read[line.id]
        pace: SecondsAnImage | None
        if work is None or not work.can_be_scaled(len(run.epochs)):
            return None
        if run.experiment.then:
            if len(run.epochs) < run.experiment.epochs:
                return None  # the work is the mean of all phases
            pace = work.pace(statistics.fmean(one.pace for one in run.epochs), progress.validation_seconds)
        elif run.epochs:
            pace = work.pace(settled_seconds(run.epochs), progress.validation_seconds)
        else:
            pace = pace_so_far(line, progress, work)
        if pace is None or pace.train <= 0:
            return None
        counts = max(_LEAST, 1 - _taken_by_others(run.epochs))
        device, onednn = str(run.environment.get("device", "")), run.environment.get("onednn")
        known, precision = onednn if isinstance(onednn, bool) else None, run.experiment.training.precision
        return PastRun(work, pace, progress.memory, run.device, device, precision, known, counts)


def _taken_by_others(epochs: Sequence[Epoch]) -> float:
    """The share of the cores that other programs took: the largest of the epochs that tell the pace.

    Short epochs have no record of it; the first, which builds the graph, is the longest and may have one.
    """
    later = [epoch.others for epoch in epochs[1:] if epoch.others is not None]
    return max(later or [epoch.others or 0.0 for epoch in epochs[:1]], default=0.0)


class Foundation(NamedTuple):
    """How fast a machine is, from the runs that tell it."""

    runs: Sequence[PastRun]
    speeds: WorkAmounts
    """Seconds that each kind of work takes."""
    evaluation: float
    """What it takes to evaluate an image, as a share of training on it."""
    memory: tuple[float, ...] | None
    """Bytes that TensorFlow takes, and those for each byte of the network and of the images; None if not known."""

    def seconds_of_step(self, step: WorkAmounts) -> float:
        """What a step takes: by the speeds, and where runs were much alike, by how far those were from the speeds."""
        seconds, weights, off = seconds_of_step(step, self.speeds), 0.0, 0.0
        for run in self.runs:
            weight = run.counts * self._likeness(run.work.step, step)
            weights += weight
            off += weight * math.log(run.seconds_of_step / seconds_of_step(run.work.step, self.speeds))
        return seconds * math.exp(off / (weights + _UNLIKE))

    def _likeness(self, step: WorkAmounts, other: WorkAmounts) -> float:
        """From 0 to 1: 1 where each kind of work takes as long, near 0 where it is not within some percent."""
        one, two = (seconds_of_step(each, self.speeds) for each in (step, other))
        apart = (math.log(one / two) / _ALIKE_SIZE) ** 2
        for amount, another, speed in zip(step, other, self.speeds, strict=True):
            apart += ((amount / one - another / two) * speed / _ALIKE_SHARE) ** 2
        return math.exp(-apart)


def foundation(runs: Sequence[PastRun]) -> Foundation | None:
    """What runs tell of a machine; None for no runs."""
    if not runs:
        return None
    took = [Measured(tuple(one.work.step), one.seconds_of_step, one.counts) for one in runs]
    held = [Measured(one.work.memory, float(one.memory)) for one in runs if one.memory > 0]
    shares = sorted(one.pace.evaluate / one.pace.train for one in runs)
    return Foundation(
        runs,
        WorkAmounts(*speed_fit.best_fit(took, usual_machines(runs))),
        shares[(len(shares) - 1) // 2],
        speed_fit.fit(held, USUAL_MEMORY) if held else None,
    )


def usual_machines(runs: Sequence[PastRun]) -> Sequence[WorkAmounts]:
    """The usual machines with which a fit may begin: the one of the newest run that tells, else any."""
    known = next((one.onednn for one in runs if one.onednn is not None), None)
    if known is None:
        return USUAL_SPEEDS, USUAL_SPEEDS_ONEDNN
    return (USUAL_SPEEDS_ONEDNN if known else USUAL_SPEEDS,)


def _real_device(runs: Sequence[PastRun], asked: str) -> str:
    """The device that a wish comes to, as far as past runs tell; "" where they do not."""
    if found := next((one.device for one in runs if one.asked == asked), ""):
        return found
    on_cpu = asked == "cpu"
    return next((one.device for one in runs if not asked or one.device.startswith("CPU") == on_cpu), "")
