"""The log pane: what TensorFlow and the training process printed, and below it what the machine is doing."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Focus, Hide, Resize, Show
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Input

from cnn_tui.home import log_path, worker_log_path
from cnn_tui.jobs.sensors import MachineReading
from cnn_tui.ui.bindings import bindings_of
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.pane import Pane
from cnn_tui.ui.watcher import Live
from cnn_tui.ui.widgets.lines import Lines
from cnn_tui.ui.widgets.log_view import LogView
from cnn_tui.ui.widgets.machine_view import MachineView, SensorsLike
from cnn_tui.ui.widgets.prompt import PromptField

_LOOK_SECONDS = 0.25
_SENSE_SECONDS = 2.0


class LogPane(Pane):
    """Shows the log of the run that `live` watches. It looks at files and machine only while it is on the screen."""

    scope: ClassVar[str] = "log"
    title: ClassVar[str] = "Log and GPU"
    number: ClassVar[int] = 6
    BINDINGS = bindings_of("log", "pane")

    class Sensed(Message):
        def __init__(self, reading: MachineReading) -> None:
            super().__init__()
            self.reading = reading

    def __init__(self, live: Live, sensors: SensorsLike) -> None:
        super().__init__()
        self.live = live
        self.sensors = sensors
        self._clocks: list[Timer] = []
        self._shown = False
        self._sensing = False
        self._before: tuple[bool, int, str] = (True, 0, "")

    def compose(self) -> ComposeResult:
        yield LogView(id="log-view")
        with Horizontal(id="log-foot"):
            words = f"search; {key_of('field.accept')} keeps it, {key_of('field.leave')} goes back"
            yield PromptField(words, id="log-search")
            yield LogStatus(id="log-standing")
        yield MachineView(id="machine")

    def on_mount(self) -> None:
        """Nothing is looked at until the pane is shown."""
        look = self.set_interval(_LOOK_SECONDS, self.view.look, pause=True)
        self._clocks = [look, self.set_interval(_SENSE_SECONDS, self._sense, pause=True)]

    def on_focus(self, _: Focus) -> None:
        """Have the right log before the pane is on the screen: the next keys may be here sooner."""
        self._show_log()

    def on_show(self, _: Show) -> None:
        """Look again, at once and from now on."""
        self._shown = True
        self.refresh_view()
        self.view.look()
        self._sense()
        for timer in self._clocks:
            timer.resume()

    def on_hide(self, _: Hide) -> None:
        """Nobody sees it: look at nothing."""
        self._shown = False
        for timer in self._clocks:
            timer.pause()
        self.sensors.close()

    def on_unmount(self) -> None:
        """Let the process that asks the GPU driver go."""
        self.sensors.close()

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)

    def refresh_view(self) -> None:
        if self._shown:
            self._show_log()

    def _show_log(self) -> None:
        run = self.live.run
        if run is None:
            self.say("the worker")
            empty = f"What TensorFlow prints while a run trains comes here. {key_of('run.start')} trains the stack."
            self.view.show(worker_log_path(), empty)
            return
        self.say(f"run {run.id}")
        path = log_path(run.id)
        if run.status == "queued":
            empty = f"Run {run.id} waits for its turn; its log begins with it."
        elif run.live:
            empty = f"Run {run.id} has printed nothing yet."
        elif path.exists():
            empty = f"Run {run.id} printed nothing."
        else:
            empty = f"There is no log of run {run.id}: {path} is not there."
        self.view.show(path, empty)
        machine = self.query_one(MachineView)
        machine.show(machine.reading, run)

    def step_back(self) -> bool:
        """Esc ends a search first."""
        if self.view.search is None:
            return False
        self.view.seek("", 0)
        return True

    # The keys

    def action_toggle_follow(self) -> None:
        self.view.toggle_follow()

    def action_start_search(self) -> None:
        """Ask for a word; what has it is shown while it is typed."""
        view = self.view
        self._before = (view.follow, view.top, view.search.word if view.search else "")
        line = self.query_one(PromptField)
        line.value = ""
        line.add_class("-open")
        self.screen.set_focus(line)

    def action_next_hit(self, by: int) -> None:
        if self.view.search is None:
            self.notify(f"{key_of('log.search')} looks for a word first.", timeout=2)
        self.view.next_hit(by)

    def action_move_device(self, by: int) -> None:
        self.query_one(MachineView).move_device(by)

    # The search line

    def on_input_changed(self, event: Input.Changed) -> None:
        """Go to the first line that has the word, from where the search began."""
        event.stop()
        if self.query_one(PromptField).has_class("-open"):
            self.view.seek(event.value, self._before[1])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Keep what is found; an empty line asks for the word before."""
        event.stop()
        if not event.value and self._before[2]:
            self.view.seek(self._before[2], self._before[1])
        self.screen.set_focus(self)

    def on_prompt_field_left(self, message: PromptField.Left) -> None:
        """Go back to where the search began."""
        message.stop()
        view = self.view
        view.seek("", 0)
        view.follow, view.top = self._before[:2]
        view.redraw()
        self.query_one(LogStatus).show(view.standing())
        self.screen.set_focus(self)

    def on_descendant_blur(self) -> None:
        self.query_one(PromptField).remove_class("-open")

    # What comes from the view and the machine

    def on_log_view_changed(self, message: LogView.Changed) -> None:
        message.stop()
        self.query_one(LogStatus).show(self.view.standing())

    def on_log_pane_sensed(self, message: Sensed) -> None:
        message.stop()
        machine = self.query_one(MachineView)
        machine.show(message.reading, self.live.run)
        self._fit(machine)

    def on_resize(self, _: Resize) -> None:
        """The log has more of the room than the machine."""
        self._fit(self.query_one(MachineView))

    def _fit(self, machine: MachineView) -> None:
        rows = max(3, min(machine.rows, self.size.height // 2))
        if machine.styles.height is None or machine.styles.height.value != rows:
            machine.styles.height = rows

    def _sense(self) -> None:
        if not self._sensing:  # a driver that hangs is not asked twice
            self._sensing = True
            self._read_machine()

    @work(thread=True, exit_on_error=False, group="machine")
    def _read_machine(self) -> None:
        try:
            self.post_message(self.Sensed(self.sensors.read()))
        finally:
            self._sensing = False


class LogStatus(Lines):
    """One line about the log's window."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words = Text()

    def show(self, words: Text) -> None:
        self._words = words
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        words = self._words.copy()
        words.truncate(width, overflow="ellipsis")
        return [Text(" " * (width - words.cell_len)) + words]
