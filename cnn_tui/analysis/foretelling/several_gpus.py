"""Whether several GPUs are quicker than one with the batches of an experiment, as foretold from the work of a step."""

from __future__ import annotations

from typing import NamedTuple

from cnn_tui.analysis.pace import seconds_of_kinds
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.run import ALL_GPUS
from cnn_tui.network.step_work import StepWork, WorkAmounts, step_work

USUAL_GPU = WorkAmounts(
    operations=4e-5, multiplications=1e-13, filled_up=1e-13, windowed=2e-12, moved=8e-12, pictured=2e-11
)
"""Seconds that each part of the work takes on a GPU, as far as its makers' figures tell: 40 microseconds to start the
operations of a layer, 10 million million multiplications a second, some 500 GB of memory traffic, 2,000 where what is
gathered for a kernel lies in its caches. Runs of the machine tell better."""
_SUMMED = 8e-11
"""Seconds in which a number that is learned goes from one GPU to another: 50 GB a second."""
WORTH = 1.25
"""How many times as fast several GPUs have to be to be worth their while."""


class Gain(NamedTuple):
    """What several GPUs gain on one."""

    times: float
    """How many times as fast they are; below 1 where they are slower."""
    starting: float
    """The share of a step on one GPU that is spent starting operations: each of several does all of that too."""


def gain(step: StepWork, count: int, speeds: WorkAmounts = USUAL_GPU) -> Gain:
    """What `count` GPUs gain, where the parts of the work take one so many seconds each."""
    kinds = seconds_of_kinds(step.total, speeds)
    alone, starting = sum(kinds.values()), kinds["launch"]
    # Each sends what it has learned once around, and gets the sums once around.
    summing = 2 * (count - 1) / count * step.learned * _SUMMED
    return Gain(alone / (starting + (alone - starting) / count + summing), starting / alone)


def why_little_gain(experiment: Experiment, count: int, speeds: WorkAmounts | None = None) -> str:
    """In words, why so many GPUs are not worth their while; "" where they are. Without `speeds` those of a usual GPU.

    It is foretold, and may be wrong: whoever insists is to be heard.
    """
    batch = experiment.training.batch_size
    found = gain(step_work(experiment.stack, batch), count, speeds or USUAL_GPU)
    if found.times >= WORTH:
        return ""
    speed = f"{found.times:.1f} times as fast as one" if found.times >= 1.05 else "no faster than one"
    if found.starting >= 0.5:
        why = (
            f"{found.starting:.0%} of a step is starting operations, and each GPU starts all of them for its share of "
            f"{batch:,} images"
        )
    else:
        why = "what they have learned has to be summed after every step"
    gains = f"{ALL_GPUS} is likely to gain little: {count} GPUs are {speed}, because {why}"
    return f"{gains}; gpu leaves the others free, and a larger batch_size gains more"
