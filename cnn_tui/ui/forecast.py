"""What is foretold of the experiment under edit: worked out anew when it, or what past runs tell, has changed."""

from __future__ import annotations

import contextlib
import sqlite3

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.foretelling.foretold import Foretold
from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import History

NO_RUN = "How long it takes is known once a run has trained here."
TOO_SHORT = "No run here was long enough to tell how long this one takes."


class Forecast:
    """Asks an estimator, from `begin` on: past runs are read only when the lab's first picture stands."""

    def __init__(self, document: Document, history: History) -> None:
        self._document = document
        self._estimator = Estimator(history)
        self._begun = False
        self._of: Experiment | None = None
        """The experiment that `_foretold` is of; None where it has to be worked out anew."""
        self._foretold: Foretold | None = None
        self._unknown = NO_RUN

    def begin(self) -> None:
        """From now on say something."""
        self._begun = True

    def look(self) -> None:
        """The history has changed."""
        self._of = None

    def versions(self) -> list[str]:
        """What is foretold in words, the longest first; none before the beginning, and of what cannot be trained."""
        view, experiment = self._document.view, self._document.experiment
        if not self._begun or view.problems or not experiment.dataset:
            return []
        if self._of != experiment:
            self._foretold, self._unknown = None, NO_RUN
            with contextlib.suppress(DatasetError, sqlite3.Error):  # what reads the history all the time says so
                self._foretold = self._estimator.foretell(experiment)
                if self._foretold is None and self._estimator.has_timed_runs():
                    self._unknown = TOO_SHORT
            self._of = experiment
        return self._foretold.versions() if self._foretold else [self._unknown]
