"""The home of these tests. It is one for a whole process of tests: its worker keeps TensorFlow ready for the next."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui import locks
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import History
from tests.cli.conftest import inside  # noqa: F401 - a fixture
from tests.faults import lab as made
from tests.faults.lab import Lab
from tests.waiting import end_processes_of


@pytest.fixture(scope="session")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the history that most of these tests break something in."""
    home = tmp_path_factory.mktemp("faults")
    # As if a lab were open: after each run the worker makes the next process ready.
    present = locks.take(home / "present.lock", shared=True)
    assert present is not None
    yield home
    locks.release(present)
    end_processes_of(home)


@pytest.fixture
def lab(shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """The history in the shared home. No run is left behind."""
    monkeypatch.setenv("CNN_TUI_HOME", str(shared_home))
    monkeypatch.setenv("CNN_TUI_WORKER_IDLE", "300")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    with History() as history:
        opened = Lab(shared_home, history)
        yield opened
        for run in reversed(history.live_runs()):
            history.ask(run.id, "now")
        if history.live_runs():
            opened.wake()
            opened.wait(lambda: not history.live_runs(), "the end of all runs")


@pytest.fixture
def tiny(tmp_path: Path) -> Experiment:
    """An experiment whose epochs take milliseconds."""
    return made.tiny(tmp_path)


@pytest.fixture
def random_one(tmp_path: Path) -> Experiment:
    """An experiment with all that is random in it, whose epochs take long enough to be caught in their middle."""
    return made.random_one(tmp_path)
