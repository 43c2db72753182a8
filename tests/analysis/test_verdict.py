"""Groups of repeated runs, and what may be said of two of them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence

import msgspec
import pytest

from cnn_tui.analysis.chance.known_spread import SHIPPED, KnownSpread, known_spread
from cnn_tui.analysis.chance.two_groups import Strictness
from cnn_tui.analysis.chance.verdict import BY_COMMAND, judge, of_a_set, sentences, verdict
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.ending import Ending, Status
from cnn_tui.history.groups import Group, Trial, contrast, group_around, grouped, groups_of
from cnn_tui.history.history import History, Result
from cnn_tui.history.spread import Spread
from cnn_tui.network.layers import Dropout
from tests.history.made_runs import end_queued

BASELINE = load_preset("lab1-baseline")
WITHOUT = msgspec.structs.replace(BASELINE, leave_out=tuple(range(100)))
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


def test_a_difference_is_told_with_its_interval_and_its_p() -> None:
    base = group([0.900, 0.902, 0.898, 0.901, 0.899])
    more = group([0.917, 0.914, 0.917, 0.915, 0.917], MORE)
    found = verdict(more, base, "accuracy")
    assert found.sentence == "64 against 32 filters: +1.6 ± 0.4 points over 5 runs each (p < 0.001)"
    assert (found.outcome, found.better) == ("decided", True)
    assert found.test is not None and (found.test.runs, found.test.more) == (5, 0)
    assert verdict(base, more, "accuracy").better is False


def test_what_a_fixed_test_would_call_a_finding_is_none_when_one_may_look_again() -> None:
    base, more = group([0.900, 0.902, 0.898, 0.901, 0.899]), group([0.904, 0.903, 0.905, 0.901, 0.902], MORE)
    looked = verdict(more, base, "accuracy")
    planned = verdict(more, base, "accuracy", strict=Strictness(planned=True))
    assert (looked.outcome, planned.outcome) == ("undecided", "decided")
    assert looked.sentence.endswith(" over 5 runs each (p = 0.14): cannot tell yet: about 3 more runs each")
    assert planned.sentence == "64 against 32 filters: +0.3 ± 0.2 points over 5 runs each, as planned (p = 0.02)"


def test_a_plan_that_found_nothing_asks_for_no_more() -> None:
    base, more = group([0.900, 0.902, 0.898]), group([0.899, 0.903, 0.901, 0.902], MORE)
    found = verdict(more, base, "accuracy", strict=Strictness(planned=True))
    assert "over 4 and 3 runs, as planned (p = 0." in found.sentence
    assert found.sentence.endswith(": no difference was found, and no more runs are looked at")


def test_a_verdict_of_a_set_has_to_be_surer() -> None:
    base, more = group([0.900, 0.902, 0.898, 0.901, 0.902]), group([0.909, 0.908, 0.903, 0.907, 0.905], MORE)
    alone, among = judge(more, base)[0], judge(more, base, strict=of_a_set(8))[0]
    assert (alone.outcome, among.outcome) == ("decided", "undecided")
    four = judge(group([0.909, 0.908, 0.906, 0.907], MORE), base, strict=of_a_set(8))[0]
    assert four.outcome == "too few" and "judged from 5 runs each on" in four.told("R")
    assert alone.test is not None and among.test is not None and among.test.margin > alone.test.margin


def test_time_is_told_too_and_less_is_better() -> None:
    base = group([0.9] * 4, paces=[10.0, 10.2, 9.9, 10.1])
    more = group([0.9] * 4, MORE, paces=[14.1, 14.0, 14.3, 13.9])
    accuracy, time = judge(more, base)
    assert time.sentence == "64 against 32 filters: +4.0 ± 0.5 s an epoch (+40 %) over 4 runs each (p < 0.001)"
    assert (time.figure, time.better) == ("time", False)
    assert (accuracy.outcome, accuracy.better) == ("no spread", None)
    assert accuracy.sentence == (
        "64 against 32 filters: +0.0 points over 4 and 4 runs, each time the same: no chance to reckon with"
    )


def test_of_unequal_numbers_the_first_of_each_are_looked_at() -> None:
    base = group([0.900, 0.905, 0.895], seeds=[1, 2, 3])
    more = group([0.904, 0.905, 0.900, 0.1], MORE, seeds=[1, 5, 6, 7])
    found = verdict(more, base, "accuracy")
    assert found.sentence.startswith("64 against 32 filters: +0.3 ± 3.5 points over the first 3 runs each (p = 1.00)")
    assert (found.outcome, found.better) == ("undecided", None)
    wide = verdict(group([0.904, 0.912, 0.908, 0.909], MORE), base, "accuracy")
    assert wide.sentence.endswith(
        ": cannot tell yet: about 5 more of Lab 1: 64 filters and 6 more of Lab 1: baseline, 32 filters"
    )


def test_one_run_each_says_how_often_luck_does_as_much() -> None:
    known = KnownSpread(0.005, 14)
    found = verdict(group([0.908], MORE), group([0.90]), "accuracy", known=known)
    assert found.sentence == (
        "64 against 32 filters: +0.8 points over one run (run 1) and one run (run 1); "
        "luck alone moves such runs as far apart in 28 of 100 cases"
    )
    assert found.told("R") == f"{found.sentence}; it is judged from 3 runs each on: repeat with R"
    assert (found.outcome, found.test) == ("too few", None)
    assert found.luck == pytest.approx(0.28, abs=0.005) and found.difference == pytest.approx(0.008)
    lone = verdict(group([0.91], MORE), group([0.90, 0.89]), "accuracy")
    assert lone.sentence.endswith("over one run (run 1) and 2 runs; so few may be luck")
    assert lone.told(BY_COMMAND).endswith(
        "; it is judged from 3 runs each on: repeat with cnn-tui run EXPERIMENT --repeat 3"
    )
    far = verdict(group([0.96], MORE), group([0.90]), "accuracy", known=known).sentence
    assert far.endswith("luck alone hardly ever moves such runs so far apart, but so few are not judged")


def test_what_accuracy_and_time_say_alike_is_said_once() -> None:
    both = judge(group([0.91], MORE, images=("mnist", 60_000, 10_000)), group([0.90, 0.89]))
    assert len({one.sentence for one in both}) == len(sentences(both, "R")) == 1
    assert len(sentences(judge(group([0.91, 0.92], MORE), group([0.90, 0.89])), "R")) == 2


def test_a_seed_that_was_run_again_is_no_second_piece_of_evidence() -> None:
    base = group([0.90, 0.90, 0.90], seeds=[7, 7, 7])
    more = group([0.91, 0.91], MORE, seeds=[7, 7])
    sentence = verdict(more, base, "accuracy").sentence
    assert "over one seed (runs 1, 2) and one seed (runs 1, 2, 3); so few" in sentence
    assert group([0.8, 0.9, 1.0], seeds=[7, 7, 8]).spread("test_accuracy").n == 2


def test_runs_without_the_figure_are_not_counted() -> None:
    base = group([None, None])
    none = verdict(group([0.9], MORE), base, "accuracy").sentence
    assert "no run of Lab 1: baseline, 32 filters (runs 1, 2) has this figure" in none
    half = verdict(group([0.9, 0.91, None, 0.92], MORE), group([0.89, 0.90, 0.88]), "accuracy")
    assert "over 3 runs each" in half.sentence


def test_other_images_are_refused() -> None:
    sample = group([0.85, 0.86], MORE, images=("fashion_mnist_sample", 6_000, 1_000))
    found = verdict(sample, group([0.90, 0.91]), "accuracy")
    assert found.outcome == "not comparable"
    assert found.sentence == (
        "64 against 32 filters: not the same images (fashion_mnist_sample, 6,000 + 1,000 images against fashion_mnist, "
        "60,000 + 10,000 images), so the figures say nothing"
    )


def test_figures_of_what_was_learned_from_tell_nothing_of_other_images() -> None:
    images = ("pets", 80, 0)
    accuracy, time = judge(group([0.9] * 3, MORE, images=images), group([0.8] * 3, images=images))
    assert accuracy.why == "both were tested on what they learned from, so the accuracy says nothing of other images"
    assert not time.why


def test_another_machine_refuses_the_time_only() -> None:
    accuracy, time = judge(group([0.90, 0.91, 0.90], MORE, device="NVIDIA H200"), group([0.90, 0.905, 0.90]))
    assert accuracy.test is not None
    assert time.sentence.endswith("trained on CPU, 2 cores and NVIDIA H200, so the times say nothing of the change")


def test_repeats_of_one_experiment_are_not_compared() -> None:
    found = verdict(group([0.9, 0.91]), group([0.9, 0.92]), "accuracy")
    assert found.outcome == "not comparable"
    assert "both are the same experiment" in found.sentence


def test_a_hopeless_comparison_is_not_sent_on() -> None:
    base, more = group([0.90, 0.92, 0.91]), group([0.92, 0.9101, 0.90], MORE)
    found = verdict(more, base, "accuracy")
    assert found.test is not None and found.test.more is None
    words = ": cannot tell; 20 runs each would hardly show a difference of this size, if there is one"
    assert found.sentence.endswith(words)


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (MORE, "64 against 32 filters"),
        (BASELINE.with_stack(BASELINE.stack.change(0, padding="same").change(2, padding="same")), "padding same"),
        (BASELINE.with_training(learning_rate=0.01), "learning_rate 0.01 against 0.001"),
        (BASELINE.with_stack(BASELINE.stack.insert(5, Dropout(rate=0.3))), "run 1's against run 1's"),
        (msgspec.structs.replace(MORE, name="wide").with_training(epochs=9), "wide against Lab 1: baseline, 32"),
        (
            msgspec.structs.replace(MORE, name=f"{BASELINE.name}: wide, long").with_training(epochs=9),
            "wide, long against baseline, 32 filters",
        ),
        (msgspec.structs.replace(BASELINE, name="x\x1b[2J", stop=(StopRule("loss", below=0.3),)), "x\x1b[2J against"),
    ],
)
def test_what_is_compared_is_named_by_what_was_changed(after: Experiment, words: str) -> None:
    assert contrast(group([0.9], after), group([0.9])).startswith(words)
    assert verdict(group([0.9], after), group([0.9]), "accuracy").sentence.isprintable()


def test_scipy_is_loaded_only_for_a_verdict() -> None:
    code = (
        "import sys, cnn_tui.analysis.chance.verdict, cnn_tui.history.groups\n"
        "assert not {'scipy', 'numpy'} & {name.split('.')[0] for name in sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


# From a history


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
    result = Result(status, cause, 0.3, accuracy, ending=ending)
    return end_queued(history, run_id, pace=8.0 + seed, dataset=dataset, result=result)


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
    assert "over one run (run 2) and 4 runs" in verdict(groups[1], groups[0], "time").sentence


def test_how_runs_spread_is_known_from_the_history_or_from_the_app(history: History) -> None:
    images = ("fashion_mnist", 60_000, 10_000)
    assert known_spread(history, images, 5) == SHIPPED["fashion_mnist"]
    assert known_spread(history, images, 1) is None, "runs of one epoch spread in another way"
    assert known_spread(history, ("mine.npz", 100, 50), 5) is None
    for seed, accuracy in enumerate((0.90, 0.92, 0.90, 0.92, 0.90, 0.92), 1):
        trained(history, BASELINE, seed, accuracy)
        trained(history, MORE, seed, accuracy + 0.1)
        trained(history, MORE, seed + 50, 0.2, dataset="mnist")
    found = known_spread(history, images, 5)
    assert found is not None and (found.freedom, round(found.deviation, 4)) == (10, 0.0110)


def test_a_spread_of_little_is_told_as_little() -> None:
    assert Spread(0, None, None).shown() == ""
    assert group([0.9]).spread("test_accuracy").shown() == "0.9000 (1 run)"
    assert group([None]).spread("test_accuracy") == Spread(0, None, None)


@pytest.mark.parametrize("validation", ["test", 0.1, 0.37])
def test_images_that_an_experiment_leaves_out_are_what_is_judged(validation: str | float) -> None:
    share = 1 - validation if isinstance(validation, float) else 1
    base, other = (one.with_training(validation=validation) for one in (BASELINE, WITHOUT))
    images = [("fashion_mnist", round(count * share), 10_000) for count in (60_000, 59_900)]
    worse, better = ([0.88, 0.881, 0.882], [0.9, 0.901, 0.902])
    judged = verdict(group(better, other, images=images[1]), group(worse, base, images=images[0]), "accuracy")
    assert judged.outcome == "decided"
    assert judged.sentence.startswith("without 100 images (0, 1, 2 …): +2.0 ± ")
    fewer = ("fashion_mnist", images[1][1] - 5, 10_000)
    refused = verdict(group(better, other, images=fewer), group(worse, base, images=images[0]), "accuracy")
    assert refused.outcome == "not comparable"
