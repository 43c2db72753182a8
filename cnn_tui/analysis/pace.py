"""The arithmetic of estimates: how much work a run is, how fast it goes, what is left, and how that is said. Pure."""

from __future__ import annotations

import functools
import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

from cnn_tui.data.dataset import DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_parts import image_parts, on_stand_in
from cnn_tui.experiment.training.phases import phases_of
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.run import Line, Progress, Run
from cnn_tui.network.stack import Shape, Stack
from cnn_tui.network.step_work import WORK_KINDS, WorkAmounts, WorkKind, step_work
from cnn_tui.network.summary import FLOAT_BYTES

OVERHEAD = 2.5
"""Seconds that a run takes besides its epochs and its test: loading the data, building, saving, leaving. Measured."""
FORWARD_SHARE = 1 / 3
"""What it costs to evaluate an image, as a share of training on it: the backward pass takes twice as long again."""

USUAL_MEMORY = (680e6, 8.0, 2.0)
"""Bytes that TensorFlow takes, and those that are taken for each byte of the network and of the images. Measured."""
_REMEMBERED = {"sgd": 0, "adagrad": 1, "rmsprop": 1, "adam": 2, "adamw": 2, "nadam": 2, "adamax": 2, "adadelta": 2}
"""How many numbers an optimizer remembers of a weight."""
USUAL_SPEEDS = WorkAmounts(
    operations=2e-5, multiplications=1.2e-11, filled_up=1.2e-11, windowed=6e-10, moved=6e-10, pictured=2.5e-9
)
"""Seconds that each part of the work takes on two cores of a processor. Measured once: how the parts compare is what
counts of it, until runs of the machine tell."""
USUAL_SPEEDS_ONEDNN = WorkAmounts(
    operations=2.5e-5,
    convolutions=2.5e-5,
    multiplications=9e-12,
    filled_up=5e-13,
    windowed=1.5e-10,
    moved=9e-10,
    pictured=3.5e-9,
)
"""The same where oneDNN does the arithmetic, as TensorFlow has it on processors with AVX512: it gathers next to nothing
and works on few filters at once, and each convolution costs something of its own."""

FEWEST_STEPS = 16
"""Of fewer steps, an epoch's seconds say little of other runs."""
SETTLED_STEPS, SETTLED_SHARE = 64, 0.05
"""The steps, and the share, of the first epoch after which its images a second are trusted: it begins by building the
graph."""

_RECENT = 3
"""How many epochs, the last ones, tell how long the next will take: a resumed run may have begun on another machine."""
_BEGINNING = 0.02
"""The share of an epoch below which a single step may have been all."""


class SecondsAnImage(NamedTuple):
    """Seconds for an image: to train on it, and to evaluate it (the forward pass alone)."""

    train: float
    evaluate: float

    def times(self, factor: float) -> SecondsAnImage:
        """The pace of a network that takes `factor` times the work."""
        return SecondsAnImage(self.train * factor, self.evaluate * factor)


class Work(NamedTuple):
    """What a run has to do: a step's work; training and validation images in an epoch; test images."""

    step: WorkAmounts
    train_images: int
    validation_images: int
    test_images: int
    batch_size: int = 32
    network_bytes: int = 0
    """What training holds of the network: weights, gradients, what the optimizer remembers, a batch's outputs."""
    image_bytes: int = 0
    """What the images take as they lie in memory."""

    @property
    def memory(self) -> tuple[float, ...]:
        """What it holds in memory: TensorFlow itself, once; bytes of the network; bytes of the images."""
        return 1.0, float(self.network_bytes), float(self.image_bytes)

    @property
    def cost(self) -> float:
        """What an image costs a usual machine, in seconds: its own, and its share of what a step costs."""
        return seconds_of_step(self.step, USUAL_SPEEDS) / self.batch_size

    def can_be_scaled(self, epochs: int) -> bool:
        """Whether an epoch has enough steps for its seconds to say how fast another run goes; the first takes more."""
        return self.train_images >= (FEWEST_STEPS if epochs > 1 else SETTLED_STEPS) * self.batch_size

    def pace(self, epoch: float, validation: float = 0.0) -> SecondsAnImage:
        """The pace of a run, from the seconds of an epoch's steps, and of its validation where they are known."""
        train = epoch / self.train_images
        known = self.validation_images and validation
        return SecondsAnImage(train, validation / self.validation_images if known else train * FORWARD_SHARE)

    def epoch(self, pace: SecondsAnImage) -> float:
        """Seconds that an epoch takes with its validation."""
        return self.train_images * pace.train + self.validation_images * pace.evaluate

    def run(self, pace: SecondsAnImage, epochs: int) -> float:
        """Seconds that a run takes from start to end."""
        return epochs * self.epoch(pace) + self.test_images * pace.evaluate + OVERHEAD


class TimeLeft(NamedTuple):
    """Seconds to the end of the epoch, its validation included once it is known, and to the end of training."""

    epoch: float
    run: float


