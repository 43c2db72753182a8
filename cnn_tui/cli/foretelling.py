"""What the past runs of the history foretell of experiments, for the command line."""

from __future__ import annotations

import sqlite3

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.foretelling.foretold import Foretold
from cnn_tui.cli.runs import open_history
from cnn_tui.cli.streams import say
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import HistoryError


def foretell(experiment: Experiment) -> Foretold | None:
    """What a run would take here; None where past runs do not tell, or cannot be read, which is said."""
    if not experiment.dataset:
        return None
    try:
        with open_history() as history:
            return Estimator(history).foretell(experiment)
    except (HistoryError, sqlite3.Error) as error:
        say(f"what a run takes is not foretold: {error}")
        return None
