"""What the lab does with runs: it starts them, repeats them, stops and pauses them, opens the queue."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.pace import in_words
from cnn_tui.data.dataset import DatasetError
from cnn_tui.data.labels import odd_numbers
from cnn_tui.data.npz_file import unused_in_words
from cnn_tui.data.pictures.left_out import sentence_of
from cnn_tui.exercises.runs import TrainingOrder, assign
from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history import same_network
from cnn_tui.history.elsewhere.cluster_jobs import wants_worker
from cnn_tui.history.history import History
from cnn_tui.history.run import Line, Run, Wish
from cnn_tui.jobs.grid import listed_seeds, repeated
from cnn_tui.text import quiet, sentence
from cnn_tui.ui import dialogs, screens
from cnn_tui.ui.dialogs.dialog import Conversation, Said
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.untrainable import why_untrainable
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.machine_view import SensorsLike

_RECORDED_BY = 4
"""At the look of this number, the end of a run whose process is gone is shown though it could not be recorded."""
_WISHES: dict[Wish, str] = {"": "goes on", "pause": "pauses", "prune": "is pruned", "stop": "stops", "now": "ends now"}


class QueueKeeper(Protocol):
    """Where queued runs are executed. `cnn_tui.jobs.launch` is the real one."""

    def wake(self) -> None:
        """See to it that somebody takes the queued runs."""

    def recover(self, history: History) -> list[int]:
        """Find the runs whose process is gone and record that."""

    def is_gone(self, line: Line) -> bool:
        """Whether the process of a run that is trained is gone."""


@dataclass(eq=False)
class Launcher:
    """Sees to it that queued runs are trained, and says who else uses the card."""

    talk: Conversation
    live: Live
    keeper: QueueKeeper
    sensors: SensorsLike
    _looks: int = 0
    """So many times in a row the process of a run was found to be gone."""

    def look(self) -> None:
        """Look whether the runs that are trained still are; costs nothing while there is none."""
        if not any(map(self.keeper.is_gone, self.live.trained)):
            self._looks = 0
            return
        self._looks += 1
        history = self.live.history
        if self._looks == 1 and not history.store.read_only:
            self.recover()
        elif self._looks >= _RECORDED_BY or history.store.read_only:
            history.show_gone()
            self.live.read()

    def recover(self) -> None:
        """Record which runs have lost their process, and go on with the queue."""

        def work() -> None:
            with History(self.live.history.path) as history:
                self.keeper.recover(history)
                waiting = wants_worker(history)
            try:
                self.keeper.wake()
            except OSError:  # where nothing can be written, there is nothing to be trained either
                if waiting:
                    raise

        self.talk.beside(work)

    def wake(self) -> None:
        """See to it that somebody takes the queued runs, and ends those that are to end."""
        self.talk.beside(self.keeper.wake)

    def queued(self) -> None:
        """Runs were added to the queue."""
        self.wake()
        self.talk.beside(self._warning)
        self.live.read()

    def _warning(self) -> Said | None:
        """Who else uses the card that the run would be given now."""
        history = self.live.history
        warning = self.sensors.warning(history.device) if history.device != "cpu" and history.place == "here" else ""
        return Said(warning, "warning") if warning else None


@dataclass(eq=False)
class LabCommands:
    """What the commands that start runs, look at them and bring their experiments into the editor are given."""

    talk: Conversation
    live: Live
    document: Document
    launcher: Launcher
    writer: HistoryWriter

    @property
    def history(self) -> History:
        """Where the runs are recorded."""
        return self.live.history

    def refuses(self) -> bool:
        """Whether the editor's experiment cannot be trained; that is said."""
        if why := why_untrainable(self.document):
            self.talk.say(f"Not started. {why}", "error")
        return bool(why)


