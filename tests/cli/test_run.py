"""`run`, `attach` and `stop` with real training: the streams, the bar, ctrl+c, the exit statuses."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.history.history import History
from cnn_tui.jobs import launch
from tests.cli.command import Inside, cnn_tui, write_dataset, write_experiment
from tests.cli.terminal import DEADLINE, Terminal
from tests.runs import run_of

CHATTER = ("tensorflow", "oneDNN", "cuda", "WARNING", "Traceback")
FOREVER = "100000"


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny dataset and an experiment on it."""
    folder = tmp_path_factory.mktemp("files")
    write_experiment(folder / "tiny.toml", write_dataset(folder / "tiny.npz"))
    return folder


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home whose worker keeps TensorFlow ready from one test to the next."""
    home = tmp_path_factory.mktemp("lab")
    env = {**launch.environment(), "CNN_TUI_HOME": str(home), "CNN_TUI_OFFLINE": "1", "CNN_TUI_WORKER_IDLE": "300"}
    worker = subprocess.Popen(launch.python("cnn_tui.jobs.worker"), cwd=home, env=env, start_new_session=True)
    yield home
    worker.terminate()
    worker.wait(DEADLINE)


@pytest.fixture
def history(lab: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[History]:
    """The history of the lab with the worker; commands of the test use it too. No run is left behind."""
    monkeypatch.setenv("CNN_TUI_HOME", str(lab))
    with History() as opened:
        yield opened
        for run in reversed(opened.live_runs()):
            opened.ask(run.id, "stop")
        wait_until(opened, lambda: not opened.live_runs())


def wait_until(history: History, condition: object) -> None:
    """Wait for a condition of the history, not longer than the deadline."""
    assert callable(condition)
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline, [(run.id, run.status, run.stop_cause) for run in history.runs()]
        time.sleep(0.02)


def test_run_json_end_to_end(files: Path, inside: Inside) -> None:
    """With a worker that the command starts itself."""
    answer = cnn_tui("run", str(files / "tiny.toml"), "--json", "--seed", "3", CNN_TUI_WORKER_IDLE="0")
    assert answer.status == 0, answer
    (run,) = answer.objects
    assert (run["id"], run["name"], run["status"], run["seed"]) == (1, "tiny", "finished", 3)
    assert (run["train_images"], run["test_images"], run["params"]) == (256, 64, 130)
    assert [epoch["epoch"] for epoch in run["epochs"]] == [1, 2]
    assert set(run["epochs"][0]) == {
        *("epoch", "loss", "accuracy", "val_loss", "val_accuracy", "seconds", "images_per_second"),
        *("startup", "others", "throttled"),
    }
    assert 0 <= run["test_accuracy"] <= 1

    assert all(line.isprintable() for line in answer.err.splitlines())
    assert not any(word in answer.err for word in CHATTER)
    for line in ("run 1 queued: tiny", "run 1 (tiny): 130 parameters on 256 images", "run 1  epoch 2/2  loss "):
        assert line in answer.err
    assert re.fullmatch(r"run 1 finished: test accuracy .*, test loss .*, .* s an epoch", answer.err.splitlines()[-1])

    assert inside("history", "--json").objects == [run]
    (shown,) = inside("show", "1", "--json").objects
    assert shown == run | {"kept_epochs": [], "kept_bytes": 0}
    page = inside("show", "1").out
    assert "model.keras" in page
    assert "tensorflow" in page


@pytest.mark.long
def test_table_event_files_and_a_stop_rule_that_fires(files: Path, history: History, tmp_path: Path) -> None:
    answer = cnn_tui(
        *("run", str(files / "tiny.toml"), "--seed", "5", "--tensorboard", str(tmp_path / "events")),
        *("--set", "layers[1].use_bias=false", "--set", 'stop=[{metric="loss", below=1000}]'),
    )
    assert answer.status == 0, answer
    heading, row = answer.out.splitlines()
    assert heading.split()[:4] == ["id", "name", "status", "epochs"]
    run = run_of(history, int(row.split()[0]))
    assert (run.status, run.seed, run.params, len(run.epochs)) == ("stopped", 5, 128, 1)
    assert f"run {run.id} ended by its rule: loss below 1000" in answer.err
    assert f"1 run written to {tmp_path}/events" in answer.err
    assert list((tmp_path / "events").rglob("events.out.tfevents.*"))


@pytest.mark.long
def test_the_bar_rewrites_its_line_others_wait_and_attach_and_ctrl_c_keeps_what_is_learned(
    files: Path, history: History, inside: Inside, tmp_path: Path
) -> None:
    lost = write_experiment(tmp_path / "lost.toml", write_dataset(tmp_path / "lost.npz"))
    with Terminal("run", str(files / "tiny.toml"), "--epochs", FOREVER, "--set", "batch_size=1") as terminal:
        terminal.wait_for(r"\rrun \d+  epoch \d+/100000  [^\n]*batch [\d,]+ of 256[^\n]*\rrun \d+  epoch")
        first = int(terminal.wait_for(r"run (\d+) queued")[1])
        detached = inside("run", str(lost), str(files / "tiny.toml"), "--detach")
        assert detached.status == 0
        second, third = map(int, detached.out.split())
        (tmp_path / "lost.npz").unlink()
        assert inside("stop", str(third)).err == f"run {third} is taken out of the queue\n"

        with Terminal("attach") as looking:
            looking.wait_for(rf"run {first}  epoch \d+/100000")
            looking.process.send_signal(signal.SIGINT)
            assert looking.wait_for_end() == (3, "")
        assert f"cnn-tui attach {first} comes back to it" in looking.screen
        assert run_of(history, first).status == "running"

        with Terminal("attach", str(second)) as waiting:
            waiting.wait_for(f"run {second} waits in the queue behind run {first}")
            terminal.process.send_signal(signal.SIGINT)
            terminal.wait_for(f"asked run {first} to stop")
            terminal.wait_for("--detach")
            status, out = terminal.wait_for_end()
            failed, _ = waiting.wait_for_end()
    assert status == 3
    assert f"run {first} stopped by you" in terminal.screen
    assert "stopped" in out
    assert "\x1b" not in terminal.screen
    bars = [bar for bar in re.split("[\r\n]", terminal.screen) if " of 256  " in bar]
    assert bars
    assert all(len(bar) < 90 for bar in bars)
    run = run_of(history, first)
    assert run.status == "stopped"
    assert run.test_accuracy is not None
    assert inside("attach", str(first)).status == 3
    assert failed == 1
    assert f"run {second} failed: There is no file" in waiting.screen


@pytest.mark.long
def test_a_second_ctrl_c_leaves_at_once_and_a_killed_process_is_told(files: Path, history: History) -> None:
    with Terminal("run", str(files / "tiny.toml"), "--epochs", FOREVER) as terminal:
        run_id = int(terminal.wait_for(r"run (\d+)  epoch \d+/100000")[1])
        pid = run_of(history, run_id).pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)  # so that it cannot end before the second
        try:
            terminal.process.send_signal(signal.SIGINT)
            terminal.wait_for(f"asked run {run_id} to stop")
            terminal.process.send_signal(signal.SIGINT)
            assert terminal.wait_for_end() == (3, "")
        finally:
            os.kill(pid, signal.SIGKILL)
    answer = cnn_tui("attach", str(run_id))
    assert answer.status == 3
    assert f"run {run_id} interrupted: the training process" in answer.err


@pytest.mark.long
def test_a_grid_over_seeds_is_trained_to_its_end(files: Path, history: History) -> None:
    with Terminal(
        *("run", str(files / "tiny.toml"), "--repeat", "2", "--epochs", "30"),
        *("--set", "batch_size=8,16"),
        columns=120,
    ) as terminal:
        first = int(terminal.wait_for(r"runs (\d+) to \d+ queued: 4 runs, 2 values of batch_size x 2 seeds")[1])
        history.ask(first + 3, "stop")
        status, out = terminal.wait_for_end()
    assert status == 3, "one was taken out of the queue"
    assert re.search(r"  all 4 runs \d+:\d\d", terminal.screen)
    assert f"run {first + 3} taken out of the queue" in terminal.screen
    rows = {int(row.split()[0]): row for row in out.splitlines()[1:]}
    assert sorted(rows) == [*range(first, first + 4)]
    assert all("finished" in rows[run_id] for run_id in range(first, first + 3))
    runs = [run_of(history, run_id) for run_id in sorted(rows)]
    assert [(run.experiment.training.batch_size, run.seed) for run in runs] == [(8, 1), (16, 1), (8, 2), (16, 2)]
    assert runs[-1].name == "tiny: batch 16, seed 2"


@pytest.mark.long
def test_a_home_named_from_the_present_folder_is_that_of_the_training_too(files: Path, tmp_path: Path) -> None:
    places = {"CNN_TUI_HOME": "rel home", "CNN_TUI_WORKER_IDLE": "0"}
    answer = cnn_tui("run", str(files / "tiny.toml"), cwd=tmp_path, timeout=DEADLINE, **places)
    assert answer.status == 0, answer.err
    assert (tmp_path / "rel home" / "runs" / "1" / "model.keras").exists()
    assert not (tmp_path / "rel home" / "rel home").exists()
