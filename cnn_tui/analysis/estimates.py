"""How long runs will take, from how long runs took.

The pace of a run that waits is the mean pace of the last runs of the same network on the same data. Where there are
none, it is scaled from another run: of the last ones, the run whose images cost nearly as much to train on, times how
much more or less they cost. Where there is no such run either, the time is not known, and none is made up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

from cnn_tui.analysis.pace import SecondsAnImage, Work, in_words, pace_so_far, seconds_left, work_of
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.same import pace_settings
from cnn_tui.history.history import History
from cnn_tui.history.run import Line, Progress, Run

LATEST = 5
"""How many runs of the same kind, the last ones, make the mean."""

REFERENCES = 10
"""How many runs, the last ones, a pace may be scaled from."""

Basis = Literal["same", "scaled", ""]
"""What an estimate was worked out from: runs of the same kind, another run, or nothing."""


class Estimate(NamedTuple):
    """The seconds that a run takes, and what they were worked out from; None where nothing is known."""

    seconds: float | None = None
    basis: Basis = ""


class QueuedRun(NamedTuple):
    """A run that is being trained or waits, and how long it still takes.

    Its position is 1 for the next that this machine trains; 0 while it is trained, and on a cluster, which keeps an
    order of its own.
    """

    position: int
    line: Line
    estimate: Estimate
    done_in: float | None
    """Seconds until it ends, after all runs before it; None where that is not known."""

    @property
    def waits(self) -> bool:
        return self.line.status == "queued"

    @property
    def is_elsewhere(self) -> bool:
        """Whether a cluster trains it, or is to."""
        return self.line.executor != "here"

    def to_json(self) -> dict[str, Any]:
        """As `cnn-tui queue --json` prints it."""
        return {
            "position": self.position,
            "id": self.line.id,
            "name": self.line.name,
            "status": self.line.status,
            "epochs": self.line.epochs,
            "epochs_done": self.line.epochs_done,
            "seconds": _rounded(self.estimate.seconds),
            "estimated_from": self.estimate.basis or None,
            "done_in": _rounded(self.done_in),
            "executor": self.line.executor,
            "job": self.line.job,
            "waits_for": self.line.waits_for,
        }


class Outlook(NamedTuple):
    """The runs that are being trained and those that wait, in order."""

    items: tuple[QueuedRun, ...] = ()

    @property
    def waiting(self) -> int:
        return sum(item.waits for item in self.items)

    @property
    def seconds(self) -> float | None:
        """Seconds until all runs have ended; None when that is not known."""
        ends = [item.done_in for item in self.items]
        return None if None in ends else max(filter(None, ends), default=0.0)

    def words(self) -> str:
        """When all is done, as a sentence: `All done in about 12 min.`"""
        if self.seconds is not None:
            return f"All done in about {in_words(self.seconds)}."
        known = [item.estimate.seconds for item in self.items if item.estimate.seconds is not None]
        if known:
            return f"All done in more than {in_words(sum(known))}."
        return "How long that takes is known once a run has trained."


class Estimator:
    """Makes the estimates for one history. It remembers what has not changed: it may be asked a few times a second."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._seen: object = None
        self._runs: dict[int, Run] = {}
        self._wholes: dict[int, Estimate] = {}
        self._found_under: dict[str, str] = {}
        self._paces: dict[tuple[Any, ...], tuple[SecondsAnImage | None, Basis]] = {}
        self._works: dict[int, Work | None] = {}
        self._references: list[tuple[float, SecondsAnImage]] = []

    def outlook(self) -> Outlook:
        """The run that is being trained and all that wait, with the time that each still takes."""
        going, waiting = self._history.going(), self._history.queue()
        self._remember(going, waiting)
        items: list[QueuedRun] = []
        end: float | None = 0.0
        for line in (*going, *waiting):
            estimate = self._left(line)
            if line.executor != "here":  # jobs of a cluster run side by side, and only it knows when they begin
                done = estimate.seconds if line.status != "queued" else None
                items.append(QueuedRun(0, line, estimate, done))
                continue
            end = None if end is None or estimate.seconds is None else end + estimate.seconds
            position = len(items) + 1 - len(going) if line.status == "queued" else 0
            items.append(QueuedRun(position, line, estimate, end))
        return Outlook(tuple(items))

    def of(self, experiment: Experiment) -> Estimate:
        """How long a new run of the experiment would take."""
        self._remember(self._history.going(), ())
        return self._whole(experiment, "", experiment.training.epochs)

    def _remember(self, going: Sequence[Line], waiting: Sequence[Line]) -> None:
        """Read the runs that are new to the queue; forget the paces when a run or an epoch has ended since."""
        now = [(line, self._history.progress(line.id)) for line in going]
        # Until its first epoch has ended, a run's pace comes from its images a second: look again at each tenth of it.
        tenths = [0 if line.epochs_done else one.step * 10 // max(1, one.steps) for line, one in now]
        seen = ([(line.id, line.epochs_done) for line in going], tenths, [line.id for line in waiting])
        if seen == self._seen:
            return
        self._seen = seen
        self._wholes.clear()
        self._paces.clear()
        self._found_under.clear()
        ids = {line.id for line in (*going, *waiting)}
        new = ids - self._runs.keys()
        self._runs = {one: run for one, run in self._runs.items() if one in ids}
        read = self._history.live_runs() if len(new) > 3 else [self._history.run(one) for one in new]
        self._runs.update((run.id, run) for run in read if run)
        self._references = list(self._paces_of(now))

    def _paces_of(self, going: Sequence[tuple[Line, Progress]]) -> Iterator[tuple[float, SecondsAnImage]]:
        """What an image costs and the pace, of each run to scale from: those being trained, and the last that ended."""
        lines = self._history.timed(REFERENCES)
        for line, progress in (*going, *((line, self._history.progress(line.id)) for line in lines)):
            if line.id not in self._works:
                run = self._runs.get(line.id) or self._history.run(line.id)
                self._works[line.id] = work_of(run.experiment, line.dataset) if run else None
            work = self._works[line.id]
            pace = pace_so_far(line, progress, work) if work and work.can_be_scaled else None
            if work and pace:
                yield work.cost, pace

    def _left(self, line: Line) -> Estimate:
        run = self._runs.get(line.id)
        if run is None:
            return Estimate()
        if line.id not in self._wholes:
            left = max(0, line.epochs - line.epochs_done)
            self._wholes[line.id] = self._whole(run.experiment, run.device, left)
        whole = self._wholes[line.id]
        if line.status == "queued":
            return whole
        progress, work = self._history.progress(line.id), work_of(run.experiment, line.dataset)
        pace = pace_so_far(line, progress, work) if work else None
        if not work or not pace or not progress.steps:
            return whole
        return Estimate(seconds_left(progress, line.epochs, work, pace), "same")

    def _whole(self, experiment: Experiment, device: str, epochs: int) -> Estimate:
        work = work_of(experiment, self._dataset(experiment.dataset))
        if work is None:
            return Estimate()
        kind = (work, device, experiment.stack.fingerprint(), experiment.dataset, *pace_settings(experiment))
        if kind not in self._paces:
            self._paces[kind] = self._pace(experiment, device, work)
        pace, basis = self._paces[kind]
        return Estimate(work.run(pace, epochs), basis) if pace else Estimate()

    def _pace(self, experiment: Experiment, device: str, work: Work) -> tuple[SecondsAnImage | None, Basis]:
        same = self._same(experiment, device)
        if same:
            seconds = [line.pace for line in same if line.pace]
            validation = self._history.progress(same[0].id).validation_seconds
            return work.pace(sum(seconds) / len(seconds), validation), "same"
        if not self._references:
            return None, ""
        cost, pace = min(self._references, key=lambda one: abs(math.log(work.cost / one[0])))
        return pace.times(work.cost / cost), "scaled"

    def _same(self, experiment: Experiment, device: str) -> list[Line]:
        """The last runs of this kind that were trained on the same data as the very last of them."""
        lines = self._history.timed_alike(experiment.stack.fingerprint(), device, experiment, LATEST)
        return [line for line in lines if line.dataset == lines[0].dataset]

    def _dataset(self, name: str) -> str:
        """The dataset that was found last under a name: where Fashion-MNIST is not on the machine, its sample."""
        if name not in self._found_under:
            self._found_under[name] = self._history.found_under(name)
        return self._found_under[name]


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
