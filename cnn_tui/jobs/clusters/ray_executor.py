"""Runs as jobs of a Ray cluster, through a driver in a process of its own (`ray_driver.py`), one for each address."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from cnn_tui.history.run import Place, Run
from cnn_tui.home import home
from cnn_tui.jobs.child import Child
from cnn_tui.jobs.clusters.executor import JobState, RefusedError, SilentError
from cnn_tui.jobs.clusters.ray_options import RayOptions, obstacle, port_of
from cnn_tui.jobs.launch import open_log, python
from cnn_tui.text import cause_of, quiet

TRAINING = ("cnn_tui.training.train", "--elsewhere")
"""The module that trains on a node, and what it is told before the number of the run."""
_JOIN, _ANSWER = 60.0, 30.0
"""Seconds that joining a cluster, or beginning one's own, may take, and an answer of the driver's."""
_CONNECT = 5.0
"""Seconds that the head may take to accept a connection; Ray itself would try for minutes."""
_PART = 5.0
"""Seconds that the driver may take to end."""
_AGAIN = 20.0
"""Seconds from one try to join a cluster that does not answer to the next."""
_LONGEST = 10_000_000


class DriverProcess:
    """A process that has joined the cluster at an address. Raises RefusedError and SilentError when it cannot."""

    def __init__(self, address: str) -> None:
        if place := port_of(address):
            try:
                socket.create_connection(place, timeout=_CONNECT).close()
            except OSError as error:
                raise SilentError(f"nothing answers at {address} ({cause_of(error)})") from None
        # The jobs of one history are found by their names, among themselves.
        namespace = f"cnn-tui-{hashlib.sha256(str(home()).encode()).hexdigest()[:12]}"
        with open_log(home() / "ray" / "driver.log") as log:
            command = python("cnn_tui.jobs.clusters.ray_driver", address, namespace)
            self._child = Child(command, errors=log, folder=home())
        said = self._read(_JOIN)
        if "refused" in said:
            raise RefusedError(said["refused"])
        if "silent" in said:
            raise SilentError(said["silent"])
        self.resources: dict[str, float] = said
        """What the cluster has: CPU, GPU, memory in bytes."""

    def ask(self, question: str, *arguments: Any) -> Any:
        """The driver's answer. Raises SilentError; it is of no use then."""
        try:
            self._child.write_line(json.dumps([question, *arguments]).encode())
        except OSError:
            raise SilentError("its driver has ended") from None
        return self._read(_ANSWER)

    def _read(self, seconds: float) -> Any:
        try:
            line = self._child.read_line(seconds, _LONGEST)
        except (TimeoutError, ValueError) as error:
            self.end()
            raise SilentError(str(error)) from None
        if not line:
            self.end()
            raise SilentError(f"its driver has ended; see {home() / 'ray' / 'driver.log'}")
        return json.loads(line)

    def end(self) -> None:
        """Leave the cluster; a Ray of its own ends."""
        self._child.leave(_PART)


class Ray:
    """The clusters that runs name."""

    place: Place = "ray"
    forgets_none = True

    def __init__(self, training: Sequence[str] = TRAINING) -> None:
        self.training = training
        self._drivers: dict[str, DriverProcess] = {}
        self._said: dict[str, str] = {}
        self._silent: dict[str, tuple[float, SilentError]] = {}
        """When a cluster could not be joined, and why: it is not tried again at once, for a try may take long."""

    def start(self, batch: str, runs: Sequence[Run], options: Mapping[str, Any]) -> list[str]:
        """As Executor.start."""
        if why := obstacle():
            raise RefusedError(why)
        jobs = {f"{batch}_{index}": run.id for index, run in enumerate(runs)}
        asked = msgspec.convert(options, RayOptions)
        self._ask(asked.address, "start", jobs, str(home()), msgspec.to_builtins(asked), self.training)
        return list(jobs)

    def look(self, given: Mapping[str, Mapping[str, Any]]) -> dict[str, JobState]:
        """As Executor.look; of the jobs of a cluster that does not answer it is that which is known."""
        states: dict[str, JobState] = {}
        for address in sorted({options["address"] for options in given.values()}):
            asked = {job: options for job, options in given.items() if options["address"] == address}
            try:
                states |= self._states(self._ask(address, "look", asked))
            except (SilentError, RefusedError) as error:
                states |= _unknown(asked, f"Ray to answer: {quiet(str(error), 200)}")
        return states

    def _states(self, found: dict[str, dict[str, Any]]) -> dict[str, JobState]:
        self._said |= {job: state["said"] for job, state in found.items() if state.get("said")}
        return {
            job: JobState(
                state["word"],
                not state.get("over", False),
                not state.get("lost", False),
                "",
                state.get("waits_for", ""),
                job.rpartition("_")[0],
                state.get("how", ""),
            )
            for job, state in found.items()
        }

    def end(self, job: str, batch: str, options: Mapping[str, Any]) -> None:
        """As Executor.end; a job has its batch in its name."""
        self._ask(options["address"], "end", job)

    def last_words(self, job: str) -> str:
        """As Executor.last_words: what Ray says of a job that could not begin."""
        return self._said.pop(job, "")

    def rest(self) -> None:
        """As Executor.rest."""
        for driver in self._drivers.values():
            driver.end()
        self._drivers.clear()

    def _ask(self, address: str, question: str, *arguments: Any) -> Any:
        """Ask the driver of a cluster. Raises RefusedError and SilentError."""
        try:
            return self._driver(address).ask(question, *arguments)
        except SilentError:
            self._drivers.pop(address, None)
            raise

    def _driver(self, address: str) -> DriverProcess:
        """The driver of a cluster, started if there is none. Raises RefusedError and SilentError."""
        if address not in self._drivers:
            tried, why = self._silent.get(address, (0.0, None))
            if why is not None and time.monotonic() - tried < _AGAIN:
                raise why
            try:
                self._drivers[address] = DriverProcess(address)
            except SilentError as error:
                self._silent[address] = (time.monotonic(), error)
                raise
        return self._drivers[address]


def _unknown(jobs: Iterable[str], waits_for: str) -> dict[str, JobState]:
    return {job: JobState("UNKNOWN", True, True, "", waits_for, "") for job in jobs}
