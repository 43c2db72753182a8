"""The disk is full: training goes on, nothing that was recorded is damaged, and with room again all is well."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.artifacts.weights import read_weights
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.elsewhere.ledger_reader import take_in
from cnn_tui.history.elsewhere.run_elsewhere import give_out
from cnn_tui.history.history import History
from cnn_tui.home import checkpoint_path, log_path, model_path
from cnn_tui.jobs.launch import NO_ROOM
from cnn_tui.jobs.worker import settle_in_the_end
from tests.cli.command import Inside, assert_one_sentence, cnn_tui
from tests.faults.disks import disk_at, fill
from tests.faults.lab import ENDLESS, PATIENCE, TRAIN, WORKER, Lab, to_file
from tests.waiting import end_processes_of, processes_of

SIZE = 40_000_000  # bytes: the journal of the history alone may take four million


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """A home on a small disk of its own; skips where none can be mounted."""
    monkeypatch.setenv("CNN_TUI_HOME", str(tmp_path / "disk"))
    monkeypatch.setenv("CNN_TUI_WORKER_IDLE", "300")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "-1")
    with disk_at(tmp_path / "disk", str(SIZE)) as disk:
        try:
            with History() as history:
                yield Lab(disk, history)
        finally:
            end_processes_of(disk)


@pytest.mark.long
def test_a_run_goes_on_without_room_and_nothing_is_lost(small: Lab, tiny: Experiment) -> None:
    run_id = small.add(tiny, ENDLESS)
    small.wake()
    small.wait_for_checkpoint(run_id)
    filler = fill(small.home)
    recorded = len(small.run(run_id).epochs)
    pid = small.training_process(run_id)

    def cpu_ticks() -> int:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[11])

    before = cpu_ticks()
    small.wait(lambda: cpu_ticks() > before + 100, "a second of training without room")
    answer = cnn_tui("note", str(run_id), "x" * 100_000)
    assert_one_sentence(answer, 1, f"the history {small.history.path} cannot be used", "full")
    assert len(small.run(run_id).epochs) <= recorded + 200, "there was no room for more"
    small.assert_intact(run_id)

    filler.unlink()
    small.wait_for_epoch(run_id, recorded + 500)
    filler = fill(small.home)
    [worker] = processes_of(small.home, WORKER)
    small.kill(small.training_process(run_id))
    filler.unlink()
    run = small.wait_for_end(run_id, "interrupted")
    assert run.stop_cause.endswith(f"(out of memory?); {len(run.epochs)} of {ENDLESS} epochs are kept")
    assert len(run.epochs) > recorded + 500
    small.assert_intact(run_id)

    filler = fill(small.home, leave=600_000)
    big = tiny.with_stack(tiny.stack.change(1, units=2_000).insert(2, tiny.layers[1]))  # 1.6 MB with its optimizer
    unsaved = small.wait_for_end(small.add(big, 3))
    assert unsaved.stop_cause == "the weights could not be saved (No space left on device)"
    assert len(unsaved.epochs) == 3 and unsaved.test_accuracy is not None
    assert not list(model_path(unsaved.id).parent.glob("*.keras")), "nothing half written is left"
    said = [text for text in small.texts(unsaved.id) if "could not be written" in text]
    assert said == ["best.keras could not be written (No space left on device); training goes on"]

    filler.unlink()
    following = small.wait_for_end(small.add(big, 2))
    assert following.stop_cause == "" and model_path(following.id).exists()
    assert processes_of(small.home, WORKER) == [worker], "the worker was not troubled"
    small.assert_intact(run_id, unsaved.id, following.id)


OUT_OF_PATIENCE = """
import os, sys
from cnn_tui.training import train
train.END_RETRIES = 2
os._exit(train.main(sys.argv[1:]))
"""
"""A training process that gives up soon where the end of its run cannot be recorded."""


@pytest.mark.long
def test_a_disk_that_stays_full_to_the_end_is_the_cause_in_the_row(small: Lab, tiny: Experiment) -> None:
    run_id = small.add(tiny, ENDLESS)
    process = subprocess.Popen([sys.executable, "-c", OUT_OF_PATIENCE, str(run_id)])
    small.wait_for_checkpoint(run_id)
    filler = fill(small.home)
    process.terminate()  # it stops, saves and evaluates, as well as it can
    assert process.wait(PATIENCE) == NO_ROOM
    assert small.run(run_id).live, "there was no room to say how it ended"
    filler.unlink()
    settle_in_the_end(small.history, run_id, NO_ROOM)
    run = small.wait_for_end(run_id, "failed")
    assert run.stop_cause.startswith("the disk was full and stayed so, and how the run ended could not be recorded; ")
    kept = read_weights(checkpoint_path(run_id), run)
    assert kept is not None
    epochs = f"{len(run.epochs)} of {ENDLESS} epochs are kept"
    assert run.stop_cause.endswith(f"{epochs}; the weights that are kept are those of epoch {kept.epoch}")


@pytest.mark.long
def test_a_job_that_begins_while_the_shared_folder_is_full_waits_for_room(small: Lab, tiny: Experiment) -> None:
    small.history.place = "slurm"
    run_id = small.add(tiny, 2)
    give_out(small.run(run_id), 0)
    log_path(run_id).write_text("there is room for a line\n")
    filler = fill(small.home)
    process = subprocess.Popen([sys.executable, "-m", TRAIN, "--elsewhere", str(run_id)])
    small.wait(lambda: "Nothing can be written" in log_path(run_id).read_text(), "that it cannot be written")
    filler.unlink()
    assert process.wait(PATIENCE) == 0
    take_in(small.history, run_id)
    run = small.run(run_id)
    assert (run.status, [epoch.epoch for epoch in run.epochs]) == ("finished", [1, 2])
    assert "began again" not in "".join(small.texts(run_id))


def test_a_file_without_room_is_named_and_does_not_stay_half_written(
    small: Lab, tiny: Experiment, inside: Inside
) -> None:
    run_id = small.add(tiny, 3)
    note = small.home / "experiment.toml"
    to_file(tiny, note)
    filler = fill(small.home)
    for arguments in (("export", str(run_id)), ("report",)):
        output = small.home / f"{arguments[0]}.txt"
        answer = inside(*arguments, "-o", str(output))
        assert_one_sentence(answer, 1, f"{output} cannot be written: No space left on device")
        assert not output.exists(), "it is in nobody's way the next time"
    for words in (["note", str(run_id), "x" * 90_000], ["run", str(note), "--detach"]):
        answer = inside(*words)
        assert_one_sentence(answer, 1, f"the history {small.history.path} cannot be ", "full", "make room")
    filler.unlink()
    assert inside("report", "-o", str(small.home / "report.txt")).status == 0
