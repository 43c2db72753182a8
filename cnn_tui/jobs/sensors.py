"""What the machine is doing: its processor and memory, our own processes on it, and the GPUs."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any, NamedTuple

from cnn_tui.home import home
from cnn_tui.jobs.devices import DeviceError, choose
from cnn_tui.jobs.gpu_client import Driver, read_gpus
from cnn_tui.jobs.gpus import Gpus

_FIRST = 0.2  # seconds, over which the first reading of the processor is taken
_WORKER, _TRAIN = "cnn_tui.jobs.worker", "cnn_tui.training.train"


class Processor(NamedTuple):
    """The processor and the main memory. `use` is percent of all cores, memory is in bytes."""

    cores: int
    use: float
    load: float
    """Processes that compute or wait to, the mean of a minute."""
    memory_used: int
    memory_total: int


class OwnProcess(NamedTuple):
    """One process of this history. `use` is percent of one core, None at its first reading."""

    role: str
    """lab (this process), worker, standby or run. A standby keeps its role when it trains: the run has its pid."""
    pid: int
    use: float | None
    memory: int


class MachineReading(NamedTuple):
    """The machine at one moment."""

    processor: Processor
    own: tuple[OwnProcess, ...]
    gpus: Gpus


class Sensors:
    """Reads the machine. One thread at a time may call `read`; `close` may come from another."""

    def __init__(self, driver: Driver | None = None) -> None:
        self._driver = driver or Driver()
        self._seen: set[int] = set()
        self._own: dict[int, tuple[str, Any]] = {}
        self._first = True

    def read(self) -> MachineReading:
        """The machine as it is now. It takes as long as the GPU driver does, up to its deadline."""
        return MachineReading(self._processor(), self._processes(), self._driver.read())

    def warning(self, wish: str = "") -> str:
        """What there is to say of the card that a run would be given now, as that others use it; "" when nothing."""
        try:
            return choose(wish, read_gpus()).warning
        except DeviceError as error:
            return str(error)

    def close(self) -> None:
        """Let go of the process that asks the driver; the next reading starts another."""
        self._driver.close()

    def _processor(self) -> Processor:
        import psutil

        use = psutil.cpu_percent(_FIRST if self._first else None)
        self._first = False
        memory = psutil.virtual_memory()
        return Processor(
            psutil.cpu_count() or 1, use, os.getloadavg()[0], memory.total - memory.available, memory.total
        )

    def _processes(self) -> tuple[OwnProcess, ...]:
        """This process, and those that work on the same history."""
        import psutil

        pids = set(psutil.pids())
        fresh = pids - self._seen
        for pid in fresh:
            with contextlib.suppress(psutil.Error, OSError):
                process = psutil.Process(pid)
                if (role := _role(process)) is not None:
                    self._own[pid] = (role, process)
        self._seen = pids
        found = []
        for pid, (role, process) in sorted(self._own.items()):
            try:
                use = process.cpu_percent()
                found.append(OwnProcess(role, pid, None if pid in fresh else use, process.memory_info().rss))
            except psutil.Error:
                del self._own[pid]
        return tuple(found)


def _role(process: Any) -> str | None:
    """What a process is to this history; None for all that are not ours."""
    if process.pid == os.getpid():
        return "lab"
    command = process.cmdline()
    if _WORKER not in command and _TRAIN not in command:
        return None
    if Path(process.cwd()) != home().resolve():
        return None
    if _WORKER in command:
        return "worker"
    return "standby" if "--standby" in command else "run"
