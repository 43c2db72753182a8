"""`cnn-tui tune`: what it refuses, what it queues, and a search with real training, killed and gone on with."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from cnn_tui.cli.running.follow import Interrupts
from cnn_tui.cli.search.follow import SearchFollower
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.history.searches import searches
from cnn_tui.jobs import launch
from cnn_tui.jobs.search.searching import take_forward
from tests.cli.command import (
    Inside,
    assert_one_sentence,
    cnn_tui,
    command,
    environment,
    write_dataset,
    write_experiment,
)
from tests.waiting import end_processes_of, wait_for

pytest.importorskip("optuna", reason="a search needs the extra cnn-tui[tune]")
VARY = ("--vary", "layers[0].filters=16,32")


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is trained."""
    monkeypatch.setattr(launch, "wake", lambda: None)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("lab1-baseline", "--vary", "filterz=1,2"), 2, ("filterz is an unknown key",)),
        (
            ("lab1-baseline", *VARY, "--metric", "test_accuracy"),
            2,
            ("found test_accuracy; allowed: val_loss, val",),
        ),
        (("lab1-baseline", *VARY, "--metric", "val_auc"), 2, ("add auc to the metrics",)),
        (("lab1-baseline", *VARY, "--set", "epochs=1,2"), 2, ("--set epochs has several values", "--vary")),
        (("lab1-baseline",), 2, ("either what may vary", "or --lr-find")),
        (("lab1-baseline", *VARY, "--lr-find"), 2, ("either what may vary", "or --lr-find")),
        (("lab1-baseline", "--lr-find", "--on", "slurm"), 2, ("leave --on out",)),
        (("lab1-baseline", *VARY, "--trials", "0"), 2, ("trials",)),
        (("nothing-of-that-name", *VARY), 2, ("nothing-of-that-name",)),
        (("lab1-baseline", *VARY, "--set", "layers[6].units=3"), 1, ("10 classes",)),
        (("lab1-baseline", *VARY, "--on", "moon"), 2, ("--on",)),
    ],
)
def test_what_is_refused(
    nobody: None, inside: Inside, arguments: tuple[str, ...], status: int, words: tuple[str, ...]
) -> None:
    assert_one_sentence(inside("tune", *arguments), status, *words)


def test_without_optuna_it_says_what_to_install(nobody: None, inside: Inside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert_one_sentence(inside("tune", "lab1-baseline", *VARY), 2, "pip install 'cnn-tui[tune]'")


def test_a_search_is_left_to_the_worker_and_the_same_command_finds_it(nobody: None, inside: Inside) -> None:
    first = inside("tune", "lab1-baseline", *VARY, "--detach", "--epochs", "1")
    assert (first.status, first.out) == (0, "1\n")
    assert "a tenth of the training images is held out to choose by (validation = 0.1)" in first.err
    again = inside("tune", "lab1-baseline", *VARY, "--detach", "--epochs", "1", "--trials", "30")
    assert (again.status, again.out) == (0, "1\n")
    assert inside("tune", "lab1-baseline", *VARY, "--detach", "--epochs", "1", "--seed", "2").out == "2\n"
    own = inside("tune", "lab1-baseline", *VARY, "--detach", "--set", "validation=0.2")
    assert own.out == "3\n" and "held out" not in own.err
    with History() as history:
        plans = [one.plan for one in searches(history, going=True)]
    found = [(one.trials, one.seed, one.experiment.training.epochs) for one in plans]
    assert found == [
        (30, 1, 1),
        (20, 2, 1),
        (20, 1, 5),
    ]
    assert [one.experiment.training.validation for one in plans] == [0.1, 0.1, 0.2]


def test_a_search_says_behind_what_its_trial_waits(
    nobody: None, inside: Inside, capsys: pytest.CaptureFixture[str]
) -> None:
    with History() as history:
        other = history.add(load_preset("lab1-64-filters"))
        assert inside("tune", "lab1-baseline", *VARY, "--detach").status == 0
        take_forward(history)
        (search,) = searches(history, going=True)
        left = Interrupts()
        left.count = 2  # the user looks once and leaves
        assert not SearchFollower(history, left, search, ()).follow()
        assert f"run {other + 1} waits in the queue behind run {other}\n" in capsys.readouterr().err


@pytest.mark.long
def test_a_search_whose_command_is_killed_goes_on_and_its_best_is_judged_again(
    tmp_path: Path, sealed_machine: Path
) -> None:
    file = write_experiment(tmp_path / "tiny.toml", write_dataset(tmp_path / "tiny.npz"), extra="learning_rate = 0.03")
    words = ("tune", str(file), "--vary", "learning_rate=1e-7,0.03", "--trials", "5", "--candidates", "1")
    call = (*words, "--repeat", "2", "--json")
    killed = subprocess.Popen(
        command(*call), env=environment(CNN_TUI_WORKER_IDLE="0.5"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        with History() as history:
            wait_for(lambda: history.count() and history.runs()[0].epochs, "the first epoch of the first trial")
        killed.kill()
        killed.wait(30)
        answer = cnn_tui(*call, CNN_TUI_WORKER_IDLE="0.5")
    finally:
        end_processes_of(sealed_machine)
    assert answer.status == 0, answer
    (found,) = answer.objects
    assert "search 1 goes on" in answer.err and "trial 1 again with seed 2 (run 3): val_accuracy " in answer.err
    assert [(one["run"], one["values"]["learning_rate"], one["standing"]) for one in found["trials"]] == [
        (1, 0.03, "finished"),
        (2, 1e-7, "finished"),
    ]
    assert (found["winner"], found["candidates"][0]["repeats"]) == ({"trial": 1, "run": 1}, [3, 4])
    assert found["sentences"][0].startswith("The best of 2 single runs, trial 1 (run 1), showed val_accuracy ")
    with History() as history:
        assert [run.seed for run in history.runs()] == [1, 1, 2, 3]


@pytest.mark.long
def test_a_learning_rate_is_found_and_drawn(tmp_path: Path) -> None:
    file = write_experiment(tmp_path / "tiny.toml", write_dataset(tmp_path / "tiny.npz"))
    answer = cnn_tui("tune", str(file), "--lr-find")
    assert answer.status == 0, answer
    title, *_ = answer.out.splitlines()
    assert title == "loss against the learning rate, in powers of ten: -3 is 0.001"
    suggested = float(answer.out.split("Suggested: learning_rate ")[1].split(",")[0])
    assert 1e-5 < suggested < 1
    assert f"--set learning_rate={suggested:g} trains with it" in answer.err
    with History() as history:
        assert history.count() == 0, "nothing is kept"
