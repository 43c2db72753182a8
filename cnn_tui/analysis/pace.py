"""The arithmetic of estimates: what a run has to do, how fast it goes, what is left, and how that is said. Pure."""

from __future__ import annotations

import functools
import math
from typing import NamedTuple

from cnn_tui.data.dataset import DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.run import Line, Progress, Run
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize

BESIDE = 2.5
"""Seconds that a run takes beside its epochs and its test: loading the data, building, saving, leaving. Measured."""
FORWARD = 1 / 3
"""What an image costs that is only looked at: learning from one takes the way back too, twice as long."""

STEP = 4.5e6
"""What a step costs whatever the network, in multiplications that take as long. Measured with a Dense of 10 units."""

SETTLED_STEPS, SETTLED_SHARE = 64, 0.05
"""So much of the first epoch has to be behind it before its images a second are trusted: the graph is built in it."""

_RECENT = 3
"""So many epochs tell how long the next ones take: a resumed run may have begun on another machine."""
_BEGINNING = 0.02
"""The share of an epoch in which there may have been one step only."""


class SecondsAnImage(NamedTuple):
    """Seconds for an image: to learn from it, and only to look at it."""

    learn: float
    look: float

    def times(self, factor: float) -> SecondsAnImage:
        """The pace of a network that is so many times the work."""
        return SecondsAnImage(self.learn * factor, self.look * factor)


class Work(NamedTuple):
    """What there is to do: multiplications for an image, images to learn from and to watch in an epoch, and to test."""

    macs: int
    images: int
    watched: int
    tested: int
    batch: int = 32

    @property
    def cost(self) -> float:
        """What an image costs, in multiplications: its own, and its share of what a step costs."""
        return self.macs + STEP / self.batch

    @property
    def tells(self) -> bool:
        """Whether an epoch has steps enough for its seconds to say how fast another run goes."""
        return self.images >= SETTLED_STEPS * self.batch

    def pace(self, epoch: float, validation: float = 0.0) -> SecondsAnImage:
        """The pace of a run whose epochs took so many seconds for their steps, and for their validation if known."""
        learn = epoch / self.images
        return SecondsAnImage(learn, validation / self.watched if self.watched and validation else learn * FORWARD)

    def epoch(self, pace: SecondsAnImage) -> float:
        """Seconds that an epoch takes with its validation."""
        return self.images * pace.learn + self.watched * pace.look

    def run(self, pace: SecondsAnImage, epochs: int) -> float:
        """Seconds that a run takes from start to end."""
        return epochs * self.epoch(pace) + self.tested * pace.look + BESIDE


class TimeLeft(NamedTuple):
    """Seconds to the end of the epoch, its validation included once it is known, and to the end of training."""

    epoch: float
    run: float


def work_of(experiment: Experiment, dataset: str) -> Work | None:
    """What a run of the experiment does when it is trained on `dataset`; None when that cannot be described."""
    try:
        data = describe(dataset)
    except DatasetError:
        return None
    held, validation = 0, experiment.training.validation
    if isinstance(validation, float):
        held = round(data.train_images * validation)
    images = data.train_images - held
    if images <= 0:
        return None
    watched = data.test_images if validation == "test" else held
    macs = _macs(Stack(data.input_shape, experiment.layers))
    return Work(macs, images, watched, data.test_images, experiment.training.batch_size)


def pace_so_far(line: Line, progress: Progress, work: Work) -> SecondsAnImage | None:
    """The pace of a run: the mean of its epochs, else what the images a second of its first one tell."""
    if line.pace:
        return work.pace(line.pace, progress.validation_seconds)
    rate = progress.images_per_second
    settled = progress.step >= SETTLED_STEPS and progress.images >= SETTLED_SHARE * progress.images_an_epoch
    return work.pace(work.images / rate) if rate > 0 and settled else None


def seconds_left(progress: Progress, epochs: int, work: Work, pace: SecondsAnImage) -> float:
    """What is left of a run that has begun to train; a pause that goes on is not foreseen."""
    validation, test = work.watched * pace.look, work.tested * pace.look
    end = test + BESIDE / 2
    if progress.phase == "evaluating":
        return end / 2
    if progress.phase == "saving":
        return end
    later = (epochs - progress.epoch) * work.epoch(pace) + end
    if progress.phase == "validating":
        return validation / 2 + later
    steps = max(0, progress.images_an_epoch - progress.images) * pace.learn
    return steps + validation + later


def time_left(run: Run, now: Progress) -> TimeLeft | None:
    """How long it still takes; None when it cannot be told."""
    if not is_told(run, now):
        return None
    validation = now.validation_seconds
    recent = run.epochs[-_RECENT:]
    whole = sum(one.seconds for one in recent) / len(recent) if recent else now.images_an_epoch / now.images_per_second
    epoch = seconds_of_steps(now) + validation
    return TimeLeft(epoch, epoch + (whole + validation) * max(0, run.experiment.training.epochs - now.epoch))


def is_told(run: Run, now: Progress) -> bool:
    """Whether the images a second tell the pace: the very first step includes that the graph is built."""
    if now.images_per_second <= 0 or not now.images_an_epoch:
        return False
    begins = not run.epochs and now.images < now.images_an_epoch * _BEGINNING
    return not (begins and math.isclose(now.images_per_second * now.seconds, now.images, rel_tol=0.01))


def seconds_of_steps(now: Progress) -> float:
    """Seconds until the last step of the epoch that goes on; infinite while there is no pace."""
    time_left = max(0, now.images_an_epoch - now.images)
    return time_left / now.images_per_second if now.images_per_second > 0 else math.inf


def in_words(seconds: float) -> str:
    """Seconds as a person says them, for an estimate: `40 s`, `12 min`, `3 h 20 min`."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours < 48 else f"{hours // 24} days"


def clock(seconds: float) -> str:
    """Seconds as `0:21` or `1:02:05`."""
    whole = round(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


@functools.lru_cache(4_000)
def _macs(stack: Stack) -> int:
    return summarize(stack).macs
