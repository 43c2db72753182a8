"""What the lab does with searches: it shows them, begins one of the editor's experiment, stops one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.search_space import parse_space
from cnn_tui.history.history import History
from cnn_tui.history.searches import Search, SearchPlan
from cnn_tui.jobs.grid import MOST_RUNS
from cnn_tui.jobs.search.begin_search import (
    AT_ONCE_ELSEWHERE,
    USUAL_TRIALS,
    begun,
    check_metric,
    to_vary,
    with_images_to_choose_by,
)
from cnn_tui.jobs.search.searching import stop_search
from cnn_tui.jobs.search.suggestions import obstacle
from cnn_tui.text import sentence
from cnn_tui.ui import dialogs, screens
from cnn_tui.ui.commands.runs import LabCommands
from cnn_tui.ui.keys import key_of


@dataclass(eq=False)
class SearchCommands(LabCommands):
    """Show searches, begin them and stop them."""

    show_run: Callable[[int, Sequence[int]], Awaitable[None]]
    """Shows the page of one of several runs."""
    load: Callable[[int], None]
    """Puts the experiment of a run into the editor."""

    async def open(self) -> None:
        """Show the newest search, and load what it is left for."""
        screen = screens.search.SearchScreen(self.live, self.show_run, self.begin, self.stop)
        wanted = await self.talk.ask(screen)
        if wanted is not None:
            self.load(wanted)

    async def begin(self, like: Search | None) -> None:
        """Ask for a search of the editor's experiment, filled in `like` another one, and begin it."""
        if why := obstacle():
            self.talk.say(f"Not started. {sentence(why)}", "error")
            return
        if self.refuses():
            return
        plan = await self.talk.ask(dialogs.search_form.SearchForm(self._typed_before(like), self._plan))
        if plan is None:
            return
        held_out = with_images_to_choose_by(self.document.named)[1]

        def kept(made: tuple[Search, str]) -> None:
            search, words = made
            self.launcher.wake()
            self.live.read()
            said = sentence(words) if words else f"Search {search.id} begins; {key_of('search.stop')} stops it."
            self.talk.say(f"{said} {sentence(held_out)}" if held_out else said)

        self.writer.write("a search", lambda history: begun(history, plan), kept)

    def stop(self, search: Search) -> None:
        """End a search for now; what it trains is asked to stop, what has ended stays."""
        if search.status != "going":
            self.talk.say(f"Search {search.id} does not go on.")
            return

        def stopped(history: History) -> list[int]:
            return stop_search(history, search)

        def kept(_: list[int]) -> None:
            self.launcher.wake()
            self.live.read()
            again = f"{key_of('search.begin')} with the same goes on with it"
            self.talk.say(f"Search {search.id} stops, and the trials that have ended stay; {again}.")

        self.writer.write(f"that search {search.id} stops", stopped, kept)

    # Inside

    def _typed_before(self, like: Search | None) -> tuple[str, str, str, str]:
        if like is None:
            return "\n".join(to_vary(self.document.experiment)), str(USUAL_TRIALS), "val_accuracy", "no"
        plan = like.plan
        return "\n".join(plan.vary), str(plan.trials), plan.metric, "yes" if plan.prune else "no"

    def _plan(self, vary: str, trials: str, metric: str, prune: str) -> SearchPlan:
        """The plan that was typed. Raises ValueError with the sentence that the command line has for it."""
        experiment = with_images_to_choose_by(self.document.named)[0]
        lines = tuple(line.strip() for line in vary.splitlines() if line.strip())
        if not lines:
            raise ValueError("Say what may vary: a key and its values on each line, as layers[0].filters=16,32,64.")
        parse_space(lines, experiment)
        check_metric(experiment, metric.strip())
        number, word = trials.strip(), prune.strip().lower()
        if not (number.isascii() and number.isdigit() and len(number) < 10 and 1 <= int(number) <= MOST_RUNS):
            raise ValueError(f"trials must be a whole number from 1 to {MOST_RUNS}, not {found(number)}")
        if word not in ("yes", "no"):
            raise ValueError(f"prune must be yes or no, not {found(word)}")
        history = self.history
        return SearchPlan(
            experiment,
            lines,
            metric.strip(),
            int(number),
            word == "yes",
            at_once=1 if history.place == "here" else AT_ONCE_ELSEWHERE,
            device=history.device,
            place=history.place,
            job_options=dict(history.job_options),
        )
