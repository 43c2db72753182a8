"""Seconds are compared only between epochs that ran while the machine was as busy; else the sentence says why not."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from cnn_tui.analysis.chance.like_load import with_like_load
from cnn_tui.analysis.chance.verdict import verdict
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.groups import Group, groups_of
from cnn_tui.history.history import History, Result

BASELINE, OTHER = load_preset("lab1-baseline"), load_preset("lab1-64-filters")
IDLE, BUSY = 0.02, 0.6


def trained(history: History, experiment: Experiment, seed: int, epochs: Sequence[tuple[float, float | None]]) -> int:
    """A run whose epochs took so many seconds while other programs had such a share of the cores."""
    run_id = history.add(msgspec.structs.replace(experiment).with_training(seed=seed))
    assert history.claim(run_id, 1, seed)
    history.record_start(run_id, dataset="fashion_mnist", train_images=60_000, test_images=10_000, environment={})
    for number, (seconds, others) in enumerate(epochs, 1):
        startup = 2.0 if number == 1 else 0.0
        epoch = Epoch(number, {"loss": 0.5, "accuracy": 0.8}, seconds + startup, 7_500.0, startup, others, 0.0)
        history.record_epoch(run_id, epoch, seconds * number)
    history.record_end(run_id, Result("finished", "", 0.3, 0.9))
    return run_id


def groups(history: History) -> tuple[Group, Group]:
    base, group = groups_of(history, [run.id for run in history.runs()])
    return group, base


def test_epochs_of_a_busy_machine_are_left_out(history: History) -> None:
    for seed in (1, 2, 3):
        trained(history, BASELINE, seed, [(8.0, IDLE), (16.0, BUSY), (8.0, IDLE)])
    for seed in (1, 2, 3):
        trained(history, OTHER, seed, [(12.0, IDLE + 0.1), (30.0, BUSY)])
    alike = with_like_load(*groups(history))
    assert alike is not None
    paces = [{trial.pace for trial in one.trials} for one in alike]
    assert paces == [{12.0}, {8.0}], "without the start-up, too"
    assert "in epochs of like load" in verdict(*groups(history), "time").sentence, "a table has the mean of all epochs"


def test_of_a_quiet_machine_no_more_is_said_than_that_all_epochs_count(history: History) -> None:
    for seed in (1, 2, 3):
        trained(history, BASELINE, seed, [(8.0, IDLE), (8.5, IDLE)])
        trained(history, OTHER, seed, [(12.0, IDLE), (12.5, IDLE)])
    assert "like load" not in verdict(*groups(history), "time").sentence


def test_of_unlike_load_it_is_said_why_nothing_is_said(history: History) -> None:
    for seed in (1, 2, 3):
        trained(history, BASELINE, seed, [(8.0, IDLE), (8.1, IDLE)])
        trained(history, OTHER, seed, [(20.0, BUSY), (20.1, BUSY - 0.1)])
    group, base = groups(history)
    said = verdict(group, base, "time")
    assert said.outcome == "not comparable"
    assert said.sentence.endswith(
        ": other programs kept the machine busy (50 to 60 % against 2 %), so the times say nothing of the change"
    )
    assert verdict(group, base, "accuracy").outcome != "not comparable"


def test_epochs_of_an_older_version_are_compared_as_they_were(history: History) -> None:
    for seed in (1, 2, 3):
        trained(history, BASELINE, seed, [(8.0, None)])
        trained(history, OTHER, seed, [(20.0, None)])
    group, base = groups(history)
    assert with_like_load(group, base) == (group, base)
