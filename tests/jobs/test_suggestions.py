"""What a search tries next: the same for the same trials, never the same twice, and nearer to what did well."""

from __future__ import annotations

import math
from typing import Any

import pytest

from cnn_tui.analysis.search.importance import importances
from cnn_tui.analysis.search.trials import SearchTrial, Standing
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.search_space import Dimension, parse_space
from cnn_tui.jobs.search.suggestions import falls_behind, suggest

pytest.importorskip("optuna", reason="a search needs the extra cnn-tui[tune]")
BASELINE = load_preset("lab1-baseline")
SPACE = parse_space(
    ["layers[0].filters=16,32,64", "learning_rate=1e-4..1e-1 log", "layers[5].units=32..256 step 32"], BASELINE
)


def trial(values: tuple[Any, ...], *figures: float, standing: Standing = "finished") -> SearchTrial:
    return SearchTrial(0, values, standing, figures)


def accuracy(values: tuple[Any, ...]) -> float:
    """The learning rate makes the difference: 0.001 is best."""
    return 0.9 - 0.1 * abs(math.log10(values[1]) + 3) - (0.002 if values[0] == 16 else 0.0)


def search(space: tuple[Dimension, ...], count: int, seed: int, known: list[SearchTrial]) -> list[SearchTrial]:
    tried = [*known]
    while len(tried) < count and (values := suggest(space, tried, seed=seed, maximize=True)) is not None:
        tried.append(trial(values, accuracy(values) - 0.1, accuracy(values)))
    return tried


def test_a_search_that_goes_on_tries_what_it_would_have_tried_and_gets_nearer() -> None:
    whole = search(SPACE, 30, 1, [])
    assert search(SPACE, 30, 1, whole[:13]) == whole
    assert search(SPACE, 12, 2, []) != whole[:12]
    assert len({one.values for one in whole}) == 30
    off = [abs(math.log10(one.values[1]) + 3) for one in whole]
    assert sum(off[15:]) / 15 < sum(off[:10]) / 10, "later trials lie nearer to the best rate"
    found = importances(SPACE, whole, maximize=True)
    assert max(found, key=lambda key: found[key]) == "learning_rate"
    assert sum(found.values()) == pytest.approx(1.0)


def test_every_combination_is_tried_once_and_then_there_is_none() -> None:
    space = parse_space(
        ["layers[0].filters=16,32", "momentum=0..0.6 step 0.3", "layers[0].kernel_size=3x3,5x5"], BASELINE
    )
    tried: list[SearchTrial] = []
    while (values := suggest(space, tried, seed=7, maximize=False)) is not None:
        tried.append(trial(values, standing="failed"))
    assert len(tried) == len({one.values for one in tried}) == 12


def test_trials_that_go_on_are_not_tried_again() -> None:
    space = parse_space(["layers[0].filters=16,32,64"], BASELINE)
    going = [trial((16,), standing="going"), trial((64,), 0.5, standing="going")]
    assert suggest(space, going, seed=1, maximize=True) == (32,)


@pytest.mark.parametrize(
    ("others", "figures", "pruned"),
    [
        (5, (0.1, 0.2), True),
        (5, (0.1,), False),  # each is given two epochs
        (5, (0.1, 0.65), False),
        (5, (0.9, 0.2), False),  # its best epoch counts
        (4, (0.1, 0.2), False),  # too few to compare with
    ],
)
def test_what_falls_behind_the_median_of_the_others_is_pruned(
    others: int, figures: tuple[float, ...], pruned: bool
) -> None:
    space = parse_space(["layers[0].filters=1..64"], BASELINE)
    tried = [trial((at,), 0.5, 0.6, 0.7) for at in range(1, others + 1)]
    tried.append(trial((64,), *figures, standing="going"))
    assert falls_behind(space, tried, others, maximize=True) == pruned
    worse = [one._replace(figures=tuple(-figure for figure in one.figures)) for one in tried]
    assert falls_behind(space, worse, others, maximize=False) == pruned


def test_what_made_the_difference_is_not_told_of_few_trials_or_of_one_key() -> None:
    assert importances(SPACE, search(SPACE, 6, 1, []), maximize=True) == {}
    one = parse_space(["learning_rate=1e-4..1e-1 log"], BASELINE)
    same = [trial((rate / 1000,), 0.5) for rate in range(1, 13)]
    assert importances(one, same, maximize=True) == {}
