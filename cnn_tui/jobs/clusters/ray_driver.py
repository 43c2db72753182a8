"""The driver of a Ray cluster: `python -m cnn_tui.jobs.clusters.ray_driver ADDRESS NAMESPACE`, a child of the worker.

It is the only process of the lab's that loads Ray, which may take a process down with it. It reads questions and
writes answers, each a line of JSON, and ends when its input does. It keeps nothing that matters: jobs belong to the
cluster, so that another driver finds them by their names, in a namespace of the history's.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Sequence
from typing import Any

from cnn_tui.jobs.clusters.ray_job import RayJob, node_file
from cnn_tui.jobs.clusters.ray_options import LOCAL, RayOptions
from cnn_tui.text import quiet

RESTARTS = 10
"""So often a job is begun again whose node was lost, or whose actor was killed."""
PINGS = 0.05
"""Seconds that jobs are given to answer; what comes later is heard at the next look."""
_OWN_END, _KILLED = "INTENDED_USER_EXIT", "killed by `ray.kill`"
"""What Ray's own words have in them where an actor has left by itself, and where somebody has killed it."""


class Jobs:
    """Gives runs to actors of one cluster, and tells what has become of them."""

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._actors: dict[str, Any] = {}
        self._pings: dict[str, Any] = {}
        """What a job has not answered yet."""
        self._over: dict[str, dict[str, Any]] = {}
        """How jobs ended, as long as they are asked about."""

    def start(self, jobs: dict[str, int], home: str, asked: dict[str, Any], training: Sequence[str]) -> None:
        """Have runs, by the names of their jobs, trained as soon as there is room; `asked` are RayOptions."""
        options = RayOptions(**asked)
        actor = self._ray.remote(RayJob)
        for name, run_id in jobs.items():
            placed = actor.options(
                name=name,
                lifetime="detached",
                num_cpus=options.cpus,
                num_gpus=options.gpus,
                resources=options.resources,
                max_restarts=RESTARTS,
            )
            self._actors[name] = placed.remote(home, run_id, name, options.cpus, training)

    def look(self, asked: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """What there is to say of each job that the cluster knows or has just lost; `asked` is what each needs."""
        from ray.util import list_named_actors

        known = set(list_named_actors())
        self._ping(known)
        alive = {node["NodeID"]: node["Resources"] for node in self._ray.nodes() if node["Alive"]}
        self._over = {name: over for name, over in self._over.items() if name in asked}
        return self._over | {name: self._state(name, alive, asked.get(name)) for name in known - self._over.keys()}

    def _ping(self, known: set[str]) -> None:
        """Ask every job whether it is there, give them a moment to answer, and note how those ended that have."""
        from ray.exceptions import ActorDiedError, RayError

        for name in known - self._actors.keys() - self._over.keys():
            try:
                self._actors[name] = self._ray.get_actor(name)
            except ValueError:  # it has just left
                continue
        for name, actor in self._actors.items():
            if name not in self._pings:
                self._pings[name] = actor.answer.remote()
        pings = {ping: name for name, ping in self._pings.items()}
        answered = self._ray.wait(list(pings), num_returns=len(pings), timeout=PINGS)[0] if pings else []
        for ping in answered:
            name = pings[ping]
            del self._pings[name]
            try:
                self._ray.get(ping)
            except ActorDiedError as error:
                self._over[name] = _end(str(error))
                del self._actors[name]
                node_file(name).unlink(missing_ok=True)
            except RayError:  # it cannot be reached now, or is begun again
                continue

    def _state(self, name: str, alive: dict[str, Any], asked: dict[str, Any] | None) -> dict[str, Any]:
        node = node_file(name).read_text() if node_file(name).exists() else None
        lost = node is not None and node not in alive
        waits = _why(RayOptions(**asked), alive) if asked is not None and (lost or node is None) else ""
        return {"word": "PENDING" if waits or lost else "RUNNING", "lost": lost, "waits_for": waits}

    def end(self, name: str) -> None:
        """End a job at once, and not to be begun again."""
        with contextlib.suppress(ValueError):  # it has ended
            self._ray.kill(self._ray.get_actor(name), no_restart=True)


def _end(said: str) -> dict[str, Any]:
    """How an actor ended, by what Ray says of it."""
    if _OWN_END in said:
        return {"word": "COMPLETED", "over": True}
    if _KILLED in said:
        return {"word": "CANCELLED", "over": True, "how": "was cancelled"}
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [line for line in lines if "Error: " in line and not line.startswith("ray.")]
    if "creation task" in said:
        return {"word": "FAILED", "over": True, "said": quiet(errors[-1] if errors else lines[-1], 300)}
    return {"word": "LOST", "over": True, "how": "was lost, and begun again, too often"}


def _why(options: RayOptions, alive: dict[str, Any]) -> str:
    """What a job waits for that is on no node."""
    needs = {"CPU": options.cpus, "GPU": options.gpus, **options.resources}
    if any(all(has.get(name, 0) >= value for name, value in needs.items()) for has in alive.values()):
        return f"{options.in_words()} to be free"
    return f"a node with {options.in_words()}, which the cluster does not have"


class JoinError(Exception):
    """The cluster cannot be joined; the message says why. `silent` where it may be another time."""

    def __init__(self, why: str, *, silent: bool) -> None:
        super().__init__(why)
        self.silent = silent


def join(address: str, namespace: str, folder: str) -> Any:
    """Ray, joined to its cluster; `folder` is for a Ray of one's own. Raises JoinError."""
    os.environ.pop("RAY_ADDRESS", None)  # no cluster is joined that was not named
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if address == LOCAL:
        # So it is on one machine alone, and listens on its loopback address; the name is of the systems that want that.
        os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
        # Others on the machine reach that too, but have not the token. Ray would keep one of its own in ~/.ray.
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
    try:
        import ray
    except ImportError as error:
        raise JoinError(f"Ray cannot be loaded: {quiet(str(error), 200)}", silent=False) from None
    own = {"include_dashboard": False, "_temp_dir": folder, "_node_ip_address": "127.0.0.1"} if folder else {}
    try:
        ray.init(address=address, namespace=namespace, log_to_driver=False, logging_level=logging.ERROR, **own)
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())
        silent = "mismatch" not in said.lower()  # of versions
        if silent and "RAY_AUTH_MODE" not in os.environ:
            said += "; if it wants a token, export RAY_AUTH_MODE=token, and start cnn-tui again"
        raise JoinError(f"the cluster at {address} cannot be joined: {quiet(said, 400)}", silent=silent) from None
    return ray


def main(address: str, namespace: str) -> int:
    """Join the cluster, and answer until there are no more questions."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what Ray and others print is no answer
    with contextlib.ExitStack() as at_the_end:
        folder = ""
        if address == LOCAL:
            folder = tempfile.mkdtemp(prefix="cnn-tui-ray-")
            at_the_end.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            ray = join(address, namespace, folder)
        except JoinError as error:
            _put(answers, {"silent" if error.silent else "refused": str(error)})
            return 1
        at_the_end.callback(ray.shutdown)
        _put(answers, ray.cluster_resources())
        jobs = Jobs(ray)
        for line in sys.stdin:
            question, *arguments = json.loads(line)
            _put(answers, getattr(jobs, question)(*arguments))
    return 0


def _put(answers: Any, answer: Any) -> None:
    print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
