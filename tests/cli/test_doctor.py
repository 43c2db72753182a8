"""`cnn-tui doctor`: it answers on any machine, and never hangs."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from cnn_tui.cli import doctor, machine
from cnn_tui.cli.doctor import Loaded, Probe
from cnn_tui.cli.machine import Finding
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.jobs.gpus import ABSENT, Gpu, GpuProcess, Gpus
from cnn_tui.ui.terminal.answers import AroundTmux
from cnn_tui.ui.terminal.writer import Winsize
from tests.cli.command import Inside, cnn_tui
from tests.waiting import wait_for


@pytest.mark.long
def test_doctor_finds_this_machine_well() -> None:
    answer = cnn_tui("doctor", "--json", timeout=120)
    assert (answer.status, answer.err) == (0, "")
    findings = {finding["check"]: finding for finding in answer.objects}
    assert {"Python", "TensorFlow", "GPU", "memory", "fashion_mnist", "terminal", "history", "disk"} <= set(findings)
    assert findings["TensorFlow"]["state"] == "ok" and "loads in" in findings["TensorFlow"]["found"]
    assert all(set(finding) == {"check", "state", "found", "fix"} for finding in answer.objects)
    assert all((finding["state"] == "ok") == (finding["fix"] == "") for finding in answer.objects)


@pytest.fixture
def no_tensorflow(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorFlow takes seconds, which a test of something else need not spend."""
    monkeypatch.setattr(doctor, "missing", lambda: Finding("TensorFlow", "ok", "not looked at"))


@pytest.mark.usefixtures("no_tensorflow")
def test_doctor_says_how_to_mend_a_history(inside: Inside, sealed_machine: Path) -> None:
    (sealed_machine / "history.db").write_bytes(b"no database" * 100)
    answer = inside("doctor")
    assert answer.status == 1
    assert "problem  history" in answer.out
    assert f"    fix: move {sealed_machine / 'history.db'} away" in answer.out


