"""The queue outlives failures and the machine: the real worker and real training, on a dataset that takes no time."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.file import read
from cnn_tui.history.history import History
from cnn_tui.history.run import Progress
from cnn_tui.jobs import launch, worker
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.standby import Standby
from tests.cli.command import cnn_tui, write_dataset, write_experiment
from tests.runs import run_of, wait_for_end
from tests.waiting import end_processes_of, processes_of, wait_for


@pytest.fixture
def tiny(tmp_path: Path) -> Experiment:
    """Two classes that are told apart at once: an epoch takes milliseconds."""
    return read(write_experiment(tmp_path / "tiny.toml", write_dataset(tmp_path / "tiny.npz")))


@pytest.mark.long
def test_after_the_machine_died_the_queue_goes_on_in_its_order_past_a_failure(
    home: Path, history: History, tiny: Experiment
) -> None:
    going = history.add(tiny.with_training(epochs=100_000))
    last, failing, moved = history.add(tiny), history.add(tiny), history.add(tiny)
    history.store.execute(
        "UPDATE runs SET experiment = json_set(experiment, '$.layers[1].units', 1) WHERE id = ?", (failing,)
    )
    history.move(moved, -9)
    history.move(last, 9)
    launch.wake()
    # The one that is next by position is taken, not the oldest.
    assert wait_for_end(history, moved).status == "finished"
    wait_for(lambda: run_of(history, going).epochs, "an epoch of the run that goes on")
    end_processes_of(home)  # all at once, by SIGKILL, as when the power fails
    assert run_of(history, going).status == "running", "nobody was left to say otherwise"
    assert [line.id for line in history.queue()] == [failing, last]

    answer = cnn_tui("queue")
    assert answer.status == 0, answer
    assert [int(row.split()[1]) for row in answer.out.splitlines()[1:]][-2:] == [failing, last]
    interrupted = run_of(history, going)
    assert interrupted.status == "interrupted"
    assert interrupted.stop_cause.endswith("epochs are kept")
    failed = wait_for_end(history, failing)
    assert (failed.status, failed.stop_cause) == (
        "failed",
        "layer 2: the network gives 1 number, but the data has 2 classes",
    )
    assert wait_for_end(history, last).status == "finished"
    wait_for(lambda: not processes_of(home), "the end of the worker and of all that it started")


@pytest.mark.long
def test_a_run_that_is_killed_does_not_stop_the_queue(home: Path, history: History, tiny: Experiment) -> None:
    killed, after = history.add(tiny.with_training(epochs=100_000)), history.add(tiny)
    launch.wake()
    wait_for(lambda: run_of(history, killed).epochs, "its first epoch")
    pid = run_of(history, killed).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert wait_for_end(history, killed).status == "interrupted"
    assert wait_for_end(history, after).status == "finished"


class Counted(Standby):
    """A standby that only counts how often it is asked for; the first time lets `process` end, a little later."""

    def __init__(self, process: Child) -> None:
        super().__init__()
        self.asked = 0
        self._ends = threading.Timer(0.2, process.communicate)

    def prepare(self) -> Child:
        if not self.asked:
            self._ends.start()
        self.asked += 1
        return Child(["true"])


@pytest.fixture
def stand_in() -> Iterator[Child]:
    """A process that takes the place of a training, until its standard input is closed."""
    process = Child([sys.executable, "-c", "import sys; sys.stdin.read()"])
    yield process
    process.kill()
    process.wait()


LAST_STEPS = Progress("training", 2, 90, 100, 900, 1_000, images_per_second=100.0)


@pytest.mark.parametrize(
    ("progress", "spare", "soon"),
    [
        (Progress("loading data"), 14.0, False),
        (Progress("training", 1, 99, 100, 990, 1_000, images_per_second=100.0), 14.0, False),
        (Progress("validating", 1, 100, 100, 1_000, 1_000, images_per_second=100.0), 14.0, False),
        # One second before the end of training: only where a core is idle.
        (LAST_STEPS, 0.2, False),
        (LAST_STEPS, 14.0, True),
        (Progress("training", 2, 10, 100, 100, 1_000, images_per_second=100.0), 14.0, False),
        (Progress("training", 2), 14.0, False),
        (Progress("validating", 2, 100, 100, 1_000, 1_000, images_per_second=100.0), 0.2, True),
        (Progress("saving", 1), 0.2, True),
        (Progress("evaluating", 1), 0.2, True),
    ],
)
def test_the_next_process_is_made_ready_once_that_slows_no_training(
    history: History,
    tiny: Experiment,
    monkeypatch: pytest.MonkeyPatch,
    progress: Progress,
    spare: float,
    soon: bool,
) -> None:
    monkeypatch.setattr(worker, "spare_cores", lambda: spare)
    run_id = history.add(tiny)
    history.claim(run_id, os.getpid(), 1)
    history.record_progress(run_id, progress)
    assert worker.ends_soon(history, run_id) is soon


def test_it_is_made_ready_once_and_only_when_somebody_waits_for_it(
    history: History, tiny: Experiment, stand_in: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LOOK", 0.01)
    run_id = history.add(tiny)
    history.claim(run_id, os.getpid(), 1)
    history.record_progress(run_id, Progress("evaluating", 2))
    assert not worker.is_wanted(history)
    with launch.presence():
        assert worker.is_wanted(history)
    history.add(tiny)
    assert worker.is_wanted(history)
    standby = Counted(stand_in)
    assert worker.attend(history, standby, run_id, stand_in) == 0
    assert standby.asked == 1
