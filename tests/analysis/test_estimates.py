"""How long runs will take, told from a real history of runs with known times."""

from __future__ import annotations

import os

import msgspec
import pytest

from cnn_tui.analysis.estimates import Estimate, Estimator
from cnn_tui.analysis.pace import OVERHEAD, SecondsAnImage, Work, epochs_left, in_words, seconds_left, work_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.phase import Phase
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.history.records import Records
from cnn_tui.history.run import Progress
from cnn_tui.network.layers import Dense, Dropout, Flatten
from cnn_tui.network.step_work import WorkAmounts

BASELINE = load_preset("lab1-baseline").with_training(epochs=2)
OTHER = load_preset("lab1-64-filters").with_training(epochs=2)
TEST_SHARE = 10_000 / 60_000


def train(history: History, experiment: Experiment, pace: float, *, dataset: str = "", end: bool = True) -> int:
    """Record a run whose epochs take `pace` seconds, their validation 1.2 s; only the first of one that goes on."""
    run_id = history.add(experiment)
    history.claim(run_id, os.getpid(), 1)
    history.record_start(
        run_id, dataset=dataset or experiment.dataset, train_images=60_000, test_images=10_000, environment={}
    )
    for number in range(1, experiment.epochs + 1 if end else 2):
        history.record_epoch(run_id, Epoch(number, {"loss": 0.5}, pace, 60_000 / pace), pace * number)
    history.record_progress(run_id, Progress("evaluating", 1, validation_seconds=1.2))
    if end:
        history.record_end(run_id, Result("finished"))
    return run_id


def whole(epochs: int, pace: float, validation: float) -> float:
    """What a run takes: its epochs, their validation, the same once more as the test, and what is beside that."""
    return epochs * (pace + validation) + validation + OVERHEAD


def seconds(estimate: Estimate) -> float:
    assert estimate.seconds is not None
    return estimate.seconds


def test_without_any_run_nothing_is_known_and_nothing_is_made_up(history: History) -> None:
    history.add(BASELINE)
    outlook = Estimator(history).outlook()
    assert [(item.position, item.estimate, item.done_in) for item in outlook.items] == [(1, Estimate(), None)]
    assert outlook.seconds is None
    assert outlook.words() == "How long that takes is known once a run has trained."
    assert outlook.items[0].to_json()["seconds"] is None


def test_runs_of_the_same_kind_tell_by_the_mean_of_the_last(history: History) -> None:
    train(history, BASELINE, 100.0)  # long ago
    for pace in (8.0, 8.0, 9.0, 10.0, 10.0):
        train(history, BASELINE, pace)
    train(history, OTHER, 30.0)
    estimate = Estimator(history).of(BASELINE.with_training(seed=5, epochs=3))
    assert estimate.basis == "same"
    assert estimate.seconds == pytest.approx(whole(3, 9.0, 1.2))


@pytest.mark.parametrize(
    "changes", [{"batch_size": 64}, {"precision": "mixed_bfloat16"}, {"validation": 0.5}, {"optimizer": "sgd"}]
)
def test_what_changes_the_pace_is_another_kind(history: History, changes: dict[str, object]) -> None:
    train(history, BASELINE, 8.0)
    estimate = Estimator(history).of(BASELINE.with_training(**changes))
    assert estimate.basis == ("same" if "optimizer" in changes else "scaled")


def test_other_networks_are_scaled_by_multiplications_and_images(history: History) -> None:
    train(history, BASELINE, 8.0)
    here, there = work_of(BASELINE, "fashion_mnist"), work_of(OTHER, "fashion_mnist")
    assert here and there
    factor = there.cost / here.cost
    assert factor > 2
    estimate = Estimator(history).of(OTHER)
    assert estimate.basis == "scaled"
    assert estimate.seconds == pytest.approx(whole(2, 8.0 * factor, 1.2 * factor))
    # Half of the images, because the other half is held out and only looked at.
    half = seconds(Estimator(history).of(BASELINE.with_training(validation=0.5)))
    assert half == pytest.approx(2 * (4.0 + 1.2 * 3) + 1.2 + OVERHEAD)
    some = seconds(Estimator(history).of(BASELINE.with_training(validation_steps=125)))
    assert some == pytest.approx(2 * (8.0 + 1.2 * 0.4) + 1.2 + OVERHEAD)  # 4,000 of the 10,000 test images
    sample = seconds(Estimator(history).of(msgspec.structs.replace(BASELINE, dataset="fashion_mnist_sample")))
    assert sample - OVERHEAD == pytest.approx((whole(2, 8.0, 1.2) - OVERHEAD) / 10)


