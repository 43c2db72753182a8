"""Questions that are answered by hand: asked beside the convolution, set up for it; where their answers are kept."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console
from rich.text import Text
from textual.app import App

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import SetPlace, load_set
from cnn_tui.exercises.model import ByHand, Exercise
from cnn_tui.history.history import History
from cnn_tui.text import cells, fitted
from cnn_tui.ui import dialogs
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import Styles, inert

_SET = "lab2"


class Lab2Question(NamedTuple):
    """A question with its number from 1, among how many it is, and the answer that was given; "" for none."""

    set_name: str
    number: int
    among: int
    exercise: Exercise
    answer: str
    being_answered: bool = False
    """Whether a box that shows it is open."""

    @property
    def title(self) -> str:
        return f"{self.set_name}, {self.number} of {self.among}: {self.exercise.heading}"

    @property
    def words(self) -> str:
        return " ".join(self.exercise.question.split())


class Lab2:
    """The questions of LAB 2, or of a pack, in order; one at a time is asked. The answers are in the history."""

    def __init__(self, history: History, writer: HistoryWriter) -> None:
        self.history = history
        self._writer = writer
        self._given: dict[str, answers.Answer] = {}
        self._place: SetPlace | None = None
        self._asked = ""
        self._to_set_up: ByHand | None = None
        self.at: int | None = None
        """The place of the present question; None before the first was asked."""
        self.being_answered = False
        """Whether a box that shows the question is open."""

    @property
    def place(self) -> SetPlace:
        """The set that the questions are of."""
        return self._place or load_set(_SET)

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        return tuple(one for one in self.place.set.exercises if one.by_hand is not None)

    def ask(self, place: SetPlace, exercise: Exercise) -> None:
        """Ask this question of this set."""
        self._place = place
        self._go(self.exercises.index(exercise))

    def move(self, by: int) -> None:
        """Ask the question so many further on; at first, the first or the last."""
        last = len(self.exercises) - 1
        self._go(max(0, min(self.at + by, last)) if self.at is not None else (0 if by > 0 else last))

    def _go(self, at: int) -> None:
        one = self.exercises[at]
        if self.at is None or self._asked != self.place.key(one):  # what was tried for a question stays
            self._asked, self._to_set_up = self.place.key(one), one.by_hand
        self.at = at

    def take_set_up(self) -> ByHand | None:
        """What is to be set up for the question; None once it was taken."""
        wanted, self._to_set_up = self._to_set_up, None
        return wanted

    @property
    def question(self) -> Lab2Question | None:
        """The present question; None before one was asked."""
        if self.at is None:
            return None
        one, name = self.exercises[self.at], self.place.name
        with contextlib.suppress(sqlite3.Error):  # while it cannot be read, it is what it was
            self._given[self.place.key(one)] = answers.answer(self.history, name, one.name)
        key = self.place.key(one)
        given = self._writer.expected(key, self._given.get(key, answers.Answer()))
        set_name = "LAB 2" if name == _SET else "Question"
        return Lab2Question(set_name, self.at + 1, len(self.exercises), one, given.conclusion, self.being_answered)

    async def ask_answer(self, app: App[None], covers: Callable[[int], None], after: Callable[[], object]) -> None:
        """Ask for the answer to the present question, else to the first, in a box below what it is about.

        `covers` is told how many rows the box takes, 0 when it is closed; `after` is called when the answer is kept.
        """
        asked = self.question
        assert asked is not None
        self.being_answered = True
        try:
            box = dialogs.note.NoteScreen(asked.title, {"Answer": asked.answer}, asked.words, covers=covers)
            given = await app.push_screen_wait(box)
        finally:
            self.being_answered = False
            covers(0)
        if given is not None and given[0] is not None:
            words, place, name = given[0].strip(), self.place.name, asked.exercise.name
            self._writer.write(
                f"the answer to {name}",
                lambda history: answers.finish(history, place, name, words),
                lambda _: after(),
                subject=f"{place}/{name}",
                leaves={"conclusion": words, "done": bool(words)},
            )


def question_lines(asked: Lab2Question | None, width: int, most: int, console: Console, style: Styles) -> list[Text]:
    """The question, or what was answered and what is good to know then, and the keys, in at most so many lines."""
    if asked is None:
        words = f"LAB 2: {key_of('explain.next_question')} asks the first question."
        return [Text(words, style("dim"))][: max(0, most)]
    if asked.being_answered:
        return []
    lines = list(Text(inert(asked.words)).wrap(console, width))
    told: list[Text] = []
    if asked.answer:
        told = [Text(fitted(f"Your answer: {' '.join(asked.answer.split())}", width), style("good"))]
        if asked.exercise.remark:  # not before it is answered
            remark = " ".join(f"Good to know: {asked.exercise.remark}".split())
            told += list(Text(inert(remark)).wrap(console, width))
    room = most - 1 - len(told)
    whole = len(lines) <= room
    if not whole and told:  # what is new now comes first
        lines, told = [], told[: max(0, most - 1)]
    elif not whole:
        lines = lines[: max(0, room)]
        if lines:
            lines[-1].truncate(max(1, width - 9))
            lines[-1].append(f" … {key_of('explain.answer')}: all")
    return [_head(asked, width, style, whole=whole), *lines, *told][: max(0, most)]


def least_lines(asked: Lab2Question | None) -> int:
    """So many lines are for the question even where that leaves pictures less: what is good to know is to be seen."""
    return 5 if asked is not None and asked.answer and not asked.being_answered else 1


def _head(asked: Lab2Question, width: int, style: Styles, *, whole: bool) -> Text:
    """The title, and the key that matters now: that of the answer or, once there is one, of the next question."""
    answer, following = key_of("explain.answer"), key_of("explain.next_question")
    others = f"{following} {key_of('explain.previous_question')}"
    if asked.answer:
        keys = (f"   ✓ answered, {following}: next question", f"   ✓ {following}: next")
    elif whole:
        keys = (f"   {answer} answers, {others} others", f"   {answer} answers")
    else:
        keys = (f"   {answer}: read and answer it", f"   {answer}: read it")
    more = next((one for one in keys if cells(asked.title + one) <= width), "")
    return Text(fitted(asked.title + more, width), style("accent"))
