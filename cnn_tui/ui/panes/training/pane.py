"""The training pane: where a run is, how fast it goes, and its curves."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer

from cnn_tui.analysis.pace import knows_pace
from cnn_tui.artifacts.predictions import predictions_path
from cnn_tui.experiment.document import Document
from cnn_tui.reports.chart.choice import SMOOTHING, WHICH, ChartChoice
from cnn_tui.reports.chart.curves import metrics_of
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.chart.chart import Chart, kind_of
from cnn_tui.ui.chart.legend import legend, overlay_legend, readings
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.panes.training.labelled import OfDataset, OfRun
from cnn_tui.ui.panes.training.pictures import TrainingPictures
from cnn_tui.ui.panes.training.run_status import LEGEND_LINES, RunStatus
from cnn_tui.ui.panes.training.runs_shown import RunsShown
from cnn_tui.ui.watcher import Live, Watched
from cnn_tui.ui.widgets.layout import Part

REDRAW_SECONDS = 0.5
"""Figures that change by the batch are shown anew twice a second; what changes less often, at once."""
_MOST = 4
"""But so many times in a second at most: a slow line carries no more."""
_LEAST_CHART = 7
"""Rows that curves keep, however much there is to say."""


class TrainingPane(Pane):
    """Says and draws what is recorded of the runs on show; its keys choose the runs and what of them is seen."""

    scope: ClassVar[str] = "training"
    title: ClassVar[str] = "Training"
    number: ClassVar[int] = 3
    BINDINGS = bindings_of("training")

    def __init__(self, live: Live, document: Document) -> None:
        super().__init__()
        self.live = live
        self.document = document
        self._pictures = TrainingPictures(id="pictures")
        self.choice = ChartChoice()
        self.runs = RunsShown(live, self.choice)
        self._drawn: deque[float] = deque([0.0], maxlen=_MOST)
        """When it was drawn the last few times."""
        self._state: object = None
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield RunStatus(self.live, id="standing")
        with Horizontal(id="curves", classes="-first"):
            yield Chart(id="chart")
            yield self._pictures

    def on_resize(self, _: Resize) -> None:
        self._share_room()

    # What is shown

    def refresh_view(self) -> None:
        """Show what was recorded: at once what the run does, its counters and curves twice a second."""
        shown = self.runs.watched
        state = (shown and shown.id, shown and _state(shown), self.live.watched and _state(self.live.watched))
        now = time.monotonic()
        wait = 0.0 if state != self._state else self._drawn[-1] + REDRAW_SECONDS - now
        if len(self._drawn) == _MOST:
            wait = max(wait, self._drawn[0] + 1 - now)
        if wait <= 0:
            self._state = state
            self.show_now()
        elif self._later is None or state != self._state:
            self._state = state
            self._put_off(wait)

    def _put_off(self, seconds: float) -> None:
        if self._later:
            self._later.stop()
        self._later = self.set_timer(seconds, self.show_now)

    def show_now(self) -> None:
        if self._later:
            self._later.stop()
            self._later = None
        self._drawn.append(time.monotonic())
        self.runs.read()
        shown = self.runs.recorded
        if shown:
            self.runs.keep_crosshair()
        self._show_words()
        self.query_one(Chart).show(self.runs.picture())
        self.say(str(shown.run.environment.get("device", "")) if shown else "")
        self.show_pictures()

    def show_pictures(self) -> None:
        """Show the dataset under edit before the first run, then what the run on show took test images for."""
        shown, pictures = self.runs.recorded, self._pictures
        if shown is None:
            pictures.show(self._dataset())
        elif shown.run.live or self.runs.several or not predictions_path(shown.run.id).exists():
            pictures.show(None)
        else:
            pictures.show(OfRun(shown.run.id))
        self._share_room()

    def follow_document(self) -> None:
        """Another dataset has other pictures."""
        if self.runs.recorded is None and self._pictures.subject != self._dataset():
            self.show_pictures()

    def _dataset(self) -> OfDataset | None:
        experiment = self.document.experiment
        return OfDataset(experiment.dataset, experiment.data_options) if experiment.dataset else None

    def on_training_pictures_came(self) -> None:
        self._share_room()

    def _show_words(self) -> None:
        status, choice = self.query_one(RunStatus), self.choice
        status.shown, status.among = self.runs.watched, len(self.runs.overlaid)
        status.stands_for = self.runs.stands_for
        shown, several, behind = self.runs.recorded, self.runs.several, self.runs.behind
        names = self.runs.names

        def parts(width: int) -> Sequence[Part]:
            if shown is None:
                return ()
            if several:
                which = key_of("training.series")
                return overlay_legend(
                    several, choice, status.style, width, LEGEND_LINES, names, kind_of(self.app), which
                )
            words = legend if choice.crosshair is None else readings
            return words(shown, choice, behind, status.style)

        status.legend = parts
        self._share_room()
        status.redraw()

    def _share_room(self) -> None:
        """The words may take what a chart without curves does not need."""
        width, height = self.content_size
        status, pictures, first = self.query_one(RunStatus), self._pictures, not self.runs.recorded
        status.display = not first
        self.query_one("#curves").set_class(first, "-first")
        if height:
            chart = _LEAST_CHART if self.runs.crosshair_places() else 1
            rows = status.take_room(width, height - chart)
            pictures.take_room(width, height - rows, first=first)

    def overlay(self, rows: Sequence[Sequence[int]]) -> None:
        """Lay the curves of runs over each other, of several in one row their mean; with none, go back to one run."""
        self.runs.overlay(rows)
        self.show_now()

    def choose(self, watched: Watched, of: int = 1) -> None:
        """Show a run that was chosen elsewhere; it stands for `of` runs of one experiment."""
        self.runs.choose(watched, of)
        self.show_now()

    def follow(self) -> None:
        """Show the live run, or the latest one, and then whichever is trained next."""
        self.choice.crosshair = None
        self.runs.let_go()
        self.show_now()

    # The keys

    def step_back(self) -> bool:
        """Let go of the crosshair, else of the overlay or the earlier run."""
        if self.choice.crosshair is not None:
            self.choice.crosshair = None
        elif not self.runs.let_go():
            return False
        self.show_now()
        return True

    def action_next_metric(self) -> None:
        shown = self.runs.recorded
        names = metrics_of(shown.run) if shown else ("loss",)
        now = self.choice.metric
        self.choice.metric = names[(names.index(now) + 1) % len(names)] if now in names else names[0]
        self.show_now()

    def action_next_series(self) -> None:
        self.choice.which = WHICH[(WHICH.index(self.choice.which) + 1) % len(WHICH)]
        self.show_now()

    def action_move_crosshair(self, by: int) -> None:
        """To the next epoch or, in the first one, the next reading; past the end lets go of it."""
        places = self.runs.crosshair_places()
        if not places:
            self.app.notify("There is nothing to read off yet.", timeout=2)
            return
        at = self.choice.crosshair
        if at is None:
            self.choice.crosshair = places[-1] if by < 0 else places[0]
        else:
            beyond = [one for one in places if (one > at if by > 0 else one < at)]
            self.choice.crosshair = (beyond[0] if by > 0 else beyond[-1]) if beyond else None
        if self.choice.crosshair is not None:
            self.choice.zoom.reveal(self.choice.crosshair, *self.runs.extent())
        self.show_now()

    def on_chart_clicked(self, message: Chart.Clicked) -> None:
        """Read off the epoch that is nearest to the click."""
        message.stop()
        self.choice.crosshair = message.epoch
        self.runs.keep_crosshair()
        self.show_now()

    def action_zoom_epochs(self, by: int) -> None:
        """Fewer epochs on the axis, more, or with 0 all."""
        if by == 0:
            self.choice.zoom.show_all()
        elif not self.choice.zoom.step(by, self.runs.extent()[0], self.choice.crosshair):
            self.app.notify("One epoch fills the chart." if by > 0 else "All epochs are shown.", timeout=2)
        self.show_now()

    def action_toggle_log(self) -> None:
        self.choice.log = not self.choice.log
        self.show_now()

    def action_next_smoothing(self) -> None:
        self.choice.smoothing = SMOOTHING[(SMOOTHING.index(self.choice.smoothing) + 1) % len(SMOOTHING)]
        self.show_now()

    def action_toggle_baseline(self) -> None:
        self.choice.baseline = not self.choice.baseline
        self.runs.read_baseline()
        shown, baseline = self.runs.watched, self.runs.baseline
        if self.choice.baseline and baseline is None:
            self.choice.baseline = False
            self.app.notify(
                f"There is no baseline: {key_of('history.baseline')} in the history makes a run the baseline."
            )
        elif self.choice.baseline and shown and baseline and baseline.id == shown.id:
            self.app.notify(f"Run {shown.id} is the baseline itself: its curve comes behind those of other runs.")
        self.show_now()

    def action_show_run(self, by: int) -> None:
        """An earlier run (-1) or a later one (1)."""
        if why_not := self.runs.step(by):
            self.app.notify(why_not, timeout=2)
        self.show_now()


def _state(watched: Watched) -> object:
    """What of a run is shown as soon as it changes.

    What a run does before its first step follows too quickly to be read: it does not take the place of that.
    """
    run, now = watched.run, watched.progress
    if run is None:
        return None
    doing = (now.phase, now.epoch, knows_pace(run, now)) if now.step else ()
    return run.status, run.wish, len(run.epochs), doing
