"""Runs that are repeats of one another: of the same experiment, on the same images."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeAlias

import msgspec

from cnn_tui.experiment.difference import differences
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.images.image_parts import learned_with_all
from cnn_tui.experiment.names import told_apart, without_seed
from cnn_tui.experiment.same import identity_of, settings_of
from cnn_tui.history.conditions import Conditions, conditions_in_words
from cnn_tui.history.history import History
from cnn_tui.history.records import Head
from cnn_tui.history.rows import GAP, chunks, marks
from cnn_tui.history.run import Run
from cnn_tui.history.spread import Spread, by_seed, spread_of

ENDED_AS_PLANNED = "ending IN ('finished', 'rule')"
CUT_SHORT = "ending NOT IN ('', 'finished', 'rule')"
_LATEST = 300
"""So many runs are enough to tell how much repeats spread."""

_TIMES = (
    "(SELECT json_group_array(json_array(seconds - coalesce(startup, 0), others + coalesce(throttled, 0)))"
    " FROM epochs WHERE run = runs.id)"
)


class EpochTime(NamedTuple):
    """How long an epoch took, without the start-up of training, and how busy the machine was with other things."""

    seconds: float
    load: float | None
    """The share of the cores that other programs took, and of the time that the processor was held back, together."""


class Trial(NamedTuple):
    """One run, as far as a comparison of groups looks at it. `pace` is in seconds an epoch."""

    run: int
    name: str
    seed: int | None
    test_accuracy: float | None
    test_loss: float | None
    accuracy: float | None
    loss: float | None
    pace: float | None
    epochs: int
    params: int
    device: str
    fingerprint: str
    images: tuple[str, int, int]
    """The dataset that was used, how many training images and how many test images."""
    settings: str
    """How it was trained and when it stops, as `Settings` has it."""
    experiment: str
    """As JSON."""
    gap: float | None = None
    """Training minus test accuracy, as `rows.GAP` has it."""
    val_loss: float | None = None
    times: tuple[EpochTime, ...] = ()
    planned: int = 0
    """How many epochs were to be trained; `epochs` is how many were."""
    tested_epoch: int | None = None

    @property
    def conditions(self) -> Conditions:
        """What its figures were made with."""
        return Conditions(*self.images, self.epochs, self.planned, self.tested_epoch)

    @property
    def key(self) -> tuple[str, tuple[str, int, int], str]:
        """Equal for repeats of one experiment."""
        return self.fingerprint, self.images, self.settings


class Group(NamedTuple):
    """Repeats of one experiment, in the order of their numbers."""

    trials: tuple[Trial, ...]

    @property
    def name(self) -> str:
        """What its runs are called: the name that most of them have, without the seed that it may end with."""
        return statistics.mode(without_seed(trial.name) for trial in self.trials)

    @property
    def runs(self) -> tuple[int, ...]:
        """The numbers of its runs."""
        return tuple(trial.run for trial in self.trials)

    @property
    def key(self) -> tuple[str, tuple[str, int, int], str]:
        """What its runs have in common."""
        return self.trials[0].key

    @property
    def images(self) -> tuple[str, int, int]:
        """What they were trained and tested on."""
        return self.trials[0].images

    @property
    def planned(self) -> int:
        """How many epochs each was to be trained for."""
        return self.trials[0].planned

    def conditions_in_words(self, *, whole: bool = False) -> str:
        """What its figures were made with, in one line; `whole` is that of history/conditions.py."""
        return conditions_in_words((trial.conditions for trial in self.trials), whole=whole)

    @property
    def experiment(self) -> Experiment | None:
        """What was tried; None when a layer of it is not known here."""
        try:
            return msgspec.json.decode(self.trials[0].experiment, type=Experiment)
        except msgspec.MsgspecError:
            return None

    def by_seed(self, figure: str) -> dict[int | str, float]:
        """A figure for each seed. One that was run more than once counts once, with the mean: it repeats itself.

        `figure` is the name of a field of `Trial`.
        """
        return by_seed((trial.run, trial.seed, getattr(trial, figure)) for trial in self.trials)

    def spread(self, figure: str) -> Spread:
        """Mean and standard deviation of a figure over the seeds."""
        return spread_of(self.by_seed(figure).values())


def groups_of(history: History, runs: Sequence[int]) -> tuple[Group, ...]:
    """The given runs, grouped; those that failed, were interrupted, stopped by hand or still go on are left out."""
    found: list[Trial] = []
    for some in chunks(runs):
        found += _trials(history, f"id IN ({marks(some)})", some)
    return grouped(sorted(set(found)))


def ended_as_planned(history: History, runs: Sequence[int], *, also_live: bool = False) -> int:
    """How many of the runs have ended as planned, or, with `also_live`, still may."""
    which = f"NOT {CUT_SHORT}" if also_live else ENDED_AS_PLANNED
    query = f"SELECT count(*) FROM runs WHERE id IN ({marks(runs)}) AND {which}"
    return int(history.store.execute(query, runs).fetchone()[0])


def why_failed(history: History, runs: Sequence[int]) -> tuple[int, str] | None:
    """The last of the runs and why it failed; None where it has not."""
    query = f"SELECT id, ending, stop_cause FROM runs WHERE id IN ({marks(runs)}) ORDER BY id DESC LIMIT 1"
    last = history.store.execute(query, runs).fetchone()
    return None if last is None or last[1] != "error" else (int(last[0]), str(last[2]))


def heads_of(history: History, experiment: Experiment, *, usable: bool = False, archived: bool = False) -> list[Head]:
    """The runs of the same experiment; `usable` ones have ended as planned or still may.

    Raises DatasetError when the experiment's dataset cannot be described.
    """
    fingerprint, settings = identity_of(experiment)
    also = (f" AND NOT {CUT_SHORT}" if usable else "") + ("" if archived else " AND archived = 0")
    query = f"SELECT id, seed, dataset, experiment FROM runs WHERE fingerprint = ?{also}"
    heads = [Head._make(row) for row in history.store.execute(query, (fingerprint,))]
    return [head for head in heads if settings_of(head.experiment) == settings]


def taken_seeds(history: History, experiment: Experiment) -> set[int]:
    """The seeds of the runs of the same experiment, archived ones too, that reached their end or still may."""
    heads = heads_of(history, experiment, usable=True, archived=True)
    return {head.seed for head in heads if head.seed is not None}


def group_around(history: History, run: Run) -> Group | None:
    """All repeats of a run in the history, itself as well if it ended as planned; None when there are none.

    Archived runs are left out, save for the run itself.
    """
    settings = settings_of(msgspec.json.encode(run.experiment))
    key = (run.fingerprint, (run.dataset, run.train_images, run.test_images), settings.training if settings else "")
    where, values = "fingerprint = ? AND (archived = 0 OR id = ?)", (run.fingerprint, run.id)
    found = [trial for trial in _trials(history, where, values) if trial.key == key]
    return Group(tuple(found)) if found else None


def repeated_on(history: History, images: tuple[str, int, int]) -> tuple[Group, ...]:
    """Experiments with repeats on the same images, from the latest runs there; archived ones are left out."""
    where = "dataset = ? AND train_images = ? AND test_images = ? AND archived = 0"
    latest = f"id IN (SELECT id FROM runs WHERE {where} ORDER BY id DESC LIMIT {_LATEST})"
    return tuple(group for group in grouped(_trials(history, latest, images)) if len(group.trials) > 1)


def grouped(trials: Iterable[Trial]) -> tuple[Group, ...]:
    """Trials by what they repeat, in the order of the first of each."""
    found: dict[tuple[Any, ...], list[Trial]] = {}
    for trial in trials:
        found.setdefault(trial.key, []).append(trial)
    return tuple(Group(tuple(same)) for same in found.values())


ImageCounts: TypeAlias = tuple[str, int, int]
"""A dataset, how many of its images were learned from, and how many were tested on."""


def same_images(
    ours: ImageCounts, experiment: Experiment | None, theirs: ImageCounts, other: Experiment | None
) -> bool:
    """Whether two runs had the same images, but for those that their experiments leave out of training.

    An experiment of another version, None, leaves out none.
    """
    if ours == theirs:
        return True
    (dataset, train, test), (other_dataset, other_train, other_test) = ours, theirs
    if (dataset, test) != (other_dataset, other_test) or not any(one and one.leave_out for one in (experiment, other)):
        return False
    # With a share held out for validation the whole is known but for the rounding of that share.
    pairs = ((train, experiment), (other_train, other))
    first, second = (learned if one is None else learned_with_all(one, learned) for learned, one in pairs)
    return abs(first - second) <= 1


def contrast(group: Group, base: Group, names: str = "") -> str:
    """What is compared, in few words: `64 against 32 filters`, else `names`, or what the runs are called."""
    after, before = group.experiment, base.experiment
    if after is not None and before is not None and (words := _one_value(before, after)):
        return words
    if names:
        return names
    if group.name != base.name:
        return " against ".join(told_apart(group.name, base.name))
    return f"run {group.runs[0]}'s against run {base.runs[0]}'s"


def _one_value(before: Experiment, after: Experiment) -> str:
    """The words for experiments that differ in one setting, or in one argument of their layers; else ""."""
    found = [one for one in differences(before, after) if one.name != "seed"]
    values = {(one.what, one.name, one.before, one.after) for one in found}
    if len(values) != 1 or found[0].what not in ("argument", "setting"):
        return ""
    what, name, was, now = values.pop()
    if name == "leave_out":
        return f"{found[0]}"
    counts = what == "argument" and was[:1].isdigit()
    return f"{now} against {was} {name}" if counts else f"{name} {now} against {was}"


def _trials(history: History, where: str, values: Sequence[Any]) -> list[Trial]:
    rows = history.store.execute(
        "SELECT id, name, seed, test_accuracy, test_loss, accuracy, loss, pace, epochs_done, params,"
        " coalesce(json_extract(environment, '$.device'), ''), fingerprint, dataset, train_images, test_images,"
        f" epochs, tested_epoch, experiment, {GAP}, val_loss, {_TIMES} FROM runs"
        f" WHERE {ENDED_AS_PLANNED} AND {where} ORDER BY id",
        values,
    )
    return [trial for row in rows if (trial := _trial(*row)) is not None]


def _trial(*row: Any) -> Trial | None:
    """A run as one of several; None for an experiment of another version of which it cannot be told what it tried."""
    *figures, dataset, train_images, test_images, planned, tested, experiment, gap, val_loss, times = row
    settings = settings_of(experiment)
    if settings is None:
        return None
    images, epochs = (dataset, train_images, test_images), msgspec.json.decode(times, type=tuple[EpochTime, ...])
    rest = (images, settings.training, experiment, gap, val_loss, epochs, planned, tested)
    return Trial._make((*figures, *rest))
