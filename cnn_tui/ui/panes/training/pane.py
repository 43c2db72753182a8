"""The training pane: where a run is, how fast it goes, and its curves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.events import Resize
from textual.timer import Timer

from cnn_tui.history.notebook import pinned
from cnn_tui.history.run import Run
from cnn_tui.ui.chart.axes import XY
from cnn_tui.ui.chart.chart import Chart
from cnn_tui.ui.chart.compose import SMOOTHING, WHICH, ChartChoice, Recorded, epochs_of, overlay_of, picture_of, places
from cnn_tui.ui.chart.curves import Curve, metrics_of, word
from cnn_tui.ui.chart.legend import legend, overlay_legend, readings
from cnn_tui.ui.chart.picture import ChartPicture
from cnn_tui.ui.keys import bindings_of, key_of
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.panes.training.run_status import LEGEND_LINES, RunStatus
from cnn_tui.ui.watcher import Live, Watched
from cnn_tui.ui.widgets.layout import Part

REDRAW_SECONDS = 0.5
"""Figures that change by the batch are shown anew twice a second; what changes less often, at once."""
_LEAST_CHART = 7
"""Rows that curves keep, however much there is to say."""


class TrainingPane(Pane):
    """Shows the run that `live` watches, an earlier one, or several over each other."""

    scope: ClassVar[str] = "training"
    title: ClassVar[str] = "Training"
    number: ClassVar[int] = 3
    BINDINGS = bindings_of("training")

    def __init__(self, live: Live) -> None:
        super().__init__()
        self.live = live
        self.choice = ChartChoice()
        self._chosen: Watched | None = None
        self._baseline: Watched | None = None
        self._overlaid: dict[int, Watched] = {}
        self._places: dict[int, int] = {}
        self._drawn = 0.0
        self._state: object = None
        self._later: Timer | None = None

    def compose(self) -> ComposeResult:
        yield RunStatus(self.live, id="standing")
        yield Chart(id="chart")

    def on_resize(self, _: Resize) -> None:
        """Words take other lines at another width."""
        self._share_room()

    @property
    def shown(self) -> Watched | None:
        """The run that the words are about."""
        return self._chosen or self.live.watched

    # What is shown

    def refresh_view(self) -> None:
        """Show what was recorded: at once what the run does, its counters and curves twice a second."""
        shown = self.shown
        state = (shown and shown.id, shown and _state(shown), self.live.watched and _state(self.live.watched))
        wait = self._drawn + REDRAW_SECONDS - time.monotonic()
        if wait <= 0 or state != self._state:
            self._state = state
            self.show_now()
        elif self._later is None:
            self._later = self.set_timer(wait, self.show_now)

    def show_now(self) -> None:
        if self._later:
            self._later.stop()
            self._later = None
        self._drawn = time.monotonic()
        if self._chosen:
            self._chosen.read()
        for one in self._overlaid.values():
            one.read_unless_ended()
        self._read_baseline()
        shown = self._recorded(self.shown)
        if shown:
            self._keep_crosshair()
        self._show_words(shown)
        self.query_one(Chart).show(self._picture(shown))
        self.say(str(shown.run.environment.get("device", "")) if shown else "")

    def overlay(self, run_ids: Sequence[int]) -> None:
        """Lay the curves of these runs over each other; with none, go back to one run.

        A run keeps its letter and colour while others come and go.
        """
        history = self.live.history
        self._overlaid = {one: self._overlaid.get(one) or Watched(history, one) for one in run_ids}
        for one in self._overlaid.values():
            one.read_unless_ended()
        self._overlaid = {one: watched for one, watched in self._overlaid.items() if watched.run}
        self._places = places(list(self._overlaid), self._places)
        self._chosen = next(reversed(self._overlaid.values()), None)
        self.show_now()

    def step_back(self) -> bool:
        """Let go of the crosshair, else of the overlay, else go back to the live run."""
        if self.choice.crosshair is not None:
            self.choice.crosshair = None
        elif self._overlaid:
            self._overlaid, self._chosen = {}, None
        elif self._chosen:
            self._chosen = None
        else:
            return False
        self.show_now()
        return True

    # The keys

    def action_next_metric(self) -> None:
        shown = self._recorded(self.shown)
        names = metrics_of(shown.run) if shown else ("loss",)
        now = self.choice.metric
        self.choice.metric = names[(names.index(now) + 1) % len(names)] if now in names else names[0]
        self.show_now()

    def action_next_series(self) -> None:
        self.choice.which = WHICH[(WHICH.index(self.choice.which) + 1) % len(WHICH)]
        self.show_now()

    def action_move_crosshair(self, by: int) -> None:
        """To the next epoch or, in the first one, the next reading; past the end lets go of it."""
        positions = self._positions()
        if not positions:
            self.app.notify("There is nothing to read off yet.", timeout=2)
            return
        at = self.choice.crosshair
        if at is None:
            self.choice.crosshair = positions[-1] if by < 0 else positions[0]
        else:
            beyond = [one for one in positions if (one > at if by > 0 else one < at)]
            self.choice.crosshair = (beyond[0] if by > 0 else beyond[-1]) if beyond else None
        if self.choice.crosshair is not None:
            self.choice.zoom.reveal(self.choice.crosshair, *self._extent())
        self.show_now()

    def action_zoom_epochs(self, by: int) -> None:
        """Fewer epochs on the axis, more, or with 0 all."""
        if by == 0:
            self.choice.zoom.show_all()
        elif not self.choice.zoom.step(by, *self._extent(), self.choice.crosshair):
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
        self._read_baseline()
        shown = self.shown
        if self.choice.baseline and self._baseline is None:
            self.choice.baseline = False
            self.app.notify(
                f"There is no baseline: {key_of('history.baseline')} in the history makes a run the baseline."
            )
        elif self.choice.baseline and shown and self._baseline and self._baseline.id == shown.id:
            self.app.notify(f"Run {shown.id} is the baseline itself: its curve comes behind those of other runs.")
        self.show_now()

    def action_show_run(self, by: int) -> None:
        """An earlier run (-1) or a later one (1); past the last one, the live run again."""
        shown = self.shown
        if shown is None:
            self.app.notify("No run is recorded yet.", timeout=2)
        elif self._overlaid:
            ids = list(self._overlaid)
            self._chosen = self._overlaid[ids[(ids.index(shown.id) + by) % len(ids)]]
        else:
            self._show_neighbour(shown.id, by)
        self.show_now()

    # Inside

    def _show_neighbour(self, run_id: int, by: int) -> None:
        found = self.live.history.neighbour(run_id, by)
        live = self.live.watched.id if self.live.watched else None
        if found and found.id != live:
            self._chosen = Watched(self.live.history, found.id)
        elif found or (self._chosen and by > 0):
            self._chosen = None
        else:
            self.app.notify("That is the first run." if by < 0 else "That is the latest run.", timeout=2)

    def _recorded(self, watched: Watched | None) -> Recorded | None:
        return Recorded(watched.run, watched.points) if watched and watched.run else None

    def _several(self) -> list[tuple[Recorded, int]]:
        found = ((self._recorded(one), self._places.get(one.id)) for one in self._overlaid.values())
        return [(one, place) for one, place in found if one and place is not None]

    def _behind(self) -> Recorded | None:
        """The baseline, where it is wanted and is another run."""
        shown = self.shown
        if not self.choice.baseline or self._overlaid or shown is None or self._baseline is None:
            return None
        return self._recorded(self._baseline) if self._baseline.id != shown.id else None

    def _read_baseline(self) -> None:
        run_id = pinned(self.live.history) if self.choice.baseline else None
        if run_id is None:
            self._baseline = None
        elif self._baseline is None or self._baseline.id != run_id:
            self._baseline = Watched(self.live.history, run_id)
        if self._baseline:
            self._baseline.read_unless_ended()
            if self._baseline.run is None:
                self._baseline = None

    def _picture(self, shown: Recorded | None) -> ChartPicture:
        if shown is None:
            return ChartPicture(empty=f"The curves of a run come here. {key_of('run.start')} trains the stack.")
        empty = _without_points(shown.run, self.choice)
        several = self._several()
        if several:
            return overlay_of(several, self.choice, shown.run.id, empty)
        return picture_of(shown, self.choice, self._behind(), empty)

    def _show_words(self, shown: Recorded | None) -> None:
        standing = self.query_one(RunStatus)
        standing.shown, standing.among = self.shown, len(self._overlaid)
        several, behind, choice = self._several(), self._behind(), self.choice

        def parts(width: int) -> Sequence[Part]:
            if shown is None:
                return ()
            if several:
                return overlay_legend(several, choice, standing.style, width, LEGEND_LINES)
            words = legend if choice.crosshair is None else readings
            return words(shown, choice, behind, standing.style)

        standing.legend = parts
        self._share_room()
        standing.redraw()

    def _share_room(self) -> None:
        """The words may take what a chart without curves does not need."""
        width, height = self.content_size
        if height:
            chart = _LEAST_CHART if self._positions() else 1
            self.query_one(RunStatus).take_room(width, height - chart)

    def _curves(self) -> list[Curve]:
        shown = self._recorded(self.shown)
        several = [one for one, _ in self._several()] or ([shown] if shown else [])
        behind = self._behind()
        return [self.choice.curve_of(one) for one in (*several, *([behind] if behind else []))]

    def _positions(self) -> list[float]:
        """Where the crosshair can be: at the ends of epochs, while there are none at readings."""
        curves = self._curves()
        ends: list[XY] = [point for one in curves for point in (*one.epochs, *one.validation)]
        return sorted({x for x, _ in ends or [point for one in curves for point in one.readings]})

    def _extent(self) -> tuple[int, float]:
        """How many epochs there are, and how far the curves of the run shown go."""
        shown = self._recorded(self.shown)
        runs = [one.run for one, _ in self._several()] or ([shown.run] if shown else [])
        end = max((one.end for one in self._curves()), default=0.0)
        return (epochs_of(*runs) if runs else 1), end

    def _keep_crosshair(self) -> None:
        """Put it on what there is now: other runs have other epochs, and readings give way to the first epoch."""
        if (at := self.choice.crosshair) is None:
            return
        positions = self._positions()
        if at not in positions:
            self.choice.crosshair = min(positions, key=lambda one: abs(one - at)) if positions else None


def _state(watched: Watched) -> object:
    """What of a run is shown as soon as it changes."""
    run, now = watched.run, watched.progress
    return run and (run.status, run.wish, len(run.epochs), now.phase, now.epoch)


def _without_points(run: Run, choice: ChartChoice) -> str:
    """What the chart says while there is no point."""
    if choice.which == "validation" and run.experiment.training.validation == "none":
        return f"This run has no validation images: {key_of('training.series')} shows its training."
    if run.live:
        return "The first readings come in a moment." if run.epochs or choice.sees("train") else "No epoch is done yet."
    if run.epochs and choice.metric_of(run) not in run.epochs[-1].metrics:
        return f"This run recorded no {word(choice.metric_of(run))}."
    return "This run recorded no epoch."
