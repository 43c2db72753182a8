"""What is foretold of a run as it begins, and kept beside what it ran on."""

from __future__ import annotations

import sqlite3
from typing import Any

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.foretold import IN_ENVIRONMENT, foretold_of
from cnn_tui.data.dataset import DatasetError
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.training.log import say


def foretold_by(history: History, run: Run) -> dict[str, Any]:
    """What past runs foretell of a run, for its environment; of one that began before, what was foretold then."""
    if run.train_images > 0:
        found = foretold_of(run)
    else:
        try:
            found = Estimator(history).foretell(run.experiment, run.device) if run.has_experiment else None
        except (DatasetError, sqlite3.Error) as error:
            say(f"What the run takes is not foretold: {error}")
            found = None
    return {IN_ENVIRONMENT: found.to_json()} if found is not None else {}
