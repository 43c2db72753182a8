"""Has learning rates tested by a process of its own. Loads neither TensorFlow nor NumPy."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import msgspec

from cnn_tui.analysis.rate_test import RateReading
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.home import home, rate_test_log_path
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.launch import open_log, python

LOWEST, HIGHEST, STEPS = 1e-6, 10.0, 200
"""The rates of the first and the last step, and how many steps there are."""
_PATIENCE = 600.0
"""Seconds that the first step may take: the data is read before it."""
_LONGEST_LINE = 100_000


class RateTestError(Exception):
    """The rates cannot be tested; the message is a sentence."""


class RateTestRequest(msgspec.Struct, frozen=True):
    """What is asked of the process, on a line of its input."""

    experiment: Experiment
    device: str = ""
    seed: int = 1
    lowest: float = LOWEST
    highest: float = HIGHEST
    steps: int = STEPS


class RateTestLine(msgspec.Struct, frozen=True):
    """A line of its output: a reading (a loss that is no number is None), or why there are none; `end` at the last.

    The first names the `dataset` that is used, which stands in for another where that is not here.
    """

    rate: float = 0.0
    loss: float | None = None
    dataset: str = ""
    error: str = ""
    end: bool = False


def tested_rates(request: RateTestRequest, use: Callable[[str], None]) -> Iterator[RateReading]:
    """The readings, as they come; they end where the loss has gone. `use` is told the dataset that is used.

    Raises RateTestError, and OSError when no process can be started.
    """
    with open_log(rate_test_log_path()) as log:
        process = Child(python("cnn_tui.training.rate_test"), errors=log, folder=home())
    try:
        process.write_line(msgspec.json.encode(request))
        process.close_input()
        while True:
            line = _line(process)
            if line.error:
                raise RateTestError(line.error)
            if line.end:
                return
            if line.dataset:
                use(line.dataset)
                continue
            yield RateReading(line.rate, float("nan") if line.loss is None else line.loss)
    finally:
        process.end()


def _line(process: Child) -> RateTestLine:
    try:
        line = process.read_line(_PATIENCE, _LONGEST_LINE)
        if line:
            return msgspec.json.decode(line, type=RateTestLine)
    except (TimeoutError, ValueError) as error:
        raise RateTestError(f"the rates could not be tested: {error}; see {rate_test_log_path()}") from None
    raise RateTestError(f"the process that tests the rates ended; see {rate_test_log_path()}")
