"""What the driver says, whatever the driver is like, and never waiting for one that hangs."""

from __future__ import annotations

import io
import os
import sys
import threading
import time
from pathlib import Path

import msgspec
import pynvml
import pytest

from cnn_tui.jobs import gpu_client as driver_module
from cnn_tui.jobs.gpu_client import Driver, read_gpus
from cnn_tui.jobs.gpus import ABSENT, Gpus, read, serve
from tests.jobs import fake_nvml
from tests.jobs.fake_nvml import GB, FakeNvml
from tests.waiting import wait_for

ROOT = Path(__file__).parents[2]
CARD = {"name": "NVIDIA H200", "uuid": "GPU-aaaa", "use": 43, "used": 12 * GB, "total": 141 * GB, "temperature": 61}

SERVE = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from cnn_tui.jobs.gpus import serve
from tests.jobs.fake_nvml import FakeNvml
serve(FakeNvml({{**{CARD!r}, "compute": [], "graphics": []}}, hang=%s), sys.stdin, sys.stdout)
"""


def child(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_card_is_read_with_everything_it_tells() -> None:
    card = {**CARD, "compute": [(os.getpid(), GB)], "graphics": [(1, None)]}
    seen = read(FakeNvml(card))
    gpu = seen.devices[0]
    assert (seen.state, seen.driver) == ("seen", "570.86")
    assert (gpu.index, gpu.name, gpu.uuid, gpu.use, gpu.temperature) == (0, "NVIDIA H200", "GPU-aaaa", 43, 61)
    assert (gpu.memory_used, gpu.memory_total, gpu.memory_free) == (12 * GB, 141 * GB, 129 * GB)
    mine, init = gpu.processes
    assert (mine.pid, mine.mine, mine.memory) == (os.getpid(), True, GB)
    assert (init.pid, init.user, init.memory) == (1, "root", None)


def test_a_card_that_tells_nothing_is_a_card_still() -> None:
    gpu = read(FakeNvml({})).devices[0]
    assert (gpu.name, gpu.use, gpu.memory_total, gpu.temperature, gpu.processes) == ("", None, None, None, ())
    lost, well = read(FakeNvml({"lost": True}, CARD)).devices
    assert (lost.trouble, well.trouble) == ("GPU is lost", "")


def test_a_process_that_is_not_to_be_seen_from_here_has_no_name() -> None:
    process = read(FakeNvml({**CARD, "compute": [(2**22 + 1, GB)]})).devices[0].processes[0]
    assert (process.user, process.name, process.mine) == ("", "", False)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (fake_nvml.NVMLError_DriverNotLoaded(), "not loaded"),
        (fake_nvml.NVMLError_LibRmVersionMismatch(), "updated"),
        (fake_nvml.NVMLError_NoPermission(), "may not be asked"),
        (fake_nvml.NVMLError("Unknown Error"), "Unknown Error"),
    ],
)
def test_a_driver_in_trouble_is_a_sentence_with_a_fix(error: Exception, words: str) -> None:
    seen = read(FakeNvml(error=error))
    assert (seen.state, seen.devices) == ("broken", ())
    assert words in seen.reason and seen.fix


def test_the_real_nvml_without_its_library_says_that_there_is_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    try:
        pynvml.nvmlInit()
    except pynvml.NVMLError_LibraryNotFound:
        assert read(pynvml) == ABSENT
        assert read_gpus() == ABSENT
    else:
        pytest.skip("this machine has the library")


def test_a_driver_without_a_card_says_so() -> None:
    seen = read(FakeNvml())
    assert (seen.state, "names no GPU" in seen.reason) == ("absent", True)


def test_each_line_is_answered_with_one_line_of_json() -> None:
    answers = io.StringIO()
    serve(FakeNvml(CARD), ["\n", "\n"], answers)
    lines = answers.getvalue().splitlines()
    assert len(lines) == 2
    assert msgspec.json.decode(lines[0], type=Gpus).devices[0].name == "NVIDIA H200"


def test_readings_come_from_one_child_until_it_is_let_go() -> None:
    driver = Driver(child(SERVE % False), deadline=60)
    assert driver.read().devices[0].name == "NVIDIA H200"
    first = driver._child
    assert first is not None
    driver.read()
    assert driver._child is first
    driver.close()
    wait_for(lambda: first.poll() is not None, "the end of the child")
    assert driver.read().devices[0].use == 43
    driver.close()


def test_a_driver_that_hangs_is_said_within_the_deadline_and_not_asked_again_while_it_hangs(tmp_path: Path) -> None:
    # A process in the driver's hands cannot be killed; one that may not be signalled plays it.
    driver = Driver(child(SERVE % True), deadline=0.3)
    assert driver.read().state == "silent"
    lost = driver._lost
    assert lost is not None
    wait_for(lambda: lost.poll() is not None, "the end of our own child")
    lost.returncode = None
    lost.poll = lambda: None  # type: ignore[method-assign]
    seen = driver.read()
    assert (seen.state, driver._lost, driver._child) == ("silent", lost, None)
    assert "does not answer" in seen.reason and "nvidia-smi" in seen.fix
    lost.returncode = -9


def test_closing_does_not_wait_for_a_driver_that_hangs() -> None:
    driver = Driver(child(SERVE % True), deadline=300)
    seen: list[Gpus] = []
    reader = threading.Thread(target=lambda: seen.append(driver.read()))
    reader.start()
    wait_for(lambda: driver._child, "the child")
    driver.close()
    reader.join(60)
    assert not reader.is_alive()


@pytest.mark.parametrize("code", ["print('no json')", "raise SystemExit(3)", "import os; os.abort()"])
def test_a_child_that_fails_is_a_sentence(code: str) -> None:
    driver = Driver(child(f"import sys; sys.stdin.readline(); {code}"), deadline=60)
    seen = driver.read()
    assert (seen.state, "without an answer" in seen.reason) == ("broken", True)
    driver.close()


def test_a_machine_without_the_library_starts_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_module, "_LIBRARY", "libnothing-of-that-name.so.1")
    began = time.process_time()
    driver = Driver()
    assert driver.read() == ABSENT and driver._child is None
    assert time.process_time() - began < 5
