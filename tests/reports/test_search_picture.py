"""The picture of a search: the best at the top, what was tried in its order, told apart without colour."""

from __future__ import annotations

import pytest

from cnn_tui.analysis.search.importance import importances
from cnn_tui.analysis.search.trials import SearchTrial
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.search_space import parse_space
from cnn_tui.reports.chart.canvas import Kind
from cnn_tui.reports.search_picture import search_picture

SPACE = parse_space(["layers[0].filters=16,32,64", "learning_rate=1e-4..1e-2 log"], load_preset("lab1-baseline"))


def trial(number: int, filters: int, rate: float, *figures: float) -> SearchTrial:
    return SearchTrial(number, (filters, rate), "finished" if figures else "going", figures)


def drawn(
    trials: list[SearchTrial],
    chosen: int = 0,
    metric: str = "val_accuracy",
    kind: Kind = "ascii",
    width: int = 60,
    rows: int = 12,
) -> list[str]:
    share = importances(SPACE, trials, maximize=True)
    lines = search_picture(SPACE, trials, trials[chosen], metric, share, width, rows, kind)
    return ["".join(words for words, _ in line) for line in lines]


BETTER, WORSE = trial(1, 64, 1e-2, 0.9), trial(2, 16, 1e-4, 0.8)


@pytest.mark.parametrize(("metric", "top"), [("val_accuracy", "0.9000"), ("val_loss", "0.8000")])
def test_the_best_figure_is_at_the_top(metric: str, top: str) -> None:
    trials = [BETTER, WORSE] if metric == "val_accuracy" else [WORSE, BETTER]
    names, first, *_, last, _ = drawn(trials, metric=metric)
    assert names.split() == ["filters", "learning_rate", metric]
    assert top in first and top not in last


def test_values_stand_in_their_order_and_the_chosen_trial_is_drawn_otherwise() -> None:
    _, first, *_, last, legend = drawn([BETTER, WORSE], 1)
    assert " 64 " in first and " 0.01 " in first
    assert " 16 " in last and " 0.0001 " in last and "#" in last
    assert legend.split("   ")[:3] == ["## trial 2", "** the best", ".. 1 other"]


def test_a_trial_without_a_figure_ends_before_the_last_axis() -> None:
    lines = drawn([trial(1, 16, 1e-4)])
    assert "#" in lines[-2][:30] and "#" not in lines[-2][35:]
    assert lines[-1].split() == ["##", "trial", "1"]


def test_what_made_the_difference_stands_below_the_names() -> None:
    trials = [trial(at, (16, 32, 64)[at % 3], 10 ** (-4 + at / 10), 0.9 - at / 100) for at in range(20)]
    filters, rate = drawn(trials, kind="braille")[1].split("%")[:2]
    assert int(filters.split()[-1]) < 5 and "────" in filters
    assert int(rate.split()[-1]) > 95 and "━━━━" in rate


@pytest.mark.parametrize("kind", ["braille", "blocks", "ascii"])
@pytest.mark.parametrize(("width", "rows"), [(20, 4), (72, 10), (96, 18)])
def test_it_keeps_to_its_room(kind: Kind, width: int, rows: int) -> None:
    lines = drawn([BETTER, WORSE], kind=kind, width=width, rows=rows)
    assert len(lines) <= rows
    assert all(len(line) <= width for line in lines[:-1])
    assert kind != "ascii" or all(line.isascii() for line in lines)
