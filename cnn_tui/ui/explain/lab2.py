"""The questions of LAB 2, asked beside the convolution by hand, and where their answers are kept."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from rich.console import Console
from rich.text import Text
from textual.app import App

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import load_set
from cnn_tui.exercises.model import Exercise
from cnn_tui.history.history import History
from cnn_tui.text import cells
from cnn_tui.ui.dialogs.ask import AskScreen
from cnn_tui.ui.explain.arithmetic import Styles
from cnn_tui.ui.history_writer import HistoryWriter
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert, short

SET = "lab2"


class Lab2Question(NamedTuple):
    """A question with its number from 1, among how many it is, and the answer that was given; "" for none."""

    number: int
    among: int
    exercise: Exercise
    answer: str

    @property
    def title(self) -> str:
        return f"LAB 2, {self.number} of {self.among}: {self.exercise.heading}"

    @property
    def words(self) -> str:
        return " ".join(self.exercise.question.split())


class Lab2:
    """The questions in order, of which one at a time is asked, and the answers in the history."""

    def __init__(self, history: History, writer: HistoryWriter) -> None:
        self.history = history
        self._writer = writer
        self._given: dict[str, answers.Answer] = {}
        self.at: int | None = None
        """The place of the present question; None before the first was asked."""

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        return load_set(SET).set.exercises

    def move(self, by: int) -> None:
        last = len(self.exercises) - 1
        self.at = max(0, min(self.at + by, last)) if self.at is not None else (0 if by > 0 else last)

    @property
    def question(self) -> Lab2Question | None:
        """The present question; None before one was asked."""
        if self.at is None:
            return None
        one = self.exercises[self.at]
        with contextlib.suppress(sqlite3.Error):  # while it cannot be read, it is what it was
            self._given[one.name] = answers.answer(self.history, SET, one.name)
        given = self._writer.expected(f"{SET}/{one.name}", self._given.get(one.name, answers.Answer()))
        return Lab2Question(self.at + 1, len(self.exercises), one, given.conclusion)

    async def ask_answer(self, app: App[None], after: Callable[[], object]) -> None:
        """Show the present question whole, else the first, and keep the answer; `after` is called when it is.

        Raises NotebookError.
        """
        if self.at is None:
            self.move(1)
        asked = self.question
        assert asked is not None
        given = await app.push_screen_wait(AskScreen(asked.title, asked.answer, str.strip, asked.words))
        if given is not None:
            words, name = str(given[0]), asked.exercise.name
            self._writer.write(
                f"the answer to {name}",
                lambda history: answers.finish(history, SET, name, words),
                lambda _: after(),
                subject=f"{SET}/{name}",
                leaves={"conclusion": words},
            )


def question_lines(asked: Lab2Question | None, width: int, most: int, console: Console, style: Styles) -> list[Text]:
    """LAB 2's question, what was answered, and the keys, in at most so many lines."""
    if asked is None:
        words = f"LAB 2: {key_of('explain.next_question')} asks the first question."
        return [Text(words, style("dim"))][: max(0, most)]
    exercise, answer = asked.exercise, asked.answer
    told = [Text(short(f"Your answer: {answer}", width), style("good"))] if answer else []
    room = most - 1 - len(told)
    if room < 1:
        return [_head(asked, width, style, whole=False)][: max(0, most)]
    lines = list(Text(inert(asked.words)).wrap(console, width))
    whole = len(lines) <= room
    if not whole:
        lines = lines[:room]
        lines[-1].truncate(width - 9)
        lines[-1].append(f" … {key_of('explain.answer')}: all")
    if answer and exercise.remark:  # not before it is answered
        remark = " ".join(f"Good to know: {exercise.remark}".split())
        more = list(Text(inert(remark), style("dim")).wrap(console, width))
        told += more if len(lines) + len(told) + len(more) < most else []
    return [_head(asked, width, style, whole=whole), *lines, *told]


def _head(asked: Lab2Question, width: int, style: Styles, *, whole: bool) -> Text:
    words = asked.title + (", answered" if asked.answer and not whole else "")
    key = key_of("explain.answer")
    others = f"{key_of('explain.next_question')} {key_of('explain.previous_question')} others"
    keys = (f"   {key} answers, {others}", f"   {key} answers")
    if not whole:
        keys = (f"   {key}: read and answer it", f"   {key}: read it")
    more = next((one for one in keys if cells(words + one) <= width), "")
    return Text(short(words + more, width), style("accent"))
