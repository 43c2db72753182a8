"""A machine that a test makes up: two cards, somebody else on the second, and a run of ours."""

from __future__ import annotations

import os

from cnn_tui.jobs.gpus import ABSENT, Gpu, GpuProcess, Gpus
from cnn_tui.jobs.sensors import MachineReading, OwnProcess, Processor

GB = 1_000_000_000
PROCESSOR = Processor(16, 35.0, 3.2, 12 * GB, 64 * GB)
OWN = (OwnProcess("lab", 4242, None, 62_000_000), OwnProcess("worker", 4243, 0.0, 30_000_000))
MINE = GpuProcess(os.getpid(), "me", "python", GB, mine=True)
BUSY = GpuProcess(77, "alice", "python", 30 * GB)
TWO = Gpus(
    (
        Gpu(0, "NVIDIA H200", "GPU-aaaa", 43, 12 * GB, 141 * GB, 61, (MINE,)),
        Gpu(1, "NVIDIA H200", "GPU-bbbb", 99, 100 * GB, 141 * GB, 78, (BUSY,)),
    ),
    driver="570.1",
)


class FakeSensors:
    """Stands where `cnn_tui.jobs.sensors.Sensors` stands in the app; `gpus` may be changed by the test."""

    def __init__(self, gpus: Gpus = ABSENT) -> None:
        self.gpus = gpus
        self.processor = PROCESSOR
        self.readings = 0
        self.closed = 0
        self.warns = ""

    def read(self) -> MachineReading:
        """What the test wants to be read."""
        self.readings += 1
        return MachineReading(self.processor, OWN, self.gpus)

    def warning(self, wish: str = "") -> str:
        """What the test wants to be said."""
        return self.warns

    def close(self) -> None:
        """Count the calls."""
        self.closed += 1
