"""One experiment becomes many: every combination of some values, each over several seeds.

The command line (`run --set KEY=A,B --repeat N`) and the lab (`R`) share it. Every cell of a grid is trained with the
same seeds, so that two cells can be compared seed by seed.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple

import msgspec

from cnn_tui.data.dataset import path_of
from cnn_tui.experiment.difference import in_few_words
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.names import lengthened, told_in_name, without_seed
from cnn_tui.experiment.overrides import Axis
from cnn_tui.experiment.same import identity_of
from cnn_tui.history.groups import taken_seeds
from cnn_tui.history.history import History
from cnn_tui.text import quiet

MOST_RUNS = 1_000
"""At most so many runs are queued at a time."""
SEEDS = 2**31
"""A seed is below this."""
_NOTHING = object()

Setting = tuple[str, Any]
"""A key of an experiment, as `layers[0].filters`, and a value for it."""
Change = Callable[[Experiment, Sequence[Setting]], Experiment]
Taken = Callable[[Experiment], Collection[int]]
"""Says with which seeds an experiment has been trained."""


class BatchError(ValueError):
    """Runs that cannot be queued together; the message is a sentence."""


class Cell(NamedTuple):
    """One experiment of a grid, and the words for what varies in it and what was changed in all: `filters 16`."""

    experiment: Experiment
    varies: tuple[str, ...] = ()

    def named(self, *more: str) -> Experiment:
        """The experiment with those words, and `more`, behind its name."""
        words = (*self.varies, *more)
        if not words:
            return self.experiment
        return msgspec.structs.replace(self.experiment, name=lengthened(self.experiment.name, ", ".join(words)))


def check_count(experiments: int, axes: Sequence[Axis], repeat: int) -> int:
    """How many runs that would be. Raises BatchError when they are too many."""
    count = experiments * math.prod(len(axis.values) for axis in axes) * repeat
    if count > MOST_RUNS:
        raise BatchError(
            f"that would be {count:,} runs; at most {MOST_RUNS:,} are queued at a time: give fewer values or seeds"
        )
    return count


def grid(experiment: Experiment, axes: Sequence[Axis], change: Change) -> list[Cell]:
    """The experiment with each combination of the values; the last key varies fastest.

    Raises BatchError when two combinations are the same experiment with the same seed and name, DatasetError when the
    dataset cannot be described, and whatever `change` raises.
    """
    for key, values in axes:
        again = next((value for at, value in enumerate(values) if value in values[:at]), _NOTHING)
        if again is not _NOTHING:
            raise BatchError(f"{key} is to be {shown_value(again)} twice")
    cells: list[Cell] = []
    seen: dict[tuple[Any, ...], tuple[Setting, ...]] = {}
    labels = labels_of([axis.key for axis in axes])
    for values in itertools.product(*(axis.values for axis in axes)):
        settings = tuple((axis.key, value) for axis, value in zip(axes, values, strict=True))
        changed = change(experiment, settings)
        one = (changed.name, changed.training.seed, identity_of(changed))
        if one in seen:
            raise BatchError(f"{_same(seen[one], settings)} are the same")
        seen[one] = settings
        words = [
            f"{label} {shown_value(value)}"
            for axis, label, value in zip(axes, labels, values, strict=True)
            if len(axis.values) > 1
        ]
        cells.append(Cell(changed, tuple(words)))
    always = _always(experiment, cells)
    return [cell._replace(varies=(*cell.varies, *always)) for cell in cells]


def _always(experiment: Experiment, cells: Sequence[Cell]) -> tuple[str, ...]:
    """What all cells have otherwise than the experiment that they are made of, in the words that names have for it."""
    first, *others = [told_in_name(cell.experiment, experiment) for cell in cells]
    words = in_few_words([one for one in first if all(one in told for told in others)])
    return (words,) if words else ()


def over_seeds(cells: Sequence[Cell], repeat: int, taken: Taken) -> list[Experiment]:
    """What is to be queued, in order: all cells with the first seed, then all with the next.

    So a batch that is stopped half way leaves cells that can be compared. An experiment's own seed is the first of its
    sequence. The others share one: the smallest seeds, from 1, that none of them was trained with. A single experiment
    that is to be trained once keeps its own seed, or stays without. Raises BatchError past the largest seed.
    """
    sequences = _seeds(cells, repeat, taken)
    named = [Cell(_without_seed(cell.experiment), cell.varies) for cell in cells] if repeat > 1 else cells
    queued = []
    for at in range(repeat):
        for cell, seeds in zip(named, sequences, strict=True):
            experiment = cell.named(f"seed {seeds[at]}") if repeat > 1 else cell.named()
            queued.append(experiment.with_training(seed=seeds[at]))
    return queued


def repeated(experiment: Experiment, repeat: int, history: History) -> list[Experiment]:
    """The experiment with `repeat` different seeds: its own and those that follow, else new ones. Raises BatchError."""
    return over_seeds([Cell(experiment)], repeat, lambda one: taken_seeds(history, one))


def listed_seeds(experiments: Sequence[Experiment]) -> str:
    """The seeds that are given, each once: `seed 7`, `seeds 1, 2`, `seeds 4 to 6, 8 to 16`; "" for none."""
    seeds = sorted({one.training.seed for one in experiments if one.training.seed is not None})
    stretches: list[list[int]] = []
    for seed in seeds:
        if stretches and stretches[-1][-1] == seed - 1:
            stretches[-1].append(seed)
        else:
            stretches.append([seed])
    parts = [f"{one[0]} to {one[-1]}" if len(one) > 3 else ", ".join(map(str, one)) for one in stretches]
    return f"seed{'s' if len(seeds) > 1 else ''} {', '.join(parts)}" if seeds else ""


def shown_value(value: Any) -> str:
    """A value of a grid in as few characters as a run's name has for it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, list):
        pair = len(value) == 2 and all(type(number) is int for number in value)
        return ("x" if pair else "+").join(map(shown_value, value)) or "none"
    if isinstance(value, dict):
        return " ".join(f"{key} {shown_value(inner)}" for key, inner in value.items())
    path = path_of(value) if isinstance(value, str) else None
    return quiet(path.name if path else str(value), 40)


