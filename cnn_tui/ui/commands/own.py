"""The user's own commands: a line of settings.toml that a shell runs, after it was shown what will run."""

from __future__ import annotations

import re
import shlex
import signal
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from textual.app import App, SuspendNotSupported

from cnn_tui.experiment.document import Document
from cnn_tui.experiment.file import to_toml
from cnn_tui.home import home, model_path, remedy
from cnn_tui.text import cause_of, quiet
from cnn_tui.ui.dialogs.dialog import Conversation, PickItem, PickScreen
from cnn_tui.ui.panes.history.pane import HistoryPane
from cnn_tui.ui.preferences import OwnCommand
from cnn_tui.ui.widgets.lines import inert

_PLACEHOLDER = re.compile(r"\{(run|model|experiment)\}")


class NothingToPutError(ValueError):
    """A placeholder for which there is nothing now; the message is a sentence."""


@dataclass(eq=False)
class OwnCommands:
    """Runs the commands of the settings: in the lab's terminal, which it has to itself until it has ended."""

    talk: Conversation
    document: Document
    runs: HistoryPane
    given: Sequence[OwnCommand]
    leave_terminal: Callable[[str], int | None]
    """Runs a command line in the terminal; gives its exit status, None where the terminal cannot be left."""

    async def run(self, number: int) -> None:
        """Show what the command of that number, counted from 1, will run; run it if that is wanted."""
        command = self.given[number - 1]
        try:
            line = self.filled(command.run)
        except NothingToPutError as error:
            self.talk.say(str(error), "warning")
            return
        run_it = PickItem("run", "run it", "in this terminal; the lab comes back when it has ended")
        items = (run_it, PickItem("leave", "leave it"))
        if await self.talk.ask(PickScreen(quiet(command.name, 60), items, hint=inert(line))) != "run":
            return
        status = self.leave_terminal(line)
        if status is None:
            self.talk.say("This terminal cannot be left for a command.", "error")
        else:
            ended = "has ended" if status == 0 else f"has ended with exit status {status}"
            self.talk.say(f"{quiet(command.name, 60)} {ended}.", "information" if status == 0 else "warning")

    def filled(self, line: str) -> str:
        """The line with what its placeholders stand for, quoted for a shell. Raises NothingToPutError."""
        return _PLACEHOLDER.sub(lambda found: shlex.quote(self._value(found[1])), line)

    def _value(self, name: str) -> str:
        if name == "experiment":
            return str(self._experiment())
        run = self.runs.current
        if run is None:
            raise NothingToPutError(f"{{{name}}} is the run under the history's cursor, and there is none yet.")
        if name == "run":
            return str(run)
        path = model_path(run)
        if not path.exists():
            raise NothingToPutError(f"Run {run} has no model: {path} is not there.")
        return str(path)

    def _experiment(self) -> Path:
        """A file with the experiment under edit: its own where all is saved, else one in the app's home."""
        if self.document.path is not None and not self.document.dirty:
            return self.document.path
        path = home() / "experiment-under-edit.toml"
        try:
            path.write_text(to_toml(self.document.experiment), encoding="utf-8")
        except OSError as error:
            raise NothingToPutError(f"{path} cannot be written: {cause_of(error)}{remedy(error)}") from None
        return path


def run_in_terminal(app: App[None], line: str) -> int | None:
    """Give the terminal to a shell that runs the line, until Enter is pressed after its end; gives its exit status.

    ctrl+c ends the command and not the lab. None where the terminal cannot be left.
    """
    try:
        with app.suspend():
            print(f"$ {inert(line)}\n", flush=True)
            status = _run(line)
            print(f"\n[exit status {status}] Enter goes back to the lab.", end="", flush=True)
            _wait_for_enter()
    except SuspendNotSupported:
        return None
    return status


def _run(line: str) -> int:
    # A handler of Python's is not handed on to the child, a signal that is ignored is: so ctrl+c ends the child alone,
    # and ctrl+z does nothing, as no shell could let either go on.
    interrupted = signal.signal(signal.SIGINT, lambda *_: None)
    stopped = signal.signal(signal.SIGTSTP, signal.SIG_IGN)
    try:
        return subprocess.run(line, shell=True, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, interrupted)
        signal.signal(signal.SIGTSTP, stopped)


def _wait_for_enter() -> None:
    try:
        input()
    except (EOFError, KeyboardInterrupt):
        print()
