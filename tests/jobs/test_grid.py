"""From one experiment to many: the grid, the seeds that all cells share, and the names that tell runs apart."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.overrides import Axis
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.groups import taken_seeds
from cnn_tui.history.history import History, Result
from cnn_tui.jobs.grid import (
    MOST_RUNS,
    SEEDS,
    BatchError,
    Cell,
    check_count,
    grid,
    listed_seeds,
    over_seeds,
    repeated,
    shown_value,
)

BASELINE = load_preset("lab1-baseline")
NAME = "Lab 1: baseline, 32 filters"
FILTERS = Axis("layers[0].filters", (16, 32, 64))
EPOCHS = Axis("epochs", (2, 5))


def change(experiment: Experiment, settings: Sequence[tuple[str, Any]]) -> Experiment:
    """Understands the keys of these tests."""
    for key, value in settings:
        if key == "epochs" or key == "seed":
            experiment = experiment.with_training(**{key: value})
        else:
            at = int(key[len("layers[") : key.index("]")])
            experiment = experiment.with_stack(experiment.stack.change(at, **{key.rpartition(".")[2]: value}))
    return experiment


def none_taken(experiment: Experiment) -> set[int]:
    return set()


def seeds_of(experiments: Sequence[Experiment]) -> list[int | None]:
    return [one.training.seed for one in experiments]


def test_a_grid_is_every_combination_and_its_names_tell_only_what_varies() -> None:
    cells = grid(BASELINE, [FILTERS, EPOCHS], change)
    assert [(cell.experiment.layers[0].filters, cell.experiment.training.epochs) for cell in cells] == [  # type: ignore[union-attr]
        *((16, 2), (16, 5), (32, 2), (32, 5), (64, 2), (64, 5))
    ]
    assert cells[0].named().name == f"{NAME}: filters 16, epochs 2"
    (alone,) = grid(BASELINE, [Axis("epochs", (2,))], change)
    assert alone.named().name == NAME
    assert grid(BASELINE, [], change) == [Cell(BASELINE)]


def test_what_is_changed_in_all_of_a_grid_is_told_too() -> None:
    (alone,) = grid(BASELINE, [Axis("layers[2].filters", (8,))], change)
    assert alone.named().name == f"{NAME}: layer 3 filters 8"
    cells = grid(BASELINE, [FILTERS, Axis("layers[5].units", (64,)), Axis("epochs", (2,))], change)
    assert [cell.named().name for cell in cells] == [f"{NAME}: filters {n}, units 64" for n in (16, 32, 64)]


def test_the_same_argument_of_two_layers_is_told_with_its_layer() -> None:
    cells = grid(BASELINE, [Axis("layers[0].filters", (16, 32)), Axis("layers[2].filters", (8, 16))], change)
    assert cells[1].named().name == f"{NAME}: layer 1 filters 16, layer 3 filters 16"


def test_two_combinations_that_are_the_same_are_refused() -> None:
    with pytest.raises(BatchError, match=r"layers\[0\].filters is to be 16 twice"):
        grid(BASELINE, [EPOCHS, Axis("layers[0].filters", (16, 32, 16))], change)

    def halves(experiment: Experiment, settings: Sequence[tuple[str, Any]]) -> Experiment:
        return change(experiment, [(key, value // 2) for key, value in settings])

    with pytest.raises(BatchError, match="epochs=4 and epochs=5 are the same"):
        grid(BASELINE, [Axis("layers[0].filters", (16, 32)), Axis("epochs", (4, 5))], halves)


def test_all_cells_have_the_same_seeds_and_come_one_after_another_for_each_seed() -> None:
    queued = over_seeds(grid(BASELINE, [FILTERS], change), 2, none_taken)
    assert seeds_of(queued) == [1, 1, 1, 2, 2, 2]
    assert [one.name for one in queued[:4]] == [
        f"{NAME}: filters 16, seed 1",
        f"{NAME}: filters 32, seed 1",
        f"{NAME}: filters 64, seed 1",
        f"{NAME}: filters 16, seed 2",
    ]
    # Without --repeat the one seed is the same too, and no name needs it.
    once = over_seeds(grid(BASELINE, [FILTERS], change), 1, none_taken)
    assert seeds_of(once) == [1, 1, 1]
    assert once[0].name == f"{NAME}: filters 16"


def test_an_experiments_own_seed_is_the_first_of_a_sequence() -> None:
    own = BASELINE.with_training(seed=5)
    assert seeds_of(over_seeds([Cell(own)], 3, none_taken)) == [5, 6, 7]
    # The others join it; one with another seed keeps its own.
    other = BASELINE.with_training(seed=9, epochs=1)
    assert seeds_of(over_seeds([Cell(BASELINE), Cell(own), Cell(other)], 2, none_taken)) == [5, 5, 9, 6, 6, 10]


def test_one_experiment_once_keeps_its_seed_or_stays_without() -> None:
    assert over_seeds([Cell(BASELINE)], 1, none_taken) == [BASELINE]
    assert seeds_of(over_seeds([Cell(BASELINE.with_training(seed=5))], 1, none_taken)) == [5]


def test_a_sequence_past_the_largest_seed_is_refused() -> None:
    largest = SEEDS - 1
    assert seeds_of(over_seeds([Cell(BASELINE.with_training(seed=largest - 1))], 2, none_taken)) == [
        largest - 1,
        largest,
    ]
    with pytest.raises(BatchError, match=f"2 seeds from {largest} on pass the largest one, {largest}"):
        over_seeds([Cell(BASELINE.with_training(seed=largest))], 2, none_taken)


def test_seeds_that_an_experiment_was_trained_with_are_not_used_again(history: History) -> None:
    first = repeated(BASELINE, 3, history)
    assert seeds_of(first) == [1, 2, 3]
    ids = [history.add(one) for one in first]
    assert taken_seeds(history, BASELINE) == {1, 2, 3}
    results = (Result("finished"), Result("failed"), Result("stopped", "stop rule: loss below 0.3", ending="rule"))
    for run_id, result in zip(ids, results, strict=True):
        history.claim(run_id, os.getpid(), 1 + ids.index(run_id))
        history.record_end(run_id, result)
    # The failed one is worth another try, and another network starts anew: so its seeds pair with these.
    assert seeds_of(repeated(BASELINE, 3, history)) == [2, 4, 5]
    assert seeds_of(repeated(change(BASELINE, [("layers[0].filters", 16)]), 3, history)) == [1, 2, 3]
    # In a grid, what one cell has used is used for all.
    queued = over_seeds(grid(BASELINE, [FILTERS], change), 2, lambda one: taken_seeds(history, one))
    assert seeds_of(queued) == [2, 2, 2, 4, 4, 4]


def test_a_run_that_left_the_queue_gives_its_seed_back(history: History) -> None:
    history.ask(history.add(repeated(BASELINE, 2, history)[0]), "stop")
    assert taken_seeds(history, BASELINE) == set()


def test_a_run_over_seeds_that_is_repeated_does_not_pile_up_names(history: History) -> None:
    (_, second) = repeated(BASELINE, 2, history)
    assert second.name == f"{NAME}: seed 2"
    assert [one.name for one in repeated(second, 2, history)] == [f"{NAME}: seed 2", f"{NAME}: seed 3"]


def test_a_long_name_makes_room_for_what_varies() -> None:
    long = msgspec.structs.replace(BASELINE, name="x" * 200)
    (first, _) = grid(long, [Axis("epochs", (2, 5))], change)
    assert len(first.named().name) == 200
    assert first.named().name.endswith("x: epochs 2")


def test_too_many_runs_are_refused_before_any_is_made() -> None:
    assert check_count(2, [FILTERS], 3) == 18
    assert check_count(1, [], MOST_RUNS) == MOST_RUNS
    many = Axis("epochs", tuple(range(1, 100_001)))
    with pytest.raises(BatchError, match=r"that would be 10,000,000,000 runs; at most 1,000 are queued at a time"):
        check_count(1, [many, many], 1)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *((16, "16"), (0.001, "0.001"), (True, "yes"), ("same", "same"), ([3, 5], "3x5"), ([], "none")),
        (["accuracy", "top"], "accuracy+top"),
        ({"metric": "loss", "below": 0.3}, "metric loss below 0.3"),
        ([{"l2": 0.1}], "l2 0.1"),
        ("\x1b[31m", "\\x1b[31m"),
    ],
)
def test_values_in_names_are_short_and_inert(value: object, shown: str) -> None:
    assert shown_value(value) == shown


def test_a_dataset_file_is_called_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine.npz").write_bytes(b"")
    assert shown_value(str(tmp_path / "mine.npz")) == "mine.npz"


@pytest.mark.parametrize(
    ("seeds", "words"),
    [([7], "seed 7"), ([2, 1, 2], "seeds 1, 2"), ([4, 5, 6, 8, 9, 10, 11], "seeds 4, 5, 6, 8 to 11"), ([None], "")],
)
def test_seeds_are_listed_without_those_between_them(seeds: list[int | None], words: str) -> None:
    assert listed_seeds([BASELINE.with_training(seed=seed) for seed in seeds]) == words
