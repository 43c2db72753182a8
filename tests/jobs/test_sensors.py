"""The processor, and our own processes told from all others."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.jobs.gpus import ABSENT
from cnn_tui.jobs.sensors import Sensors

SLEEP = "import time; time.sleep(600)"


@pytest.fixture
def children() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that a test starts; they end with it."""
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for one in started:
        one.kill()
        one.wait()


class NoDriver:
    """A machine without a GPU driver."""

    def read(self) -> object:
        return ABSENT

    def close(self) -> None:
        pass


def test_the_processor_and_our_own_processes_are_read(
    sealed_machine: Path, children: list[subprocess.Popen[bytes]]
) -> None:
    for folder, words in (
        (sealed_machine, ["cnn_tui.jobs.worker"]),
        (sealed_machine, ["cnn_tui.training.train", "--standby"]),
        (sealed_machine.parent, ["cnn_tui.jobs.worker"]),  # of another history
        (sealed_machine, ["something.else"]),
    ):
        children.append(subprocess.Popen([sys.executable, "-c", SLEEP, *words], cwd=folder))
    sensors = Sensors(NoDriver())  # type: ignore[arg-type]
    reading = sensors.read()
    processor = reading.processor
    assert processor.cores >= 1 and 0 <= processor.use <= 100 and processor.load >= 0
    assert 0 < processor.memory_used < processor.memory_total
    found = {process.pid: process.role for process in reading.own}
    assert found == {os.getpid(): "lab", children[0].pid: "worker", children[1].pid: "standby"}
    assert all(process.use is None and process.memory > 0 for process in reading.own)
    assert reading.gpus == ABSENT
    children[0].kill()
    children[0].wait()
    again = sensors.read()
    assert {process.pid for process in again.own} == {os.getpid(), children[1].pid}
    assert all(process.use is not None for process in again.own)
