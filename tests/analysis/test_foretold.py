"""What is foretold of a run from those before it, in figures and in words, and beside what came."""

from __future__ import annotations

import os
import time
from typing import Any

import msgspec
import pytest

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.foretelling.foretold import Foretold, foretold_of
from cnn_tui.analysis.pace import USUAL_MEMORY, USUAL_SPEEDS, USUAL_SPEEDS_ONEDNN, seconds_of_step, work_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.alive import Machine
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Progress
from cnn_tui.network.layers import Conv2D, Dense, Flatten, MaxPooling2D, RandomRotation
from cnn_tui.network.step_work import WorkAmounts

BASE = load_preset("lab1-baseline").with_training(epochs=3, validation="none")
CPU = {"device": "CPU, 2 cores"}
SLOWER = 1.7
"""How much slower than a usual machine the one is on which the runs were made."""


def network(*layers: Any, batch: int = 32) -> Experiment:
    end = (Flatten(), Dense(units=10, activation="softmax"))
    return msgspec.structs.replace(BASE, layers=(*layers, *end)).with_training(batch_size=batch)


NETWORKS = (
    network(),
    network(Conv2D(filters=16, kernel_size=(3, 3))),
    network(Conv2D(filters=64, kernel_size=(5, 5)), Conv2D(filters=64, kernel_size=(3, 3)), batch=64),
    network(Conv2D(filters=8, kernel_size=(3, 3)), MaxPooling2D(pool_size=(2, 2)), batch=128),
    network(Dense(units=512), batch=16),
)


def takes(experiment: Experiment, slower: float = SLOWER, usual: WorkAmounts = USUAL_SPEEDS) -> float:
    """Seconds an epoch on a machine that is slower than a usual one in all."""
    work = work_of(experiment, "fashion_mnist")
    assert work is not None
    return seconds_of_step(work.step, usual) / work.batch_size * work.train_images * slower


def holds(experiment: Experiment) -> int:
    """Bytes, where TensorFlow takes a little more than usual."""
    work = work_of(experiment, "fashion_mnist")
    assert work is not None
    return round(sum(one * other for one, other in zip(work.memory, USUAL_MEMORY, strict=True)) * 1.1)


def train(
    history: History,
    experiment: Experiment,
    seconds: float = 0.0,
    *,
    environment: dict[str, Any] | None = None,
    device: str = "",
    host: str = "",
    others: float | None = None,
    recorded: int = 3,
) -> int:
    """Record a run as it is recorded that takes what it takes; its first epoch is slow, as first ones are.

    `others` is recorded with the first `recorded` epochs.
    """
    pace = seconds or takes(experiment)
    run_id = history.add(experiment, device)
    history.claim(run_id, os.getpid(), 1, Machine(host, "") if host else None)
    images = {"train_images": 60_000, "test_images": 10_000}
    history.record_start(run_id, dataset="fashion_mnist", environment=environment or CPU, **images)
    for at in (1, 2, 3):
        one, taken = pace * (2 if at == 1 else 1), others if at <= recorded else None
        history.record_epoch(run_id, Epoch(at, {"loss": 0.5}, one, 60_000 / one, 0.0, taken, 0.0), one * at)
    history.record_progress(run_id, Progress("evaluating", 3, memory=holds(experiment)))
    history.record_end(run_id, Result("finished"))
    return run_id


def foretell(history: History, experiment: Experiment, device: str | None = None) -> Foretold:
    found = Estimator(history).foretell(experiment, device)
    assert found is not None
    return found


def test_before_the_first_run_nothing_is_foretold(history: History) -> None:
    assert Estimator(history).foretell(BASE) is None


def test_after_five_runs_others_are_foretold(history: History) -> None:
    for experiment in NETWORKS:
        train(history, experiment)
    found = foretell(history, BASE)
    assert found.seconds == pytest.approx(takes(BASE), rel=0.05)
    assert found.memory == pytest.approx(holds(BASE), rel=0.05)
    assert found.runs == 5
    assert (found.bottleneck, found.layer) == ("memory", "conv2d")


