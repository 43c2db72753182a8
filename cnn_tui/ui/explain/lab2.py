"""The questions of LAB 2, asked beside the convolution by hand, and where their answers are kept."""

from __future__ import annotations

from cnn_tui.exercises import answers
from cnn_tui.exercises.catalogue import load_set
from cnn_tui.exercises.model import Exercise
from cnn_tui.history.history import History

SET = "lab2"


class Lab2:
    """One question after the other."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.at: int | None = None

    @property
    def exercises(self) -> tuple[Exercise, ...]:
        """All of them."""
        return load_set(SET).set.exercises

    def move(self, by: int) -> None:
        """The next question, or the one before."""
        last = len(self.exercises) - 1
        self.at = max(0, min(self.at + by, last)) if self.at is not None else (0 if by > 0 else last)

    @property
    def question(self) -> tuple[int, int, Exercise, str] | None:
        """Number, of how many, the exercise, and the answer that was given; None before one was asked."""
        if self.at is None:
            return None
        one = self.exercises[self.at]
        return self.at + 1, len(self.exercises), one, answers.answer(self.history, SET, one.name).conclusion

    def answer(self, words: str) -> None:
        """Keep an answer to the present question. Raises NotebookError."""
        if self.at is not None:
            name = self.exercises[self.at].name
            answers.conclude(self.history, SET, name, words)
            answers.mark(self.history, SET, name, bool(words.strip()))
