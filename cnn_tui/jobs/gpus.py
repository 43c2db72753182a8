"""What NVIDIA's driver says of the GPUs, read by NVML.

Run as a module it answers each line of its input with a reading. A call into a driver that hangs never comes back, and
cannot be killed: so `driver.py` lets a child process make it. Nothing here changes a GPU, or touches a process on one.
"""

from __future__ import annotations

import os
import pwd
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal, TextIO

import msgspec

State = Literal["seen", "absent", "silent", "broken"]


class GpuProcess(msgspec.Struct, frozen=True):
    """A process that holds memory of a GPU. `user` is "" where this machine does not show whose it is."""

    pid: int
    user: str = ""
    name: str = ""
    memory: int | None = None
    """Bytes; None when the driver does not tell."""
    mine: bool = False
    """Whether it belongs to the user who asks."""


class Gpu(msgspec.Struct, frozen=True):
    """One card. `index` is nvidia-smi's; figures that the card does not give are None."""

    index: int
    name: str = ""
    uuid: str = ""
    use: int | None = None
    """Percent of the time in which something was computed."""
    memory_used: int | None = None
    memory_total: int | None = None
    """Bytes."""
    temperature: int | None = None
    """Degrees Celsius."""
    processes: tuple[GpuProcess, ...] = ()
    trouble: str = ""
    """Why the card cannot be used."""

    @property
    def memory_free(self) -> int:
        """Bytes; 0 when it is not known."""
        return (self.memory_total or 0) - (self.memory_used or 0)


class Gpus(msgspec.Struct, frozen=True):
    """All cards, or why none is seen and what to do."""

    devices: tuple[Gpu, ...] = ()
    state: State = "seen"
    reason: str = ""
    fix: str = ""
    driver: str = ""
    """The driver's version."""


ABSENT = Gpus(state="absent", reason="NVIDIA's driver is not on this machine")


def read(nvml: Any) -> Gpus:
    """Every card as it is now. `nvml` is the module `pynvml`, or what stands in for it. It may hang."""
    try:
        nvml.nvmlInit()
        count = nvml.nvmlDeviceGetCount()
    except nvml.NVMLError as error:
        return _none(nvml, error)
    version = _ask(nvml, nvml.nvmlSystemGetDriverVersion) or ""
    devices = tuple(_gpu(nvml, index) for index in range(count))
    if not devices:
        return Gpus(state="absent", reason=f"NVIDIA's driver {version} names no GPU", driver=version)
    return Gpus(devices, driver=version)


def serve(nvml: Any, requests: Iterable[str], answers: TextIO) -> None:
    """Answer each line of `requests` with a reading as a line of JSON."""
    for _ in requests:
        answers.write(msgspec.json.encode(read(nvml)).decode() + "\n")
        answers.flush()


def _gpu(nvml: Any, index: int) -> Gpu:
    try:
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
    except nvml.NVMLError as error:
        return Gpu(index, trouble=str(error))
    use = _ask(nvml, nvml.nvmlDeviceGetUtilizationRates, handle)
    memory = _ask(nvml, nvml.nvmlDeviceGetMemoryInfo, handle)
    return Gpu(
        index,
        name=_ask(nvml, nvml.nvmlDeviceGetName, handle) or "",
        uuid=_ask(nvml, nvml.nvmlDeviceGetUUID, handle) or "",
        use=int(use.gpu) if use else None,
        memory_used=int(memory.used) if memory else None,
        memory_total=int(memory.total) if memory else None,
        temperature=_ask(nvml, nvml.nvmlDeviceGetTemperature, handle, nvml.NVML_TEMPERATURE_GPU),
        processes=_processes(nvml, handle),
    )


def _processes(nvml: Any, handle: Any) -> tuple[GpuProcess, ...]:
    """Those that compute and those that draw, the largest first."""
    found: dict[int, int | None] = {}
    for ask in (nvml.nvmlDeviceGetComputeRunningProcesses, nvml.nvmlDeviceGetGraphicsRunningProcesses):
        for process in _ask(nvml, ask, handle) or ():
            found[process.pid] = process.usedGpuMemory
    return tuple(sorted((_process(pid, memory) for pid, memory in found.items()), key=lambda one: -(one.memory or 0)))


def _process(pid: int, memory: int | None) -> GpuProcess:
    # Inside a container the driver names processes of the host, which are not to be seen here.
    folder = Path("/proc", str(pid))
    try:
        uid = folder.stat().st_uid
        name = (folder / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return GpuProcess(pid, memory=memory)
    try:
        user = pwd.getpwuid(uid).pw_name
    except KeyError:
        user = str(uid)
    return GpuProcess(pid, user, name, memory, uid == os.getuid())


def _ask(nvml: Any, function: Callable[..., Any], *arguments: Any) -> Any:
    """What NVML answers; None where the card or the driver cannot tell."""
    try:
        return function(*arguments)
    except (nvml.NVMLError, nvml.NVMLLibraryMismatchError):
        return None


def _none(nvml: Any, error: Exception) -> Gpus:
    """Why there is no reading, and what helps."""
    if isinstance(error, nvml.NVMLError_LibraryNotFound):
        return ABSENT
    if isinstance(error, nvml.NVMLError_DriverNotLoaded):
        fix = "load it (modprobe nvidia), or start the machine again"
        return Gpus(state="broken", reason="NVIDIA's driver is installed but not loaded", fix=fix)
    if isinstance(error, nvml.NVMLError_LibRmVersionMismatch):
        fix = "start the machine again"
        return Gpus(state="broken", reason="NVIDIA's driver was updated and the old one still runs", fix=fix)
    if isinstance(error, nvml.NVMLError_NoPermission):
        fix = "ask whoever looks after the machine for the right to use /dev/nvidia*"
        return Gpus(state="broken", reason="NVIDIA's driver may not be asked by this user", fix=fix)
    return Gpus(state="broken", reason=f"NVIDIA's driver says: {error}", fix="look at what nvidia-smi says")


if __name__ == "__main__":
    import pynvml

    serve(pynvml, sys.stdin, sys.stdout)
