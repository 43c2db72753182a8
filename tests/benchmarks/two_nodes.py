"""How much sooner eight runs end on two nodes of SLURM than on one. `python -m tests.benchmarks.two_nodes`

Both nodes are on this machine and have a core each, so a training has one thread. It takes some minutes. Where
others use the cores too, the times tell of them; how many jobs are trained at a time, of the 1 or 2 that could be, does
not.
"""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

import msgspec

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.jobs.clusters.slurm import Slurm
from cnn_tui.jobs.launch import environment
from tests.benchmarks.measure import SAMPLE, load, median, table
from tests.jobs.cluster_lab import ClusterLab
from tests.jobs.slurm_cluster import Cluster, missing

RUNS, EPOCHS = 8, 1
PARTITIONS = {"one node": "one", "two nodes": "main"}


def seconds(home: Path, partition: str) -> tuple[float, list[float]]:
    """From the moment that the runs are queued until the last has ended; and of each run's training steps."""
    os.environ["CNN_TUI_HOME"] = str(home)
    experiment = load_preset("lab1-baseline").with_training(epochs=EPOCHS)
    with History() as history:
        lab = ClusterLab(history, Slurm(), {"partition": partition, "time": 60, "cpus": 1})
        began = time.monotonic()
        ids = [history.add(msgspec.structs.replace(experiment, dataset=SAMPLE)) for _ in range(RUNS)]
        while history.live_runs():
            lab.look()
            time.sleep(0.25)
        took = time.monotonic() - began
        runs = history.runs_of(ids)
        ends = {(run.status, run.stop_cause, len(run.epochs)) for run in runs}
        assert ends == {("finished", "", EPOCHS)}, ends
        return took, [run.seconds for run in runs]


def job_seconds(cluster: Cluster, partition: str) -> float:
    """What all jobs of a partition took together: whole seconds each, as SLURM tells them."""
    times = cluster.ask("squeue", "-h", "--array", "--states=all", "-p", partition, "-o", "%M").split()
    return float(sum(int(minutes) * 60 + int(rest) for minutes, _, rest in (one.partition(":") for one in times)))


def main() -> None:
    """Print the times and their ratio."""
    if missing():
        raise SystemExit(f"not installed: {missing()}")
    with tempfile.TemporaryDirectory(prefix="cnn-tui-two-nodes-") as folder:
        cluster = Cluster(Path(folder) / "cluster")
        try:
            cluster.start()
            os.environ |= {
                "SLURM_CONF": str(cluster.configuration),
                "PYTHONPATH": environment()["PYTHONPATH"],
                "CUDA_VISIBLE_DEVICES": "-1",
                "TF_NUM_INTRAOP_THREADS": "1",
                "TF_NUM_INTEROP_THREADS": "1",
            }
            found = {}
            for name, part in PARTITIONS.items():
                took, steps = seconds(Path(folder) / part, part)
                at_a_time = job_seconds(cluster, part) / took
                found[name] = took, [f"{took:.0f}", median(steps, ".1f"), f"{at_a_time:.2f}", f"{load():.1f}"]
        finally:
            cluster.end()
    rows = [["", "seconds in all", "of a run's steps", "jobs at a time", "load at the end"]]
    rows += [[name, *cells] for name, (_, cells) in found.items()]
    table(f"{RUNS} runs of an epoch each on the sample, a thread each", rows)
    one, two = (took for took, _ in found.values())
    print(f"  two nodes: {one / two:.2f} times as fast")


if __name__ == "__main__":
    main()