@dataclass(eq=False)
class RunCommands(LabCommands):
    """Start runs and end them."""

    claims: Callable[[], TrainingOrder | None]
    """Gives the exercise that runs of the editor's experiment are for."""
    show_run: Callable[[int, Sequence[int]], Awaitable[None]]
    """Shows the page of one of several runs."""
    watch_live: Callable[[], None]
    """Has the training pane show the live run again."""

    def start(self) -> None:
        """Queue the experiment as it stands, unless it has a problem."""
        if self.refuses():
            return
        same, left_out = self._same_as(self.document.experiment), self._left_out()

        def kept(ids: Sequence[int]) -> None:
            self.launcher.queued()
            self.watch_live()
            ahead = self.live.waiting - 1 + (self.live.going is not None)
            # With nothing before it, it may be training before these words are read.
            does = f"is queued: {ahead} {'run is' if ahead == 1 else 'runs are'} before it" if ahead > 0 else "starts"
            self.talk.say(f"Run {ids[0]} {does}.{same}{left_out}")

        self._queue("a run in the queue", [self.document.named], kept)

    def start_other(self, experiment: Experiment) -> None:
        """Queue a run of an experiment that is not the editor's."""

        def kept(run_id: int) -> None:
            self.launcher.queued()
            self.talk.say(
                f"Run {run_id} is queued: {quiet(experiment.name)}. For a verdict, repeat it, and the run that it is "
                f"held against: {key_of('history.load')} in the history loads an experiment, {key_of('run.repeat')} "
                "repeats it."
            )

        self.writer.write("a run without marked images in the queue", lambda history: history.add(experiment), kept)

    async def repeat(self) -> None:
        if self.refuses():
            return
        experiment, queued, left_out = self.document.named, list[Experiment](), self._left_out()

        def accept(typed: str) -> None:
            queued[:] = repeated(experiment, dialogs.ask.seeds_typed(typed, least=2), self.history)

        hint = _repeat_hint(experiment, Estimator(self.history).of(experiment).seconds)
        usual = str(dialogs.ask.USUAL_SEEDS)
        if await self.talk.ask(dialogs.ask.AskScreen("Over how many seeds?", usual, accept, hint)) is None:
            return

        def kept(ids: Sequence[int]) -> None:
            self.launcher.queued()
            when, shows = Estimator(self.history).outlook().words(), f"{key_of('queue.open')} shows the queue."
            self.talk.say(f"{len(ids)} runs are queued, {listed_seeds(queued)}. {when} {shows}{left_out}")

        self._queue(f"{len(queued)} runs in the queue", queued, kept)

    async def open_queue(self) -> None:
        await self.talk.ask(screens.queue.QueueScreen(self.live, self.writer, self.show_run))

    def stop(self) -> None:
        """Ask the run to stop, and the second time to end now; one that only waits leaves the queue."""
        run = self._expected(self.live.run)
        if run is None or not run.live:
            self.talk.say("Nothing is being trained.")
            return
        now = run.wish in ("stop", "now")
        if run.status == "queued":
            words = f"Run {run.id} left the queue."
        elif now:
            words = f"Run {run.id} ends now; its last checkpoint is kept, nothing more is saved or evaluated."
        else:
            words = f"Run {run.id} stops after this batch; it is kept and evaluated. "
            words += f"{key_of('run.stop')} again ends it now."
        self._ask(run, "now" if now else "stop", words)

    def pause(self) -> None:
        run = self._expected(self.live.going)
        if run is None:
            self.talk.say("Nothing is being trained.")
        elif run.wish in ("prune", "stop", "now"):
            self.talk.say(f"Run {run.id} is stopping already.")
        else:
            pausing = run.wish != "pause"
            goes_on = f"pauses; {key_of('run.pause')} resumes it" if pausing else "goes on"
            self._ask(run, "pause" if pausing else "", f"Run {run.id} {goes_on}.")

    def _ask(self, run: Run, wish: Wish, words: str) -> None:
        """Ask something of a run, and say so once it is asked."""

        def kept(_: None) -> None:
            self.live.read()
            if wish == "now" or run.executor != "here":
                self.launcher.wake()  # the worker sees to it that it ends, even if it hangs, and passes it on to a job
            self.talk.say(words)

        what = f"the wish that run {run.id} {_WISHES[wish]}"
        self.writer.write(what, lambda history: history.ask(run.id, wish), kept, subject=run.id, leaves={"wish": wish})

    def _expected(self, run: Run | None) -> Run | None:
        """A run with the wish that is asked of it once all is written."""
        return None if run is None else self.writer.expected(run.id, run)

    def _queue(self, what: str, experiments: Sequence[Experiment], kept: Callable[[Sequence[int]], None]) -> None:
        """Queue runs of the editor's experiment."""
        order = self.claims()

        def write(history: History) -> list[int]:
            ids = [history.add(one) for one in experiments]
            if order is not None:
                for one in ids:
                    assign(history, one, order.place, order.exercise)
            return ids

        self.writer.write(what, write, kept)

    def _left_out(self) -> str:
        """What to say of files and images that are not used and of odd labels, as far as they are known; or nothing."""
        dataset = self.document.view.dataset
        odd = odd_numbers(dataset.unused, dataset.classes, dataset.is_table)
        said = (sentence_of(dataset.left_out), unused_in_words(dataset), odd and sentence(odd))
        return "".join(f" {words}" for words in said if words)

    def _same_as(self, experiment: Experiment) -> str:
        """What to say when an experiment is queued: ` Same network as run 4.`, or nothing."""
        try:
            words = same_network.in_words(same_network.same_network(self.history, experiment))
        except DatasetError:
            return ""
        return f" {sentence(words)}" if words else ""


def _repeat_hint(experiment: Experiment, seconds: float | None) -> str:
    first = experiment.training.seed
    which = f"The seeds are {first} and those after it." if first is not None else "Seeds not used yet are taken."
    takes = f" A run takes about {in_words(seconds)}." if seconds is not None else ""
    return f"The same experiment, another seed each: how far its figures can be trusted. {which}{takes}"
