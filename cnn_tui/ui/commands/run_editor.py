"""What a person writes about runs, by keys: notes, tags, names, the archive, the baseline. Undo takes it back."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Literal

from textual.app import App

from cnn_tui.experiment.experiment import MAX_NAME
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.notebook import NotebookError, merged, normalised, to_tag
from cnn_tui.history.run import Run
from cnn_tui.text import run_numbers
from cnn_tui.ui import dialogs
from cnn_tui.ui.commands.undo import UndoList, Written
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert

_Text = Literal["note", "conclusion", "name"]
_BASELINE = "baseline"


class RunEditor:
    """Asks, has it written, and says what was done. Used from workers, because it waits for answers.

    `after` is called once something is written: that may be later than the call returns.
    """

    def __init__(self, app: App[None], history: History, writer: HistoryWriter) -> None:
        self.app = app
        self.history = history
        self._writer = writer
        self.undo_list = UndoList(app, writer)

    # Asking and writing

    async def edit_note(self, run_id: int, after: Callable[[], object]) -> None:
        """Ask for the note and the conclusion of a run."""
        before = self._run(run_id)
        if before is None:
            return
        fields = {"Note": before.note, "Conclusion: what it has shown": before.conclusion}
        typed = await self.app.push_screen_wait(dialogs.note.NoteScreen(f"Run {run_id}", fields))
        names: tuple[_Text, ...] = ("note", "conclusion")
        for name, text in zip(names, typed or (), strict=False):
            if text is not None:
                self.undo_list.try_to(functools.partial(self._set, before, name, text, after))

    async def edit_tags(self, runs: Sequence[int], after: Callable[[], object]) -> None:
        """Ask for the tags of a run, or for those to put on and take off several."""
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
            self._write_tags(runs, add, gone, after)

        await self.app.push_screen_wait(dialogs.ask.AskScreen(title, value, accept, hint))

    async def rename(self, run_id: int, after: Callable[[], object]) -> None:
        """Ask for another name."""
        run = self._run(run_id)
        if run is None:
            return
        hint = f"1 to {MAX_NAME} characters. The experiment in the editor keeps its own."

        def accept(text: str) -> None:
            if text.strip() not in (run.name, inert(run.name)):
                self._set(run, "name", notebook.to_name(text), after)

        await self.app.push_screen_wait(dialogs.ask.AskScreen(f"Name of run {run_id}", inert(run.name), accept, hint))

    def archive(self, runs: Sequence[int], after: Callable[[], object]) -> None:
        """Put runs away, or bring them back if all of them are put away already."""
        lines = self.history.lines_of(runs)
        back = all(line.archived for line in lines)
        act = notebook.restore if back else notebook.archive
        changed: list[notebook.Archiving] = []
        words = "taken out of the archive" if back else "archived"

        def write(history: History) -> tuple[int, ...]:
            changed[:] = [act(history, runs)]
            return changed[0].runs

        def undo(history: History) -> None:
            for one in changed:
                notebook.undo(history, one)

        def redo(history: History) -> None:
            for one in changed:
                act(history, one.runs)

        def kept(which: tuple[int, ...]) -> None:
            after()
            if which:
                told = f"{run_numbers(which).capitalize()} {_are(which)} {words}"
                self.app.notify(f"{told}; {key_of('edit.undo')} undoes it.")

        which = [line.id for line in lines if line.archived == back]
        label = f"{'bring back' if back else 'archive'} {run_numbers(which)}"
        if lines:
            self.undo_list.try_to(lambda: self.undo_list.write(label, write, Written(label, undo, redo), kept))

    def toggle_baseline(self, run_id: int, after: Callable[[], object]) -> None:
        """Compare with this run from now on, or with none if it is the one."""
        now = self._writer.expected_fields(_BASELINE).get("run", notebook.pinned(self.history))
        chosen = None if now == run_id else run_id
        stood: list[int | None] = []

        def write(history: History) -> None:
            stood[:] = [notebook.pinned(history)]
            _pin(history, chosen)

        def undo(history: History) -> None:
            for before in stood:
                _pin(history, before)

        def kept(_: object) -> None:
            after()
            if chosen is None:
                self.app.notify(f"Run {run_id} is no longer the baseline.", timeout=3)
            else:
                words = f"columns vs {run_id} say how far the others are from it"
                self.app.notify(f"Run {run_id} is the baseline: {words}.")

        undoing = Written(_BASELINE, undo, lambda history: _pin(history, chosen))
        what = f"run {run_id} as the baseline" if chosen else f"that run {run_id} is no longer the baseline"
        self.undo_list.try_to(lambda: self.undo_list.write(what, write, undoing, kept, _BASELINE, {"run": chosen}))

    # Inside

    def _set(self, before: Run, name: _Text, text: str, after: Callable[[], object]) -> None:
        """Write a text; what somebody else wrote meanwhile of a note or conclusion stays, above it. NotebookError."""
        written, was = _WRITERS[name], getattr(before, name)
        stood: list[str] = []  # what was there, and what is there now

        def write(history: History) -> bool:
            stands = _text_of(history, before.id, name)
            both = stands != was and name != "name"
            written(history, before.id, f"{stands}\n{text}" if both else text)
            stood[:] = [stands, _text_of(history, before.id, name)]
            return both

        def kept(both: bool) -> None:
            after()
            if both:
                self.app.notify(f"The {name} was changed elsewhere meanwhile: both are kept.", severity="warning")

        def swap(history: History, old: int, new: int) -> None:
            if not stood:
                return  # it was refused
            if _text_of(history, before.id, name) != stood[old]:
                raise NotebookError(f"the {name} of run {before.id} was changed elsewhere meanwhile: it stays as it is")
            written(history, before.id, stood[new])

        label = f"{name} of run {before.id}"
        undoing = Written(label, lambda history: swap(history, 1, 0), lambda history: swap(history, 0, 1))
        self.undo_list.write(f"the {label}", write, undoing, kept, before.id, {name: text})

    def _write_tags(
        self, runs: Sequence[int], add: Sequence[str], gone: Sequence[str], after: Callable[[], object]
    ) -> None:
        before = {line.id: line.tags for line in self.history.lines_of(runs)}
        expected = {one: merged(tags, map(to_tag, add), map(to_tag, gone)) for one, tags in before.items()}
        made: dict[int, tuple[str, ...]] = {}

        def write(history: History) -> None:
            made.update(notebook.change_tags(history, runs, add, gone))

        def change(history: History, old: dict[int, tuple[str, ...]], new: dict[int, tuple[str, ...]]) -> None:
            for one in made:
                plus = [tag for tag in new[one] if tag not in old[one]]
                minus = [tag for tag in old[one] if tag not in new[one]]
                notebook.change_tags(history, [one], plus, minus)

        label = f"tags of {run_numbers(runs)}"
        undoing = Written(
            label, lambda history: change(history, made, before), lambda history: change(history, before, made)
        )
        only = runs[0] if len(runs) == 1 else None
        if expected != before:
            leaves = {"tags": expected[only]} if only in expected else {}
            self.undo_list.write(f"the {label}", write, undoing, lambda _: after(), only, leaves)

    def _run(self, run_id: int) -> Run | None:
        """A run as it will be once all is written."""
        run = self.history.run(run_id)
        return None if run is None else self._writer.expected(run_id, run)


_WRITERS: dict[_Text, Callable[[History, int, str], object]] = {
    "note": notebook.note,
    "conclusion": notebook.conclude,
    "name": notebook.rename,
}


def _text_of(history: History, run_id: int, name: _Text) -> str:
    run = history.run(run_id)
    return "" if run is None else str(getattr(run, name))


def _pin(history: History, run_id: int | None) -> None:
    if run_id is None:
        notebook.unpin(history)
    else:
        notebook.pin(history, run_id)


def _are(runs: Sequence[int]) -> str:
    return "is" if len(runs) == 1 else "are"
