"""`history`, `show`, `note`, `stop`: the runs that are recorded, in every form."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
from pathlib import Path

import msgspec
import pytest

from cnn_tui.experiment.presets import find_experiment, load_preset
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import FiredAt
from tests.cli.command import Inside, assert_one_sentence, write_dataset, write_experiment
from tests.history.made_runs import trained

LOUD = "loud\x1b[2J [red]| name"


@pytest.fixture(autouse=True)
def runs(sealed_machine: Path) -> None:
    """Three runs: one finished, one failed with a loud name, one waiting."""
    baseline = load_preset("lab1-baseline")
    with History() as history:
        first = history.add(baseline.with_training(epochs=2, seed=7))
        assert history.claim(first, 4321, 7)
        history.record_start(
            first,
            dataset="fashion_mnist",
            train_images=60_000,
            test_images=10_000,
            environment={"python": "3.11.7", "tensorflow": "2.21.0"},
        )
        for number, accuracy in ((1, 0.81), (2, 0.91)):
            metrics = {"loss": 0.5 / number, "accuracy": accuracy, "val_loss": float("nan"), "val_accuracy": 0.8}
            history.record_epoch(first, Epoch(number, metrics, 8.0, 7500.0), 8.0 * number)
        history.record_end(first, Result("finished", "", 0.3, 0.9, 16.5))
        second = history.add(msgspec.structs.replace(load_preset("lab1-16-filters"), name=LOUD))
        assert history.claim(second, 4322, 1)
        history.record_end(second, Result("failed", "out of memory\x1b[31m"))
        history.add(load_preset("lab1-64-filters"))


def test_the_table_is_plain_and_newest_first(inside: Inside) -> None:
    answer = inside("history")
    assert (answer.status, answer.err) == (0, "")
    heading, *lines = answer.out.splitlines()
    assert heading.startswith("id  name  ")
    assert heading.rstrip().endswith(
        "status    epochs   params  train acc  test acc  s/epoch  dataset                 images  weights"
    )
    assert [line.split()[0] for line in lines] == ["3", "2", "1"]
    assert "2/2  113,386     0.9100    0.9000      8.0  fashion_mnist  60,000 + 10,000  last" in lines[2]
    assert r"loud\x1b[2J [red]| name" in lines[1]
    assert "\x1b" not in answer.out


def test_a_very_long_name_pads_no_other_row(inside: Inside) -> None:
    with History() as history:
        history.add(msgspec.structs.replace(load_preset("lab1-baseline"), name="x" * 200))
    heading, first, *others = inside("history").out.splitlines()
    assert f" {'x' * 58}..  " in first
    assert len(heading) < 180 and max(map(len, others)) < 180
    assert "x" * 200 in inside("history", "--json").out
    assert "x" * 200 in inside("history", "--csv").out


def test_json_is_the_promised_run(inside: Inside) -> None:
    answer = inside("history", "--json")
    assert [run["id"] for run in answer.objects] == [3, 2, 1]
    assert list(answer.objects[2]) == [
        *("id", "name", "status", "stop_cause", "experiment", "fingerprint", "dataset", "train_images"),
        *("test_images", "seed", "params", "created", "seconds", "test_loss", "test_accuracy", "note", "tags"),
        *(
            "environment",
            "ending",
            "host",
            "heard",
            "group",
            "executor",
            "job",
            "partition",
            "memory",
            "epochs",
            "validation_images",
            "weights",
            "weights_epoch",
        ),
    ]
    (shown,) = inside("show", "1", "--json").objects
    assert shown == answer.objects[2] | {"kept_epochs": [], "kept_bytes": 0}
    assert shown["epochs"][1] == {
        "epoch": 2,
        "loss": 0.25,
        "accuracy": 0.91,
        "val_loss": None,
        "val_accuracy": 0.8,
        "seconds": 8.0,
        "images_per_second": 7500.0,
        "startup": None,
        "others": None,
        "throttled": None,
    }
    assert answer.objects[1]["name"] == LOUD


def test_csv_is_read_back(inside: Inside) -> None:
    rows = list(csv.DictReader(io.StringIO(inside("history", "--csv").out)))
    assert [row["id"] for row in rows] == ["3", "2", "1"]
    assert (rows[2]["test_accuracy"], rows[2]["epochs"], rows[2]["seed"], rows[0]["seed"]) == ("0.9", "2", "7", "")
    assert rows[1]["name"] == r"loud\x1b[2J [red]| name"


def test_repeats_are_one_row_when_groups_are_asked_for(inside: Inside) -> None:
    with History() as history:
        again = trained(history, load_preset("lab1-baseline").with_training(epochs=2, seed=8), accuracy=0.91)
    heading, *lines = inside("history", "--groups", "--sort", "test_accuracy").out.splitlines()
    assert heading.split()[0] == "runs" and len(lines) == 3
    assert lines[0].split()[:2] == ["1,", "4"] and "0.9050 ± 0.0071" in lines[0]
    group, *others = inside("history", "--groups", "--json", "--sort", "test_accuracy").objects
    assert (group["group"], group["runs"], group["seeds"], group["status"]) == (1, [1, again.id], 2, "finished")
    assert group["experiment"]["training"]["seed"] is None
    assert group["figures"]["test_accuracy"] == {
        "n": 2,
        "mean": pytest.approx(0.905),
        "deviation": pytest.approx(0.0070711, abs=1e-6),
    }
    assert [one["runs"] for one in others] == [[3], [2]]
    row = next(csv.DictReader(io.StringIO(inside("history", "--groups", "--csv", "--sort", "test_accuracy").out)))
    assert (row["group"], row["runs"], row["seeds"], row["test_accuracy"][:5]) == ("1", "1 4", "2", "0.905")
    assert "| 1, 4 |" in inside("history", "--groups", "--markdown").out
    assert [run["group"] for run in inside("history", "--json").objects] == [1, 3, 2, 1], "a line a run has it too"


def test_names_that_are_cut_tell_the_runs_of_a_grid_apart(monkeypatch: pytest.MonkeyPatch, inside: Inside) -> None:
    origin = load_preset("lab1-baseline")
    grid = [(batch, seed) for batch in (16, 64) for seed in (1, 2)]
    with History() as history:
        for batch, seed in grid:
            told = f"batch_size {batch}, and some more words, as a search with several keys has them"
            named = msgspec.structs.replace(origin, name=f"{origin.name}: {told}, seed {seed}")
            trained(history, named.with_training(seed=seed, batch_size=batch), accuracy=0.9)
    for width in (200, 80):
        for wanted, arguments in ((4, ()), (2, ("--groups",))):
            lines = [line for line in inside("history", *arguments).out.splitlines() if "batch_size" in line]
            assert len(lines) == wanted and max(map(len, lines)) <= width
            assert sum("batch_size 16" in line for line in lines) == wanted / 2
        monkeypatch.setattr("sys.stdout.isatty", lambda: True)
        monkeypatch.setenv("COLUMNS", "80")


def test_markdown_is_escaped(inside: Inside) -> None:
    lines = inside("history", "--markdown").out.splitlines()
    assert lines[0].startswith("| id | name |")
    assert lines[1].startswith("| ---: | --- |")
    assert r"loud\\x1b\[2J \[red\]\| name" in lines[3]


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (("--sort", "params"), [3, 1, 2]),
        (("--sort", "-params"), [2, 1, 3]),
        (("--sort", "test_accuracy"), [1, 3, 2]),
        (("--sort=-id",), [1, 2, 3]),
        (("--sort", "Train Acc"), [1, 3, 2]),
        (("--sort", "name"), [3, 1, 2]),
        (("--filter", "filters 64"), [3]),
        (("--filter", "FAILED"), [2]),
        (("--filter", "lab", "--sort", "-id"), [1, 3]),
        (("--filter", "nothing like it"), []),
    ],
)
def test_sort_and_filter(inside: Inside, arguments: tuple[str, ...], ids: list[int]) -> None:
    assert [run["id"] for run in inside("history", "--json", *arguments).objects] == ids


def test_show_counts_the_images_that_are_validated_on_alone(inside: Inside) -> None:
    with History() as history:
        images = {"train_images": 54_000, "validation_images": 6_000, "test_images": 10_000}
        history.record_start(1, dataset="fashion_mnist", environment={}, **images)
    assert "fashion_mnist, 54,000 training, 6,000 validation and 10,000 test images" in inside("show", "1").out
    (shown,) = inside("show", "1", "--json").objects
    assert {name: shown[name] for name in images} == images


def test_show_has_all_of_a_run(inside: Inside) -> None:
    text = inside("show", "1").out
    for part in (
        "Run 1: Lab 1: baseline, 32 filters",
        "fashion_mnist, 60,000 training and 10,000 test images",
        "test 0.9000, train 0.9100",
        "seed                 7",
        "2 epochs, batch 32, adam 0.001",
        "Conv2D        32  3x3  relu  (None, 11, 11, 32)    9,248",
        "    2  0.2500    0.9100       nan        0.8000      8.0     7,500",
        "tensorflow           2.21.0",
    ):
        assert part in text
    failed = inside("show", "2").out
    assert r"failed: out of memory\x1b[31m" in failed
    assert "\x1b" not in failed


def test_show_says_how_many_batches_are_trained_and_validated_on(inside: Inside) -> None:
    some = load_preset("lab1-baseline").with_training(steps_per_epoch=100, validation=0.1, validation_steps=20)
    with History() as history:
        run_id = history.add(some)
    text = " ".join(inside("show", str(run_id)).out.split())
    assert "5 epochs of 100 batches, batch 32, adam 0.001" in text
    assert "validation 0.1 (20 batches of held-out images)" in text
    with History() as history:
        run_id = history.add(some.with_training(validation_steps=None, vary_validation=True))
    assert "validation 0.1 (held-out images, varied)" in " ".join(inside("show", str(run_id)).out.split())


def test_show_of_a_run_whose_dataset_is_gone(inside: Inside, tmp_path: Path) -> None:
    dataset = write_dataset(tmp_path / "tiny.npz")
    path = write_experiment(tmp_path / "tiny.toml", dataset)
    with History() as history:
        run_id = history.add(find_experiment(str(path)))
    dataset.unlink()
    answer = inside("show", str(run_id))
    assert answer.status == 0
    assert "1  Flatten" in answer.out and "2  Dense" in answer.out
    assert "Their shapes are unknown now: " in answer.out


def test_notes_are_kept_and_found(inside: Inside) -> None:
    answer = inside("note", "1", "better", "than\x1b", "64")
    assert (answer.status, answer.out) == (0, "")
    assert "note                 better than\\x1b 64" in inside("show", "1").out
    assert [run["id"] for run in inside("history", "--json", "--filter", "better").objects] == [1]
    assert inside("note", "1", "").status == 0
    assert inside("show", "1", "--json").objects[0]["note"] == ""
    assert_one_sentence(inside("note", "9", "x"), 2, "there is no run 9; the newest is run 3")


def test_stop_takes_out_of_the_queue(inside: Inside) -> None:
    assert inside("stop", "3") == (0, "", "run 3 is taken out of the queue\n")
    assert inside("show", "3", "--json").objects[0]["status"] == "stopped"
    assert inside("stop", "1") == (0, "", "run 1 has ended already: it is finished\n")


def test_attach_to_a_run_that_has_ended_says_how(inside: Inside) -> None:
    with History() as history:
        history.record_event(1, "3 files are left out\x1b[2J")
    answer = inside("attach", "1")
    assert answer.status == 0
    assert answer.err.splitlines()[-1] == (
        "run 1 finished: test accuracy 0.9000, test loss 0.3000 "
        "(fashion_mnist, 60,000 + 10,000 images, 2 epochs, last weights), 8.0 s an epoch"
    )
    assert "run 1  epoch 2/2  loss 0.2500  accuracy 0.9100" in answer.err
    assert r"run 1: 3 files are left out\x1b[2J" in answer.err
    failed = inside("attach", "2")
    assert failed.status == 1
    assert r"run 2 failed: out of memory\x1b[31m" in failed.err


@pytest.fixture
def lost(sealed_machine: Path) -> int:
    """A run that reads as trained, whose process and worker are gone."""
    with History() as history:
        run_id = history.add(load_preset("lab1-baseline").with_training(epochs=2, seed=8))
        assert history.claim(run_id, os.getpid(), 8)
    return run_id


@pytest.mark.parametrize(
    "arguments",
    [
        *(("history",), ("history", "--json"), ("history", "--csv"), ("history", "--markdown")),
        *(("show", "4"), ("show", "4", "--json"), ("compare", "1", "4", "--all"), ("compare", "1", "4", "--json")),
        *(("report",), ("history", "--filter", "interrupted")),
    ],
)
def test_a_run_whose_process_is_gone_is_not_told_to_be_running(
    inside: Inside, lost: int, arguments: tuple[str, ...]
) -> None:
    answer = inside(*arguments)
    assert answer.status == 0 and "interrupted" in answer.out and "running" not in answer.out


def test_no_filter_finds_it_running(inside: Inside, lost: int) -> None:
    assert inside("history", "--filter", "status:running").out == ""
    assert inside("history", "--filter", "status:interrupted", "--json").objects[0]["ending"] == "gone"


def test_on_a_full_disk_it_is_told_too(inside: Inside, lost: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(History, "record_end", full)
    assert inside("show", str(lost), "--json").objects[0]["status"] == "interrupted"
    assert inside("history", "--filter", "status:running").out == ""


def test_who_or_what_stopped_a_run_is_told_and_found(inside: Inside) -> None:
    with History() as history:
        by_rule, by_user = (history.add(load_preset("lab1-baseline")) for _ in range(2))
        history.ask(3, "stop")
        for run_id in (by_rule, by_user):
            history.claim(run_id, 1, 1)
        history.record_end(by_rule, Result("stopped", "stop rule: loss below 0.3", ending="rule", fired=FiredAt(1, 2)))
        history.record_end(by_user, Result("stopped", "stopped by you in epoch 2 of 5"))
    listed = inside("history").out
    assert "ended by its rule" in listed and "stopped by you" in listed and "taken out of the queue" in listed
    assert "ended by its rule" in inside("history", "--markdown").out
    for words, run_id in (("ended-by-its-rule", by_rule), ("stopped-by-you", by_user), ("taken-out-of-the-queue", 3)):
        for typed in (words, f"status:{words}", f'status:"{words.replace("-", " ")}"'):
            assert [one["id"] for one in inside("history", "--json", "--filter", typed).objects] == [run_id], typed
    stopped = inside("history", "--json", "--filter", "stopped").objects
    told = {one["id"]: (one["status"], one["ending"]) for one in stopped}
    assert told == {
        3: ("stopped", "queue"),
        by_rule: ("stopped", "rule"),
        by_user: ("stopped", "user"),
    }
    rows = list(csv.DictReader(io.StringIO(inside("history", "--csv").out)))
    assert [(row["status"], row["ending"]) for row in rows[:2]] == [("stopped", "user"), ("stopped", "rule")]
    assert "ended by its rule: loss below 0.3" in inside("show", str(by_rule)).out
    assert "ended by its rule: loss below 0.3" in inside("compare", "1", str(by_rule), "--all").out
    assert "it is taken out of the queue" in inside("stop", "3").err
