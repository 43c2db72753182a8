"""Runs as jobs of a SLURM cluster, through submitit; what SLURM itself says of them comes from squeue."""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from cnn_tui.history.run import Place, Run
from cnn_tui.home import home
from cnn_tui.jobs.clusters import slurm_job
from cnn_tui.jobs.clusters.executor import JobState, RefusedError, SilentError
from cnn_tui.jobs.clusters.slurm_options import SlurmOptions, obstacle
from cnn_tui.text import cause_of, quiet

_ENDS = {
    "CANCELLED": "was cancelled (scancel)",
    "TIMEOUT": "ran out of its time",
    "DEADLINE": "ran out of its time",
    "NODE_FAIL": "lost its node",
    "BOOT_FAIL": "lost its node",
    "OUT_OF_MEMORY": "ran out of memory",
    "PREEMPTED": "was preempted",
}
_OVER = frozenset({"COMPLETED", "FAILED", *_ENDS})
"""The states of a job that does not begin any more."""
_WAITING = frozenset({"PENDING", "REQUEUED", "REQUEUE_HOLD", "SPECIAL_EXIT", "RESV_DEL_HOLD"})
_SECONDS = 30.0
"""How long a command of SLURM's may take; a controller that is down is tried for long."""
_TIMEOUTS = 1_000
"""So often a job may run out of its time and go on."""
_SILENT = ("unable to contact slurm", "connection refused", "socket timed out", "communication", "zero bytes")
"""Parts of what SLURM says when it does not answer, rather than refuse."""


class Slurm:
    """The cluster that this machine is a login node of."""

    place: Place = "slurm"
    forgets_none = False

    def start(self, batch: str, runs: Sequence[Run], options: Mapping[str, Any]) -> list[str]:
        """As Executor.start; several runs are one array of jobs."""
        if why := obstacle():
            raise RefusedError(why)
        from submitit import AutoExecutor  # only where it is installed
        from submitit.core.utils import FailedJobError, FailedSubmissionError

        asked = msgspec.convert(options, SlurmOptions)
        try:
            executor = AutoExecutor(str(_folder()), cluster="slurm", slurm_max_num_timeout=_TIMEOUTS)
            executor.update_parameters(name=batch, **_parameters(asked))
            job = slurm_job.TrainingJob(str(home()), asked.time)
            jobs = executor.map_array(job, [run.id for run in runs])
        except (FailedJobError, FailedSubmissionError, OSError) as error:
            said = _said(str(error))
            if any(part in said.lower() for part in _SILENT):
                raise SilentError(said) from None
            raise RefusedError(f"SLURM does not take the job: {said}") from None
        return [str(one.job_id) for one in jobs]

    def look(self, given: Mapping[str, Mapping[str, Any]]) -> dict[str, JobState]:
        """As Executor.look: squeue knows of jobs that ended for MinJobAge, five minutes where nothing else is set."""
        lines = _run("squeue", "--me", "--states=all", "--array", "--noheader", "--format=%i|%T|%P|%j|%r").splitlines()
        states = {}
        for line in lines:
            job, word, partition, batch, reason = line.split("|", 4)
            waits = word in _WAITING
            why = reason.strip("()") if waits and reason != "None" else ""
            how = _ENDS.get(word, "")
            states[job] = JobState(word, word not in _OVER, not waits, partition, why, batch, how)
        return states

    def end(self, job: str, batch: str, options: Mapping[str, Any]) -> None:
        """As Executor.end: a controller that was killed may give a number out again."""
        with contextlib.suppress(RefusedError):  # it has ended, or is not known any more
            # Not `scancel --name`: of an array of jobs, that takes all that wait.
            if batch in ("", *_run("squeue", "--noheader", f"--jobs={job}", "--format=%j").split()):
                _run("scancel", job)

    def last_words(self, job: str) -> str:
        """As Executor.last_words, from the file that submitit names."""
        log = Path(str(_folder()).replace("%j", job)) / f"{job}_0_log.out"
        try:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-40:]
        except OSError:
            return ""
        ours = [line for line in lines if line.strip() and not line.startswith(("srun:", "slurmstepd:"))]
        return f"{quiet(ours[-1], 300)}; see {log}" if ours else f"see {log}"

    def rest(self) -> None:
        """As Executor.rest: nothing of it is kept."""


def is_login_node() -> bool:
    """Whether this machine seems to be one that only gives jobs to a cluster: it has sbatch, but is none of its nodes.

    What cannot be told counts as no.
    """
    configured = "SLURM_CONF" in os.environ or any(map(os.path.exists, ("/etc/slurm/slurm.conf", "/run/slurm/conf")))
    if not configured or "SLURM_JOB_ID" in os.environ or shutil.which("sbatch") is None:
        return False
    try:
        nodes = _run("scontrol", "show", "node", "--oneliner", seconds=5.0)
    except (RefusedError, SilentError):
        return False
    mine = {platform.node(), platform.node().partition(".")[0]}
    words = {word.partition("=")[2] for line in nodes.splitlines() for word in line.split() if "=" in word}
    return not mine & words


def _folder() -> Path:
    """Where submitit keeps the files of a job."""
    return home() / "slurm" / "%j"


def _parameters(asked: SlurmOptions) -> dict[str, Any]:
    """The options as submitit names them."""
    named = {name: getattr(asked, name) for name in ("partition", "account", "qos", "gres") if getattr(asked, name)}
    more = {}
    for line in asked.sbatch:
        key, given, value = line.removeprefix("--").partition("=")
        more[key] = value if given else True
    return {
        "timeout_min": asked.time,
        "stderr_to_stdout": True,
        # A short job is told of its end when a quarter of its time is left.
        "slurm_signal_delay_s": min(slurm_job.WARNING, asked.time * 15),
        **({"cpus_per_task": asked.cpus} if asked.cpus else {}),
        **{f"slurm_{name}": value for name, value in named.items()},
        **({"slurm_additional_parameters": more} if more else {}),
    }


def _run(*command: str, seconds: float = _SECONDS) -> str:
    """What a command of SLURM's prints. Raises RefusedError and SilentError."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise SilentError(f"{command[0]} did not answer in {seconds:.0f} seconds") from None
    except OSError as error:
        raise SilentError(f"{command[0]} cannot be run: {cause_of(error)}") from None
    if done.returncode:
        said = _said(done.stderr)
        raise (SilentError if any(part in said.lower() for part in _SILENT) else RefusedError)(said)
    return done.stdout


def _said(words: str) -> str:
    """The last thing that SLURM said, without the name of the command."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    return quiet(lines[-1].rpartition("error: ")[2], 300) if lines else "it does not say why"