def test_later_phases_count_by_what_learns_in_them_and_make_another_kind(history: History) -> None:
    frozen = tuple(msgspec.structs.replace(layer, trainable=False) for layer in BASELINE.layers[:-1])
    first = msgspec.structs.replace(BASELINE, layers=(*frozen, BASELINE.layers[-1]))
    both = msgspec.structs.replace(first, then=(Phase(6, trainable=True),))
    one, other = (work_of(experiment, "fashion_mnist") for experiment in (first, both))
    whole = work_of(BASELINE, "fashion_mnist")
    assert one and other and whole
    assert other.cost == pytest.approx((one.cost * 2 + whole.cost * 6) / 8)
    assert epochs_left(both, 2) == pytest.approx(6 * whole.cost / one.cost)
    assert (epochs_left(both, 5), epochs_left(both, 8), epochs_left(first, 1)) == (3, 0, 1)
    train(history, both, 20.0)
    assert Estimator(history).of(both).basis == "same"
    assert Estimator(history).of(first).basis != "same"
    assert Estimator(history).of(both.with_training(epochs=3)).basis != "same"


def test_a_network_of_next_to_nothing_says_little_of_one_with_much_to_do(history: History) -> None:
    """Its images take as long as a step does whatever the network: measured 0.5 s an epoch, the notes' 5.4 to 7 s."""
    plain = BASELINE.with_training(validation="none")
    tiny = msgspec.structs.replace(plain, layers=(Flatten(), Dense(units=10, activation="softmax")))
    train(history, tiny, 0.5)
    assert 2 * 4 < seconds(Estimator(history).of(plain)) - OVERHEAD < 2 * 12


def test_the_run_that_is_most_alike_tells_the_pace(history: History) -> None:
    tiny = msgspec.structs.replace(BASELINE, layers=(Flatten(), Dense(units=10, activation="softmax")))
    train(history, OTHER, 24.0)
    train(history, tiny, 0.1)
    alike = msgspec.structs.replace(OTHER, layers=(*OTHER.layers[:-1], Dropout(rate=0.1), OTHER.layers[-1]))
    assert seconds(Estimator(history).of(alike)) == pytest.approx(whole(2, 24.0, 1.2), rel=0.15)


def test_a_run_on_one_image_says_nothing_of_others(history: History) -> None:
    train(history, BASELINE.with_training(validation=0.99999), 1.0)
    assert Estimator(history).of(BASELINE) == Estimate()


def test_a_dataset_that_is_not_here_is_as_small_as_what_stood_in_for_it(history: History) -> None:
    train(history, BASELINE, 0.8, dataset="fashion_mnist_sample")
    estimator = Estimator(history)
    assert estimator.of(BASELINE).seconds == pytest.approx(2 * (0.8 + 1.2) + 1.2 + OVERHEAD)
    here, there = work_of(BASELINE, "fashion_mnist"), work_of(OTHER, "fashion_mnist")
    assert here and there
    factor = there.cost / here.cost
    assert estimator.of(OTHER).seconds == pytest.approx(factor * (2 * (0.8 + 1.2) + 1.2) + OVERHEAD)
    # Once the whole dataset is here, what the sample took does not count.
    train(history, BASELINE, 8.0)
    assert Estimator(history).of(BASELINE).seconds == pytest.approx(whole(2, 8.0, 1.2))


def test_a_file_that_is_gone_leaves_its_run_unknown(history: History) -> None:
    train(history, BASELINE, 8.0)
    assert Estimator(history).of(msgspec.structs.replace(BASELINE, dataset="/nowhere.npz")) == Estimate()


def test_the_total_is_the_rest_of_the_run_and_all_that_wait_in_order(history: History) -> None:
    train(history, BASELINE, 8.0)
    going = train(history, BASELINE, 8.0, end=False)
    history.record_progress(
        going, Progress("training", 2, 937, 1_875, 30_000, 60_000, images_per_second=7_500.0, validation_seconds=1.2)
    )
    first, second = history.add(BASELINE.with_training(epochs=1)), history.add(BASELINE)
    history.move(second, -1)
    outlook = Estimator(history).outlook()
    assert [(item.position, item.line.id) for item in outlook.items] == [(0, going), (1, second), (2, first)]
    assert outlook.waiting == 2
    rest = 4.0 + 1.2 + 1.2 + OVERHEAD / 2
    assert [item.done_in for item in outlook.items] == pytest.approx(
        [rest, rest + whole(2, 8.0, 1.2), rest + whole(2, 8.0, 1.2) + whole(1, 8.0, 1.2)]
    )
    assert outlook.words() == f"All done in about {in_words(outlook.seconds or 0)}."


