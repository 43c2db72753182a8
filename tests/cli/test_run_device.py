"""`run --device`: refused before anything is queued, kept with the run, and obeyed by the training process."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.experiment.file import read
from cnn_tui.history.history import History
from cnn_tui.jobs import gpu_client
from cnn_tui.jobs.gpus import Gpu, GpuProcess, Gpus
from tests.cli.command import Inside, assert_one_sentence, cnn_tui, write_dataset, write_experiment
from tests.waiting import end_processes_of

GB = 1_000_000_000
BUSY = Gpus((Gpu(0, "NVIDIA H200", "GPU-0", 90, 100 * GB, 141 * GB, 70, (GpuProcess(7, "alice"),)),))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A tiny experiment."""
    return write_experiment(tmp_path / "tiny.toml", write_dataset(tmp_path / "tiny.npz"))


@pytest.mark.skipif(gpu_client._has_library(), reason="this machine has NVIDIA's driver")
def test_a_device_that_is_not_to_be_had_queues_nothing(inside: Inside, tiny: Path) -> None:
    assert_one_sentence(inside("run", str(tiny), "--device", "tpu"), 2, "a device is cpu, gpu (the freest), gpu:N")
    assert_one_sentence(inside("run", str(tiny), "--device", "gpu:0"), 2, "NVIDIA's driver is not on this machine")
    with History() as history:
        assert history.count() == 0


def test_a_busy_card_is_said_before_the_run(inside: Inside, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpu_client, "read_gpus", lambda: BUSY)
    monkeypatch.setattr("cnn_tui.jobs.launch.wake", lambda: None)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    answer = inside("run", str(tiny), "--detach", "--device", "GPU:0")
    assert answer.status == 0
    assert "GPU 0 is busy (100.0 of 141.0 GB used, by alice too)" in answer.err
    answer = inside("run", str(tiny), "--detach", "--device", "cpu")
    assert "busy" not in answer.err
    with History() as history:
        assert [run.device for run in history.runs()] == ["gpu:0", "cpu"]
        assert "device" not in history.runs()[0].to_json()


def test_all_gpus_are_for_one_run_where_there_are_several(
    inside: Inside, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cnn_tui.jobs.launch.wake", lambda: None)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setattr(gpu_client, "read_gpus", lambda: BUSY)
    alone = "gpu:all trains on several GPUs at once, and there is one here: gpu trains on it"
    assert_one_sentence(inside("run", str(tiny), "--device", "gpu:all"), 2, alone)
    monkeypatch.setattr(gpu_client, "read_gpus", lambda: Gpus((*BUSY.devices, Gpu(1, "NVIDIA H200", "GPU-1"))))
    answer = inside("run", str(tiny), "--detach", "--device", "gpu:all")
    assert answer.status == 0 and "GPU 0 is busy" in answer.err
    with History() as history:
        assert [run.device for run in history.runs()] == ["gpu:all"]


@pytest.mark.long
@pytest.mark.skipif(gpu_client._has_library(), reason="this machine has NVIDIA's driver")
def test_the_training_process_obeys_or_says_why_not(tiny: Path, sealed_machine: Path) -> None:
    with History() as history:
        # As if it had been queued where there is a GPU, or the GPU had gone since.
        refused = history.add(read(tiny), "gpu:1")
        try:
            answer = cnn_tui("run", str(tiny), "--device", "cpu", "--json", timeout=120, CNN_TUI_WORKER_IDLE="0")
        finally:
            end_processes_of(sealed_machine)
        assert (answer.status, answer.objects[0]["status"]) == (0, "finished"), answer.err
        assert answer.objects[0]["environment"]["device"].startswith("CPU")
        run = history.run(refused)
        assert run is not None and run.status == "failed"
        assert run.stop_cause == "gpu:1 cannot be used, because NVIDIA's driver is not on this machine; cpu can"