def work_of(experiment: Experiment, dataset: str) -> Work | None:
    """What a run of the experiment does when it is trained on `dataset`; None when that cannot be described."""
    try:
        data = describe(dataset, experiment.data_options)
    except DatasetError:
        return None
    images, held = image_parts(on_stand_in(experiment, dataset), data.train_images, data.validation_images)
    if images <= 0:
        return None
    if experiment.training.steps_per_epoch is not None:
        images = experiment.training.steps_per_epoch * experiment.training.batch_size
    validated = data.tested if experiment.training.validation == "test" else held
    batch_size = experiment.training.batch_size
    if experiment.training.validation_steps is not None:
        validated = min(validated, experiment.training.validation_steps * batch_size)
    step = step_work(Stack(data.input_shape, experiment.layers), batch_size)
    total = step.total if not experiment.then else _mean_step(experiment, data.input_shape)
    kept = 1 + _REMEMBERED.get(experiment.training.optimizer, 1)
    numbers = step.weights + step.learned * kept + 2 * step.outputs  # on the way back each output has its error
    pixels = math.prod(data.input_shape) * (data.train_images + data.validation_images + data.test_images)
    return Work(total, images, validated, data.tested, batch_size, numbers * FLOAT_BYTES, pixels)


def _mean_step(experiment: Experiment, shape: Shape) -> WorkAmounts:
    """The work of a step in the mean of all epochs, for the first phase's size of a batch: other phases learn more."""
    amounts = [0.0] * len(WorkAmounts._fields)
    for phase in phases_of(experiment):
        size, share = phase.training.batch_size, phase.training.epochs / experiment.epochs
        step = step_work(Stack(shape, phase.layers), size).total
        for at, amount in enumerate(step):
            amounts[at] += amount * share * experiment.training.batch_size / size
    return WorkAmounts(*amounts)


@functools.lru_cache(maxsize=64)
def _costs(experiment: Experiment) -> tuple[tuple[int, float], ...]:
    """For each phase how many epochs it has, and what one of its epochs costs a usual machine."""
    found = []
    for phase in phases_of(experiment):
        size = phase.training.batch_size
        try:
            found.append(
                (phase.training.epochs, seconds_of_step(step_work(phase.stack, size).total, USUAL_SPEEDS) / size)
            )
        except DatasetError:
            found.append((phase.training.epochs, 1.0))
    return tuple(found)


def epochs_left(experiment: Experiment, epoch: int) -> float:
    """How many epochs as long as this one come after it; those of a later phase count by what they cost."""
    if not experiment.then:
        return max(0, experiment.epochs - epoch)
    before, now, left = 0, 0.0, 0.0
    for count, cost in _costs(experiment):
        now = now or (cost if epoch <= before + count else 0.0)
        left += cost / now * (before + count - max(epoch, before)) if now else 0.0
        before += count
    return left


def seconds_of_step(step: WorkAmounts, speeds: Sequence[float]) -> float:
    """What a step takes, where each kind of work takes so many seconds."""
    return sum(amount * speed for amount, speed in zip(step, speeds, strict=True))


def seconds_of_kinds(step: WorkAmounts, speeds: WorkAmounts) -> dict[WorkKind, float]:
    """The same, kind by kind."""
    found = dict.fromkeys(WORK_KINDS, 0.0)
    for kind, amount, speed in zip(WORK_KINDS, step, speeds, strict=True):
        found[kind] += amount * speed
    return found


def pace_so_far(line: Line, progress: Progress, work: Work) -> SecondsAnImage | None:
    """The pace of a run: the mean of its epochs, or in its first epoch, its images a second once they are steady."""
    if line.pace:
        return work.pace(line.pace, progress.validation_seconds)
    rate = progress.images_per_second
    settled = progress.step >= SETTLED_STEPS and progress.images >= SETTLED_SHARE * progress.images_an_epoch
    return work.pace(work.train_images / rate) if rate > 0 and settled else None


def seconds_left(progress: Progress, epochs: float, work: Work, pace: SecondsAnImage) -> float:
    """Seconds that are left of a run that is being trained, with so many epochs after this one, if it is not paused."""
    validation, test = work.validation_images * pace.evaluate, work.test_images * pace.evaluate
    end = test + OVERHEAD / 2
    if progress.phase == "evaluating":
        return end / 2
    if progress.phase == "saving":
        return end
    later = epochs * work.epoch(pace) + end
    if progress.phase == "validating":
        return validation / 2 + later
    steps = max(0, progress.images_an_epoch - progress.images) * pace.train
    return steps + validation + later


def settled_seconds(epochs: Sequence[Epoch]) -> float:
    """Seconds an epoch: the median, without the first of several, in which a machine warms up."""
    return statistics.median(epoch.pace for epoch in epochs[1:] or epochs)


def time_left(run: Run, now: Progress) -> TimeLeft | None:
    """How long a run still takes; None while its pace is not known."""
    if not knows_pace(run, now):
        return None
    validation = now.validation_seconds
    recent = run.epochs[-_RECENT:]
    whole = sum(one.pace for one in recent) / len(recent) if recent else now.images_an_epoch / now.images_per_second
    epoch = seconds_of_steps(now) + validation
    return TimeLeft(epoch, epoch + (whole + validation) * epochs_left(run.experiment, now.epoch))


def knows_pace(run: Run, now: Progress) -> bool:
    """Whether the images a second tell the pace: those of the very first step do not, since it builds the graph."""
    if now.images_per_second <= 0 or not now.images_an_epoch:
        return False
    begins = not run.epochs and now.images < now.images_an_epoch * _BEGINNING
    return not (begins and math.isclose(now.images_per_second * now.seconds, now.images, rel_tol=0.01))


def seconds_of_steps(now: Progress) -> float:
    """Seconds until the last step of this epoch; infinite while there is no pace."""
    left = max(0, now.images_an_epoch - now.images)
    return left / now.images_per_second if now.images_per_second > 0 else math.inf


def in_words(seconds: float) -> str:
    """Seconds as a person says an estimate: `40 s`, `12 min`, `3 h 20 min`, `5 days`."""
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
