"""A model of a script, a notebook or one of Keras's files, put into the editor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual.content import Content

from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.training.start_weights import ENDINGS
from cnn_tui.keras_io.imported.model import Imported, ImportProblem, SeveralModels, import_model, with_weights
from cnn_tui.text import quiet, sentence
from cnn_tui.ui import dialogs
from cnn_tui.ui.dialogs.dialog import Conversation, PickItem, PickScreen
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert

_ANEW, _LEARNED = "anew", "learned"


def glance(path: Path) -> tuple[Experiment, tuple[str, ...]]:
    """The experiment that a file's model is, and what an import says of it. Raises ExperimentError."""
    try:
        imported = import_model(path)
    except ImportProblem as problem:
        raise ExperimentError("\n".join(problem.problems)) from None
    differs = tuple(f"Differs: {note}" for note in imported.differences)
    return imported.experiment, (*differs, *(f"To know: {note}" for note in imported.to_know))


async def open_model(talk: Conversation, put_into_editor: Callable[[Experiment, str], bool], path: Path) -> None:
    """Ask what there is to ask, put the model into the editor and say what of it is otherwise there.

    `put_into_editor` is given what a file that it is saved to begins with, too.
    """
    try:
        imported = await _read(talk, path)
        if imported is None:
            return
        if path.suffix.lower() in ENDINGS:
            imported = await _with_its_weights(talk, imported, path)
            if imported is None:
                return
    except ImportProblem as problem:
        talk.say(inert(f"{quiet(path.name)} cannot be taken: {problem}"), "error")
        return
    if not put_into_editor(imported.experiment, imported.head(path.name)):
        return
    name = quiet(path.name)
    if imported.differences:
        await talk.ask(dialogs.ask.PageScreen(f"What differs from {name}", _page(imported)))
    words = f"{name} is in the editor; {key_of('edit.undo')} brings back what was there."
    if imported.experiment.weights is not None:
        words += " It starts from its weights: with 0 epochs a run only tests them."
    said = () if imported.differences else imported.to_know
    talk.say(inert(" ".join([words, *map(sentence, said)])))


async def _read(talk: Conversation, path: Path) -> Imported | None:
    """The model; None where there are several and none was chosen. Raises ImportProblem."""
    try:
        return import_model(path)
    except SeveralModels as several:
        items = [PickItem(str(number), words, "") for number, words in enumerate(several.models, 1)]
        answer = await talk.ask(PickScreen(f"Which model of {quiet(path.name)}", items))
        return None if answer is None else import_model(path, answer)


async def _with_its_weights(talk: Conversation, imported: Imported, path: Path) -> Imported | None:
    """Ask whether a training begins with the file's own weights, where it has some; None where that was left."""
    try:
        learned = with_weights(imported, path)
    except ImportProblem:
        return imported  # it describes a network and holds no weights
    items = [
        PickItem(_ANEW, "begin anew", "the network alone, with random weights"),
        PickItem(_LEARNED, "from its weights", "to test what it has learned, or to train it on"),
    ]
    answer = await talk.ask(PickScreen(f"{quiet(path.name)} holds weights", items))
    return {_ANEW: imported, _LEARNED: learned}.get(answer or "")


def _page(imported: Imported) -> Content:
    """What an import says, to be read at one's own pace."""
    parts = [(f"{inert(sentence(note))}\n\n", "") for note in imported.differences]
    if imported.to_know:
        parts.append(("To know, though nothing differs by it:\n\n", "$dim"))
        parts += [(f"{inert(sentence(note))}\n\n", "$dim") for note in imported.to_know]
    return Content.assemble(*parts)
