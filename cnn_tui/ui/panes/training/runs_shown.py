"""Which runs the training pane shows, and what of them is on its chart."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.analysis.run_names import names_of_runs
from cnn_tui.history.notebook import pinned
from cnn_tui.history.run import Run
from cnn_tui.reports.chart.axes import XY
from cnn_tui.reports.chart.choice import ChartChoice, Recorded, epochs_of
from cnn_tui.reports.chart.compose import overlay_of, picture_of, places
from cnn_tui.reports.chart.curves import Curve, MeanOfRuns, word
from cnn_tui.reports.chart.picture import ChartPicture
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.watcher import Live, Watched


class RunsShown:
    """The run that `live` watches, an earlier one, or several over each other; the baseline behind, where wanted."""

    def __init__(self, live: Live, choice: ChartChoice) -> None:
        self.live, self.choice = live, choice
        self.overlaid: dict[int, Watched] = {}
        self._means: dict[int, MeanOfRuns] = {}
        """Of an overlaid run that stands for several of one experiment: all of them."""
        self.baseline: Watched | None = None
        self._chosen: Watched | None = None
        """The run to show in place of the one that `live` watches."""
        self.stands_for = 1
        """Of how many runs of one experiment it is the one nearest to their mean."""
        self._places: dict[int, int] = {}

    @property
    def watched(self) -> Watched | None:
        """The run that the words are about."""
        return self._chosen or self.live.watched

    @property
    def recorded(self) -> Recorded | None:
        """What is recorded of that run."""
        return _recorded(self.watched)

    @property
    def several(self) -> list[tuple[Recorded, int]]:
        """The overlaid runs, each with its place among the colours and patterns."""
        found = ((_recorded(one, self._means.get(one.id)), self._places.get(one.id)) for one in self.overlaid.values())
        return [(one, place) for one, place in found if one and place is not None]

    @property
    def names(self) -> list[str]:
        """What the overlaid runs are called, in their order."""
        return names_of_runs([one.run for one, _ in self.several])

    @property
    def behind(self) -> Recorded | None:
        """The baseline, where it is wanted and is another run."""
        shown = self.watched
        if not self.choice.baseline or self.overlaid or shown is None or self.baseline is None:
            return None
        return _recorded(self.baseline) if self.baseline.id != shown.id else None

    def read(self) -> None:
        """Read what is recorded by now; what `live` watches is read by `live`."""
        if self._chosen:
            self._chosen.read()
        for one in self.overlaid.values():
            one.read_unless_ended()
        self.read_baseline()

    def read_baseline(self) -> None:
        run_id = pinned(self.live.history) if self.choice.baseline else None
        if run_id is None:
            self.baseline = None
        elif self.baseline is None or self.baseline.id != run_id:
            self.baseline = Watched(self.live.history, run_id)
        if self.baseline:
            self.baseline.read_unless_ended()
            if self.baseline.run is None:
                self.baseline = None

    # Which runs

    def overlay(self, rows: Sequence[Sequence[int]]) -> None:
        """Lay these runs over each other, each with its old line and colour; with none, go back to one run.

        Several in one row are of one experiment, and have ended: they are shown as their mean.
        """
        history = self.live.history
        self._means = {row[0]: MeanOfRuns(history.runs_of(row)) for row in rows if len(row) > 1}
        self.overlaid = {row[0]: self.overlaid.get(row[0]) or Watched(history, row[0]) for row in rows}
        for one in self.overlaid.values():
            one.read_unless_ended()
        self.overlaid = {one: watched for one, watched in self.overlaid.items() if watched.run}
        self._places = places(list(self.overlaid), self._places)
        self._chosen = next(reversed(self.overlaid.values()), None)

    def choose(self, watched: Watched, of: int = 1) -> None:
        """Show a run that was read, which stands for `of` runs of one experiment. Overlaid runs stay what they are."""
        if self.overlaid:
            self._chosen = self.overlaid.get(watched.id, self._chosen)
            return
        live = self.live.watched.id if self.live.watched else None
        self._chosen, self.stands_for = (watched, of) if watched.id != live else (None, 1)

    def let_go(self) -> bool:
        """Go back to what `live` watches; False where that is shown."""
        gone = bool(self.overlaid or self._chosen)
        self.overlaid, self._chosen, self.stands_for = {}, None, 1
        return gone

    def step(self, by: int) -> str:
        """An earlier run (-1) or a later one (1), past the last one what `live` watches; else why not."""
        shown = self.watched
        if shown is None:
            return "No run is recorded yet."
        if self.overlaid:
            ids = list(self.overlaid)
            self._chosen = self.overlaid[ids[(ids.index(shown.id) + by) % len(ids)]]
            return ""
        self.stands_for = 1
        found = self.live.history.neighbour(shown.id, by)
        live = self.live.watched.id if self.live.watched else None
        if found and found.id != live:
            self._chosen = Watched(self.live.history, found.id)
        elif found or (self._chosen and by > 0):
            self._chosen = None
        else:
            return "That is the first run." if by < 0 else "That is the latest run."
        return ""

    # What is on the chart

    def picture(self) -> ChartPicture:
        shown, several = self.recorded, self.several
        if shown is None:
            return ChartPicture(empty=f"The curves of a run come here. {key_of('run.start')} trains the stack.")
        empty = _without_points(shown.run, self.choice)
        if several:
            return overlay_of(several, self.choice, shown.run.id, empty, self.names)
        return picture_of(shown, self.choice, self.behind, empty)

    def crosshair_places(self) -> list[float]:
        """Where the crosshair can be: at the ends of epochs, while there are none at readings."""
        curves = self._curves()
        ends: list[XY] = [point for one in curves for point in (*one.epochs, *one.validation)]
        return sorted({x for x, _ in ends or [point for one in curves for point in one.readings]})

    def keep_crosshair(self) -> None:
        """Put it on what there is now: other runs have other epochs, and readings give way to the first epoch."""
        at = self.choice.crosshair
        if at is not None and at not in (found := self.crosshair_places()):
            self.choice.crosshair = min(found, key=lambda one: abs(one - at)) if found else None

    def extent(self) -> tuple[int, float]:
        """How many epochs there are, and how far the curves of the run shown go."""
        shown = self.recorded
        runs = [run for one, _ in self.several for run in one.runs] or ([shown.run] if shown else [])
        end = max((one.end for one in self._curves()), default=0.0)
        return (epochs_of(*runs) if runs else 1), end

    def _curves(self) -> list[Curve]:
        shown, behind = self.recorded, self.behind
        front = [one for one, _ in self.several] or ([shown] if shown else [])
        return [self.choice.curve_of(one) for one in (*front, *([behind] if behind else []))]


def _recorded(watched: Watched | None, mean: MeanOfRuns | None = None) -> Recorded | None:
    if watched is None or watched.run is None:
        return None
    return Recorded(watched.run, watched.points, watched.progress, mean)


def _without_points(run: Run, choice: ChartChoice) -> str:
    """What the chart says while there is no point."""
    if choice.which == "validation" and run.experiment.training.validation == "none":
        return f"This run has no validation images: {key_of('training.series')} shows its training."
    if run.live:
        return "The first readings come in a moment." if run.epochs or choice.sees("train") else "No epoch is done yet."
    if run.epochs and choice.metric_of(run) not in run.epochs[-1].metrics:
        return f"This run recorded no {word(choice.metric_of(run))}."
    if run.status == "finished" and run.experiment.epochs == 0:
        return "No epoch was asked for: what this run starts from was tested as it is."
    return "This run recorded no epoch."
