"""Runs in a history for the tests of the training pane, and what the pane shows of them."""

from __future__ import annotations

import re

from textual.pilot import Pilot

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Progress
from cnn_tui.ui.app import LabApp
from tests.ui import fake
from tests.ui.screen import pane, until

MIDDLE = Progress("training", 3, 781, 1_875, 24_992, 60_000, 0.21, 0.9212, 7_500.0, 3.3)


def words(app: LabApp) -> str:
    """The pane's text without its frame, in single spaces."""
    inner = [line[1:-1] for line in pane(app, "training").splitlines()[1:-1]]
    return re.sub(r"\s+", " ", " ".join(inner))


async def shows(pilot: Pilot[None], *expected: str) -> None:
    """Wait until all of these are in the pane."""
    app = pilot.app
    assert isinstance(app, LabApp)
    for one in expected:
        await until(pilot, lambda one=one: one in words(app), one)  # type: ignore[misc]


def started(history: History, at: float, experiment: Experiment | str = "lab1-baseline") -> int:
    """A run that is `at` epochs far."""
    run_id = history.add(load_preset(experiment) if isinstance(experiment, str) else experiment)
    fake.begin(history, run_id)
    fake.play(history, run_id, at)
    return run_id


def ended(history: History, at: float, result: Result, experiment: Experiment | str = "lab1-baseline") -> int:
    """A run that came so far and ended so."""
    run_id = started(history, at, experiment)
    history.record_end(run_id, result)
    return run_id