def test_the_first_epoch_of_the_running_run_tells_by_its_images_a_second(history: History) -> None:
    going = history.add(BASELINE)
    history.claim(going, os.getpid(), 1)
    waiting = history.add(OTHER)
    estimator = Estimator(history)
    assert estimator.outlook().seconds is None
    # The first steps wait for the graph to be built.
    history.record_progress(going, Progress("training", 1, 1, 1_875, 32, 60_000, images_per_second=20.0))
    assert estimator.outlook().seconds is None
    history.record_progress(going, Progress("training", 1, 938, 1_875, 30_000, 60_000, images_per_second=6_000.0))
    items = estimator.outlook().items
    each = 10.0 * TEST_SHARE / 3
    assert items[0].done_in == pytest.approx(5.0 + 10.0 + 3 * each + OVERHEAD / 2)
    assert (items[1].line.id, items[1].estimate.basis) == (waiting, "scaled")


def test_a_run_that_was_begun_takes_only_the_epochs_that_are_left(history: History) -> None:
    run_id = train(history, BASELINE.with_training(epochs=5), 8.0, end=False)
    history.record_end(run_id, Result("interrupted"))
    assert history.resume(run_id)
    (item,) = Estimator(history).outlook().items
    assert item.estimate.seconds == pytest.approx(4 * (8.0 + 8.0 * TEST_SHARE / 3) + 8.0 * TEST_SHARE / 3 + OVERHEAD)


def test_what_is_known_is_told_where_not_all_is(history: History) -> None:
    train(history, BASELINE, 8.0)
    history.add(BASELINE)
    lost = history.add(BASELINE)
    history.store.execute(
        "UPDATE runs SET experiment = json_set(experiment, '$.dataset', '/gone.npz') WHERE id = ?", (lost,)
    )
    outlook = Estimator(history).outlook()
    assert outlook.seconds is None
    assert outlook.words() == f"All done in more than {in_words(whole(2, 8.0, 1.2))}."


def test_an_estimator_that_is_asked_again_sees_what_has_changed(history: History) -> None:
    estimator = Estimator(history)
    assert estimator.outlook().items == ()
    assert estimator.outlook().seconds == 0.0
    first = history.add(BASELINE)
    assert estimator.outlook().seconds is None
    train(history, BASELINE, 8.0)
    history.ask(first, "stop")
    history.add(BASELINE)
    assert estimator.outlook().seconds == pytest.approx(whole(2, 8.0, 1.2))


def test_experiments_are_read_once(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked a few times a second while a run trains, and a thousand may wait."""
    train(history, BASELINE, 8.0)
    for _ in range(10):
        history.add(BASELINE)
    estimator = Estimator(history)
    before = estimator.outlook()
    for reading in ("run", "runs", "live_runs"):
        monkeypatch.delattr(Records, reading)
    assert estimator.outlook() == before


WORK = Work(step=WorkAmounts(1.0), train_images=100, validation_images=20, test_images=10)
PACE = SecondsAnImage(train=0.1, evaluate=0.05)


@pytest.mark.parametrize(
    ("progress", "left"),
    [
        (Progress("training", 1, 5, 10, 50, 100), 5.0 + 1.0 + 11.0 + 0.5 + OVERHEAD / 2),
        (Progress("training", 2, 10, 10, 100, 100), 1.0 + 0.5 + OVERHEAD / 2),
        (Progress("validating", 1, 10, 10, 100, 100), 0.5 + 11.0 + 0.5 + OVERHEAD / 2),
        (Progress("saving", 2, 10, 10, 100, 100), 0.5 + OVERHEAD / 2),
        (Progress("evaluating", 2, 10, 10, 100, 100), (0.5 + OVERHEAD / 2) / 2),
    ],
)
def test_what_is_left_of_a_run_in_each_phase(progress: Progress, left: float) -> None:
    assert seconds_left(progress, 2 - progress.epoch, WORK, PACE) == pytest.approx(left)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0.2, "1 s"), (42.4, "42 s"), (89, "89 s"), (100, "2 min"), (720, "12 min"), (5_340, "89 min")),
        *((5_400, "1 h 30 min"), (12_000, "3 h 20 min"), (200_000, "2 days")),
    ],
)
def test_estimates_are_said_as_a_person_says_them(seconds: float, words: str) -> None:
    assert in_words(seconds) == words
