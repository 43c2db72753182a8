"""The real command in a real terminal."""

from __future__ import annotations

import re
import signal
import sys
from pathlib import Path

import pytest

from cnn_tui import locks
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.cli.command import write_dataset, write_experiment
from tests.terminal import Terminal
from tests.ui import fake

LAB = [sys.executable, "-m", "cnn_tui"]


pytestmark = pytest.mark.usefixtures("no_worker")


def test_an_idle_lab_sends_nothing_and_a_key_is_answered() -> None:
    with Terminal([*LAB, "lab1-16-filters"]) as terminal:
        terminal.wait_for("Total params: 55,098")
        terminal.wait_for("An image of each class")
        terminal.settle(0.5)
        assert terminal.read(2.0) == 0
        terminal.press("+")
        terminal.wait_for("32  3x3  relu")
        terminal.press("u", "q")
        assert terminal.wait_for_end() == 0


def test_leaving_while_a_run_trains_says_that_it_goes_on() -> None:
    with History() as history:
        run_id = history.add(load_preset("lab1-baseline"))
        locks.take(locks.run_lock(run_id))  # this test is the process that trains it
        with Terminal(LAB, 80, 24) as terminal:
            terminal.wait_for("1 Stack")
            fake.begin(history, run_id)
            fake.play(history, run_id, 1.5)
            terminal.press("3")
            terminal.wait_for("epoch 2/5")
            terminal.press("q")
            assert terminal.wait_for_end() == 0
            assert f"Run {run_id} goes on" in terminal.text


def test_resizing_changes_the_layout() -> None:
    with Terminal(LAB, 120, 40) as terminal:
        terminal.wait_for("4 History")
        terminal.resize(80, 24)
        terminal.wait(lambda: "Total params" not in terminal.text and "kernel_size" in terminal.text, "one pane")
        terminal.resize(50, 10)
        terminal.wait_for("The terminal is 50x10")
        terminal.resize(120, 40)
        terminal.wait_for("Total params")


def test_the_first_picture_and_an_edit_are_short_and_a_garbled_screen_is_mended() -> None:
    with Terminal([*LAB, "lab1-baseline"]) as terminal:
        terminal.wait_for("Total params: 113,386")
        assert terminal.received < 12_000
        terminal.wait_for("An image of each class")
        terminal.settle(0.5)
        assert terminal.received < 24_000
        before, shown = terminal.received, terminal.text
        terminal.press("+")
        terminal.wait_for("Total params: 122,922")
        assert terminal.received - before < 1_000
        terminal.press("u")
        terminal.wait(lambda: "Total params: 113,386" in terminal.text and "undo" not in terminal.text, "the start")
        terminal.garble()
        assert "Total params" not in terminal.text
        terminal.press("\x0c")
        terminal.wait(lambda: "out of paper" not in terminal.text and "sent again" not in terminal.text, "mended")
        assert terminal.text == shown


def test_without_a_terminal_it_names_the_command_that_needs_none() -> None:
    import subprocess

    done = subprocess.run(LAB, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30)
    assert done.returncode == 2
    assert "cnn-tui run" in done.stderr and len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_keys_that_arrive_at_once_are_dealt_with_in_turn() -> None:
    with Terminal([*LAB, "lab1-baseline"]) as terminal:
        terminal.wait_for("Total params: 113,386")
        # In one write, as a slow line delivers them: add a Dropout, rate 0.5, then step the filters of layer 1.
        terminal.press("adropout\r\r0.5\rk+")
        terminal.wait_for("Dropout           0.5")
        terminal.wait_for("64  3x3  relu")
        assert terminal.text.count("MaxPooling2D") == 2, "no letter ran as a command"


@pytest.mark.parametrize(
    ("options", "environment"),
    [
        pytest.param(["--ascii"], {}, id="asked for"),
        pytest.param([], {"LANG": "C", "LC_ALL": ""}, id="C", marks=pytest.mark.long),
        pytest.param([], {"LC_ALL": "en_US.ISO-8859-1"}, id="Latin 1"),
    ],
)
def test_an_ascii_terminal_gets_ascii_only(options: list[str], environment: dict[str, str]) -> None:
    with History() as history:
        run_id = history.add(load_preset("lab1-baseline"))
        locks.take(locks.run_lock(run_id))  # this test is the process that trains it
        fake.begin(history, run_id)
        fake.play(history, run_id, 2.5)
    with Terminal([*LAB, "lab1-baseline", *options], env={"LANG": "C.UTF-8", **environment}) as terminal:
        terminal.wait_for("Total params: 113,386")
        terminal.wait_for("epoch 3/5")
        assert terminal.text.isascii()
        terminal.wait_for("+- 1 Stack -")
        terminal.wait_for("28x28x1 > 10")
        assert "=====-----" in terminal.text, "half of the epoch is done"
        terminal.press("+")
        terminal.wait_for("64  3x3  relu")
        terminal.press("u", "q")
        assert terminal.wait_for_end() == 0


