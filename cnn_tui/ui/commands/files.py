"""Experiments in and out of the lab: opened, saved, copied, exported."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cnn_tui.data.dataset import DatasetError
from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import to_toml
from cnn_tui.home import home, remedy, typed_path
from cnn_tui.network.diff import describe
from cnn_tui.network.summary import summary_lines
from cnn_tui.text import cause_of, sentence
from cnn_tui.ui import commands, dialogs
from cnn_tui.ui.dialogs.dialog import Conversation, Said
from cnn_tui.ui.keys import key_of, keys_of
from cnn_tui.ui.panes.history.pane import HistoryPane
from cnn_tui.ui.panes.stack.pane import StackPane
from cnn_tui.ui.widgets.lines import inert

_ENDINGS = {"code": ".py", "notebook": ".ipynb", "experiment": ".toml"}
_LAYER = "the layer under the cursor"
_MOST_COMMENTS = 1_000  # lines


@dataclass(eq=False)
class FileCommands:
    """What the lab does with files and the clipboard."""

    talk: Conversation
    document: Document
    stack: StackPane
    runs: HistoryPane
    show: Callable[[], None]
    """Shows the document as it is now."""
    copied: Callable[[], tuple[str, str] | None]
    """Gives the row of the pane in focus: what it is, in words, and its text."""
    places: Callable[[], Sequence[SetPlace]]
    """Gives the sets of exercises that a report is on."""
    _told_trouble: bool = False
    """Whether it was said that edits are kept in memory only."""

    def put_into_editor(self, experiment: Experiment, path: Path | None, exercise: str = "", head: str = "") -> bool:
        """Edit this experiment from now on; says why where it cannot be, and then gives False.

        `head` are the comments that its file is to begin with, where it was made of a model's file.
        """
        try:
            self.document.open(experiment, path, exercise, head)
        except (DatasetError, ExperimentError) as error:
            self.talk.say(str(error), "error")
            return False
        self.stack.rows.cursor = 0
        self.show()
        return True

    async def open(self) -> None:
        """Choose an experiment, or a file that a model is read from, and put it into the editor."""
        name = await self.talk.ask(commands.open_file.open_screen())
        if name is None:
            return
        if commands.open_file.is_model(name):
            await commands.model_file.open_model(
                self.talk, lambda made, head: self.put_into_editor(made, None, head=head), Path(name)
            )
            return
        try:
            experiment, path = commands.open_file.load(name)
        except (ExperimentError, DatasetError) as error:
            self.talk.say(inert(str(error)), "error")
            return
        if self.put_into_editor(experiment, path):
            self.talk.say(f"{inert(name)} is in the editor; {key_of('edit.undo')} brings back what was there.")

    def tell_trouble(self) -> None:
        """Say once that edits are kept in memory only; again, where they were kept on disk in between."""
        trouble = self.document.trouble
        if trouble is not None and not self._told_trouble:
            why = f"{cause_of(trouble)}{remedy(trouble)}"
            words = (
                f"The edits cannot be kept on disk: {why}. The lab has them until it is left, and tries again; "
                f"{key_of('file.save_as')} saves the experiment elsewhere."
            )
            self.talk.say(words, "warning", 10)
        self._told_trouble = trouble is not None

    async def save(self) -> None:
        """Save to the experiment's file, or ask for a name."""
        await self._save(self.document.path)

    async def save_as(self) -> None:
        await self._save(None)

    async def _save(self, path: Path | None) -> None:
        text = self._head() + to_toml(self.document.experiment)
        if path is None:
            path = await self._ask_path("Save the experiment as", ".toml", text)
            said = None if path is None else _saved_to(path)
        else:
            said = saved(path, text)
        if said is not None:
            if said.severity == "information":
                self.document.mark_saved(path)
                self.show()
            self.talk.say(*said)

    def _head(self) -> str:
        """The comments at the head of its file stay; where it has none yet, what an import said of it."""
        if self.document.path is not None:
            return comments_of(self.document.path)
        origin, head = self.document.imported or (None, "")
        return f"{head}\n" if origin == self.document.origin else ""

    async def copy(self) -> None:
        """Copy something to the terminal's clipboard (OSC 52), and to a file for terminals that have none."""
        row = self.copied()
        named = {key.id: key.help for key in keys_of("copy")} | {"copy.row": row[0] if row else _LAYER}
        what = await self.talk.ask(dialogs.ask.CopyMenu("Copy", named))
        if what is not None:
            text = row[1] if row and what == "row" else self._text_of(what)
            self.talk.copy(text)
            path = home() / "copied.txt"
            try:
                write(path, text)
                also = f"also in {path}"
            except OSError as error:
                also = f"only by the terminal: {_unwritten(path, error)}"
            self.talk.say(f"Copied {named[f'copy.{what}']}; {also}.")

    async def export(self) -> None:
        what = await self.talk.ask(dialogs.ask.ExportMenu("Export to a file"))
        if what == "report":
            await commands.lab_report.write_report(self.talk, self.runs.history, self.runs.listing.query, self.places())
        elif what is not None:
            path = await self._ask_path("Export to", _ENDINGS[what], self._text_of(what))
            if path is not None:
                self.talk.say(*_saved_to(path))

    async def _ask_path(self, title: str, suffix: str, text: str) -> Path | None:
        """Ask for a new file and write it; the box stays until it is written, or left."""
        first = suggested_name(self.document.experiment, suffix)

        def accept(typed: str) -> Path:
            path = new_file(typed, suffix)
            try:
                write(path, text)
            except OSError as error:
                raise ValueError(f"{sentence(_unwritten(path, error))} Another place may do.") from None
            return path

        answer = await self.talk.ask(dialogs.ask.AskScreen(title, first, accept, f"A file that ends in {suffix}."))
        return Path(str(answer[0])) if answer is not None else None

    def _text_of(self, what: str) -> str:
        """What is copied or exported, as text."""
        if what == "notebook":
            from cnn_tui.keras_io.script.notebook import keras_notebook  # only here

            return keras_notebook(self.document.experiment)
        if what == "code":
            from cnn_tui.keras_io.script.write import keras_script  # only here

            return keras_script(self.document.experiment)
        if what == "experiment":
            return to_toml(self.document.experiment)
        if what == "summary":
            return "\n".join(summary_lines(self.document.view.summary)) + "\n"
        layers, cursor = self.document.view.stack.layers, self.stack.rows.cursor
        return describe(layers[cursor]) if cursor < len(layers) else ""


