"""Which earlier runs have the same network: "same network as run 4".

Networks are the same when their fingerprints are, whatever the runs are called and however the layers were written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.same import settings_of, settings_to_find
from cnn_tui.history.history import History
from cnn_tui.history.records import LARGEST
from cnn_tui.history.rows import chunks, marks
from cnn_tui.history.run import Line, Run


class Same(NamedTuple):
    """An earlier run of the same network: whether it had the same data, settings and stop rules, and seed."""

    run: int
    dataset: bool
    training: bool
    seed: bool


def same_network(history: History, what: Experiment | Run) -> tuple[Same, ...]:
    """The runs of the same network, the earliest first: all of them for an experiment, those before it for a run.

    The data is what a run was trained on, which may be the built-in sample. Raises DatasetError for an experiment
    whose dataset cannot be described.
    """
    if isinstance(what, Run) and not what.has_experiment:
        return ()
    experiment, before, fingerprint, dataset, seed = _looked_for(what)
    of_run = isinstance(what, Run)
    wanted = settings_of(msgspec.json.encode(experiment)) if of_run else settings_to_find(experiment)
    found = []
    for run_id, its_seed, data, text in history.heads(fingerprint, before=before):
        settings = settings_of(text)
        if settings is None or wanted is None:  # a row that is damaged: nobody can tell what it tried
            continue
        same_data = dataset in ((data, settings.dataset) if isinstance(what, Experiment) else (data,))
        same_training = settings.training == wanted.training
        found.append(Same(run_id, same_data, same_training, seed is not None and seed == its_seed))
    return tuple(found)


def first_runs(history: History, lines: Iterable[Line]) -> dict[int, int]:
    """For each run that repeats a network, the earliest run of that network; for the rows of a table."""
    lines = list(lines)
    prints = list({line.fingerprint for line in lines})
    firsts: dict[str, int] = {}
    for some in chunks(prints):
        query = f"SELECT fingerprint, min(id) FROM runs WHERE fingerprint IN ({marks(some)}) GROUP BY fingerprint"
        firsts.update(history.store.execute(query, some).fetchall())
    return {line.id: first for line in lines if (first := firsts.get(line.fingerprint, line.id)) < line.id}


def in_words(same: Sequence[Same]) -> str:
    """What to say of the earlier runs, naming the one that is most alike; "" when there is none."""
    if not same:
        return ""
    best = max(same, key=lambda one: (one.dataset and one.training, one.seed, one.dataset, one.training, -one.run))
    more = f" ({len(same)} runs have it)" if len(same) > 1 else ""
    if best.dataset and best.training:
        seed = ", even the seed: the figures will be the same" if best.seed else ", another seed"
        return f"same network, data and training as run {best.run}{seed}{more}"
    other = "data" if best.training else "training" if best.dataset else "data and training"
    return f"same network as run {best.run}, other {other}{more}"


def _looked_for(what: Experiment | Run) -> tuple[Experiment, int, str, str, int | None]:
    if isinstance(what, Run):
        return what.experiment, what.id, what.fingerprint, what.dataset, what.seed
    return what, LARGEST, what.stack.fingerprint(), what.dataset, what.training.seed
