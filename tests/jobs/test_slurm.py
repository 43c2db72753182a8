"""Runs on a real SLURM of the test's own: whatever happens to a job, its run ends, and its row is true."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cnn_tui import __version__
from cnn_tui.analysis.search.trials import trials_of
from cnn_tui.history.elsewhere import run_elsewhere
from cnn_tui.history.elsewhere.run_elsewhere import batch_of, last_ledger
from cnn_tui.history.history import History
from cnn_tui.history.searches import SearchPlan, add_search, has_going_search, search_of
from cnn_tui.jobs import launch
from cnn_tui.jobs.clusters import slurm, slurm_job
from cnn_tui.jobs.clusters.slurm import Slurm
from cnn_tui.jobs.search.searching import take_forward
from tests.jobs.cluster_lab import EPOCHS, EXPERIMENT, ClusterLab, epochs_of
from tests.jobs.slurm_cluster import Cluster, missing
from tests.jobs.stand_in import HELD_AFTER, StandInJob, wait_for_checkpoint
from tests.waiting import wait_for

pytestmark = pytest.mark.skipif(bool(missing()), reason=f"not installed: {missing()} (Debian: slurmctld slurmd munge)")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("slurm"))
    try:
        made.start()
        yield made
    finally:
        made.end()


@pytest.fixture
def login(cluster: Cluster, home: Path, monkeypatch: pytest.MonkeyPatch) -> Cluster:
    """The cluster, with this process on its login node."""
    monkeypatch.setenv("SLURM_CONF", str(cluster.configuration))
    monkeypatch.setenv("PYTHONPATH", launch.environment()["PYTHONPATH"])
    return cluster


@pytest.fixture
def lab(history: History) -> ClusterLab:
    return ClusterLab(history, Slurm(), {"time": 5})


def test_runs_end_with_true_rows_whatever_happens_to_their_jobs(
    login: Cluster, lab: ClusterLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm_job, "TrainingJob", StandInJob)
    preempted, told, cancelled, stopped, left, last = ids = [lab.history.add(EXPERIMENT) for _ in range(6)]
    with lab.held():
        first = lab.wait_for_epochs(preempted)
        assert (first.partition, first.host in ("n1", "n2"), first.status) == ("main", True, "running")
        waiting = lab.wait(last, lambda run: run.waits_for != "", "why it waits")
        assert (waiting.status, waiting.waits_for in ("Resources", "Priority")) == ("queued", True)
        lab.history.ask(left, "stop")  # while its job waits
        lab.wait(left, lambda run: run.job == "", "that its job is gone")

        login.ask("scontrol", "requeue", first.job)
        lab.wait(preempted, lambda run: run.status == "queued", "that it waits again")
        with login.warned(lab.wait_for_epochs(told).job):
            lab.wait(told, lambda run: run.status == "queued", "that it waits again")
        lab.reopen()
        with login.ordered("scancel", lab.wait_for_epochs(cancelled).job):
            lab.wait_for_end([cancelled])
        lab.wait_for_epochs(stopped)
        lab.history.ask(stopped, "stop")
        lab.wait_for_end([stopped])
        lab.reopen()
    lab.between_looks = login.hurry
    runs = dict(zip(ids, lab.wait_for_end(ids), strict=True))
    assert [runs[one].status for one in ids] == [
        "finished",
        "finished",
        "interrupted",
        "stopped",
        "stopped",
        "finished",
    ]
    for one in (preempted, told, last):
        assert epochs_of(runs[one]) == [*range(1, EPOCHS + 1)]
    assert (runs[cancelled].ending, runs[cancelled].stop_cause) == (
        "killed",
        f"SLURM job {runs[cancelled].job} was cancelled (scancel); {len(runs[cancelled].epochs)} of {EPOCHS} epochs "
        "are kept",
    )
    assert (runs[stopped].ending, runs[left].ending, runs[left].job) == ("user", "queue", "")
    assert "queued again by the cluster" in lab.events(preempted)[0]
    assert lab.events(preempted)[1].startswith("resumed after epoch")
    assert "its job was preempted and was queued again" in lab.events(told)[0]

    assert lab.history.resume(cancelled)  # as one that was interrupted at home
    (resumed,) = lab.wait_for_end([cancelled])
    assert (resumed.status, epochs_of(resumed)) == ("finished", [*range(1, EPOCHS + 1)])


@pytest.mark.long
def test_the_trials_of_a_search_are_trained_by_jobs_two_at_a_time(
    login: Cluster, lab: ClusterLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm_job, "TrainingJob", StandInJob)
    keys = ("learning_rate=1e-4..1e-2 log",)
    plan = SearchPlan(EXPERIMENT, keys, trials=3, candidates=1, repeats=2, at_once=2, place="slurm")
    number, most = add_search(lab.history, msgspec.structs.replace(plan, job_options={"time": 5})), 0

    def is_over() -> bool:
        nonlocal most
        take_forward(lab.history)
        most = max(most, len(lab.history.live_runs()))
        lab.look()
        return not has_going_search(lab.history)

    wait_for(is_over, "the end of the search")
    search = search_of(lab.history, number)
    assert search is not None and search.status == "finished", search
    every = trials_of(lab.history, search)
    assert most == 2
    assert [one.repeats for one in every] == [None, None, None, 1, 1]
    for one in every:
        assert one.run is not None and one.run.job and one.run.host in ("n1", "n2")
        assert one.figure == 0.8


def test_what_cannot_be_trained_says_why(
    login: Cluster, lab: ClusterLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.history.job_options = {"partition": "gpus"}
    refused = lab.history.add(EXPERIMENT)
    assert lab.wait_for_end([refused])[0].stop_cause == (
        "SLURM does not take the job: Batch job submission failed: Invalid partition name specified"
    )
    lab.history.job_options = {}
    (tmp_path / "submitit.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # on its node, no package is what it is here
    without = lab.history.add(EXPERIMENT)
    (run,) = lab.wait_for_end([without])
    assert (run.status, run.ending) == ("failed", "crashed")
    assert "No module named" in run.stop_cause and "_log.out" in run.stop_cause
    monkeypatch.setenv("PATH", os.devnull)
    nobody = lab.history.add(EXPERIMENT)
    monkeypatch.setattr(lab.executor, "look", lambda given: {})
    assert lab.wait_for_end([nobody])[0].stop_cause.startswith("there is no sbatch here")
    assert not slurm.is_login_node()


@pytest.mark.long
def test_a_node_with_another_version_says_so(login: Cluster, lab: ClusterLab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_elsewhere, "__version__", "0.0.7")
    (run,) = lab.wait_for_end([lab.history.add(EXPERIMENT)])
    assert (run.status, run.ending, run.epochs) == ("failed", "error", ())
    assert run.stop_cause.endswith(f" has cnn-tui {__version__}, and the lab 0.0.7: install the same on both")


@pytest.mark.long
def test_the_controller_may_be_restarted_while_eight_runs_wait(
    login: Cluster, lab: ClusterLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm_job, "TrainingJob", StandInJob)
    ids = [lab.history.add(EXPERIMENT) for _ in range(7)]
    with lab.held():
        for one in ids[:2]:
            lab.wait_for_epochs(one)
        login.end_controller()
        ids.append(lab.history.add(EXPERIMENT))
        assert lab.run(ids[-1]).waits_for.startswith("SLURM to answer")
    for one in ids[:2]:  # they need no controller
        wait_for_checkpoint(one, EPOCHS)
    login.start_controller()
    for run in lab.wait_for_end(ids):
        assert (run.status, epochs_of(run), lab.events(run.id)) == ("finished", [*range(1, EPOCHS + 1)], [])
        assert last_ledger(run.id) == 1, "its job began once"


@pytest.mark.long
def test_a_job_that_has_the_number_of_a_lost_one_is_not_taken_for_it(
    login: Cluster, lab: ClusterLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm_job, "TrainingJob", StandInJob)
    lab.history.job_options = {"time": 5, "sbatch": ["--hold"]}
    with login.forgetting():
        run_id = lab.history.add(EXPERIMENT)
        job = lab.wait(run_id, lambda run: run.job.isdecimal(), "its job").job
    other = ("sbatch", "--parsable", "--job-name=other", "--hold", "--output=/dev/null", "--wrap=sleep 600")
    wait_for(lambda: login.ask(*other).strip() == job, "a job with that number")
    lab.executor.end(job, batch_of(run_id), {})
    (run,) = lab.wait_for_end([run_id])
    lost = f"SLURM job {job} has its number no more, which is another job's; 0 of {EPOCHS} epochs are kept"
    assert (run.status, run.ending, run.stop_cause) == ("interrupted", "gone", lost)
    assert login.ask("squeue", "-h", "-j", job, "-o", "%T %j").strip() == "PENDING other"
    login.ask("scancel", "--name=other")
    assert lab.history.resume(run_id)
    login.ask("scontrol", "release", lab.wait(run_id, lambda run: run.job.isdecimal(), "its job").job)
    assert lab.wait_for_end([run_id])[0].status == "finished"


@pytest.mark.long
def test_eight_runs_end_while_everything_happens_and_the_lab_is_closed(
    login: Cluster, lab: ClusterLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slurm_job, "TrainingJob", StandInJob)
    lab.history.job_options = {"time": 1}
    ids = [lab.history.add(EXPERIMENT)]
    lab.history.job_options = {"time": 5}
    ids += [lab.history.add(EXPERIMENT) for _ in range(7)]
    late, preempted, cancelled, lost, *others = ids
    jobs = {one: lab.wait(one, lambda run: run.job.replace("_", "").isdecimal(), "its job").job for one in ids}

    with lab.held():  # nobody looks after the runs from here on
        for one in (late, preempted):
            wait_for_checkpoint(one, HELD_AFTER)
        login.ask("scontrol", "requeue", jobs[preempted])
        wait_for_checkpoint(cancelled, HELD_AFTER)
        with login.ordered("scancel", jobs[cancelled]):
            wait_for_checkpoint(lost, HELD_AFTER)
        login.end_controller()
        login.start_controller()
        wait_for(lambda: login.state(jobs[lost]) == "RUNNING", "the controller")
        node = login.ask("squeue", "-h", "--array", "-j", jobs[lost], "-o", "%N").strip()
        login.kill_node(node)
        wait_for(lambda: login.state(jobs[lost]) == "PENDING", "that the node is missed")
        login.start_node(node)
        wait_for(lambda: login.state(jobs[late]) == "PENDING", "the end of its minute")

    def have_ended() -> bool:
        login.hurry()
        return {login.state(job) for job in jobs.values()} <= {"COMPLETED", "CANCELLED"}

    wait_for(have_ended, "the end of all jobs")
    lab.reopen()
    runs = dict(zip(ids, lab.wait_for_end(ids), strict=True))
    for one in (late, preempted, lost, *others):
        assert (runs[one].status, epochs_of(runs[one])) == ("finished", [*range(1, EPOCHS + 1)])
    assert (runs[cancelled].status, epochs_of(runs[cancelled])) == ("interrupted", [*range(1, HELD_AFTER + 1)])
    assert "was cancelled (scancel)" in runs[cancelled].stop_cause
    assert "its job ran out of its minute and was queued again" in lab.events(late)[0]
    for one in (preempted, lost):
        assert ("its job began again on n" in lab.events(one)[0], len(lab.events(one))) == (True, 2)
    for one in others:
        assert (lab.events(one), last_ledger(one)) == ([], 1)
