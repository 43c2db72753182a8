"""The parts of the exercises screen: a row of its list, the exercise, the lines above and below."""

from __future__ import annotations

from typing import NamedTuple

from rich.text import Text

from cnn_tui.exercises.catalogue import SetPlace
from cnn_tui.exercises.model import Exercise
from cnn_tui.ui.keys import keys_of
from cnn_tui.ui.widgets.layout import Part, fit
from cnn_tui.ui.widgets.lines import Lines


class ExerciseRow(NamedTuple):
    """A row of the list: a set, or one of its exercises."""

    place: SetPlace
    exercise: Exercise | None

    @property
    def key(self) -> str:
        """How runs name the exercise; the set's name for a set."""
        return self.place.key(self.exercise) if self.exercise else self.place.name

    @property
    def idle_keys(self) -> frozenset[str]:
        """The keys that do nothing here but say why, by their ids without the scope."""
        if self.exercise is None:
            return frozenset(("predict", "run", "repeat", "conclude", "done", "notes", "compare"))
        idle = set[str]() if self.place.expected(self.exercise) else {"predict"}
        idle |= set() if self.exercise.is_run else {"run", "repeat", "compare"}
        return frozenset(idle if self.exercise.has_notes else idle | {"notes"})


class ExercisesHead(Lines):
    """How much is done, and what is trained."""

    def __init__(self) -> None:
        super().__init__()
        self._said = ("", "")

    def show(self, done: str, going: str) -> None:
        """Show these words on the left and on the right."""
        self._said = (done, going)
        self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        done, going = self._said
        left = Text.assemble((" Exercises  ", self.style("strong")), (done, self.style("dim")))
        right = Text(f"{going} ", self.style("accent"))
        return [left + Text(" " * max(1, width - left.cell_len - right.cell_len)) + right]


class ExercisesFoot(Lines):
    """The keys, as many as fit, each in its place; those that do nothing for the row under the cursor are grey."""

    def __init__(self) -> None:
        super().__init__()
        self._idle: frozenset[str] = frozenset()

    def show(self, chosen: ExerciseRow) -> None:
        """Show what there is to do for this row."""
        if chosen.idle_keys != self._idle:
            self._idle = chosen.idle_keys
            self.redraw()

    def draw(self, width: int, height: int) -> list[Text]:
        shown = [key for key in keys_of("exercises") if key.label]
        first = ("predict", "run", "conclude", "help", "leave", "experiment", "repeat", "all", "done", "notes")
        parts = []
        for key in shown:
            name = key.id.split(".")[1]
            one, label = key.shown
            text = Text.assemble(
                (one, self.style("dim" if name in self._idle else "accent")), (f" {label}", self.style("dim"))
            )
            parts.append(Part(first.index(name) if name in first else len(first), text))
        return [Text(" ") + fit(parts, width - 1)]
