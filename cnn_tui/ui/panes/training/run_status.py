"""Where a run stands, in a few lines of words and numbers. Their places stay, so that few cells change."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text

from cnn_tui.analysis.lost_number import LostNumber, lost_number
from cnn_tui.history.alive import elsewhere_in_words
from cnn_tui.history.ending import status_in_words
from cnn_tui.history.run import Run
from cnn_tui.reports.blocks import status_style
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.training.ended_status import EndedStatus
from cnn_tui.ui.panes.training.going_status import GoingStatus
from cnn_tui.ui.watcher import Live, Watched
from cnn_tui.ui.widgets.layout import GAP, Part, cut, fit, fits, flow, part, wrap
from cnn_tui.ui.widgets.lines import Lines, inert

LEGEND_LINES = 2
_MIDDLE = 3
_USUAL = 1 + _MIDDLE + LEGEND_LINES
"""The rows it has, unless the cause of a run's end takes more."""
_SHORTEST_NAME = 8
_WISHES = {
    "stop": ", stopping after this batch",
    "prune": ", pruned after this batch",
    "now": ", stopping now",
    "pause": ", pausing after this batch",
}

Legend = Callable[[int], Sequence[Part]]
"""The legend's parts for a width."""


class RunStatus(Lines):
    """Which run this is, what it does, how fast, how well; then the chart's legend."""

    def __init__(self, live: Live, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.live = live
        self.shown: Watched | None = None
        self.among = 0
        """How many runs are laid over each other, if any are."""
        self.stands_for = 1
        """Of how many runs of one experiment it is the one nearest to their mean."""
        self.legend: Legend = lambda width: ()

    @property
    def lost(self) -> LostNumber | None:
        """Since when the loss is no number."""
        shown = self.shown
        return lost_number(shown.run, shown.points, shown.progress) if shown and shown.run else None

    def take_room(self, width: int, most: int) -> int:
        """Take as many rows, up to `most`, as it needs to say why the run ended: what to do about it stands last.

        Gives the number of rows.
        """
        run = self.shown.run if self.shown else None
        why = EndedStatus(self.shown, run, self.lost, self.style).why() if self.shown and run and not run.live else ""
        cause = wrap(why, "", width, most) if width and most > 0 else ()
        rows = max(_USUAL, min(most, _USUAL + len(cause) - (_MIDDLE - 1)))
        if self.styles.height is None or self.styles.height.value != rows:
            self.styles.height = rows
        return rows

    def draw(self, width: int, height: int) -> list[Text]:
        """A title, three lines that depend on what the run does, the legend."""
        run = self.shown.run if self.shown else None
        if run is None or self.shown is None:
            return []
        lines = [self._title(run, width), *self._middle(self.shown, run, width, height)]
        lines += [Text()] * (1 + _MIDDLE - len(lines))
        room = max(1, height - len(lines))
        return [*lines[: height - 1], *flow(self.legend(width), width, room)]

    def _middle(self, watched: Watched, run: Run, width: int, height: int) -> list[Text]:
        if run.live:
            return GoingStatus(watched, run, self.live, self.lost, self.style).lines(width)
        more = max(0, height - _USUAL)
        return EndedStatus(watched, run, self.lost, self.style).lines(width, _MIDDLE - 1 + more)

    # The first line

    def _title(self, run: Run, width: int) -> Text:
        words = status_in_words(run.status, run.ending)
        style = self.style(status_style(run.status, run.ending))
        state = Text.assemble((f"run {run.id} ", self.style("strong")), (words, style))
        if run.live and run.status != "queued" and run.wish and (run.status, run.wish) != ("paused", "pause"):
            state.append(_WISHES[run.wish], self.style("warn"))
        after = self.shown.resumed_after if self.shown else None
        if after is not None and run.live and run.status != "queued":
            state.append(f", resumed after epoch {after}" if after else ", begun again", self.style("dim"))
        if self.lost is not None:
            state.append(f", {self.lost.metric} is nan", self.style("bad"))
        parts = [Part(0, state), *self._which(run)]
        if there := elsewhere_in_words(run):
            parts.append(part(1, inert(there), self.style("dim")))
        elsewhere = run.dataset != run.experiment.dataset
        if elsewhere:
            parts.append(part(0, f"on {inert(run.dataset)}", self.style("warn")))
        waits = self.live.waiting if run.status != "queued" else 0
        more = [part(0, f"{waits} waiting", self.style("dim"))] if waits else []
        more += [] if elsewhere else [part(0, f"on {inert(run.dataset)}", self.style("dim"))]
        name = Text(inert(run.name))
        # The name goes before what is told elsewhere too.
        while more and not fits([*parts, Part(0, name), *more], width, 1):
            more.pop()
        room = width - sum(part.text.cell_len + GAP for part in parts)
        return fit([*parts, *([Part(1, cut(name, room))] if room >= _SHORTEST_NAME else []), *more], width)

    def _which(self, run: Run) -> list[Part]:
        """Whether this is the live run, or one of several; if not, how to follow the live one."""
        going, newest = self.live.going, self.live.run
        if self.among:
            return [part(1, f"one of {self.among} overlaid", self.style("dim"))]
        stands = f"nearest to the mean of {self.stands_for}" if self.stands_for > 1 else ""
        parts = [part(1, stands, self.style("dim"))] if stands else []
        return [*parts, *self._follow(run, going, newest)]

    def _follow(self, run: Run, going: Run | None, newest: Run | None) -> list[Part]:
        key = key_of("run.follow")
        if going and going.id == run.id:
            # A pause is what the status says already.
            return [part(1, "live", self.style("accent"))] if run.status == "running" else []
        if newest and newest.id == run.id:
            return []
        if going:
            does = "paused" if going.status == "paused" else "training"
            words = f"run {going.id} is {does}"
            return [part(1, f"{words} ({key} follows it)", self.style("warn"), f"{key} follows run {going.id}")]
        if newest is None:
            return []
        words = "an earlier run" if run.id < newest.id else "a later run"
        follows = f"{key} shows run {newest.id}"
        return [part(1, f"{words} ({follows})", self.style("warn"), follows)]
