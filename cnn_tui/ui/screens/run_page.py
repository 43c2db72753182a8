"""A run's page: what came of it, how, and what to try next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar, Literal, NamedTuple

from rich.text import Text
from textual import work

from cnn_tui.analysis.overfitting import read_run
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.reports.blocks import NO_CURVES, Block, Page
from cnn_tui.reports.chart.choice import ChartChoice, Recorded
from cnn_tui.reports.chart.compose import picture_of
from cnn_tui.reports.chart.curves import metrics_of
from cnn_tui.reports.run_facts import RunFacts, read_facts
from cnn_tui.reports.run_page import run_page
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.chart.legend import legend
from cnn_tui.ui.commands.run_editor import RunEditor
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.screens.long_page import LongPage
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.watcher import Live, Watched
from cnn_tui.ui.widgets.layout import flow
from cnn_tui.ui.widgets.page_view import PageView

_CHART_ROWS = 12


class Wanted(NamedTuple):
    """What the page was left for: to load an experiment, to resume the run, to compare it or to look into it."""

    what: Literal["load", "resume", "compare", "explain"]
    run: int
    experiment: Experiment | None = None
    words: str = ""
    """What the experiment is, for a sentence."""


class RunScreen(LongPage[Wanted | None]):
    """Gives what is wanted of the lab, or None when it was just left."""

    scope: ClassVar[str] = "page"
    BINDINGS = bindings_of("page", "pane")

    def __init__(self, live: Live, editor: RunEditor, run_id: int, among: Sequence[int] = ()) -> None:
        """`among` are the runs of the table that it was opened from, in their order."""
        super().__init__(live)
        self.editor = editor
        self.choice = ChartChoice()
        self._watched = Watched(live.history, run_id)
        self._among = list(among) or [run_id]
        self._facts: RunFacts | None = None
        self._page = Page("", ())

    @property
    def run_id(self) -> int:
        return self._watched.id

    @property
    def goes_on(self) -> bool:
        return self._facts is not None and self._facts.run.live

    def read(self) -> None:
        self._watched.read()
        run, events = self._watched.run, self._watched.events
        self._facts = read_facts(self.history, run, events, self._facts) if run else None
        self._page = run_page(self._facts) if self._facts else Page(f"There is no run {self.run_id}", ())
        self.entitle(self._page.title)

    def build(self, width: int) -> Iterable[Block]:
        return self._page.blocks

    def draw_curves(self, view: PageView, width: int) -> Sequence[Text]:
        """The run's curves and what their signs mean."""
        if self._facts is None or not (self._facts.run.epochs or self._watched.points):
            return [Text(NO_CURVES, view.style("dim"))]
        recorded = Recorded(self._facts.run, self._watched.points)
        picture = picture_of(recorded, self.choice, empty="No value of it was recorded.")
        signs = flow(legend(recorded, self.choice, None, view.style), width, 2)
        return [*view.chart(picture, width, _CHART_ROWS), *signs]

    # The keys

    def action_next_metric(self) -> None:
        """Loss, accuracy, what else is measured, seconds an epoch."""
        if self._facts:
            names = metrics_of(self._facts.run)
            now = self.choice.metric_of(self._facts.run)
            self.choice.metric = names[(names.index(now) + 1) % len(names)]
            self.page.rebuild()

    def action_show_neighbour(self, by: int) -> None:
        at = self._among.index(self.run_id) + by if self.run_id in self._among else 0
        if not 0 <= at < len(self._among):
            self.notify("That is the last run of the table." if by > 0 else "That is the first run.", timeout=2)
            return
        self._watched, self._facts = Watched(self.history, self._among[at]), None
        self.page.top = 0
        self.reload()

    def action_take_suggestion(self) -> None:
        found = read_run(self._facts.run) if self._facts else None
        suggestion = found[1] if found else None
        if suggestion is None:
            self.notify("The curves of this run suggest no next experiment.", timeout=3)
        else:
            words = f"Run {self.run_id}'s experiment, changed ({suggestion.label}),"
            self.dismiss(Wanted("load", self.run_id, suggestion.experiment, words))

    def action_load_run(self) -> None:
        if self._facts and not self._facts.run.has_experiment:
            self.notify(f"The experiment of run {self.run_id} cannot be read.", severity="error")
        elif self._facts:
            words = f"Run {self.run_id}'s experiment"
            self.dismiss(Wanted("load", self.run_id, self._facts.run.experiment, words))

    def action_resume_run(self) -> None:
        self.dismiss(Wanted("resume", self.run_id))

    def action_explain_run(self) -> None:
        self.dismiss(Wanted("explain", self.run_id))

    def action_compare_run(self) -> None:
        if self._facts and self._facts.against:
            self.dismiss(Wanted("compare", self.run_id))
        else:
            self.notify(
                f"There is no other run to compare with: {key_of('history.baseline')} in the history "
                "makes one the baseline.",
                timeout=4,
            )

    @work(group=DIALOG)
    async def action_edit_note(self) -> None:
        await self.editor.edit_note(self.run_id, self.reload)

    @work(group=DIALOG)
    async def action_edit_tags(self) -> None:
        await self.editor.edit_tags([self.run_id], self.reload)

    @work(group=DIALOG)
    async def action_rename_run(self) -> None:
        await self.editor.rename(self.run_id, self.reload)

    def action_toggle_baseline(self) -> None:
        self.editor.toggle_baseline(self.run_id, self.reload)

    def action_undo_edit(self) -> None:
        """Take back what was written about runs."""
        if not self.editor.undo_list.undo(self.reload):
            self.notify("Nothing was written about runs.", timeout=2)
