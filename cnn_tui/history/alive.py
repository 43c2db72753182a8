"""Whether a run that is recorded as going still goes on: its process may be gone without having said so.

The process that trains a run holds its lock, which the kernel takes back when the process ends, however it ends. So
the number of a process that was given to another one misleads nobody. A home may be shared by machines whose kernels do
not see each other's locks: of a run that another of them trains, it is not known here whether it goes on.
"""

from __future__ import annotations

import functools
import platform
import sqlite3
from pathlib import Path
from typing import NamedTuple

import msgspec

from cnn_tui import locks
from cnn_tui.history.ending import Ending, Status
from cnn_tui.history.run import PLACES, Progress, Run
from cnn_tui.home import home, on_network
from cnn_tui.text import moment

GOING = "status IN ('running', 'paused')"
"""A run that is trained, or pauses, in SQL."""
GOING_HERE = f"{GOING} AND executor = 'here'"
"""Such a run that no job of a cluster trains: of those, only the cluster knows whether they go on."""


class Machine(NamedTuple):
    """A machine since it was last started."""

    host: str
    boot: str
    """What its kernel calls the time since it started; containers on one machine have it in common. "" if unknown."""


class Gone(NamedTuple):
    """How a run ended whose process is gone."""

    status: Status
    ending: Ending
    cause: str


@functools.cache
def this_machine() -> Machine:
    """The machine that this process runs on."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        boot = ""
    return Machine(platform.node(), boot)


def is_elsewhere(host: str, boot: str) -> bool:
    """Whether a run is trained on another machine that shares the home, so that its lock tells nothing here."""
    here = this_machine()
    return host not in ("", here.host) and not (boot and boot == here.boot) and on_network(home())


def is_gone(run_id: int, host: str, boot: str) -> bool:
    """Whether it is certain that nobody trains a run any more; `host` and `boot` are the machine that took it."""
    try:
        held = locks.is_held(locks.run_lock(run_id))
    except OSError:  # it is not ours to open, or its file system has no locks
        return False
    return not held and not is_elsewhere(host, boot)


def elsewhere_in_words(run: Run) -> str:
    """What is known of a live run that another machine trains: `on node7, last heard of 2026-11-28 12:31`; else "".

    Of a cluster's job: `SLURM job 12, partition gpu, on node7`, and why it waits.
    """
    if run.live and run.executor != "here":
        return _job_in_words(run)
    if not run.live or not is_elsewhere(run.host, run.boot):
        return ""
    heard = moment(run.heard) if run.heard else ""
    return f"on {run.host}" + (f", last heard of {heard}" if heard else "")


def _job_in_words(run: Run) -> str:
    place = PLACES[run.executor]
    given = run.job and not run.job.startswith("?")
    return ", ".join(
        (
            f"{place} job {run.job}" if given else f"to be given to {place}",
            *([f"partition {run.partition}"] if run.partition else []),
            *([f"on {run.host}"] if run.host and run.status != "queued" else []),
            *([f"waits for {run.waits_for}"] if run.waits_for and run.status == "queued" else []),
        )
    )


def end_of_gone(wish: str, progress: Progress, done: int, epochs: int) -> Gone:
    """How such a run ended: it had recorded `done` of `epochs` epochs, and `wish` was asked of it."""
    kept = f"{done} of {epochs} epochs are kept"
    if wish != "now":
        return Gone("interrupted", "gone", f"the training process is gone; {kept}")
    where = f"in epoch {progress.epoch} of {epochs}" if progress.epoch else "before training began"
    return Gone("stopped", "user", f"stopped now by you {where}; its process did not answer and was killed, {kept}")


def show_gone(db: sqlite3.Connection) -> None:
    """Let a connection read runs whose process is gone as ended, where that cannot be written into their rows.

    What reads `runs` reads a view of them from now on; what writes names `main.runs`, the table itself.
    """
    db.create_function("is_gone", 3, is_gone)
    db.create_function("end_of_gone", 5, _part_of_end)
    db.execute("PRAGMA temp_store = MEMORY")
    columns = [str(row[1]) for row in db.execute("PRAGMA main.table_info(runs)")]
    end = "end_of_gone('{}', wish, progress, epochs_done, epochs)"
    instead = {name: end.format(name) for name in ("status", "ending", "stop_cause")} | {"pid": "NULL", "wish": "''"}
    shown = ", ".join(
        f"iif({GOING_HERE} AND is_gone(id, host, boot), {instead[name]}, {name}) AS {name}" if name in instead else name
        for name in columns
    )
    db.execute(f"CREATE TEMP VIEW IF NOT EXISTS runs AS SELECT {shown} FROM main.runs")


def _part_of_end(column: str, wish: str, progress: str, done: int, epochs: int) -> str:
    end = end_of_gone(wish, msgspec.json.decode(progress, type=Progress), done, epochs)
    return {"status": end.status, "ending": end.ending, "stop_cause": end.cause}[column]
