"""What looks after the runs of a cluster, with a cluster that forgets its jobs, or does not answer for a moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cnn_tui.history.elsewhere.cluster_jobs import job_runs
from cnn_tui.history.elsewhere.run_elsewhere import RunElsewhere, tell_end
from cnn_tui.history.history import History
from cnn_tui.history.run import Place, Run
from cnn_tui.jobs.clusters.elsewhere import Elsewhere
from cnn_tui.jobs.clusters.executor import JobState, SilentError
from tests.jobs.cluster_lab import EXPERIMENT


class Forgetful:
    """A cluster that takes jobs and does nothing with them."""

    place: Place = "ray"
    forgets_none = True

    def __init__(self) -> None:
        self.batches: list[str] = []
        self.jobs: dict[str, JobState] = {}
        self.answers = True

    def start(self, batch: str, runs: Sequence[Run], options: Mapping[str, Any]) -> list[str]:
        self.batches.append(batch)
        self.jobs |= {f"{batch}_{index}": JobState("RUNNING", True, True, "", "", batch) for index in range(len(runs))}
        if not self.answers:
            raise SilentError("it takes too long")
        return [f"{batch}_{index}" for index in range(len(runs))]

    def look(self, given: Mapping[str, Mapping[str, Any]]) -> dict[str, JobState]:
        return self.jobs

    def end(self, job: str, batch: str, options: Mapping[str, Any]) -> None:
        self.jobs.pop(job, None)

    def last_words(self, job: str) -> str:
        return ""

    def rest(self) -> None: ...


def keeper_of(history: History, cluster: Forgetful) -> Elsewhere:
    history.place = "ray"
    return Elsewhere(history, cluster, ask=0.0, settle=0.0)


def test_a_run_whose_job_is_forgotten_is_given_out_again(history: History) -> None:
    cluster = Forgetful()
    keeper = keeper_of(history, cluster)
    run_id = history.add(EXPERIMENT)
    keeper.look()
    with RunElsewhere(run_id) as record:
        record.claim(run_id, 1, 1)
    keeper.look()
    cluster.jobs.clear()
    for _ in range(3):
        keeper.look()
    (run,) = job_runs(history, "ray")
    assert (run.status, run.job, len(cluster.batches)) == ("queued", f"{cluster.batches[-1]}_0", 2)
    assert "is given out again from the last checkpoint" in next(event.text for event in history.events(run_id))


def test_a_run_is_not_given_out_twice_where_only_the_answer_was_lost(history: History) -> None:
    cluster = Forgetful()
    cluster.answers = False
    keeper = keeper_of(history, cluster)
    history.add(EXPERIMENT)
    history.add(EXPERIMENT)
    for _ in range(3):
        keeper.look()
    assert [run.job for run in job_runs(history, "ray")] == [f"{cluster.batches[0]}_{index}" for index in range(2)]
    assert len(cluster.batches) == 1


def test_a_process_that_did_not_say_how_it_ended_has_that_said_for_it(history: History) -> None:
    keeper = keeper_of(history, Forgetful())
    began, never = history.add(EXPERIMENT), history.add(EXPERIMENT)
    keeper.look()
    with RunElsewhere(began) as record:
        record.claim(began, 1, 1)
    for run_id in (began, never):
        tell_end(run_id, "the training process was killed by signal 9")
        tell_end(run_id, "it is said once")
    keeper.look()
    ends = [(run.status, run.ending, run.stop_cause) for run in history.runs()]
    why = "the training process was killed by signal 9; 0 of 5 epochs are kept"
    assert ends == [("interrupted", "killed", why), ("failed", "crashed", why)]
