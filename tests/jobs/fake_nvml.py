"""Stands in for the module `pynvml`: a driver that a test makes up."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

GB = 1_000_000_000


class NVMLError(Exception):
    """As in pynvml, the root of NVML's own errors."""


class NVMLError_LibraryNotFound(NVMLError):  # noqa: N801, N818
    """The driver's library is not there."""


class NVMLError_DriverNotLoaded(NVMLError):  # noqa: N801, N818
    """The kernel has no driver loaded."""


class NVMLError_LibRmVersionMismatch(NVMLError):  # noqa: N801, N818
    """The library is of another version than the loaded driver."""


class NVMLError_NoPermission(NVMLError):  # noqa: N801, N818
    """This user may not ask."""


class NVMLLibraryMismatchError(Exception):
    """A function that this driver does not have."""


class FakeNvml:
    """Cards given as dictionaries: name, uuid, use, used, total (bytes), temperature, compute, graphics.

    What a card leaves out it does not support. `error` is raised by the first call, `hang` keeps it for ever.
    """

    NVML_TEMPERATURE_GPU = 0
    NVMLError = NVMLError
    NVMLError_LibraryNotFound = NVMLError_LibraryNotFound
    NVMLError_DriverNotLoaded = NVMLError_DriverNotLoaded
    NVMLError_LibRmVersionMismatch = NVMLError_LibRmVersionMismatch
    NVMLError_NoPermission = NVMLError_NoPermission
    NVMLLibraryMismatchError = NVMLLibraryMismatchError

    def __init__(self, *cards: dict[str, Any], error: Exception | None = None, hang: bool = False) -> None:
        self.cards = cards
        self.error = error
        self.hang = hang

    def nvmlInit(self) -> None:  # noqa: N802
        while self.hang:
            time.sleep(60)
        if self.error:
            raise self.error

    def nvmlDeviceGetCount(self) -> int:  # noqa: N802
        return len(self.cards)

    def nvmlSystemGetDriverVersion(self) -> str:  # noqa: N802
        return "570.86"

    def nvmlDeviceGetHandleByIndex(self, index: int) -> dict[str, Any]:  # noqa: N802
        if self.cards[index].get("lost"):
            raise NVMLError("GPU is lost")
        return self.cards[index]

    def nvmlDeviceGetName(self, card: dict[str, Any]) -> str:  # noqa: N802
        return str(self._of(card, "name"))

    def nvmlDeviceGetUUID(self, card: dict[str, Any]) -> str:  # noqa: N802
        return str(self._of(card, "uuid"))

    def nvmlDeviceGetUtilizationRates(self, card: dict[str, Any]) -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(gpu=self._of(card, "use"))

    def nvmlDeviceGetMemoryInfo(self, card: dict[str, Any]) -> SimpleNamespace:  # noqa: N802
        return SimpleNamespace(used=self._of(card, "used"), total=self._of(card, "total"))

    def nvmlDeviceGetTemperature(self, card: dict[str, Any], sensor: int) -> int:  # noqa: N802
        assert sensor == self.NVML_TEMPERATURE_GPU
        return int(self._of(card, "temperature"))

    def nvmlDeviceGetComputeRunningProcesses(self, card: dict[str, Any]) -> list[SimpleNamespace]:  # noqa: N802
        return self._processes(card, "compute")

    def nvmlDeviceGetGraphicsRunningProcesses(self, card: dict[str, Any]) -> list[SimpleNamespace]:  # noqa: N802
        if "graphics" not in card:
            raise NVMLLibraryMismatchError("another version")
        return self._processes(card, "graphics")

    def _of(self, card: dict[str, Any], what: str) -> Any:
        if what not in card:
            raise NVMLError("Not Supported")
        return card[what]

    def _processes(self, card: dict[str, Any], what: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(pid=pid, usedGpuMemory=memory) for pid, memory in self._of(card, what)]
