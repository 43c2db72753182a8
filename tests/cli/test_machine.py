"""`doctor` and `data`: they answer on any machine, and never hang."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from cnn_tui.commands import machine
from cnn_tui.training import download
from cnn_tui.training.download import Progress, Say
from tests.cli.command import Inside, assert_one_sentence, cnn_tui


def test_doctor_finds_this_machine_well_without_tensorflow() -> None:
    answer = cnn_tui("doctor", "--json")
    assert (answer.status, answer.err) == (0, "")
    findings = {finding["check"]: finding for finding in answer.objects}
    assert {"Python", "TensorFlow", "GPU", "memory", "fashion_mnist", "terminal", "history", "disk"} <= set(findings)
    assert findings["TensorFlow"]["state"] == "ok"
    assert all(set(finding) == {"check", "state", "found", "fix"} for finding in answer.objects)
    assert all((finding["state"] == "ok") == (finding["fix"] == "") for finding in answer.objects)


def test_doctor_says_how_to_mend_a_history(inside: Inside, sealed_machine: Path) -> None:
    (sealed_machine / "history.db").write_bytes(b"no database" * 100)
    answer = inside("doctor")
    assert answer.status == 1
    assert "problem  history" in answer.out
    assert "    fix: move the file away" in answer.out


def test_doctor_without_a_place_for_a_history(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_TUI_HOME", "/proc/nowhere")
    assert "problem  history" in inside("doctor").out


def test_doctor_does_not_wait_for_a_driver_that_hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    smi = tmp_path / "nvidia-smi"
    smi.write_text("#!/bin/sh\nexec sleep 60\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(machine, "_GPU_SECONDS", 0.2)
    began = time.monotonic()
    finding = machine.gpus()
    assert time.monotonic() - began < 5
    assert (finding.state, "no answer" in finding.found) == ("warning", True)


@pytest.mark.parametrize(("script", "words"), [("echo 'NVIDIA H200, 143771 MiB'", "NVIDIA H200"), ("exit 9", "none")])
def test_doctor_reads_the_driver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, words: str) -> None:
    smi = tmp_path / "nvidia-smi"
    smi.write_text(f"#!/bin/sh\n{script}\n")
    smi.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert words in machine.gpus().found


def test_data_lists_every_dataset_and_how_to_get_it(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    for arguments in (("data",), ("data", "list")):
        answer = inside(*arguments)
        assert answer.status == 0
        assert "cnn-tui data fetch mnist" in answer.out
        assert "fashion_mnist_sample.npz" in answer.out
        assert ".npz file" in answer.err
    found = {dataset["name"]: dataset for dataset in inside("data", "list", "--json").objects}
    assert found["cifar10"]["found"] is None
    assert (found["cifar10"]["input_shape"], found["cifar10"]["train_images"]) == ([32, 32, 3], 50_000)
    assert found["fashion_mnist_sample"]["found"] == "sample"


def test_fetch_without_a_network_is_a_sentence(inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert_one_sentence(inside("data", "fetch", "mnist"), 1, "MNIST was not downloaded", "CNN_TUI_OFFLINE")
    assert_one_sentence(inside("data", "fetch", "mnits"), 2, "Did you mean mnist?")
    there = inside("data", "fetch", "fashion_mnist_sample")
    assert (there.status, "is here already" in there.err) == (0, True)


def test_fetch_shows_its_progress_in_plain_lines(
    inside: Inside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(name: str, say: Say, progress: Progress | None) -> None:
        say(f"Downloading {name}.")
        assert progress is not None
        for done in range(0, 11_000_001, 100_000):
            progress(done, 11_000_000)

    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setattr(download, "fetch", fetch)
    answer = inside("data", "fetch", "mnist")
    assert (answer.status, answer.out) == (0, "")
    assert answer.err.splitlines() == [
        "Downloading mnist.",
        "25%  2.8/11.0 MB",
        "50%  5.5/11.0 MB",
        "75%  8.3/11.0 MB",
        "100%  11.0/11.0 MB",
    ]
