"""A real Ray cluster of two nodes on this machine, of the test's own: its port and folder, on the loopback address."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import sys
import tempfile

import psutil

from cnn_tui.jobs.child import Child
from cnn_tui.jobs.launch import python

_SECONDS = 90.0
_STORE = 80_000_000  # bytes of the object store, the least that Ray takes
_SETTINGS = {
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # on the loopback address
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_health_check_initial_delay_ms": "0",
    "RAY_health_check_period_ms": "1000",  # a node that is gone is missed after 5 s, not after 20
}


def missing() -> bool:
    """Whether Ray is not installed."""
    return importlib.util.find_spec("ray") is None


class Cluster:
    """The cluster, in a process that ends it with itself."""

    def start(self) -> None:
        self._child = Child(python("tests.jobs.ray_cluster"))
        self.address, self.second = json.loads(self._child.read_line(_SECONDS, 100_000))
        """Where its head is, and the process that is the second node."""

    def end(self) -> None:
        self._child.leave(10.0)

    @staticmethod
    def node_of(process: int | None) -> int:
        """The process of Ray's that is the node on which a training is."""
        return next(int(one.pid) for one in psutil.Process(process).parents() if one.name() == "raylet")

    def lose_second(self) -> None:
        """As if the power of the second node had failed: what runs on it is gone at once."""
        node = psutil.Process(self.second)
        for one in [*node.children(recursive=True), node]:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()


def main() -> None:
    from ray.cluster_utils import Cluster as RayCluster

    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    os.environ |= _SETTINGS
    with tempfile.TemporaryDirectory(prefix="cnn-tui-test-", ignore_cleanup_errors=True) as folder:
        os.environ["RAY_TMPDIR"] = folder
        node = {"num_cpus": 1, "object_store_memory": _STORE, "include_log_monitor": False}
        cluster = RayCluster(initialize_head=True, head_node_args=node)
        second = cluster.add_node(**node).all_processes["raylet"][0].process.pid
        print(json.dumps([cluster.address, second]), file=said, flush=True)
        sys.stdin.read()
        cluster.shutdown()


if __name__ == "__main__":
    main()
