"""Runs on a real Ray of two nodes: whatever happens to a node or to the driver, each run ends, and its row is true."""

from __future__ import annotations

import os
import platform
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.history.alive import elsewhere_in_words
from cnn_tui.history.history import History
from cnn_tui.jobs.clusters.ray_executor import Ray
from tests.jobs.cluster_lab import EPOCHS, EXPERIMENT, ClusterLab, epochs_of
from tests.jobs.ray_cluster import Cluster, missing
from tests.jobs.stand_in import wait_for_checkpoint
from tests.waiting import processes_of

pytestmark = [pytest.mark.long, pytest.mark.skipif(missing(), reason="not installed: ray")]
STAND_IN = ("tests.jobs.stand_in",)
ALL = [*range(1, EPOCHS + 1)]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    made = Cluster()
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture
def lab(home: Path, history: History, cluster: Cluster) -> Iterator[ClusterLab]:
    made = ClusterLab(history, Ray(STAND_IN), {"address": cluster.address})
    yield made
    made.executor.rest()


def kill_driver(home: Path) -> None:
    (driver,) = processes_of(home, "cnn_tui.jobs.clusters.ray_driver")
    os.kill(driver, signal.SIGKILL)


def test_eight_runs_end_whatever_happens_to_a_node_and_the_driver_and_with_the_lab_closed(
    lab: ClusterLab, cluster: Cluster, home: Path
) -> None:
    first, second, waiting, *_ = ids = [lab.history.add(EXPERIMENT) for _ in range(8)]
    lab.history.job_options = {"address": cluster.address, "cpus": 2}
    large = lab.history.add(EXPERIMENT)
    with lab.held():
        runs = [lab.wait_for_epochs(one) for one in (first, second)]
        (lost,) = (run for run in runs if cluster.node_of(run.pid) == cluster.second)
        assert elsewhere_in_words(lost) == f"Ray job {lost.job}, on {platform.node()}"
        lab.wait(waiting, lambda run: run.waits_for == "1 CPU to be free", "why it waits")
        lab.wait(large, lambda run: "a node with 2 CPUs, which" in run.waits_for, "why it waits")
        lab.history.ask(large, "stop")  # while its job waits
        lab.wait(large, lambda run: run.job == "", "that its job is gone")

        kill_driver(home)  # nobody looks after the runs from here on
        cluster.lose_second()
    for one in ids:
        wait_for_checkpoint(one, EPOCHS)
    lab.reopen()
    for run in lab.wait_for_end(ids):
        assert (run.status, epochs_of(run)) == ("finished", ALL)
    again, resumed = lab.events(lost.id)
    assert ("its job began again on" in again, resumed.startswith("resumed after epoch 2")) == (True, True)
    assert lab.run(large).ending == "queue"


def test_what_ends_before_its_time_says_why(lab: ClusterLab) -> None:
    executor = lab.executor
    assert isinstance(executor, Ray)
    cancelled = lab.history.add(EXPERIMENT)
    with lab.held():
        run = lab.wait_for_epochs(cancelled)
        executor.end(run.job, "", lab.history.job_options)
        (run,) = lab.wait_for_end([cancelled])
    assert (run.status, run.stop_cause) == ("interrupted", f"Ray job {run.job} was cancelled; 2 of 5 epochs are kept")
    executor.training = ("tests.jobs.no_such_module",)
    crashes = lab.history.add(EXPERIMENT)
    (run,) = lab.wait_for_end([crashes])
    assert (run.status, run.ending) == ("failed", "crashed")
    assert run.stop_cause == "the training process ended with exit status 1; 0 of 5 epochs are kept"
    lab.history.job_options = {"address": "127.0.0.1:1"}
    nobody = lab.history.add(EXPERIMENT)
    lab.wait(nobody, lambda run: run.waits_for.startswith("Ray to answer: nothing answers at 127.0.0.1:1"), "why")
    lab.history.ask(nobody, "stop")
    lab.wait_for_end([nobody])
