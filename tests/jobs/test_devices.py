"""Where a run is trained: the freest card, what was asked for, and what CUDA_VISIBLE_DEVICES allows."""

from __future__ import annotations

import pytest

from cnn_tui.jobs import devices
from cnn_tui.jobs.devices import VISIBLE, DeviceError, busy, choose, parse, settle, visible
from cnn_tui.jobs.gpus import ABSENT, Gpu, GpuProcess, Gpus

GB = 1_000_000_000
ALICE = GpuProcess(77, "alice", "python", 30 * GB)


def card(index: int, used: int = 0, use: int = 0, *processes: GpuProcess) -> Gpu:
    return Gpu(index, "NVIDIA H200", f"GPU-{index}{index}", use, used * GB, 100 * GB, 50, processes)


FOUR = Gpus((card(0, 40), card(1, 10, 90), card(2, 10, 5), card(3, 80, 0, ALICE)))


def test_the_freest_card_is_chosen_then_the_least_used() -> None:
    choice = choose("", FOUR, {})
    assert choice.gpu is not None and (choice.gpu.index, choice.cuda, choice.warning) == (2, "GPU-22", "")
    assert choose("gpu", FOUR, {}) == choice


def test_a_wish_is_met_or_refused_with_what_there_is() -> None:
    assert choose("gpu:3", FOUR, {}).cuda == "GPU-33"
    assert choose("cpu", FOUR, {}).cuda == "-1"
    with pytest.raises(DeviceError, match="there is no gpu:4 here; there is gpu:0, gpu:1, gpu:2, gpu:3"):
        choose("gpu:4", FOUR, {})
    with pytest.raises(DeviceError, match="NVIDIA's driver is not on this machine; cpu can"):
        choose("gpu", ABSENT, {})


def test_all_cards_train_one_network_together() -> None:
    choice = choose("gpu:all", FOUR, {})
    assert (choice.gpu, choice.gpus) == (None, FOUR.devices) and choice.cuda == "GPU-00,GPU-11,GPU-22,GPU-33"
    assert choice.warning == busy(FOUR.devices[3]), "whoever is beside it on one of them"
    some = choose("gpu:all", FOUR, {VISIBLE: "0,2"})
    assert ([gpu.index for gpu in some.gpus], some.cuda) == ([0, 2], None), "they are what it says already"
    lost = Gpus((card(0), Gpu(1, trouble="GPU is lost"), card(2)))
    assert [gpu.index for gpu in choose("gpu:all", lost, {}).gpus] == [0, 2]
    other = Gpus((card(0), Gpu(1, "NVIDIA A100", "GPU-11", 0, 0, 80 * GB, 50)))
    assert choose("gpu:all", other, {}).warning == (
        "the GPUs differ (NVIDIA A100, NVIDIA H200), and each step waits for the slowest"
    )
    assert not choose("", FOUR, {}).gpus and not choose("gpu:1", FOUR, {}).gpus


@pytest.mark.parametrize(
    ("gpus", "environ", "why"),
    [
        (Gpus((card(0),)), {}, "trains on several GPUs at once, and there is one here: gpu trains on it"),
        (FOUR, {VISIBLE: "1"}, "there is one here that CUDA_VISIBLE_DEVICES allows"),
        (FOUR, {VISIBLE: "MIG-5"}, "part of a card"),
        (FOUR, {VISIBLE: "-1"}, "gpu:all cannot be used, because CUDA_VISIBLE_DEVICES hides every GPU"),
        (ABSENT, {}, "gpu:all cannot be used, because NVIDIA's driver is not on this machine; cpu can"),
    ],
)
def test_all_cards_are_refused_where_there_are_not_several(gpus: Gpus, environ: dict[str, str], why: str) -> None:
    with pytest.raises(DeviceError, match=why):
        choose("gpu:all", gpus, environ)


@pytest.mark.parametrize(
    ("value", "indices"),
    [("1,3", [1, 3]), ("GPU-2,0", [2, 0]), ("", []), ("-1", []), ("0,9,1", [0]), ("3,3", [3]), (" 2 ", [2])],
)
def test_cuda_visible_devices_is_read_as_cuda_reads_it(value: str, indices: list[int]) -> None:
    assert [gpu.index for gpu in visible(FOUR, {VISIBLE: value})] == indices


def test_cuda_visible_devices_is_respected() -> None:
    assert choose("", FOUR, {VISIBLE: "0,1"}).cuda == "GPU-11"
    assert choose("", FOUR, {VISIBLE: "0"}).cuda is None, "one card is what it says already"
    assert choose("", FOUR, {VISIBLE: ""}) == devices.ChosenDevice()
    assert choose("", FOUR, {VISIBLE: "MIG-5"}) == choose("gpu", FOUR, {VISIBLE: "MIG-5"}) == devices.ChosenDevice()
    assert visible(FOUR, {VISIBLE: "MIG-5"}) == visible(FOUR, {}) == FOUR.devices
    with pytest.raises(DeviceError, match="part of a card"):
        choose("gpu:1", FOUR, {VISIBLE: "MIG-5"})
    with pytest.raises(DeviceError, match="no gpu:2 here that CUDA_VISIBLE_DEVICES allows; there is gpu:0, gpu:1"):
        choose("gpu:2", FOUR, {VISIBLE: "0,1"})
    with pytest.raises(DeviceError, match="CUDA_VISIBLE_DEVICES hides every GPU"):
        choose("gpu", FOUR, {VISIBLE: "-1"})


def test_a_busy_card_is_a_warning_that_names_who() -> None:
    assert "80.0 of 100.0 GB used, by alice too" in choose("gpu:3", FOUR, {}).warning
    assert busy(card(0, 51)) and not busy(card(0, 50))
    assert busy(card(0, 1, 0, ALICE)) and not busy(card(0, 1, 0, GpuProcess(1, "me", mine=True)))


def test_a_silent_driver_means_the_cpu_because_tensorflow_would_wait_for_ever() -> None:
    silent = Gpus(state="silent", reason="NVIDIA's driver does not answer within 5 s", fix="…")
    choice = choose("", silent, {})
    assert (choice.cuda, "trained on the CPU" in choice.warning) == ("-1", True)


def test_a_lost_card_is_not_chosen() -> None:
    assert choose("", Gpus((Gpu(0, trouble="GPU is lost"), card(1, 90))), {}).cuda == "GPU-11"
    with pytest.raises(DeviceError, match="GPU is lost"):
        choose("gpu:0", Gpus((Gpu(0, trouble="GPU is lost"),)), {})


def test_settling_shows_this_process_the_chosen_card_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "read_gpus", lambda: FOUR)
    environ = {"HOME": "/"}
    settle("gpu:1", environ)
    assert environ == {"HOME": "/", VISIBLE: "GPU-11"}
    settle("cpu", environ)
    assert environ[VISIBLE] == "-1"
    monkeypatch.setattr(devices, "read_gpus", lambda: ABSENT)
    untouched: dict[str, str] = {}
    settle("", untouched)
    assert untouched == {}


@pytest.mark.parametrize("wrong", ["gpu1", "gpu:", "tpu", "gpu:-1", "", "cpu:0", "gpu:1;x", "gpu:al", "cpu:all"])
def test_what_is_no_device_is_refused(wrong: str) -> None:
    with pytest.raises(DeviceError, match=r"cpu, gpu \(the freest\), gpu:N .* or gpu:all"):
        parse(wrong)
    assert (parse(" GPU:1 "), parse("GPU:ALL")) == ("gpu:1", "gpu:all")
