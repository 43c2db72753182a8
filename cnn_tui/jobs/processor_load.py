"""What else the processor did while something ran here: other programs, and how far it was held back.

Read at the beginning and at the end, so that measuring costs nothing in between. The share of other programs comes from
the kernel's counters of the cores that this process may use (psutil, /proc/stat), less its own processor time. How long
it was held back comes from the control group, where it has a quota (cpu.stat), and from the processor, where it slows
down by its heat (thermal_throttle); many machines tell of neither.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

LEAST = 0.5
"""Seconds that a measurement takes at least: the kernel counts in hundredths of a second."""
_CPUS = Path("/sys/devices/system/cpu")
_GROUPS = Path("/sys/fs/cgroup")
_HEAT = ("core_throttle_total_time_ms", "package_throttle_total_time_ms")


class ProcessorLoad(NamedTuple):
    """Shares from 0 to 1; None where they are not known."""

    others: float | None = None
    """What other programs took of the cores that this process may use."""
    throttled: float | None = None
    """The time in which the processor was held back, of all the time."""


class _Counters(NamedTuple):
    """Seconds that were counted until a moment."""

    at: float
    own: float
    busy: float
    quota: float | None
    heat: tuple[float, ...]


class ProcessorMeter:
    """Measures from `begin` to `end`."""

    def __init__(self) -> None:
        self._cores = _usable_cores()
        self._quota = next(_quota_files(), None)
        paths = (_CPUS / f"cpu{core}/thermal_throttle/{name}" for core in self._cores for name in _HEAT)
        self._heat = [path for path in paths if path.exists()]
        self._began: _Counters | None = None

    def begin(self) -> None:
        """Measure from now on."""
        self._began = self._read()

    def end(self) -> ProcessorLoad:
        """What there was since `begin`; nothing is known of too short a time."""
        began, now = self._began, self._read()
        seconds = now.at - began.at if began and now else 0.0
        if began is None or now is None or seconds < LEAST:
            return ProcessorLoad()
        room = seconds * len(self._cores)
        others = (now.busy - began.busy) - (now.own - began.own)
        held = [(after - before) / seconds for before, after in zip(began.heat, now.heat, strict=False)]
        if began.quota is not None and now.quota is not None:
            held.append((now.quota - began.quota) / room)
        return ProcessorLoad(_share(others / room), _share(max(held)) if held else None)

    def _read(self) -> _Counters | None:
        try:
            cores = psutil.cpu_times(percpu=True)
            # `guest` is counted in `user` already; a core that another virtual machine has is not idle either.
            busy = sum(
                sum(times)
                - times.idle
                - getattr(times, "iowait", 0.0)
                - getattr(times, "guest", 0.0)
                - getattr(times, "guest_nice", 0.0)
                for core, times in enumerate(cores)
                if core in self._cores
            )
        except (OSError, psutil.Error):
            return None
        heat = tuple(_number(path) / 1_000 for path in self._heat)
        return _Counters(time.monotonic(), time.process_time(), busy, self._throttled(), heat)

    def _throttled(self) -> float | None:
        """Seconds of all cores in which the quota was used up."""
        if self._quota is None:
            return None
        with contextlib.suppress(OSError, ValueError):
            counted = dict(line.split() for line in self._quota.read_text(encoding="ascii").splitlines())
            if "throttled_usec" in counted:
                return int(counted["throttled_usec"]) / 1e6
            if "throttled_time" in counted:
                return int(counted["throttled_time"]) / 1e9
        return None


def _usable_cores() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set(range(os.cpu_count() or 1))


def _quota_files() -> Iterator[Path]:
    """Where the control group of this process tells of its quota, the newer kind first."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/self/cgroup").read_text(encoding="utf-8").splitlines():
            _, kinds, name = line.split(":", 2)
            if not kinds or "cpu" in kinds.split(","):
                # A container sees its own group as the root of all.
                folders = [_GROUPS / part for part in ((kinds, "cpu") if kinds else ("",))]
                for path in (folder / inner / "cpu.stat" for folder in folders for inner in (name.lstrip("/"), "")):
                    if path.exists():
                        yield path


def _number(path: Path) -> float:
    try:
        return float(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