def comments_of(path: Path) -> str:
    """The comments that an experiment file begins with; "" where it has none, or is gone."""
    try:
        with path.open(encoding="utf-8") as lines:
            return "".join(
                itertools.takewhile(lambda line: line.startswith("#"), itertools.islice(lines, _MOST_COMMENTS))
            )
    except (OSError, UnicodeDecodeError):
        return ""


def saved(path: Path, text: str) -> Said:
    """Write a file whole or not at all, and say how it went."""
    try:
        write(path, text)
    except OSError as error:
        return Said(f"Not saved: {_unwritten(path, error)}.", "error")
    return _saved_to(path)


def _saved_to(path: Path) -> Said:
    return Said(f"Saved to {inert(str(path))}.")


def _unwritten(path: Path, error: OSError) -> str:
    return f"{inert(str(path))} cannot be written: {cause_of(error)}{remedy(error)}"


def suggested_name(experiment: Experiment, suffix: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", experiment.name.lower()).strip("-")
    return f"{slug[:60] or 'experiment'}{suffix}"


def new_file(text: str, suffix: str) -> Path:
    """The path that was typed. Raises ValueError when it cannot be a new file of that kind."""
    path = typed_path(text)
    if path.suffix != suffix:
        raise ValueError(f"The name must end in {suffix}.")
    if path.exists():
        raise ValueError(f"{path} exists already; choose another name.")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"There is no folder {path.parent}.")
    return path


def write(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
