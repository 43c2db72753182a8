"""What is foretold of a run as it begins, and kept beside what it ran on."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.foretelling.foretold import IN_ENVIRONMENT, foretold_of
from cnn_tui.data.dataset import DatasetError
from cnn_tui.history.history import History
from cnn_tui.history.run import ALL_GPUS, Run
from cnn_tui.network.step_work import WorkAmounts
from cnn_tui.training.log import say


class Foretelling(NamedTuple):
    """What past runs tell of one that begins."""

    environment: Mapping[str, Any] = MappingProxyType({})
    """What is foretold, to be kept with what it runs on."""
    gpu: WorkAmounts | None = None
    """Seconds that each part of the work takes on one GPU; None where no run tells."""


def foretold_by(history: History, run: Run) -> Foretelling:
    """What past runs foretell of a run; of one that began before, what was foretold then."""
    gpu = None
    if run.train_images > 0:
        found = foretold_of(run)
    else:
        try:
            estimator = Estimator(history)
            found = estimator.foretell(run.experiment, run.device) if run.has_experiment else None
            gpu = estimator.speeds_of_gpu() if run.device == ALL_GPUS else None
        except (DatasetError, sqlite3.Error) as error:
            say(f"What the run takes is not foretold: {error}")
            found = None
    return Foretelling({IN_ENVIRONMENT: found.to_json()} if found is not None else {}, gpu)
