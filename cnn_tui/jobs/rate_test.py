"""Has learning rates tested by a process of its own. Loads neither TensorFlow nor NumPy."""

from __future__ import annotations

import msgspec

from cnn_tui.analysis.rate_test import RateReading
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.home import rate_test_log_path
from cnn_tui.jobs.work import WorkLine, WorkProcess

LOWEST, HIGHEST, STEPS = 1e-6, 10.0, 200
"""The rates of the first and the last step, and how many steps there are."""


class RateTestRequest(msgspec.Struct, frozen=True):
    """What is asked of the process, on a line of its input."""

    experiment: Experiment
    device: str = ""
    seed: int = 1
    lowest: float = LOWEST
    highest: float = HIGHEST
    steps: int = STEPS


class RateTestLine(WorkLine, frozen=True):
    """The reading of a step; a loss that is no number is None.

    The first line has none: it names the `dataset` that is used, which stands in for another where that is not here.
    """

    rate: float = 0.0
    loss: float | None = None
    dataset: str = ""

    @property
    def reading(self) -> RateReading | None:
        if self.dataset:
            return None
        return RateReading(self.rate, float("nan") if self.loss is None else self.loss)


class RateTest(WorkProcess[RateTestRequest, RateTestLine]):
    """The process that trains with a rate that grows; it ends where the loss has gone."""

    module = "cnn_tui.training.rate_test"
    log = staticmethod(rate_test_log_path)
    line = RateTestLine
    trouble = "the rates could not be tested"


def stand_in(line: RateTestLine, experiment: Experiment) -> str:
    """In a sentence, that another dataset is used than the experiment's; "" where it is that one."""
    if line.dataset in ("", experiment.dataset):
        return ""
    return f"it uses {line.dataset}, because {experiment.dataset} is not here; cnn-tui data says more"
