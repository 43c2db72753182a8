"""Answers to exercises: what the user expected before the run, what they concluded, and whether the exercise is done.

They are kept in the history, by the name of the exercise's set (or pack) and of the exercise. Each change is one
transaction.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias, cast, get_args

import msgspec

from cnn_tui.analysis.chance.verdict import Figure
from cnn_tui.experiment.file_errors import found
from cnn_tui.history import notebook
from cnn_tui.history.history import History
from cnn_tui.history.notebook import MAX_TEXT, NotebookError
from cnn_tui.history.rows import decoded

Direction: TypeAlias = Literal["up", "down", "same"]


class Expectation(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the user expects of accuracy and of the time of an epoch, against the baseline; None: nothing was said."""

    accuracy: Direction | None = None
    time: Direction | None = None


class Answer(msgspec.Struct, frozen=True):
    """The answer to an exercise. `changed` is when, in seconds since 1970; 0 for never."""

    prediction: Expectation = Expectation()
    conclusion: str = ""
    done: bool = False
    changed: float = 0.0
    plan: tuple[int, ...] = ()
    """The runs that were planned, before there were any, to be judged once, together; see `plan`."""
    about: tuple[int, ...] | None = None
    """The runs that the figures were made of when the conclusion was written; None where that was not recorded."""


def answers(history: History, pack: str) -> dict[str, Answer]:
    """The answers to a set of exercises, by the exercises' names; an exercise without an answer is not in it."""
    rows = notebook.answer_rows(history, pack)
    return {
        name: Answer(_decoded(prediction), conclusion, bool(done), changed, _plan(prediction), _about(about))
        for name, prediction, conclusion, done, changed, about in rows
    }


def answer(history: History, pack: str, exercise: str) -> Answer:
    """The answer to one exercise; an empty one where there is none."""
    return answers(history, pack).get(exercise, Answer())


def predict(history: History, pack: str, exercise: str, expected: Mapping[str, str | None]) -> None:
    """Keep what is expected of `accuracy` and `time`: up, down, same, or None to take it back.

    What is not mentioned stays. Raises NotebookError.
    """
    for name, direction in expected.items():
        if name not in get_args(Figure):
            raise NotebookError(f"{found(name)} is not predicted; there are {', '.join(get_args(Figure))}")
        if direction is not None and direction not in get_args(Direction):
            raise NotebookError(f"{name} goes {', '.join(get_args(Direction))}, not {found(direction)}")
    patch = msgspec.json.encode(dict(expected)).decode()
    notebook.write_answer(history, pack, exercise, "prediction", patch)


def plan(history: History, pack: str, exercise: str, runs: Sequence[int]) -> None:
    """Keep that these runs, which wait to be trained, are to be judged once, when all of them have ended.

    It is said before the runs, as the prediction is, and kept beside it.
    """
    patch = msgspec.json.encode({"plan": list(runs)}).decode()
    notebook.write_answer(history, pack, exercise, "prediction", patch)


def conclude(history: History, pack: str, exercise: str, text: str, about: Sequence[int] | None = None) -> None:
    """Keep a conclusion, or the answer to a question; "" takes it away. Raises NotebookError for a text too long.

    `about` are the runs that it was written about; None where there is nothing to run.
    """
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if len(text) > MAX_TEXT:
        raise NotebookError(f"a conclusion has at most {MAX_TEXT:,} characters, not {len(text):,}")
    runs = None if about is None or not text.strip() else msgspec.json.encode(list(about)).decode()
    with history.transaction():
        notebook.write_answer(history, pack, exercise, "conclusion", text)
        notebook.write_answer(history, pack, exercise, "about", runs)


def mark(history: History, pack: str, exercise: str, done: bool) -> None:
    """Say that an exercise is done, or open again."""
    notebook.write_answer(history, pack, exercise, "done", done)


def finish(history: History, pack: str, exercise: str, text: str, about: Sequence[int] | None = None) -> None:
    """Keep a conclusion or an answer, by which the exercise is done; "" takes both away. As `conclude` otherwise."""
    with history.transaction():
        conclude(history, pack, exercise, text, about)
        mark(history, pack, exercise, bool(text.strip()))


def _decoded(text: str) -> Expectation:
    plain = decoded(text, dict[str, Any]) or {}
    known = {name: value for name, value in plain.items() if isinstance(value, str) and value in get_args(Direction)}
    return Expectation(
        accuracy=cast("Direction | None", known.get("accuracy")), time=cast("Direction | None", known.get("time"))
    )


def _about(text: str | None) -> tuple[int, ...] | None:
    runs = decoded(text, list[Any]) if text is not None else None
    return None if runs is None else tuple(run for run in runs if isinstance(run, int))


def _plan(text: str) -> tuple[int, ...]:
    runs = (decoded(text, dict[str, Any]) or {}).get("plan", [])
    return tuple(run for run in runs if isinstance(run, int)) if isinstance(runs, list) else ()