@pytest.mark.parametrize(
    "size", [(60, 16), (80, 24), *(pytest.param(size, marks=pytest.mark.long) for size in ((200, 60), (300, 100)))]
)
def test_the_lab_opens_and_answers_in_terminals_of_every_size(size: tuple[int, int]) -> None:
    with Terminal([*LAB, "lab1-baseline"], *size) as terminal:
        terminal.wait_for("1 Stack")
        terminal.wait_for("32  3x3  relu")
        terminal.press("+")
        terminal.wait_for("64  3x3  relu")
        terminal.press("u", "q")
        assert terminal.wait_for_end() == 0


def test_options_of_the_lab_that_cannot_be_are_refused_with_a_sentence() -> None:
    with Terminal([*LAB, "--theme", "pink"]) as terminal:
        assert terminal.wait_for_end() == 2
        assert '--theme: found "pink", which is no theme' in terminal.text


def test_runs_that_are_started_in_the_lab_get_the_device_it_was_opened_with(tmp_path: Path) -> None:
    tiny = str(write_experiment(tmp_path / "tiny.toml", write_dataset(tmp_path / "tiny.npz")))
    with Terminal([*LAB, tiny, "--device", "tpu"]) as terminal:
        assert terminal.wait_for_end() == 2
        assert "a device is cpu, gpu (the freest), gpu:N" in terminal.text
    with Terminal([*LAB, tiny, "--device", "cpu"]) as terminal:
        terminal.wait_for("Total params")
        terminal.press("r")
        terminal.wait_for("Run 1 starts")
    with History() as history:
        assert [run.device for run in history.runs()] == ["cpu"]


def test_without_the_mouse_the_terminal_is_not_asked_for_it() -> None:
    for options, asked in (([], True), (["--no-mouse"], False)):
        with Terminal([*LAB, *options]) as terminal:
            sent = b""
            while b"Stack" not in sent:
                sent += terminal.read_raw(30)
            assert (b"\x1b[?1000h" in sent) is asked


def test_over_ssh_an_arrow_key_that_comes_in_two_parts_is_still_one() -> None:
    with Terminal([*LAB, "lab1-baseline"], env={"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}) as terminal:
        terminal.wait_for("28x28x1 → 10")
        terminal.press("z")
        terminal.wait(lambda: "2 Summary ─" not in terminal.text, "the stack alone")
        terminal.press("\x1b")
        terminal.read(0.2)  # longer than a terminal at hand would be waited for
        terminal.press("[B")
        terminal.wait_for("pool_size")
        assert "2 Summary ─" not in terminal.text, "no Esc has ended the zoom"


def test_a_lab_whose_terminal_is_gone_without_a_signal_ends() -> None:
    terminal = Terminal([*LAB, "lab1-baseline"])
    try:
        terminal.wait_for("Total params: 113,386")
        terminal.hang_up()
        assert terminal.process.wait(30) == 129
    finally:
        terminal.process.kill()


@pytest.mark.parametrize(
    ("way", "status"), [("q", 0), (signal.SIGTERM, 128 + signal.SIGTERM), (signal.SIGHUP, 128 + signal.SIGHUP)]
)
def test_the_terminal_is_given_back_as_it_was(way: str | signal.Signals, status: int) -> None:
    with Terminal([*LAB, "lab1-baseline"]) as terminal:
        terminal.wait_for("Total params: 113,386")
        terminal.settle(0.1)
        if isinstance(way, str):
            terminal.press(way)
        else:
            terminal.process.send_signal(way)
        sent = b""
        while piece := terminal.read_raw(5 if terminal.process.poll() is None else 0.1):
            sent += piece
        assert terminal.process.wait(30) == status
        before, left, after = sent.partition(b"\x1b[?1049l")
        assert left, "the other screen is left"
        assert b"\x1b[?1000l" in before, "the mouse is let go"
        assert not re.search(rb"\x1b\[[\d;]*H", after), "the cursor stays where it was before the lab"
        assert terminal.echoes


def test_what_stands_behind_two_boxes_goes_on(history: History) -> None:
    run_id = history.add(load_preset("lab1-baseline"))
    fake.begin(history, run_id)
    with Terminal(LAB, 80, 24) as terminal:
        terminal.wait_for("run 1 ")
        for keys, box, epochs, said in (("t", "Training settings", 2.5, "3/5"), ("\r", "Enter accepts", 4.5, "5/5")):
            terminal.press(keys)
            terminal.wait_for(box)
            fake.play(history, run_id, epochs)
            terminal.wait(lambda said=said: said in terminal.text.splitlines()[0], said)  # type: ignore[misc]
