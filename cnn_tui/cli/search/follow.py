"""Follows a search to its end, by what the worker and the training processes write into the history."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from typing import Any

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.search.trials import SearchTrial, is_maximized, trials_of
from cnn_tui.cli.progress import LinePart, Reporter, progress_parts
from cnn_tui.cli.running.follow import Interrupts, ahead_of
from cnn_tui.cli.runs import listed
from cnn_tui.cli.streams import UserError, is_terminal
from cnn_tui.experiment.search_space import Dimension
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.history.searches import AS_IT_WAS, Search, search_of
from cnn_tui.jobs.launch import WorkerCare
from cnn_tui.jobs.search.searching import stop_search
from cnn_tui.reports.search_words import came_to, values_in_words
from cnn_tui.text import counted, quiet

_LOOK_SECONDS = 0.25


class SearchFollower:
    """Tells of a search while it goes on."""

    def __init__(self, history: History, interrupts: Interrupts, search: Search, space: Sequence[Dimension]) -> None:
        self._history, self._interrupts, self._search, self._space = history, interrupts, search, space
        self._out = Reporter(sys.stderr, is_terminal(sys.stderr))
        self._told: set[int] = set()
        self._waited: set[int] = set()
        self._outline: tuple[Any, ...] = ()
        self._every: list[SearchTrial] = []
        self._best: float | None = None
        self._stopping = False
        self._care = WorkerCare(history)

    def follow(self) -> bool:
        """Tell of the search until it has ended; False when the user stopped or left it before."""
        self._begin()
        seen = -1
        try:
            while True:
                version = self._history.data_version()
                if version != seen or self._care.look():
                    seen = version
                    if self._ended():
                        return not self._stopping
                if not self._heed_interrupts():
                    return False
                time.sleep(_LOOK_SECONDS)
        finally:
            self._out.clear()

    def _begin(self) -> None:
        plan = self._search.plan
        keys = ", ".join(str(one) for one in self._space)
        self._out.line(f"search {self._search.id} of {quiet(plan.experiment.name)}: {quiet(keys, 400)}")
        best = f"the best {plan.candidates}" if plan.candidates > 1 else "the best"
        then = f"{best} and the experiment as it was are then judged again on {plan.repeats} fresh seeds"
        self._out.line(f"{counted(plan.trials, 'trial')}, chosen by {plan.metric}; {then}")

    def _ended(self) -> bool:
        """Tell what is new; says whether the search has ended, and all that it trained."""
        search = search_of(self._history, self._search.id)
        if search is None:
            raise UserError(f"search {self._search.id} is gone from the history")
        outline = (search.status, *self._history.outline())
        if outline != self._outline:  # an epoch, a run: not each batch
            self._outline, self._every = outline, trials_of(self._history, search)
        every = self._every
        for one in every:
            if one.standing != "going" and one.number not in self._told:
                self._told.add(one.number)
                self._out.line(self._line(one))
        going = [one for one in every if one.standing == "going"]
        if going and going[0].run is not None:
            self._tell_of_the_wait(going[0].run)
            head = self._place(going[0], every)
            self._out.bar([head, *progress_parts(going[0].run, self._history.progress(going[0].run.id))])
        return search.status != "going" and not going

    def _tell_of_the_wait(self, run: Run) -> None:
        """Once for a run: behind which others it waits, that are none of the search's."""
        if run.status != "queued" or run.id in self._waited:
            return
        own = {one.run.id for one in self._every if one.run is not None}
        if others := [item.line.id for item in ahead_of(run.id, Estimator(self._history)) if item.line.id not in own]:
            self._waited.add(run.id)
            self._out.line(f"run {run.id} waits in the queue behind {listed(others)}")

    def _line(self, trial: SearchTrial) -> str:
        metric = self._search.plan.metric
        run = "" if trial.run is None else f" (run {trial.run.id})"
        if trial.repeats is not None:
            what = "the experiment as it was" if trial.repeats == AS_IT_WAS else f"trial {trial.repeats}"
            seed = "" if trial.run is None else f" with seed {trial.run.seed}"
            return f"{what} again{seed}{run}: {came_to(trial, metric)}"
        words = quiet(values_in_words(self._space, trial.values), 400)
        return f"trial {trial.number}{run}: {words}: {came_to(trial, metric)}{self._so_far(trial.figure)}"

    def _so_far(self, figure: float | None) -> str:
        if figure is None:
            return ""
        maximize = is_maximized(self._search.plan.metric)
        if self._best is not None and (figure <= self._best if maximize else figure >= self._best):
            return ""
        first, self._best = self._best is None, figure
        return "" if first else ", the best so far"

    def _place(self, trial: SearchTrial, every: Sequence[SearchTrial]) -> LinePart:
        plan = self._search.plan
        if trial.repeats is not None:
            return 0, "judged again"
        trained = sum(one.repeats is None and one.run is not None for one in every)
        return 0, f"trial {trained} of {plan.trials}"

    def _heed_interrupts(self) -> bool:
        """False when the user leaves at once."""
        if self._interrupts.count > 1:
            self._out.line("left; the same command goes on with the search")
            return False
        if self._interrupts.count and not self._stopping:
            self._stopping = True
            live = stop_search(self._history, self._search)
            asked = f"; asked {listed(live)} to stop" if live else ""
            self._out.line(f"search {self._search.id} is stopped{asked}. The same command goes on with it")
            self._out.line("ctrl+c again leaves at once; a search that shall go on without you starts with --detach")
        return True
