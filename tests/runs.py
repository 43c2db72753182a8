"""Runs of a history, for tests that look at them."""

from __future__ import annotations

from cnn_tui.history.elsewhere.run_elsewhere import RunRecord
from cnn_tui.history.run import Run
from tests.waiting import wait_for


def run_of(history: RunRecord, run_id: int) -> Run:
    """A run that is there."""
    run = history.run(run_id)
    assert run is not None
    return run


def wait_for_end(history: RunRecord, run_id: int) -> Run:
    """The run once it has ended."""
    wait_for(lambda: not run_of(history, run_id).live, f"the end of run {run_id}")
    return run_of(history, run_id)