def test_a_run_that_took_ten_times_as_long_beside_other_programs_spoils_little(history: History) -> None:
    for experiment in NETWORKS:
        train(history, experiment)
    train(history, network(Conv2D(filters=32, kernel_size=(3, 3))), takes(BASE) * 10, others=0.9)
    assert foretell(history, BASE).seconds == pytest.approx(takes(BASE), rel=0.1)


def test_each_kind_of_work_can_be_the_bottleneck(history: History) -> None:
    train(history, BASE)
    wide = network(*(Conv2D(filters=256, kernel_size=(3, 3), padding="same"),) * 2)
    assert (foretell(history, wide).bottleneck, foretell(history, wide).layer) == ("arithmetic", "conv2d_1")
    assert foretell(history, network(batch=1)).bottleneck == "launch"
    assert foretell(history, network(*(RandomRotation(factor=0.1),) * 5, batch=256)).bottleneck == "input"


def test_only_runs_of_this_machine_and_this_device_tell(history: History) -> None:
    train(history, BASE, 1.0, host="another")
    assert Estimator(history).foretell(BASE) is None
    train(history, BASE, 8.0, device="cpu")
    train(history, NETWORKS[2], 0.5, environment={"device": "NVIDIA H200"})
    assert foretell(history, NETWORKS[1], "cpu").seconds == pytest.approx(
        8.0 * takes(NETWORKS[1]) / takes(BASE), rel=0.05
    )
    assert foretell(history, NETWORKS[1], "gpu:0").runs == 1
    assert foretell(history, NETWORKS[1], "gpu:0").seconds < 0.5


def test_what_several_gpus_took_tells_of_several_alone(history: History) -> None:
    train(history, BASE, 2.0, environment={"device": "NVIDIA H200"})
    assert Estimator(history).foretell(BASE, "gpu:all") is None, "none has trained on all of them yet"
    train(history, BASE, 1.5, device="gpu:all", environment={"device": "4 x NVIDIA H200"})
    assert foretell(history, BASE, "gpu:all").seconds == pytest.approx(1.5 * 4 / 3), "of all three epochs"
    assert foretell(history, NETWORKS[1], "gpu:all").runs == 1
    assert foretell(history, NETWORKS[1], "gpu:1").seconds > foretell(history, NETWORKS[1], "gpu:all").seconds
    assert Estimator(history).speeds_of_gpu() is not None


def test_without_a_record_of_memory_none_is_foretold(history: History) -> None:
    run_id = train(history, BASE)
    history.store.execute("UPDATE runs SET progress = '{}' WHERE id = ?", (run_id,))
    found = foretell(history, BASE)
    assert found.memory is None
    assert "MB" not in found.versions()[0]


def test_runs_of_few_steps_tell_of_their_own_kind_alone(history: History) -> None:
    few = network(batch=10_000)
    train(history, few, 2.0)
    found = foretell(history, few)
    assert found.seconds == pytest.approx(2.0 * 4 / 3), "of all three epochs"
    assert found.versions() == ["~2.7 s an epoch (from 1 run)", "~2.7 s an epoch"]
    run = history.run(train(history, few, 2.0, environment=CPU | {"foretold": found.to_json()}))
    assert run is not None and (kept := foretold_of(run)) is not None and kept.bottleneck is None
    assert kept.beside(run).startswith("2.7 s an epoch, took ")
    assert Estimator(history).foretell(BASE) is None
    assert Estimator(history).has_timed_runs()


def test_it_is_said_in_one_line_and_shorter_where_there_is_less_room() -> None:
    found = Foretold(6.234, 410_000_000, "arithmetic", "conv2d_1", 7)
    assert found.versions() == [
        "~6.2 s an epoch, 410 MB, mostly arithmetic of conv2d_1 (from 7 runs)",
        "~6.2 s an epoch, 410 MB, mostly arithmetic (from 7 runs)",
        "~6.2 s an epoch, 410 MB, mostly arithmetic",
        "~6.2 s an epoch, 410 MB (from 7 runs)",
        "~6.2 s an epoch, 410 MB",
    ]
    assert Foretold(0.0421, 12_300_000_000, "launch", "", 1).versions()[0] == (
        "~0.04 s an epoch, 12.3 GB, mostly starting operations (from 1 run)"
    )


