"""What a person writes about runs, by keys: notes, tags, names, the archive, the baseline. Undo takes it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textual.app import App

from cnn_tui.experiment.experiment import MAX_NAME
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.notebook import NotebookError, TagError, normalised
from cnn_tui.history.run import Run
from cnn_tui.text import run_numbers
from cnn_tui.ui.dialogs.ask import AskScreen
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert


class Written(NamedTuple):
    """Something that was written: what it is called, how it is taken back, how it is done again.

    Taking back what somebody else has changed meanwhile raises NotebookError.
    """

    label: str
    undo: Callable[[], object]
    redo: Callable[[], object]


class RunEditor:
    """Asks, writes to the history, and says what was done. Used from workers, because it waits for answers."""

    def __init__(self, app: App[None], history: History) -> None:
        self.app = app
        self.history = history
        self._done: list[Written | Callable[[], bool]] = []
        self._undone: list[Written] = []

    # Asking and writing

    async def edit_note(self, run_id: int) -> bool:
        """Ask for the note and the conclusion of a run; tells whether something was written."""
        from cnn_tui.ui.dialogs.note import NoteScreen  # only here: its fields are slow to load

        before = self._run(run_id)
        if before is None:
            return False
        fields = {"Note": before.note, "Conclusion: what it has shown": before.conclusion}
        typed = await self.app.push_screen_wait(NoteScreen(f"Run {run_id}", fields))
        return typed is not None and self._try(lambda: self._write_note(before, typed))

    async def edit_tags(self, runs: Sequence[int]) -> bool:
        """Ask for the tags of a run, or for those to put on and take off several; tells whether they were changed."""
        run = self._run(runs[0]) if len(runs) == 1 else None
        if run is not None:
            title, value = f"Tags of run {run.id}", inert(" ".join(run.tags))
            hint = "Words with spaces between them, as: lab1 keep. A tag can be filtered by: tag:lab1."
        else:
            title, value = f"Tags of {run_numbers(runs)}", ""
            hint = "Those to put on, and with - before them those to take off, as: lab1 -draft."

        def accept(text: str) -> None:
            words = text.replace(",", " ").split()
            if run is not None:
                kept = {normalised(word) for word in words}
                add, gone = words, [tag for tag in run.tags if normalised(tag) not in kept]
            else:
                add = [word.removeprefix("+") for word in words if not word.startswith("-")]
                gone = [word[1:] for word in words if word.startswith("-")]
            self._write_tags(runs, add, gone)

        return await self.app.push_screen_wait(AskScreen(title, value, accept, hint)) is not None

    async def rename(self, run_id: int) -> bool:
        """Ask for another name; tells whether it was changed."""
        run = self._run(run_id)
        if run is None:
            return False
        before = run.name
        hint = f"1 to {MAX_NAME} characters. The experiment in the editor keeps its own."

        def accept(text: str) -> None:
            if text.strip() not in (before, inert(before)):
                self._write_name(run_id, text)

        return (
            await self.app.push_screen_wait(AskScreen(f"Name of run {run_id}", inert(before), accept, hint)) is not None
        )

    def archive(self, runs: Sequence[int]) -> bool:
        """Put runs away, or bring them back if all of them are put away already."""
        lines = self.history.lines_of(runs)
        back = all(line.archived for line in lines)
        act = notebook.restore if back else notebook.archive
        changed: list[notebook.Archiving] = []
        if not lines or not self._try(lambda: changed.append(act(self.history, runs))):
            return False
        which = changed[0].runs
        label = f"{'bring back' if back else 'archive'} {run_numbers(which)}"
        self._note(
            Written(label, lambda: notebook.undo(self.history, changed[0]), lambda: act(self.history, which)),
        )
        words = "taken out of the archive" if back else "archived"
        self.app.notify(f"{run_numbers(which).capitalize()} {_are(which)} {words}; {key_of('edit.undo')} undoes it.")
        return True

    def toggle_baseline(self, run_id: int) -> bool:
        """Compare with this run from now on, or with none if it is the one."""
        before = notebook.pinned(self.history)
        after = None if before == run_id else run_id
        if not self._try(lambda: self._pin(after)):
            return False
        self._note(Written("baseline", lambda: self._pin(before), lambda: self._pin(after)))
        if after is None:
            self.app.notify(f"Run {run_id} is the baseline no more.", timeout=3)
        else:
            self.app.notify(f"Run {run_id} is the baseline: columns vs {run_id} say how far the others are from it.")
        return True

    # Undo

    def note_load(self, is_there: Callable[[], bool]) -> None:
        """An experiment went into the editor: while it `is_there`, it is what undo is to take back, and not here."""
        self._done.append(is_there)

    def undo(self) -> bool:
        """Take back what was written last; False when that is not here."""
        one = self._done.pop() if self._done else None
        while one is not None and not isinstance(one, Written) and not one():
            one = self._done.pop() if self._done else None
        if not isinstance(one, Written):
            return False
        if self._try(one.undo):
            self._undone.append(one)
            self.app.notify(f"undo: {inert(one.label)}", markup=False, timeout=2)
        return True

    def redo(self) -> bool:
        """Write again what was taken back last; False when there is nothing."""
        if not self._undone:
            return False
        one = self._undone.pop()
        if self._try(one.redo):
            self._done.append(one)
            self.app.notify(f"redo: {inert(one.label)}", markup=False, timeout=2)
        return True

    # Inside

    def _write_note(self, before: Run, texts: Sequence[str | None]) -> None:
        """Write what was changed; what somebody else wrote meanwhile stays, above it."""
        now = self._run(before.id)
        if now is None:
            return
        for name, typed in zip(("note", "conclusion"), texts, strict=True):
            if typed is None:
                continue
            was, stands = getattr(before, name), getattr(now, name)
            text = typed if stands == was else f"{stands}\n{typed}"
            if stands != was:
                self.app.notify(f"The {name} was changed elsewhere meanwhile: both are kept.", severity="warning")
            self._set(before.id, name, text, stands)

    def _set(self, run_id: int, name: str, text: str, before: str) -> None:
        write = {"note": notebook.note, "conclusion": notebook.conclude, "name": notebook.rename}[name]

        def swap(old: str, new: str) -> None:
            run = self._run(run_id)
            if run is not None and getattr(run, name) != old:
                raise NotebookError(f"the {name} of run {run_id} was changed elsewhere meanwhile: it stays as it is")
            write(self.history, run_id, new)

        write(self.history, run_id, text)
        run = self._run(run_id)
        after = getattr(run, name) if run is not None else text
        label = f"{name} of run {run_id}"
        self._note(Written(label, lambda: swap(after, before), lambda: swap(before, after)))

    def _write_name(self, run_id: int, text: str) -> None:
        run = self._run(run_id)
        if run is not None:
            self._set(run_id, "name", text, run.name)

    def _write_tags(self, runs: Sequence[int], add: Sequence[str], gone: Sequence[str]) -> None:
        lines = self.history.lines_of(runs)
        before = {line.id: line.tags for line in lines}
        after = notebook.change_tags(self.history, runs, add, gone)
        if all(before.get(one) == tags for one, tags in after.items()):
            return

        def change(old: dict[int, tuple[str, ...]], new: dict[int, tuple[str, ...]]) -> None:
            for one, tags in new.items():
                plus = [tag for tag in tags if tag not in old[one]]
                minus = [tag for tag in old[one] if tag not in tags]
                notebook.change_tags(self.history, [one], plus, minus)

        label = f"tags of {run_numbers(runs)}"
        self._note(Written(label, lambda: change(after, before), lambda: change(before, after)))

    def _pin(self, run_id: int | None) -> None:
        if run_id is None:
            notebook.unpin(self.history)
        else:
            notebook.pin(self.history, run_id)

    def _run(self, run_id: int) -> Run | None:
        return self.history.run(run_id)

    def _note(self, written: Written) -> None:
        self._done.append(written)
        self._undone.clear()

    def _try(self, act: Callable[[], object]) -> bool:
        try:
            act()
        except (NotebookError, TagError) as error:
            words = inert(str(error))
            self.app.notify(f"{words[:1].upper()}{words[1:]}.", severity="error", markup=False)
            return False
        return True


def _are(runs: Sequence[int]) -> str:
    return "is" if len(runs) == 1 else "are"