@pytest.mark.usefixtures("no_tensorflow")
def test_doctor_without_a_place_for_a_history(inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_TUI_HOME", "/proc/nowhere")
    assert "problem  history" in inside("doctor").out


def test_doctor_looks_for_damage_in_the_history(sealed_machine: Path) -> None:
    path = sealed_machine / "history.db"
    with History() as history:
        for _ in range(200):
            history.add(load_preset("lab1-baseline"))
        history.store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert "200 runs" in machine.history().found and "WAL, sound" in machine.history().found
    whole = bytearray(path.read_bytes())
    middle = len(whole) // 4096 // 2 * 4096
    whole[middle : middle + 4096] = b"\xff" * 4096
    path.write_bytes(whole)
    finding = machine.history()
    assert (finding.state, "damaged" in finding.found, ".recover" in finding.fix) == ("problem", True, True)
    assert path.read_bytes() == whole, "it is left as it is"


def test_a_history_too_large_to_check_in_time_is_not_called_damaged() -> None:
    with History() as history:
        run_id = history.add(load_preset("lab1-baseline"))
        for _ in range(200):
            history.record_event(run_id, "x" * 50_000)
        health = history.store.health(seconds=0.0)
    assert (health.checked, health.damage) == (False, "")


def child(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let the probe of TensorFlow be this code."""
    monkeypatch.setattr(doctor, "python", lambda *_: [sys.executable, "-c", code])


def test_a_tensorflow_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    child(monkeypatch, "import time; time.sleep(600)")
    probe = Probe(look_for_devices=True)
    finding = doctor.tensorflow(probe.wait(0.2))
    assert (finding.state, "does not load within" in finding.found) == ("problem", True)
    wait_for(lambda: probe._child.poll() is not None, "the end of the child")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("raise ImportError('libcudart.so.12: cannot open')", "exit status 1: ImportError: libcudart.so.12"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "ends with SIGILL"),
    ],
)
def test_a_tensorflow_that_cannot_be_loaded_says_why(monkeypatch: pytest.MonkeyPatch, code: str, words: str) -> None:
    child(monkeypatch, code)
    finding = doctor.tensorflow(Probe(look_for_devices=True).wait(60))
    assert (finding.state, finding.fix != "") == ("problem", True)
    assert words in finding.found


def loaded(*gpus: str, cuda: bool = True) -> Loaded:
    return Loaded({"tensorflow": "2.21.0", "keras": "3.15.1", "cuda": cuda, "gpus": gpus}, 2.0)


CARD = Gpu(0, "NVIDIA H200", "GPU-aaaa", 5, 100_000_000_000, 141_000_000_000, 50, (GpuProcess(7, "alice"),))
ONE = Gpus((CARD,), driver="570.86")
TWO = Gpus((CARD, msgspec.structs.replace(CARD, index=1)), driver="570.86")


@pytest.mark.parametrize(
    ("seen", "tensorflow", "state", "words", "fix"),
    [
        (ABSENT, loaded(), "ok", "driver is not on this machine; training uses", ""),
        (ONE, loaded("NVIDIA H200"), "ok", "gpu:0 NVIDIA H200, 41.0 of 141.0 GB free, used by alice", ""),
        (TWO, loaded(*["NVIDIA H200"] * 2), "ok", "--device gpu:all trains one network on all", ""),
        (TWO, loaded("NVIDIA H200"), "warning", "TensorFlow sees 1 of 2: no gpu:all", "CUDA_VISIBLE_DEVICES=0"),
        (ONE, loaded(), "warning", "TensorFlow sees none of them", "pip install 'cnn-tui[gpu]'"),
        (ONE, loaded(cuda=False), "warning", "TensorFlow sees none of them", "built without CUDA"),
        (ONE, None, "ok", "gpu:0", ""),
        (Gpus(state="silent", reason="it does not answer", fix="start"), None, "warning", "does not answer", "start"),
        (Gpus((Gpu(0, trouble="GPU is lost"),)), loaded(), "warning", "cannot be used: GPU is lost", "nvidia-smi"),
    ],
)
def test_doctor_says_which_gpus_there_are_and_why_not(
    seen: Gpus, tensorflow: Loaded | None, state: str, words: str, fix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    finding = doctor.gpus(seen, tensorflow)
    assert finding.state == state and words in finding.found and fix in finding.fix
    assert (finding.fix == "") == (state == "ok")


def test_doctor_says_when_the_environment_hides_the_gpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    finding = doctor.gpus(ONE, loaded())
    assert (finding.state, "CUDA_VISIBLE_DEVICES=-1 hides them" in finding.found) == ("warning", True)
    assert "unset CUDA_VISIBLE_DEVICES" in finding.fix


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        ({"TERM": "xterm-256color"}, "256 (TERM xterm-256color)"),
        ({"TERM": "xterm", "COLORTERM": "truecolor"}, "16 million (TERM xterm)"),
        ({"TERM": "linux"}, "16 (TERM linux)"),
        ({"TERM": "xterm", "NO_COLOR": "1"}, "none, as NO_COLOR asks (TERM xterm)"),
        ({"TERM": "xterm", "NO_COLOR": ""}, "16 (TERM xterm)"),  # empty it asks for nothing
        ({"TERM": "screen", "TMUX": "/tmp/x"}, "16 (TERM screen)"),
        ({"TERM": "dumb"}, "TERM is dumb"),
        ({}, "TERM is not set"),
    ],
)
def test_doctor_counts_the_colours(environ: dict[str, str], found: str) -> None:
    finding = machine.colours(environ)
    assert finding.found == found
    assert (finding.state == "ok") == (finding.fix == "")


def test_doctor_says_what_lies_between_the_terminal_and_the_lab() -> None:
    assert machine.session({}).found == "at this machine's own terminal"
    assert "training goes on" in machine.session({"SSH_TTY": "/dev/pts/1"}).found
    assert machine.session({"SSH_TTY": "/dev/pts/1", "STY": "1.x"}).found == "over SSH, inside screen"


@pytest.mark.parametrize(
    ("size", "found"),
    [((40, 120, 840, 600), "a cell has 7x15 pixels"), ((40, 120, 0, 0), "in blocks"), ((0, 0, 0, 0), "in blocks")],
)
def test_doctor_says_how_images_are_drawn(size: tuple[int, int, int, int], found: str) -> None:
    assert found in machine.pictures(Winsize(*size)).found


def test_doctor_says_whether_tmux_hands_pictures_on() -> None:
    assert machine.pictures(Winsize(), AroundTmux("kitty(0.40.1)", True)).found.endswith(
        "through tmux to kitty(0.40.1)"
    )
    held = machine.pictures(Winsize(), AroundTmux("ghostty 1.2.0", False))
    assert (held.state, "allow-passthrough on" in held.fix) == ("warning", True)
    assert "in blocks" in machine.pictures(Winsize(), AroundTmux("xterm(390)", True)).found