def test_it_stands_beside_what_came(history: History) -> None:
    found = Foretold(6.2, 410_000_000, "memory", "max_pooling2d", 7)
    run = history.run(train(history, BASE, 6.8, environment=CPU | {"foretold": found.to_json()}))
    assert run is not None and foretold_of(run) == found
    run = msgspec.structs.replace(run, memory=432_000_000, epochs=run.epochs[1:])
    words = "6.2 s an epoch, took 6.8 s; 410 MB, took 432 MB; mostly memory traffic (from 7 runs)"
    assert found.beside(run) == words
    busy = tuple(msgspec.structs.replace(epoch, others=0.6) for epoch in run.epochs)
    disturbed = msgspec.structs.replace(run, epochs=busy)
    assert found.beside(disturbed) == f"{words}. Other programs took 60% of the cores meanwhile"
    damaged = history.run(train(history, BASE, environment={"foretold": {"seconds": "many"}}))
    assert damaged is not None and foretold_of(damaged) is None


def test_at_each_key_it_costs_next_to_nothing(history: History) -> None:
    """The fit is made once for what is recorded; of an edit only its own work is counted."""
    for experiment in NETWORKS * 8:
        train(history, experiment)
    estimator = Estimator(history)
    estimator.foretell(BASE)
    before = time.process_time()
    for filters in range(1, 101):
        assert estimator.foretell(network(Conv2D(filters=filters, kernel_size=(3, 3))))
    assert (time.process_time() - before) / 100 < 0.02, "ten times what it takes"


def test_a_short_run_is_as_busy_as_its_first_epoch(history: History) -> None:
    """Epochs of a few hundredths of a second have no record of what other programs took."""
    for experiment in NETWORKS:
        train(history, experiment)
    train(history, network(Conv2D(filters=32, kernel_size=(3, 3))), takes(BASE) * 10, others=0.9, recorded=1)
    assert foretell(history, BASE).seconds == pytest.approx(takes(BASE), rel=0.1)


ONEDNN = {"device": "CPU, 2 cores", "onednn": True}
OTHERS = (
    network(Conv2D(filters=4, kernel_size=(5, 5)), MaxPooling2D(pool_size=(2, 2))),
    network(Conv2D(filters=48, kernel_size=(3, 3), strides=(2, 2)), batch=64),
    network(Conv2D(filters=6, kernel_size=(3, 3)), Conv2D(filters=6, kernel_size=(3, 3)), batch=128),
    network(Dense(units=100), Dense(units=300)),
)


@pytest.mark.parametrize("recorded", [True, False])
def test_where_onednn_does_the_arithmetic_five_runs_tell_as_much(history: History, *, recorded: bool) -> None:
    """Older runs did not record it: then what fits better is taken."""
    for experiment in NETWORKS:
        train(
            history, experiment, takes(experiment, SLOWER, USUAL_SPEEDS_ONEDNN), environment=ONEDNN if recorded else CPU
        )
    for other in OTHERS:
        expected = takes(other, SLOWER, USUAL_SPEEDS_ONEDNN)
        assert foretell(history, other).seconds == pytest.approx(expected, rel=0.05 if recorded else 0.25)


def test_one_run_tells_much_where_it_is_known_what_does_the_arithmetic(history: History) -> None:
    train(history, BASE, takes(BASE, SLOWER, USUAL_SPEEDS_ONEDNN), environment=ONEDNN)
    for other in OTHERS:
        expected = takes(other, SLOWER, USUAL_SPEEDS_ONEDNN)
        assert foretell(history, other).seconds == pytest.approx(expected, rel=0.05)
