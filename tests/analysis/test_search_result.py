"""What a search found: the best of many is lucky, and it is said by how much."""

from __future__ import annotations

import os
from collections.abc import Sequence

import pytest

from cnn_tui.analysis.search.result import Candidate, SearchResult, flattery, result_of, to_json
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import History, Result
from cnn_tui.history.searches import AS_IT_WAS, SearchPlan, add_search, record_trial, search_of

BASELINE = load_preset("lab1-baseline").with_training(validation=0.1, epochs=1)
FILTERS = (8, 16, 32, 64)


def pose(
    history: History, filters: int, seed: int, chosen_by: float, tested: float, repeats: int | None = None
) -> None:
    """A trial, or a repeat, that came to these figures."""
    experiment = BASELINE.with_stack(BASELINE.stack.change(0, filters=filters)).with_training(seed=seed)
    run = history.add(experiment)
    history.claim(run, os.getpid(), seed)
    history.record_start(run, dataset="fashion_mnist", train_images=54_000, test_images=10_000, environment={})
    metrics = {"loss": 0.4, "val_accuracy": chosen_by, "val_loss": 1 - chosen_by}
    history.record_epoch(run, Epoch(1, metrics, 1.0, 100.0), 1.0)
    history.record_end(run, Result("finished", "", 0.5, tested, 1.0))
    record_trial(history, 1, (filters,), run=run, repeats=repeats)


def posed(
    history: History, trials: Sequence[float], again: dict[int, Sequence[float]], metric: str = "val_accuracy"
) -> SearchResult:
    """A search whose trials, of FILTERS in order, came to those figures, and its repeats by the trials' numbers."""
    keys = ("layers[0].filters=" + ",".join(map(str, FILTERS)),)
    add_search(history, SearchPlan(BASELINE, keys, metric, trials=len(trials)))
    for filters, figure in zip(FILTERS, trials, strict=False):
        pose(history, filters, 1, figure, figure - 0.02)
    for number, figures in again.items():
        filters = 32 if number == AS_IT_WAS else FILTERS[number - 1]
        for seed, figure in enumerate(figures, 2):
            pose(history, filters, seed, figure, figure - 0.01, repeats=number)
    search = search_of(history, 1)
    assert search is not None
    return result_of(history, search)


def test_the_best_of_many_flattered_and_another_is_the_best_of_the_repeats(history: History) -> None:
    result = posed(
        history,
        (0.9123, 0.9, 0.88, 0.87),
        {1: (0.895, 0.897, 0.8962), 2: (0.9, 0.902, 0.901), AS_IT_WAS: (0.86, 0.861, 0.859)},
    )
    assert [one.trial for one in result.candidates] == [1, 2, AS_IT_WAS]
    assert result.winner is not None and result.winner.trial == 2
    first, second, *verdicts, last = result.sentences()
    assert first == (
        "The best of 4 single runs, trial 1 (run 1), showed val_accuracy 0.9123; on 3 fresh seeds it comes to "
        "0.8961 ± 0.0010: the first figure flattered by 1.6 points"
    )
    assert second == "The best of the repeats is trial 2 (run 2), with val_accuracy 0.9010 ± 0.0010"
    assert verdicts[0].startswith("16 against 8 filters: +0.5 ± ")
    assert verdicts[1].startswith("16 against 32 filters: +4.1 ± ")
    assert all("over 3 runs each, as planned (p " in one for one in verdicts)
    assert [one.outcome for one in result.verdicts] == ["decided", "decided"]
    assert last == "± and p hold for both verdicts together; the test images have chosen nothing"


def test_what_was_chosen_takes_no_part_in_its_own_verdict(history: History) -> None:
    """The trial's own run, lucky as it is, would make the mean of four runs better."""
    result = posed(history, (0.99, 0.9), {1: (0.90, 0.902, 0.898), AS_IT_WAS: (0.9, 0.901, 0.899)})
    (verdict,) = result.verdicts
    assert verdict.difference == pytest.approx(0.0, abs=1e-9)
    assert verdict.outcome == "undecided" and "no difference was found" in verdict.sentence
    assert result.winner is not None and result.winner.mean == pytest.approx(0.9)
    assert result.sentences()[0].endswith("the first figure flattered by 9.0 points")


def test_a_loss_is_better_when_it_is_smaller(history: History) -> None:
    result = posed(history, (0.8, 0.9), {2: (0.85, 0.85, 0.85), 1: (0.8, 0.8, 0.8)}, "val_loss")
    assert [one.trial for one in result.candidates] == [2, 1]
    assert result.candidates[0].flattered_by(maximize=False) == pytest.approx(0.05)
    assert "flattered by 0.0500" in result.sentences()[0]


@pytest.mark.parametrize(
    ("figures", "end"),
    [
        ((0.92, 0.92), "the first figure did not flatter; the repeats are better by 2.0 points"),
        ((0.9, 0.9), "the first figure did not flatter"),
        ((0.89999, 0.89999), "the first figure did not flatter"),
        ((0.88,), "on 1 fresh seed it comes to 0.8800: the first figure flattered by 2.0 points"),
    ],
)
def test_how_a_first_figure_stands_to_its_repeats(figures: tuple[float, ...], end: str) -> None:
    candidate = Candidate(7, 0.9, 12, tuple(range(len(figures))), figures)
    assert flattery(candidate, "val_accuracy", 40).endswith(end)
    assert flattery(candidate, "val_accuracy", 1).startswith("The only run, trial 7 (run 12), showed ")


def test_as_data(history: History) -> None:
    result = posed(history, (0.9, 0.8), {1: (0.88, 0.88)})
    record_trial(history, 1, (64,), obstacle="layer 1: too large")
    told = to_json(result_of(history, result.search), {"layers[0].filters": 1.0})
    assert told["winner"] == {"trial": 1, "run": 1}
    assert told["candidates"][0]["flattered_by"] == pytest.approx(0.02)
    assert told["candidates"][0]["repeats"] == [3, 4]
    assert told["trials"][-1] == {
        "trial": 5,
        "run": None,
        "values": {"layers[0].filters": 64},
        "standing": "failed",
        "figure": None,
        "epochs": 0,
        "obstacle": "layer 1: too large",
    }


def test_nothing_is_said_before_anything_is_judged(history: History) -> None:
    result = posed(history, (0.9, 0.8), {})
    assert (result.sentences(), result.winner, result.verdicts) == ([], None, ())
