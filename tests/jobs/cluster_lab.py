"""A history whose runs go to a cluster, and what looks after them there."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.jobs.clusters.elsewhere import Elsewhere
from cnn_tui.jobs.clusters.executor import Executor
from tests.jobs.stand_in import HELD_AFTER
from tests.waiting import wait_for

EPOCHS = 5
EXPERIMENT = load_preset("lab1-baseline").with_training(epochs=EPOCHS)


class ClusterLab:
    """A history whose runs go to the cluster, and what looks after them."""

    def __init__(self, history: History, executor: Executor, options: dict[str, Any]) -> None:
        self.history, self.executor = history, executor
        history.place, history.job_options = executor.place, options
        self.between_looks: Callable[[], object] = lambda: None
        self.reopen()

    def reopen(self) -> None:
        """Whoever looked after the runs is gone, and another begins."""
        self._keeper = Elsewhere(self.history, self.executor, ask=0.3, settle=0.5)

    def look(self) -> None:
        self._keeper.look()

    def run(self, run_id: int) -> Run:
        self.look()
        self.between_looks()
        run = self.history.run(run_id)
        assert run is not None
        return run

    def wait(self, run_id: int, until: Callable[[Run], bool], what: str) -> Run:
        wait_for(lambda: until(self.run(run_id)), f"run {run_id}: {what}")
        return self.run(run_id)

    def wait_for_epochs(self, run_id: int) -> Run:
        return self.wait(run_id, lambda run: len(run.epochs) >= HELD_AFTER, f"{HELD_AFTER} epochs")

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Inside this no run comes further than its second epoch."""
        hold = self.history.path.with_name("hold")
        hold.touch()
        try:
            yield
        finally:
            hold.unlink()

    def wait_for_end(self, ids: Sequence[int]) -> list[Run]:
        return [self.wait(one, lambda run: not run.live, "its end") for one in ids]

    def events(self, run_id: int) -> list[str]:
        return [event.text for event in self.history.events(run_id)]


def epochs_of(run: Run) -> list[int]:
    return [epoch.epoch for epoch in run.epochs]
