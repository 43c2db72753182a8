"""What the lab does with runs: start them, repeat them, stop and pause them, open the queue."""

from __future__ import annotations

from typing import Protocol

from textual import work

from cnn_tui.analysis.estimates import Estimator
from cnn_tui.analysis.pace import in_words
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.history.history import History
from cnn_tui.jobs.grid import listed_seeds, repeated
from cnn_tui.text import sentence
from cnn_tui.ui.commands.exercise_actions import ExerciseActions
from cnn_tui.ui.commands.history_actions import HistoryActions
from cnn_tui.ui.dialogs.ask import USUAL_SEEDS, AskScreen, seeds_typed
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.screens.queue import QueueScreen
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.machine_view import SensorsLike


class QueueKeeper(Protocol):
    """Where queued runs are executed. `cnn_tui.jobs.launch` is the real one."""

    def wake(self) -> None:
        """See to it that somebody takes the queued runs."""

    def recover(self, history: History) -> list[int]:
        """Find the runs whose process is gone and record that."""


class RunActions(ExerciseActions, HistoryActions):
    """The keys that start runs and end them."""

    trainer: QueueKeeper
    sensors: SensorsLike
    live: Live

    def _show_runs(self) -> None:
        """Show what came of the runs."""
        raise NotImplementedError

    def action_start_run(self) -> None:
        """Queue the experiment as it stands, unless it has a problem."""
        if self._refuses():
            return
        same = self.same_as(self.document.experiment)
        run_id = self.history.add(self.document.experiment)
        self._count_for_exercise([run_id])
        self._queued()
        ahead = self.live.waiting - 1 + (self.live.going is not None)
        self.notify(f"Run {run_id} is queued.{same}" + (f" {ahead} before it." if ahead > 0 else ""))

    @work(group=DIALOG)
    async def action_repeat_run(self) -> None:
        """Queue the experiment over several seeds."""
        if self._refuses():
            return
        experiment = self.document.experiment

        def accept(typed: str) -> list[Experiment]:
            return repeated(experiment, seeds_typed(typed, least=2), self.history)

        hint = _repeat_hint(experiment, Estimator(self.history).of(experiment).seconds)
        answer = await self.app.push_screen_wait(AskScreen("Over how many seeds?", str(USUAL_SEEDS), accept, hint))
        if answer is None:
            return
        wanted = answer[0]
        assert isinstance(wanted, list)
        with self.history.transaction():
            self._count_for_exercise([self.history.add(one) for one in wanted])
        self._queued()
        when = Estimator(self.history).outlook().words()
        self.notify(
            f"{len(wanted)} runs are queued, {listed_seeds(wanted)}. {when} {key_of('queue.open')} shows the queue."
        )

    @work(group=DIALOG)
    async def action_open_queue(self) -> None:
        """What is trained and what waits."""
        await self.app.push_screen_wait(QueueScreen(self.history, self._read_now, self.show_run))

    def action_stop_run(self) -> None:
        """Ask the run to stop, and the second time to end now; one that only waits leaves the queue."""
        run = self.live.run
        if run is None or not run.live:
            self.notify("Nothing is being trained.")
            return
        now = run.wish in ("stop", "now")
        self.history.ask(run.id, "now" if now else "stop")
        self._read_now()
        if run.status == "queued":
            self.notify(f"Run {run.id} left the queue.")
        elif now:
            self._wake()  # the worker sees to it that it ends, even if it hangs
            self.notify(f"Run {run.id} ends now; its last checkpoint is kept, nothing more is saved or evaluated.")
        else:
            self.notify(
                f"Run {run.id} stops after this batch; it is kept and evaluated. {key_of('run.stop')} "
                "again ends it now."
            )

    def action_pause_run(self) -> None:
        """Pause the run, or let it go on."""
        run = self.live.going
        if run is None:
            self.notify("Nothing is being trained.")
            return
        if run.wish in ("stop", "now"):
            self.notify(f"Run {run.id} is stopping already.")
            return
        pausing = run.wish != "pause"
        self.history.ask(run.id, "pause" if pausing else "")
        self._read_now()
        self.notify(f"Run {run.id} pauses; {key_of('run.pause')} resumes it." if pausing else f"Run {run.id} goes on.")

    def _refuses(self) -> bool:
        problems = self.document.view.problems
        if problems:
            where = f"Layer {problems[0].layer}: " if problems[0].layer else ""
            fix = f" {key_of('stack.fix')} fixes it." if problems[0].fixes else ""
            words = sentence(f"{where}{problems[0].message}")
            self.notify(f"Not started. {words}{fix}", severity="error", markup=False)
        return bool(problems)

    def _queued(self) -> None:
        self._wake()
        self._warn_of_others()
        self._read_now()

    @work(thread=True, exit_on_error=False)
    def _wake(self) -> None:
        self.trainer.wake()

    @work(thread=True, exit_on_error=False)
    def _warn_of_others(self) -> None:
        """Say who else uses the card that the run would be given now."""
        if self.history.device != "cpu" and (warning := self.sensors.warning()):
            self.app.call_from_thread(self.notify, warning, severity="warning", markup=False)

    @work(thread=True, exit_on_error=False)
    def _start_trainer(self) -> None:
        with History(self.history.path) as history:
            self.trainer.recover(history)
        self.trainer.wake()

    def _read_now(self) -> None:
        self.live.read()
        self._show_runs()


def _repeat_hint(experiment: Experiment, seconds: float | None) -> str:
    first = experiment.training.seed
    which = f"The seeds are {first} and those after it." if first is not None else "Seeds not used yet are taken."
    takes = f" A run takes about {in_words(seconds)}." if seconds is not None else ""
    return f"The same experiment, another seed each: how far its figures can be trusted. {which}{takes}"
