"""`cnn-tui attach`: follows runs to their end, by what the training process writes into the history."""

from __future__ import annotations

import contextlib
import itertools
import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType
from typing import Annotated, Self

import typer

from cnn_tui.analysis.estimates import Estimator, QueuedRun
from cnn_tui.analysis.lost_number import lost_metric, lost_number, remedy
from cnn_tui.analysis.pace import clock, in_words
from cnn_tui.cli.history.listing import to_text
from cnn_tui.cli.printing import chart_lines
from cnn_tui.cli.progress import LinePart, Reporter, epoch_parts, join_parts, progress_parts
from cnn_tui.cli.running.live_chart import LiveChart
from cnn_tui.cli.runs import find_run, listed, open_history, to_json
from cnn_tui.cli.streams import FAILED, FINISHED, INTERRUPTED, UserError, is_terminal, moves_cursor, put
from cnn_tui.data.course import is_drawn
from cnn_tui.history.alive import elsewhere_in_words
from cnn_tui.history.ending import ending_in_words
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.history.table.short_names import ShortNames
from cnn_tui.home import log_path
from cnn_tui.jobs.launch import WorkerCare
from cnn_tui.text import counted, quiet

_LOOK_SECONDS = 0.15


def attach(
    run: Annotated[int | None, typer.Argument(metavar="[RUN]", help="The run; else the oldest live one.")] = None,
) -> int:
    """Follow a live run, the oldest one unless another is named; ctrl+c only leaves it."""
    with following() as follower:
        if run is None:
            live = follower.history.live_runs()
            if not live:
                raise UserError("no run is training or waiting; cnn-tui history lists those that have ended")
            run = live[0].id
        find_run(follower.history, run)
        return follower.follow([run], as_json=False, draws=True)


@contextlib.contextmanager
def following() -> Iterator[Follower]:
    """A follower with the history open, in which every run whose process died has ended; ctrl+c counts meanwhile."""
    with open_history() as history, Interrupts() as interrupts:
        yield Follower(history, interrupts)


