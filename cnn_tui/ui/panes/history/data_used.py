"""On what data the runs of the history were trained and tested, and which of it their figures rank by."""

from __future__ import annotations

from cnn_tui.data.dataset import STAND_INS
from cnn_tui.history.history import History
from cnn_tui.history.run import Line


class DataUsed:
    """The data of all runs, as it was when it was read last: the dataset, how many images of each part."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._used: list[tuple[str, int, int]] = []
        self._is_same = True
        self._looked_through = 0
        """Up to this run, the data of each is known."""

    def read(self) -> None:
        self._used = self._history.data_used()

    def ranked(self, baseline: Line | None) -> tuple[str, int, int] | None:
        """What the figures that rank are of: the baseline's data, else what most runs had; None where all had that."""
        if len(self._used) < 2:
            return None
        return baseline.images if baseline and baseline.train_images else self._used[0]

    def dataset(self, baseline: Line | None) -> str:
        """The dataset of the figures that rank; "" before a run was trained."""
        images = self.ranked(baseline) or next(iter(self._used), None)
        return images[0] if images else ""

    def is_same(self) -> bool:
        """Whether all runs have one dataset, and that whole; looks only at runs that were not looked at before."""
        if self._is_same:
            self._is_same = not self._history.has_other_data(self._looked_through, STAND_INS)
            # A run that has not begun may yet get other data than it asked for.
            self._looked_through = self._history.ended_until()
        return self._is_same
