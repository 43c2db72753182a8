"""What the lab watches: the run that goes on now, or the last one, read from the history when it changed."""

from __future__ import annotations

from cnn_tui.experiments.history import History
from cnn_tui.experiments.run import Point, Progress, Run


class Live:
    """The run on show, kept up to date by `poll`."""

    def __init__(self, history: History) -> None:
        self.run: Run | None = None
        self.progress = Progress()
        self.points: list[Point] = []
        self.waiting = 0
        self._history = history
        self._version: int | None = None

    def poll(self) -> bool:
        """Read what changed; False, without reading a table, when nothing did."""
        version = self._history.data_version()
        if version == self._version:
            return False
        self._version = version
        self.read()
        return True

    def read(self) -> None:
        """Read the run on show. For after a change that this process made, which `poll` does not see."""
        live = self._history.live_runs()
        self.waiting = sum(run.status == "queued" for run in live)
        before = self.run.id if self.run else None
        self.run = next((run for run in live if run.status != "queued"), None) or self._last_shown(live)
        if self.run is None:
            return
        if self.run.id != before:
            self.points = []
        self.progress = self._history.progress(self.run.id)
        self.points += self._history.points(self.run.id, self.points[-1].at if self.points else -1.0)

    @property
    def going(self) -> Run | None:
        """The run that is being trained now."""
        return self.run if self.run and self.run.status in ("running", "paused") else None

    def _last_shown(self, live: list[Run]) -> Run | None:
        if live:
            return live[0]
        lines = self._history.lines(limit=1)
        return self._history.run(lines[0].id) if lines else None
