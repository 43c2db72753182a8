"""What was written about runs lately, by keys: undo takes it back, redo writes it again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import NamedTuple, TypeVar

from textual.app import App

from cnn_tui.history.history import History
from cnn_tui.history.notebook import NotebookError, TagError
from cnn_tui.text import sentence
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.widgets.lines import inert

_Kept = TypeVar("_Kept")


class Written(NamedTuple):
    """Something that was written: what it is called, how it is taken back, how it is done again.

    Taking back what somebody else has changed meanwhile raises NotebookError.
    """

    label: str
    undo: Callable[[History], object]
    redo: Callable[[History], object]


class UndoList:
    """Has the writer write, and remembers how each of it is taken back.

    `after` is called once something is written: that may be later than the call returns.
    """

    def __init__(self, app: App[None], writer: HistoryWriter) -> None:
        self._app, self._writer = app, writer
        self._done: list[Written | Callable[[], bool]] = []
        self._undone: list[Written] = []

    def note_load(self, is_there: Callable[[], bool]) -> None:
        """An experiment went into the editor: while it `is_there`, it is what undo is to take back, and not here."""
        self._done.append(is_there)

    def undo(self, after: Callable[[], object]) -> bool:
        """Take back what was written last; False when that is not here."""
        one = self._done.pop() if self._done else None
        while one is not None and not isinstance(one, Written) and not one():
            one = self._done.pop() if self._done else None
        if not isinstance(one, Written):
            return False
        self._again("undo", one, one.undo, self._undone, after)
        return True

    def redo(self, after: Callable[[], object]) -> bool:
        """Write again what was taken back last; False when there is nothing."""
        if not self._undone:
            return False
        one = self._undone.pop()
        self._again("redo", one, one.redo, self._done, after)
        return True

    def _again(
        self,
        word: str,
        one: Written,
        act: Callable[[History], object],
        then: list[Written] | list[Written | Callable[[], bool]],
        after: Callable[[], object],
    ) -> None:
        words = f"{word}: {inert(one.label)}"

        def kept(_: object) -> None:
            after()
            self._app.notify(words, markup=False, timeout=2)

        then.append(one)
        if not self.try_to(lambda: self._writer.write(words, act, kept)):
            then.remove(one)
            after()

    def write(
        self,
        what: str,
        act: Callable[[History], _Kept],
        undoing: Written,
        kept: Callable[[_Kept], object],
        subject: Hashable = None,
        leaves: Mapping[str, object] | None = None,
    ) -> None:
        """Have it written, and undone by the next undo, whenever that is. Raises NotebookError and TagError."""
        undone = self._undone[:]
        self._done.append(undoing)
        self._undone.clear()
        try:
            self._writer.write(what, act, kept, subject=subject, leaves=leaves)
        except ValueError:
            self._done.remove(undoing)
            self._undone[:] = undone
            raise

    def try_to(self, act: Callable[[], object]) -> bool:
        """Do what may be refused, and then say why; whether it was done."""
        try:
            act()
        except (NotebookError, TagError) as error:
            self._app.notify(sentence(inert(str(error))), severity="error", markup=False)
            return False
        return True