def _seeds(cells: Sequence[Cell], repeat: int, taken: Taken) -> list[list[int | None]]:
    own = [cell.experiment.training.seed for cell in cells]
    if len(cells) == 1 and repeat == 1:
        return [[own[0]]]
    first = next((seed for seed in own if seed is not None), None)
    shared: list[int | None] = []
    if first is not None:
        shared = _from(first, repeat)
    elif None in own:
        used = {seed for cell in cells for seed in taken(cell.experiment)}
        shared = [*itertools.islice((seed for seed in itertools.count(1) if seed not in used), repeat)]
    return [shared if seed is None or seed == first else _from(seed, repeat) for seed in own]


def _from(first: int, repeat: int) -> list[int | None]:
    if first + repeat > SEEDS:
        raise BatchError(f"{repeat} seeds from {first} on pass the largest one, {SEEDS - 1}")
    return [*range(first, first + repeat)]


def _without_seed(experiment: Experiment) -> Experiment:
    """The experiment without the seed that its name may tell: a run over seeds that is loaded and repeated."""
    return msgspec.structs.replace(experiment, name=without_seed(experiment.name))


def labels_of(keys: Sequence[str]) -> list[str]:
    """What keys are called in a name: `filters`, and where two layers have filters, `layer 1 filters`."""
    last = [_last(key) for key in keys]
    return [f"{_place(key)}{word}" if last.count(word) > 1 else word for key, word in zip(keys, last, strict=True)]


def _last(key: str) -> str:
    """The last word of a key: `filters` of `layers[0].filters`, `kernel` of `kernel_size`, `layer 1` of `layers[0]`."""
    word = key.rpartition(".")[2].removesuffix("_size")
    whole = re.fullmatch(r"layers\[(\d+)\]", word)
    return f"layer {int(whole[1]) + 1}" if whole else word


def _place(key: str) -> str:
    match = re.match(r"layers\[(\d+)\]\.", key)
    return f"layer {int(match[1]) + 1} " if match else f"{key.rpartition('.')[0]} ".lstrip()


def _same(one: Sequence[Setting], other: Sequence[Setting]) -> str:
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return " and ".join(
        ", ".join(f"{key}={shown_value(value)}" for key, value in side) for side in zip(*differing, strict=True)
    )
