"""What the explain pane asks in boxes: a class, a run, the file of a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textual.app import App

from cnn_tui.history.run import Line
from cnn_tui.home import model_path, typed_path
from cnn_tui.ui import dialogs
from cnn_tui.ui.dialogs.dialog import PickItem, PickScreen
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert

ALL = -1
"""Stands for all classes, or for none of them in particular."""


async def ask_class(app: App[None], names: Sequence[str], *, asked: tuple[str, str]) -> int | None:
    """The place of a class in `names`, or ALL; None where nothing was chosen.

    `asked` is the question, and the words for ALL: "" where one class has to be chosen.
    """
    question, all_of_them = asked
    items = [PickItem(str(ALL), all_of_them)] if all_of_them else []
    items += [PickItem(str(at), inert(name), f"class {at}") for at, name in enumerate(names)]
    key = await app.push_screen_wait(PickScreen(question, items))
    return int(key) if key is not None else None


async def ask_run(
    app: App[None], lines: Iterable[Line], now: int | None, question: str = "Look into which run?"
) -> int | None:
    """One of the runs that have a model; None where nothing was chosen."""
    items = [
        PickItem(
            str(one.id),
            f"{one.id}  {inert(one.name)}",
            "" if one.test_accuracy is None else f"{one.test_accuracy:.4f} on {inert(one.conditions.in_words())}",
        )
        for one in lines
        if model_path(one.id).exists()
    ]
    if not items:
        app.notify(f"No run to choose has a trained model: {key_of('run.start')} trains the experiment.", timeout=3)
        return None
    key = await app.push_screen_wait(PickScreen(question, items, at=str(now or "")))
    return int(key) if key is not None else None


async def ask_picture(app: App[None], path: str) -> str | None:
    """The absolute path of a file; `path` is what was asked before."""
    hint = "A PNG or JPEG. It is made the size and colours of the images that the network knows; each step is said."
    answer = await app.push_screen_wait(dialogs.ask.AskScreen("The picture's file", path, _existing, hint))
    return str(answer[0]) if answer is not None else None


def _existing(words: str) -> str:
    """An absolute path. Raises ValueError where there is no file."""
    if not words.strip():
        raise ValueError("Give the path of a PNG or JPEG.")
    try:
        path = typed_path(words).absolute()
        if path.is_file():
            return str(path)
    except (OSError, RuntimeError, ValueError):
        pass
    raise ValueError(f"There is no file {inert(words.strip())}.")
