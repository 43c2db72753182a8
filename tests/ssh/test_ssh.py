"""A line that drops: the training goes on, and the next connection shows all of it."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from cnn_tui.experiment.file import to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from tests.ssh.server import WHY_NOT, Server, lab, serving
from tests.waiting import end_processes_of, wait_for

EPOCHS = 6
"""Over which bytes are counted."""

pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of this test's own."""
    with serving(tmp_path) as server:
        yield server


@pytest.fixture
def home(sealed_machine: Path) -> Iterator[Path]:
    """The home that the lab is given there; what still works on it in the end is ended."""
    yield sealed_machine
    end_processes_of(sealed_machine)


@pytest.fixture
def experiment(tmp_path: Path) -> Path:
    """A file with the notes' network, small, for many epochs of the built-in sample."""
    small = load_preset("lab1-16-filters").with_training(epochs=40, seed=1)
    path = tmp_path / "long.toml"
    path.write_text(to_toml(msgspec.structs.replace(small, dataset="fashion_mnist_sample")))
    return path


def the_run(home: Path) -> Run:
    """The one run of the history."""
    with History(home / "history.db") as history:
        (run,) = history.runs()
        return run


@pytest.mark.long
def test_a_run_outlives_the_connection_and_the_next_one_shows_all_of_it(
    server: Server, home: Path, experiment: Path
) -> None:
    with server.terminal(lab(home, str(experiment))) as first:
        first.wait_for("Total params: 55,098", 60)
        first.press("+")
        first.wait_for("32  3x3  relu")
        first.press("u", "r")
        first.wait_for("Run 1 starts")
        first.wait_for("epoch 1/40", 90)
        first.process.kill()
        first.process.wait()
        before = len(the_run(home).epochs)

    wait_for(lambda: len(the_run(home).epochs) >= before + 2, "two more epochs without a connection")
    with server.terminal(lab(home)) as second, server.terminal(lab(home), 80, 24) as third:
        third.wait_for("1 Stack", 60)
        third.press("3")
        for terminal in (second, third):
            terminal.wait_for("run 1 running", 60)
        assert the_run(home).status == "running"
        second.press("s")
        for terminal in (second, third):
            terminal.wait_for("run 1 stopped", 60)

    run = the_run(home)
    assert [epoch.epoch for epoch in run.epochs] == list(range(1, len(run.epochs) + 1))
    assert run.test_accuracy is not None
    with History(home / "history.db") as history:
        epochs = {int(point.at) for point in history.points(1)}
    assert epochs >= set(range(len(run.epochs))), "every epoch has readings of its own"


@pytest.mark.usefixtures("no_worker")
@pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed")
def test_inside_tmux_it_survives_detaching_attaching_and_another_size(
    server: Server, home: Path, tmp_path: Path
) -> None:
    tmux = ["tmux", "-f", "/dev/null", "-S", str(tmp_path / "tmux")]
    try:
        with server.terminal([*tmux, "new-session", *lab(home, "lab1-16-filters")]) as first:
            first.wait_for("Total params: 55,098", 60)
            first.press("\x02", "d")
            assert first.wait_for_end() == 0
        with server.terminal([*tmux, "attach"], 80, 24) as second:
            second.wait_for("1 Stack")
            second.press("+")
            second.wait_for("32  3x3  relu")
            second.resize(120, 40)
            second.wait_for("Total params: ")
            second.press("u", "q")
            assert second.wait_for_end() == 0
    finally:
        with server.terminal([*tmux, "kill-server"]) as last:
            last.wait_for_end()


@pytest.mark.usefixtures("no_worker")
def test_the_line_is_silent_at_idle_and_an_edit_is_short(server: Server, home: Path) -> None:
    with server.terminal(lab(home, "lab1-16-filters")) as terminal:
        terminal.wait_for("Total params: 55,098", 60)
        terminal.wait_for("An image of each class")
        terminal.settle(1.0)
        assert terminal.read(2.0) == 0
        before = terminal.received
        terminal.press("+")
        terminal.wait_for("32  3x3  relu")
        terminal.settle(0.5)
        assert terminal.received - before <= 2_000


@pytest.mark.long
def test_a_run_with_its_chart_and_table_sends_at_most_2_kb_a_second(server: Server, home: Path, tmp_path: Path) -> None:
    sample = load_preset("lab1-baseline").with_training(epochs=100, seed=1)
    path = tmp_path / "sample.toml"
    path.write_text(to_toml(msgspec.structs.replace(sample, dataset="fashion_mnist_sample")))
    with server.terminal(lab(home, str(path))) as terminal:
        terminal.wait_for("Total params: 113,386", 60)
        terminal.press("r", "3")
        terminal.wait_for("epoch 2/100", 120)
        with History(home / "history.db") as history:
            first, began = history.progress(1).epoch, time.monotonic()
            before, redraws = terminal.received, 0
            while history.progress(1).epoch < first + EPOCHS:
                redraws += bool(terminal.read(0.05))  # what comes without a pause is one of them
            seconds = time.monotonic() - began
            received = terminal.received - before
            terminal.press("s")
            terminal.wait_for("run 1 stopped", 60)
            told = f"{received:,} bytes and {redraws} redraws in {seconds:.1f} s, {EPOCHS} epochs"
            assert received / EPOCHS > 100, told
            assert received / seconds <= 2_000, told
            assert redraws / seconds <= 5, told
