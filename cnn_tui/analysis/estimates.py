"""How long runs will take, from how long runs took.

The pace of a run that waits is the mean pace of the last runs of the same network on the same data. Where there are
none, it follows from the work of a step (`network/step_work.py`) and from how fast this machine's last runs did each
kind of work (`past_runs.py`). Where there is no such run either, the time is not known, and none is made up. All of
them are of this machine and this device, or of the same cluster.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from cnn_tui.analysis.foretelling.foretold import Foretold, bottleneck
from cnn_tui.analysis.foretelling.past_runs import Foundation, PastRuns, foundation
from cnn_tui.analysis.pace import (
    SecondsAnImage,
    Work,
    epochs_left,
    in_words,
    pace_so_far,
    seconds_left,
    work_of,
)
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.same import pace_phases, pace_settings
from cnn_tui.history.history import History
from cnn_tui.history.run import Line, Place, Run
from cnn_tui.history.timed_runs import newest_timed, timed_alike
from cnn_tui.network.step_work import WorkAmounts, step_work

LATEST = 5
"""How many runs of the same kind, the last ones, make the mean."""

Basis = Literal["same", "scaled", ""]
"""What an estimate was worked out from: runs of the same kind, other runs, or nothing."""


class Estimate(NamedTuple):
    """The seconds that a run takes, and what they were worked out from; None where nothing is known."""

    seconds: float | None = None
    basis: Basis = ""


class KnownPace(NamedTuple):
    """How fast a run goes, and the runs that tell it."""

    pace: SecondsAnImage
    basis: Basis
    runs: int


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
        self._paces: dict[tuple[Any, ...], KnownPace | None] = {}
        self._past = PastRuns(history)
        self._foundations: dict[tuple[str, ...], Foundation | None] = {}

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
        return self._whole(experiment, self._history.place, self._history.device, experiment.epochs)

    def foretell(self, experiment: Experiment, device: str | None = None) -> Foretold | None:
        """What a new run of the experiment will take at the history's place; None where no run tells.

        Without a `device` it is that of the history.
        """
        self._remember(self._history.going(), ())
        place, asked = self._history.place, self._history.device if device is None else device
        work = work_of(experiment, self._dataset(experiment.dataset))
        known = self._known(experiment, place, asked, work) if work else None
        if work is None or known is None:
            return None
        seconds = work.train_images * known.pace.train
        machine = self._machine(experiment, place, asked)
        if machine is None:  # runs of the same kind have told, of too few steps to tell of anything else
            return Foretold(seconds, None, None, "", known.runs)
        step = step_work(experiment.stack, experiment.training.batch_size)
        held = None if machine.memory is None else round(sum(map(operator.mul, work.memory, machine.memory)))
        kind, layer = bottleneck(step, machine.speeds)
        return Foretold(seconds, held, kind, layer, known.runs)

    def has_timed_runs(self) -> bool:
        """Whether any run was timed, be it too short to tell of another."""
        return newest_timed(self._history) is not None

    def speeds_of_gpu(self) -> WorkAmounts | None:
        """Seconds that each part of the work takes on one GPU of this machine; None where no run tells."""
        self._remember(self._history.going(), ())
        runs = [one for one in self._past.like("here", "gpu", "float32") if not one.device.startswith("CPU")]
        found = foundation(runs)
        return found.speeds if found is not None else None

    def _remember(self, going: Sequence[Line], waiting: Sequence[Line]) -> None:
        """Read the runs that are new to the queue; forget the paces when a run or an epoch has ended since."""
        now = [(line, self._history.progress(line.id)) for line in going]
        # Until its first epoch has ended, a run's pace comes from its images a second: look again at each tenth of it.
        tenths = [0 if line.epochs_done else one.step * 10 // max(1, one.steps) for line, one in now]
        trained, waits = [(line.id, line.epochs_done) for line in going], [line.id for line in waiting]
        seen = (trained, tenths, waits, newest_timed(self._history))
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
        self._foundations.clear()
        self._past.look(now)

    def _left(self, line: Line) -> Estimate:
        run = self._runs.get(line.id)
        if run is None:
            return Estimate()
        if line.id not in self._wholes:
            left = max(0, line.epochs - line.epochs_done)
            self._wholes[line.id] = self._whole(run.experiment, run.executor, run.device, left)
        whole = self._wholes[line.id]
        if line.status == "queued":
            return whole
        progress, work = self._history.progress(line.id), work_of(run.experiment, line.dataset)
        pace = pace_so_far(line, progress, work) if work else None
        if not work or not pace or not progress.steps:
            return whole
        later = epochs_left(run.experiment, progress.epoch)
        return Estimate(seconds_left(progress, later, work, pace), "same")

    def _whole(self, experiment: Experiment, place: Place, device: str, epochs: int) -> Estimate:
        work = work_of(experiment, self._dataset(experiment.dataset))
        known = self._known(experiment, place, device, work) if work else None
        return Estimate(work.run(known.pace, epochs), known.basis) if work and known else Estimate()

    def _known(self, experiment: Experiment, place: Place, device: str, work: Work) -> KnownPace | None:
        network = experiment.stack.fingerprint()
        kind = (work, place, device, network, experiment.dataset, *pace_settings(experiment), pace_phases(experiment))
        if kind not in self._paces:
            self._paces[kind] = self._pace(experiment, place, device, work)
        return self._paces[kind]

    def _pace(self, experiment: Experiment, place: Place, device: str, work: Work) -> KnownPace | None:
        same = self._same(experiment, place, device)
        if same:
            seconds = [line.pace for line in same if line.pace]
            validation = self._history.progress(same[0].id).validation_seconds
            return KnownPace(work.pace(sum(seconds) / len(seconds), validation), "same", len(same))
        machine = self._machine(experiment, place, device)
        if machine is None:
            return None
        train = machine.seconds_of_step(work.step) / work.batch_size
        return KnownPace(SecondsAnImage(train, train * machine.evaluation), "scaled", len(machine.runs))

    def _machine(self, experiment: Experiment, place: Place, device: str) -> Foundation | None:
        """How fast the machine is on which it would be trained."""
        key = place, device, experiment.training.precision
        if key not in self._foundations:
            self._foundations[key] = foundation(self._past.like(*key))
        return self._foundations[key]

    def _same(self, experiment: Experiment, place: Place, device: str) -> list[Line]:
        """The last runs of this kind that were trained on the same data as the very last of them."""
        lines = timed_alike(self._history, experiment.stack.fingerprint(), place, device, experiment, LATEST)
        return [line for line in lines if line.dataset == lines[0].dataset]

    def _dataset(self, name: str) -> str:
        """The dataset that was found last under a name: where Fashion-MNIST is not on the machine, its sample."""
        if name not in self._found_under:
            self._found_under[name] = self._history.found_under(name)
        return self._found_under[name]


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
