"""What else the processor did: other programs are seen, one's own work is not counted among them."""

from __future__ import annotations

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from cnn_tui.jobs import processor_load
from cnn_tui.jobs.processor_load import LEAST, ProcessorLoad, ProcessorMeter


def compute(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def test_what_another_program_takes_is_seen_and_ones_own_work_is_not() -> None:
    other = multiprocessing.get_context("spawn").Process(target=compute, args=(60.0,), daemon=True)
    meter = ProcessorMeter()
    other.start()
    try:
        while _seconds_of(other.pid) < 0.1:  # it has begun
            time.sleep(0.02)
        before = _seconds_of(other.pid)
        meter.begin()
        began = time.monotonic()
        compute(2 * LEAST)
        load = meter.end()
        took = (_seconds_of(other.pid) - before) / (time.monotonic() - began) / len(processor_load._usable_cores())
    finally:
        other.kill()
        other.join()
    assert load.others is not None and took * 0.7 - 0.05 <= load.others <= 1


def test_nothing_is_told_of_too_short_a_time() -> None:
    meter = ProcessorMeter()
    assert meter.end() == ProcessorLoad()
    meter.begin()
    assert meter.end() == ProcessorLoad()


def test_it_is_seen_that_the_processor_was_held_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    core = min(processor_load._usable_cores())
    heat = tmp_path / f"cpu{core}" / "thermal_throttle" / "core_throttle_total_time_ms"
    heat.parent.mkdir(parents=True)
    heat.write_text("5000\n")
    quota = tmp_path / "cpu.stat"
    quota.write_text("usage_usec 1\nnr_throttled 0\nthrottled_usec 7000000\n")
    monkeypatch.setattr(processor_load, "_CPUS", tmp_path)
    monkeypatch.setattr(processor_load, "_quota_files", lambda: iter([quota]))
    meter = ProcessorMeter()
    meter.begin()
    heat.write_text("5600\n")  # 0.6 s of the time
    began = time.monotonic()
    compute(2 * LEAST)
    load = meter.end()
    assert load.throttled == pytest.approx(0.6 / (time.monotonic() - began), rel=0.05)
    meter.begin()
    quota.write_text("usage_usec 1\nnr_throttled 9\nthrottled_usec 99000000\n")
    compute(LEAST)
    assert meter.end().throttled == 1.0


def _seconds_of(pid: int | None) -> float:
    """Processor time of another process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
