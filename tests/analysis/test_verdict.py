"""Groups of repeated runs, and what may be said of two of them: held to scipy itself."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator, Sequence

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy import stats

from cnn_tui.analysis.verdict import BY_COMMAND, judge, sentences, verdict
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.stop_rules import StopRule
from cnn_tui.history.groups import Group, Spread, Trial, contrast, group_around, grouped, groups_of
from cnn_tui.history.history import History, Result
from cnn_tui.history.run import Ending, Epoch, Status
from cnn_tui.network.layers import Dropout
from tests.properties import examples

BASELINE = load_preset("lab1-baseline")
MORE = load_preset("lab1-64-filters")
FULL = ("fashion_mnist", 60_000, 10_000)


def group(
    accuracies: Sequence[float | None],
    experiment: Experiment = BASELINE,
    *,
    seeds: Sequence[int | None] | None = None,
    paces: Sequence[float | None] | None = None,
    images: tuple[str, int, int] = FULL,
    device: str = "CPU, 2 cores",
) -> Group:
    """Runs of an experiment with these test accuracies; their seeds count from 0."""
    text = msgspec.json.encode(experiment).decode()
    trials = [
        Trial(
            at + 1,
            experiment.name,
            at if seeds is None else seeds[at],
            accuracy,
            0.3,
            0.95,
            0.2,
            8.0 + at if paces is None else paces[at],
            5,
            113_386,
            device,
            experiment.stack.fingerprint(),
            images,
            msgspec.json.encode([experiment.with_training(seed=None).training, experiment.stop]).decode(),
            text,
        )
        for at, accuracy in enumerate(accuracies)
    ]
    return Group(tuple(trials))


# In words


def test_pairs_of_the_same_seeds_are_told_as_pairs() -> None:
    base = group([0.900, 0.902, 0.898, 0.901, 0.899])
    more = group([0.907, 0.904, 0.907, 0.905, 0.907], MORE)
    found = verdict(more, base, "accuracy")
    assert found.sentence == "64 against 32 filters: +0.6 ± 0.4 points over 5 pairs (p = 0.01)"
    assert (found.outcome, found.better) == ("decided", True)
    assert found.test is not None and (found.test.pairs, found.test.more) == (5, 0)
    assert verdict(base, more, "accuracy").better is False


def test_time_is_told_too_and_less_is_better() -> None:
    base = group([0.9] * 4, paces=[10.0, 10.2, 9.9, 10.1])
    more = group([0.9] * 4, MORE, paces=[14.1, 14.0, 14.3, 13.9])
    accuracy, time = judge(more, base)
    assert time.sentence == "64 against 32 filters: +4.0 ± 0.5 s an epoch (+40 %) over 4 pairs (p < 0.001)"
    assert (time.figure, time.better) == ("time", False)
    assert (accuracy.outcome, accuracy.better) == ("no spread", None)
    assert accuracy.sentence == (
        "64 against 32 filters: +0.0 points over 4 pairs, each time the same: no chance to reckon with"
    )


def test_other_seeds_are_compared_group_against_group() -> None:
    base = group([0.900, 0.905, 0.895], seeds=[1, 2, 3])
    more = group([0.904, 0.905, 0.900, 0.904], MORE, seeds=[1, 5, 6, 7])
    found = verdict(more, base, "accuracy")
    assert found.sentence.startswith("64 against 32 filters: +0.3 ± 1.1 points over 4 and 3 runs (p = 0.")
    assert found.sentence.endswith(": cannot tell yet: about 21 more runs each")
    assert (found.outcome, found.better) == ("undecided", None)
    assert found.test is not None and found.test.pairs is None


def test_a_group_with_more_seeds_is_compared_where_both_have_them() -> None:
    base = group([0.90, 0.91, 0.92], seeds=[1, 2, 3])
    more = group([0.1, 0.2, 0.93, 0.90, 0.92], MORE, seeds=[8, 9, 3, 1, 2])
    assert "over 3 pairs" in verdict(more, base, "accuracy").sentence
    assert "over 3 pairs" in verdict(base, more, "accuracy").sentence


def test_one_run_each_says_nothing() -> None:
    found = verdict(group([0.91], MORE), group([0.90]), "accuracy")
    assert found.sentence == "64 against 32 filters: one run each (run 1 and run 1) says nothing about chance"
    assert found.told("R") == f"{found.sentence}; repeat with R"
    assert (found.outcome, found.test) == ("too few", None)
    lone = verdict(group([0.91], MORE), group([0.90, 0.89]), "accuracy")
    words = "one run of Lab 1: 64 filters (run 1) says nothing about chance; repeat it with R"
    assert lone.told("R").endswith(words)
    assert lone.told(BY_COMMAND).endswith("repeat it with cnn-tui run EXPERIMENT --repeat 3")


def test_what_accuracy_and_time_say_alike_is_said_once() -> None:
    both = judge(group([0.91], MORE), group([0.90, 0.89]))
    assert len({one.sentence for one in both}) == len(sentences(both, "R")) == 1
    assert len(sentences(judge(group([0.91, 0.92], MORE), group([0.90, 0.89])), "R")) == 2


def test_a_seed_that_was_run_again_is_no_second_piece_of_evidence() -> None:
    base = group([0.90, 0.90, 0.90], seeds=[7, 7, 7])
    more = group([0.91, 0.91], MORE, seeds=[7, 7])
    sentence = verdict(more, base, "accuracy").sentence
    assert "one seed each (runs 1, 2 and runs 1, 2, 3) says nothing" in sentence
    assert group([0.8, 0.9, 1.0], seeds=[7, 7, 8]).spread("test_accuracy").n == 2


def test_runs_without_the_figure_are_not_counted() -> None:
    base = group([None, None])
    none = verdict(group([0.9], MORE), base, "accuracy").sentence
    assert "no run of Lab 1: baseline, 32 filters (runs 1, 2) has this figure" in none
    half = verdict(group([0.9, 0.91, None], MORE), group([0.89, 0.90, 0.88]), "accuracy")
    assert "over 2 pairs" in half.sentence


def test_other_images_are_refused() -> None:
    sample = group([0.85, 0.86], MORE, images=("fashion_mnist_sample", 6_000, 1_000))
    found = verdict(sample, group([0.90, 0.91]), "accuracy")
    assert found.outcome == "not comparable"
    assert found.sentence == (
        "64 against 32 filters: not the same images (fashion_mnist_sample, 6,000 + 1,000 images against fashion_mnist, "
        "60,000 + 10,000 images), so the figures say nothing"
    )


def test_another_machine_refuses_the_time_only() -> None:
    accuracy, time = judge(group([0.90, 0.91], MORE, device="NVIDIA H200"), group([0.90, 0.905]))
    assert accuracy.test is not None
    assert time.sentence.endswith("trained on CPU, 2 cores and NVIDIA H200, so the times say nothing of the change")


def test_repeats_of_one_experiment_are_not_compared() -> None:
    found = verdict(group([0.9, 0.91]), group([0.9, 0.92]), "accuracy")
    assert found.outcome == "not comparable"
    assert "both are the same experiment" in found.sentence


def test_a_hopeless_comparison_is_not_sent_on() -> None:
    base, more = group([0.90, 0.92, 0.91]), group([0.92, 0.9101, 0.90], MORE)
    found = verdict(more, base, "accuracy")
    assert found.test is not None and found.test.more > 50
    assert found.sentence.endswith("cannot tell; if there is a difference, 50 more runs each would hardly show it")


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (MORE, "64 against 32 filters"),
        (BASELINE.with_stack(BASELINE.stack.change(0, padding="same").change(2, padding="same")), "padding same"),
        (BASELINE.with_training(learning_rate=0.01), "learning_rate 0.01 against 0.001"),
        (BASELINE.with_stack(BASELINE.stack.insert(5, Dropout(rate=0.3))), "run 1's against run 1's"),
        (msgspec.structs.replace(MORE, name="wide").with_training(epochs=9), "wide against Lab 1: baseline, 32"),
        (msgspec.structs.replace(BASELINE, name="x\x1b[2J", stop=(StopRule("loss", below=0.3),)), "x\x1b[2J against"),
    ],
)
def test_what_is_compared_is_named_by_what_was_changed(after: Experiment, words: str) -> None:
    assert contrast(group([0.9], after), group([0.9])).startswith(words)
    assert verdict(group([0.9], after), group([0.9]), "accuracy").sentence.isprintable()


# Held to scipy

figures = st.lists(st.floats(0.5, 1.0), min_size=2, max_size=8)


@settings(deadline=None, max_examples=examples(200))
@given(st.lists(st.tuples(st.floats(0.5, 1.0), st.floats(0.5, 1.0)), min_size=2, max_size=8))
def test_pairs_are_tested_as_scipy_tests_them(pairs: list[tuple[float, float]]) -> None:
    ours, theirs = [one for one, _ in pairs], [other for _, other in pairs]
    differences = [one - other for one, other in pairs]
    assume(max(differences) - min(differences) > 1e-9)
    test = verdict(group(ours, MORE), group(theirs), "accuracy").test
    expected = stats.ttest_1samp(differences, 0.0)
    assert test is not None and test.pairs == len(pairs)
    assert math.isclose(test.p, expected.pvalue, rel_tol=1e-6, abs_tol=1e-12)
    assert math.isclose(test.difference, sum(differences) / len(differences), abs_tol=1e-12)
    low, high = expected.confidence_interval(0.95)
    assert math.isclose(test.margin, (high - low) / 2, rel_tol=1e-6)
    if not math.isclose(test.p, 0.05, rel_tol=1e-6):
        assert (abs(test.difference) > test.margin) == (test.p < 0.05) == (test.more == 0), "± and p say the same"


@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")  # of the test's own call
@settings(deadline=None, max_examples=examples(200))
@given(figures, figures)
def test_groups_are_tested_as_scipy_tests_them(ours: list[float], theirs: list[float]) -> None:
    assume(max(max(one) - min(one) for one in (ours, theirs)) > 1e-9)
    seeds = range(100, 100 + len(theirs))
    found = verdict(group(ours, MORE), group(theirs, seeds=list(seeds)), "accuracy")
    expected = stats.ttest_ind(ours, theirs, equal_var=False)
    assert found.test is not None and found.test.pairs is None
    assert math.isclose(found.test.p, expected.pvalue, rel_tol=1e-6, abs_tol=1e-12)
    assert (found.outcome == "decided") == (expected.pvalue < 0.05)
    mirrored = verdict(group(theirs, MORE, seeds=list(seeds)), group(ours), "accuracy").test
    assert mirrored is not None and math.isclose(mirrored.difference, -found.test.difference, abs_tol=1e-12)


@settings(deadline=None, max_examples=examples(100))
@given(st.floats(0.2, 3.0), st.integers(1, 2))
def test_the_runs_it_asks_for_have_the_power_that_it_names(effect: float, samples: int) -> None:
    """Against the exact power of the t-test, from the noncentral t distribution."""
    from cnn_tui.analysis.verdict import _needed

    def power(count: int) -> float:
        freedom = samples * (count - 1)
        shift = effect * math.sqrt(count / samples)
        limit = stats.t.ppf(0.975, freedom)
        return float(stats.nct.sf(limit, freedom, shift) + stats.nct.cdf(-limit, freedom, shift))

    count = _needed(effect, 1.0, samples)
    assert power(count + 1) > 0.8
    assert count < 5 or power(count - 2) < 0.8


def test_scipy_is_loaded_only_for_a_verdict() -> None:
    code = (
        "import sys, cnn_tui.analysis.verdict, cnn_tui.history.groups\n"
        "assert not {'scipy', 'numpy'} & {name.split('.')[0] for name in sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# From a history


@pytest.fixture
def history() -> Iterator[History]:
    """An empty history."""
    with History() as opened:
        yield opened


def trained(
    history: History,
    experiment: Experiment,
    seed: int,
    accuracy: float | None = 0.9,
    status: Status = "finished",
    cause: str = "",
    dataset: str = "fashion_mnist",
    ending: Ending = "",
) -> int:
    """A run of two epochs that has ended; gives its id."""
    run_id = history.add(experiment.with_training(seed=seed))
    assert history.claim(run_id, 1, seed)
    history.record_start(
        run_id, dataset=dataset, train_images=60_000, test_images=10_000, environment={"device": "CPU, 2 cores"}
    )
    for number in (1, 2):
        history.record_epoch(run_id, Epoch(number, {"loss": 0.3, "accuracy": 0.9}, 8.0 + seed, 7_000.0), 8.0 * number)
    history.record_end(run_id, Result(status, cause, 0.3, accuracy, ending=ending))
    return run_id


def test_repeats_are_found_and_everything_else_is_not(history: History) -> None:
    first = trained(history, BASELINE, 1, 0.90)
    trained(history, MORE, 1, 0.91)
    renamed = trained(history, msgspec.structs.replace(BASELINE, name="again"), 2, 0.92)
    trained(history, BASELINE, 3, status="failed", cause="out of memory")
    trained(history, BASELINE, 4, status="stopped", cause="stopped by request in epoch 2 of 5")
    ruled = trained(history, BASELINE, 5, 0.88, status="stopped", ending="rule")
    trained(history, BASELINE.with_training(epochs=9), 6)
    trained(history, BASELINE, 7, dataset="fashion_mnist_sample")
    history.add(BASELINE)
    written_out = BASELINE.with_stack(BASELINE.stack.change(1, strides=(2, 2)))
    same = trained(history, written_out, 8, 0.90)
    everything = [line.id for line in history.lines()]
    groups = groups_of(history, everything)
    assert groups[0].runs == (first, renamed, ruled, same)
    assert [len(one.trials) for one in groups] == [4, 1, 1, 1]
    run = history.run(first)
    assert run is not None
    assert group_around(history, run) == groups[0]
    spread = groups[0].spread("test_accuracy")
    assert (spread.n, round(spread.mean or 0, 4), round(spread.deviation or 0, 4)) == (4, 0.9, 0.0163)
    assert spread.shown() == "0.9000 ± 0.0163 (4 runs)"
    assert groups[0].name == "Lab 1: baseline, 32 filters"
    assert groups_of(history, [first, first, 12_345]) == grouped(groups[0].trials[:1])
    assert "one run of Lab 1: 64 filters" in verdict(groups[1], groups[0], "time").sentence


def test_a_spread_of_little_is_told_as_little() -> None:
    assert Spread(0, None, None).shown() == ""
    assert group([0.9]).spread("test_accuracy").shown() == "0.9000 (1 run)"
    assert group([None]).spread("test_accuracy") == Spread(0, None, None)
