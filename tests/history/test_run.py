"""The record of a run in its promised form."""

from __future__ import annotations

import math

import msgspec
import pytest

from cnn_tui.history.conditions import WITHIN
from cnn_tui.history.ending import LIVE, Ending, Status, ending_in_words, status_in_words
from cnn_tui.history.epoch import Epoch
from tests.history.made_runs import METRICS, run

RUN_KEYS = (
    "id, name, status, stop_cause, experiment, fingerprint, dataset, train_images, test_images, validation_images, "
    "seed, params, created, seconds, epochs, test_loss, test_accuracy, note, tags, environment, ending, host, heard, "
    "group, weights, weights_epoch, executor, job, partition, memory"
)
EPOCH_KEYS = "epoch, loss, accuracy, val_loss, val_accuracy, seconds, images_per_second, startup, others, throttled"


def test_a_run_has_the_promised_keys_and_no_other() -> None:
    plain = run().to_json()
    assert sorted(plain) == sorted(RUN_KEYS.split(", "))
    assert sorted(plain["epochs"][0]) == sorted(EPOCH_KEYS.split(", "))


def test_a_run_is_told_in_plain_values() -> None:
    plain = msgspec.json.decode(msgspec.json.encode(run().to_json()))
    assert plain["created"] == "2023-11-14T22:13:20+00:00"
    assert plain["seconds"] == 8.123
    assert plain["tags"] == ["week 3"]
    assert plain["experiment"]["layers"][0]["kernel_size"] == [3, 3]
    assert plain["experiment"]["layers"][0]["type"] == "Conv2D"
    unknown = {"startup": None, "others": None, "throttled": None}
    assert plain["epochs"] == [{"epoch": 1, **METRICS, "seconds": 8.0, "images_per_second": 7500.0, **unknown}]
    told = Epoch(2, METRICS, 8.0, 7_500.0, startup=0.61239, others=0.25, throttled=0.0).to_json()
    assert (told["startup"], told["others"], told["throttled"]) == (0.612, 0.25, 0.0)


@pytest.mark.parametrize(
    ("tested", "weights", "of_epoch", "words"),
    [
        (None, "last", 1, "last weights"),
        (1, "checkpoint", 1, "weights of epoch 1"),
        (WITHIN, "within an epoch", None, "weights from within an epoch"),
    ],
)
def test_a_test_figure_is_told_with_what_it_was_made_with(
    tested: int | None, weights: str, of_epoch: int | None, words: str
) -> None:
    one = run(tested_epoch=tested)
    plain = one.to_json()
    assert (plain["weights"], plain["weights_epoch"]) == (weights, of_epoch)
    assert one.conditions.in_words() == f"fashion_mnist, 60,000 + 10,000 images, 1 of 5 epochs, {words}"
    untested = run(test_accuracy=None, test_loss=None).to_json()
    assert (untested["weights"], untested["weights_epoch"]) == (None, None)


def test_a_run_without_validation_has_no_validation_metrics() -> None:
    bare = run(epochs=(Epoch(1, {"loss": 0.5}, 8.0, 1.0),)).to_json()
    assert list(bare["epochs"][0]) == [
        *("epoch", "loss", "seconds", "images_per_second", "startup", "others", "throttled")
    ]


def test_a_loss_that_is_no_number_is_null_in_json() -> None:
    plain = run(epochs=(Epoch(1, {"loss": math.nan}, 8.0, 1.0),), test_loss=None).to_json()
    assert b'"loss":null' in msgspec.json.encode(plain["epochs"])
    assert plain["test_loss"] is None


@pytest.mark.parametrize(
    ("status", "live"),
    [
        ("queued", True),
        ("running", True),
        ("paused", True),
        ("finished", False),
        ("stopped", False),
        ("failed", False),
        ("interrupted", False),
    ],
)
def test_a_run_is_live_until_it_has_ended(status: Status, live: bool) -> None:
    assert run(status=status).live == live == (status in LIVE)


@pytest.mark.parametrize(
    ("status", "ending", "cause", "long", "short", "whole"),
    [
        ("finished", "finished", "", "finished", "finished", "finished"),
        (
            *("stopped", "user", "stopped by you in epoch 2 of 3"),
            *("stopped by you", "stopped", "stopped by you in epoch 2 of 3"),
        ),
        (
            *("stopped", "signal", "stopped by a signal (SIGTERM) in epoch 2 of 3"),
            *("stopped by a signal", "signal", "stopped by a signal (SIGTERM) in epoch 2 of 3"),
        ),
        (
            *("stopped", "rule", "stop rule: loss below 0.3 (0.2931 after epoch 2)"),
            *("ended by its rule", "rule fired", "ended by its rule: loss below 0.3 (0.2931 after epoch 2)"),
        ),
        (
            *("stopped", "queue", "taken out of the queue"),
            *("taken out of the queue", "left queue", "taken out of the queue"),
        ),
        (
            *("stopped", "pruned", "pruned by a search after epoch 2 of 5"),
            *("pruned by a search", "pruned", "pruned by a search after epoch 2 of 5"),
        ),
        ("stopped", "unknown", "an old sentence", "stopped", "stopped", "stopped: an old sentence"),
        ("failed", "no room", "the disk is full", "failed", "failed", "failed: the disk is full"),
        (
            *("interrupted", "gone", "the training process is gone"),
            *("interrupted", "interrupted", "interrupted: the training process is gone"),
        ),
        ("running", "", "", "running", "running", "running"),
    ],
)
def test_a_status_says_who_or_what_ended_the_run(
    status: Status, ending: Ending, cause: str, long: str, short: str, whole: str
) -> None:
    assert status_in_words(status, ending) == long
    assert status_in_words(status, ending, short=True) == short and len(short) <= 11
    assert ending_in_words(status, ending, cause) == whole
    assert run(status=status, ending=ending).to_json()["status"] == status, "programs get the old word"
