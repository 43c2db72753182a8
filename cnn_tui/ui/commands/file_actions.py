"""The lab's keys that open, save, copy and export."""

from __future__ import annotations

import functools
from pathlib import Path

from textual import work
from textual.screen import Screen

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.document import Document
from cnn_tui.experiment.experiment import Experiment, ExperimentError, to_toml
from cnn_tui.ui.commands import copying, files
from cnn_tui.ui.dialogs.ask import AskScreen, CopyMenu, ExportMenu
from cnn_tui.ui.keys import key_of, keys_of
from cnn_tui.ui.panes.stack.pane import StackPane
from cnn_tui.ui.typeahead import DIALOG
from cnn_tui.ui.widgets.lines import inert


class FileActions(Screen[None]):
    """What the lab does with files and the clipboard. The lab itself shows what came of it."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self.document = document

    def _show_document(self) -> None:
        raise NotImplementedError

    def _copied(self) -> tuple[str, str] | None:
        """The row of the pane in focus in words, and its text; None for the layer under the stack's cursor."""
        raise NotImplementedError

    async def export_report(self) -> None:
        """Write a lab report to a new file. For workers."""
        raise NotImplementedError

    @property
    def _cursor(self) -> int:
        return self.query_one(StackPane).rows.cursor

    @_cursor.setter
    def _cursor(self, row: int) -> None:
        self.query_one(StackPane).rows.cursor = row

    @work(group=DIALOG)
    async def action_open_preset(self) -> None:
        """Choose an experiment and put it into the editor."""
        name = await self.app.push_screen_wait(files.open_screen())
        if name is None:
            return
        try:
            experiment, path = files.load(name)
        except (ExperimentError, DatasetError) as error:
            self.notify(inert(str(error)), severity="error", markup=False)
            return
        if self._open(experiment, path):
            self.notify(
                f"{inert(name)} is in the editor; {key_of('edit.undo')} brings back what was there.", markup=False
            )

    @work(group=DIALOG)
    async def action_save_experiment(self) -> None:
        """Save to the experiment's file, or ask for a name."""
        path = self.document.path or await self._ask_path("Save the experiment as", ".toml")
        if path is not None:
            self._write(path, to_toml(self.document.experiment), saved=True)

    @work(group=DIALOG)
    async def action_save_experiment_as(self) -> None:
        """Save to another file."""
        path = await self._ask_path("Save the experiment as", ".toml")
        if path is not None:
            self._write(path, to_toml(self.document.experiment), saved=True)

    @work(group=DIALOG)
    async def action_open_copy_menu(self) -> None:
        """Copy something to the clipboard."""
        row = self._copied()
        named = {key.id: key.help for key in keys_of("copy")} | {"copy.row": row[0] if row else copying.LAYER}
        what = await self.app.push_screen_wait(CopyMenu("Copy", named))
        if what is not None:
            text = row[1] if row and what == "row" else copying.text_of(what, self.document, self._cursor)
            path = copying.copy(self.app, text)
            also = f"; also in {path}" if path else ""
            self.notify(f"Copied {named[f'copy.{what}']}{also}.", markup=False)

    @work(group=DIALOG)
    async def action_open_export_menu(self) -> None:
        """Write something to a file."""
        what = await self.app.push_screen_wait(ExportMenu("Export to a file"))
        if what == "report":
            await self.export_report()
        elif what is not None:
            path = await self._ask_path("Export to", ".py" if what == "code" else ".toml")
            if path is not None:
                self._write(path, copying.text_of(what, self.document, 0), saved=False)

    async def _ask_path(self, title: str, suffix: str) -> Path | None:
        first = files.suggested_name(self.document.experiment, suffix)
        screen = AskScreen(
            title, first, functools.partial(files.new_file, suffix=suffix), f"A file that ends in {suffix}."
        )
        answer = await self.app.push_screen_wait(screen)
        return Path(str(answer[0])) if answer is not None else None

    def _write(self, path: Path, text: str, *, saved: bool) -> None:
        try:
            files.write(path, text)
        except OSError as error:
            self.notify(f"Not saved: {inert(str(path))}: {error.strerror}.", severity="error", markup=False)
            return
        if saved:
            self.document.mark_saved(path)
            self._show_document()
        self.notify(f"Saved to {inert(str(path))}.", markup=False)

    def _open(self, experiment: Experiment, path: Path | None, exercise: str = "") -> bool:
        try:
            self.document.open(experiment, path, exercise)
        except (DatasetError, ExperimentError) as error:
            self.notify(str(error), severity="error", markup=False)
            return False
        self._cursor = 0
        self._show_document()
        return True