class Interrupts:
    """Counts ctrl+c, which ends nothing inside its `with`. At the third, Python's own exception comes all the same."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._counted)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _counted(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count > 2:
            raise KeyboardInterrupt


class LeftError(Exception):
    """The user left while the runs go on."""


class Follower:
    """Follows runs, one after another, to their end."""

    def __init__(self, history: History, interrupts: Interrupts) -> None:
        self.history = history
        self._interrupts = interrupts
        self._own: list[int] = []
        self._stopping = False
        self._out = Reporter(sys.stderr, is_terminal(sys.stderr))
        self._estimator = Estimator(history)
        self._chart: LiveChart | None = None
        self._told: set[str] = set()
        self._care = WorkerCare(history)

    def follow(self, ids: list[int], as_json: bool, *, own: bool = False, draws: bool = False) -> int:
        """Follow runs and print what came of them; gives the exit status. ctrl+c stops `own` runs, others it leaves.

        With `draws`, the curves are drawn as they are at first, where there are some, and as they are in the end; on a
        terminal whose cursor can be moved, after each epoch as well, in their place.
        """
        self._own = ids if own else []
        if draws and moves_cursor(sys.stderr):
            self._chart = LiveChart(self._out, sys.stderr, self.history)
        ended: list[Run] = []
        try:
            for run_id in ids:
                if draws and self._chart is None and (run := self._read(run_id)).live:
                    self._draw(run)
                ended.append(self._to_its_end(run_id))
                if draws:
                    self._draw(ended[-1])
                self._out.line(result_line(ended[-1]))
                if as_json:
                    put(to_json(ended[-1]))
        except LeftError:
            return INTERRUPTED
        if not as_json:
            chosen = {run.id for run in ended}
            lines = [line for line in reversed(self.history.lines()) if line.id in chosen]
            put(to_text(lines, ShortNames(self.history).of(lines)))
        return INTERRUPTED if self._stopping else _exit_status(ended)

    def _to_its_end(self, run_id: int) -> Run:
        """Show a run until it has ended. Raises LeftError when the user goes before."""
        seen, epochs = -1, 0
        try:
            while True:
                version = self.history.data_version()
                run = None
                if version != seen or self._care.look():
                    seen = version
                    run = self._read(run_id)
                    epochs = self._show(run, epochs)
                    if not run.live:
                        return run
                self._heed_interrupts(run_id)
                time.sleep(_LOOK_SECONDS)
        finally:
            self._out.clear()

    def await_stopped(self, run_id: int) -> None:
        """Wait until a run that was asked to stop has ended. Raises LeftError when the user goes before."""
        if self._read(run_id).live:
            self._out.line(f"run {run_id} was asked to stop and is about to; it goes on once it has ended")
        while self._read(run_id).live:
            if self._interrupts.count:
                self._out.line(f"left; run {run_id} stops, and does not go on")
                raise LeftError
            time.sleep(_LOOK_SECONDS)
            self._care.look()

    def _draw(self, run: Run) -> None:
        for line in chart_lines(run, self.history.points(run.id), sys.stderr):
            self._out.line(line)

    def _read(self, run_id: int) -> Run:
        run = self.history.run(run_id)
        if run is None:
            raise UserError(f"run {run_id} is gone from the history")
        return run

    def _show(self, run: Run, epochs: int) -> int:
        """Show what is new since `epochs` epochs were told; gives how many have been now."""
        if run.status == "queued":
            self._show_queued(run)
            return epochs
        data = f" on {counted(run.train_images, 'image')} of {quiet(run.dataset)}" if run.train_images else ""
        if data or not run.live:
            words = f"run {run.id} ({quiet(run.name)}): {counted(run.params, 'parameter')}{data}"
            self._tell_once(f"start {run.id}", words)
        if run.train_images and run.dataset != run.experiment.dataset:
            wanted = quiet(run.experiment.dataset)
            command = f"cnn-tui data show {wanted}" if is_drawn(run.dataset) else "cnn-tui data"
            uses = f"run {run.id} uses {quiet(run.dataset)}, because {wanted} is not here"
            self._tell_once(f"data {run.id}", f"{uses}; {command} says how to get it")
        for event in self.history.events(run.id):
            if event.kind == "other":  # all else that can happen has a kind, and is told in other ways
                self._tell_once(f"event {run.id} {event.text}", f"run {run.id}: {quiet(event.text, 500)}")
        if run.live and (lost := lost_number(run, self.history.points(run.id))):
            self._tell_once(f"lost {run.id}", f"run {run.id}: {lost}. {remedy(run)} cnn-tui stop {run.id} stops it")
        said = [join_parts(epoch_parts(run, epoch), self._out.columns()) for epoch in run.epochs[epochs:]]
        told = len(run.epochs)
        if self._chart is not None and run.live:
            told = told if self._chart.draw(run, said) else epochs
        else:
            for line in said:
                self._out.line(line)
        if run.live:
            parts = progress_parts(run, self.history.progress(run.id))
            self._out.bar([*parts, *self._rest()])
        return told

    def _show_queued(self, run: Run) -> None:
        if there := elsewhere_in_words(run):
            self._tell_once(f"there {run.id} {there}", f"run {run.id}: {there}")
            self._out.bar([(0, f"run {run.id}"), (0, there)])
            return
        if ahead := ahead_of(run.id, self._estimator):
            others = listed([item.line.id for item in ahead])
            self._tell_once(f"queue {run.id}", f"run {run.id} waits in the queue behind {others}")
            begins = ahead[-1].done_in
            when = [(1, f"begins in about {in_words(begins)}")] if begins is not None else []
            self._out.bar([(0, f"run {run.id}"), (0, f"waiting for {others}"), *when])
        else:
            self._out.bar([(0, f"run {run.id}"), (0, "starting"), *self._rest()])

    def _rest(self) -> list[LinePart]:
        """When the last of several runs of one's own is done."""
        if len(self._own) < 2 or not self._out.rewrites:
            return []
        ends = [item.done_in for item in self._estimator.outlook().items if item.line.id in self._own]
        return [(2, f"all {len(self._own)} runs {clock(ends[-1])}")] if ends and ends[-1] is not None else []

    def _tell_once(self, key: str, text: str) -> None:
        if key not in self._told:
            self._told.add(key)
            self._out.line(text)

    def _heed_interrupts(self, run_id: int) -> None:
        if self._interrupts.count == 0:
            return
        if not self._own:
            self._out.keep_block()
            self._out.line(f"run {run_id} goes on; cnn-tui attach {run_id} comes back to it")
            raise LeftError
        if self._interrupts.count > 1:
            self._out.line("left; the history will have what came of it: cnn-tui history")
            raise LeftError
        if not self._stopping:
            self._stopping = True
            live = [line.id for line in self.history.live_lines() if line.id in self._own]
            for one in reversed(live):  # those that wait first, so that none starts meanwhile
                self.history.ask(one, "stop")
            if live:
                self._out.line(f"asked {listed(live)} to stop: what is learned is kept and evaluated")
            self._out.line("ctrl+c again leaves at once; a run that shall go on without you starts with --detach")


def ahead_of(run_id: int, estimator: Estimator) -> list[QueuedRun]:
    """What is trained on this machine, and waits, before a run that waits."""
    before = itertools.takewhile(lambda item: item.line.id != run_id, estimator.outlook().items)
    return [item for item in before if not item.is_elsewhere]


def ending(run: Run) -> str:
    """A run's status and why: `finished`, `failed: out of memory`, `stopped by you in epoch 2 of 3`."""
    return ending_in_words(run.status, run.ending, quiet(run.stop_cause, 1000))


def result_line(run: Run) -> str:
    """How a run ended, in one line."""
    head = f"run {run.id} {ending(run)}"
    if run.status in ("failed", "interrupted"):
        return head + (f"; its log is {quiet(str(log_path(run.id)), 4000)}" if log_path(run.id).exists() else "")
    figures = [
        f"{name} {value:.4f}"
        for name, value in (("test accuracy", run.test_accuracy), ("test loss", run.test_loss))
        if value is not None
    ]
    if figures:
        figures[-1] += f" ({run.conditions.in_words()})"
    if run.epochs:
        figures.append(f"{sum(epoch.pace for epoch in run.epochs) / len(run.epochs):.1f} s an epoch")
    lost = lost_metric(run, "loss")
    return head + (f": {', '.join(figures)}" if figures else "") + (f"; {lost}. {remedy(run)}" if lost else "")


def _exit_status(runs: list[Run]) -> int:
    """The exit status that the ends of runs come to: a failure says more than a stop."""
    if any(run.status == "failed" for run in runs):
        return FAILED
    return INTERRUPTED if any(run.cut_short for run in runs) else FINISHED
