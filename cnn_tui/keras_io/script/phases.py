"""The parts of a Keras script between two phases of its training: which layers learn, and how far it is."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.phases import phases_in_words
from cnn_tui.keras_io.source import WIDTH, CodeLines
from cnn_tui.network.kinds.base import LearningLayer
from cnn_tui.network.layers import Application
from cnn_tui.network.summary import keras_names
from cnn_tui.text import quiet, wrapped


def phase_comment(experiment: Experiment, at: int) -> CodeLines:
    """A comment on a later phase, of which the first has the number 0."""
    words = f"Phase {at + 2} of {len(experiment.then) + 1}: {quiet(phases_in_words(experiment)[at], 400)}"
    return [f"# {line}" for line in wrapped(words, WIDTH - 2)]


def epochs_done_code(at: int) -> CodeLines:
    """How many epochs were trained until now; a stop rule may have ended a phase before its last."""
    return [f"epochs_done {'+=' if at else '='} len(model.history.epoch)"]


def learning_code(before: Experiment, after: Experiment) -> list[str]:
    """The lines in which other layers learn than before; none where they are the same."""
    names, enabled = keras_names(after.stack), [*after.stack.enabled()]
    lines: list[str] = []
    for place, (at, layer) in enumerate(enabled):
        was = before.layers[at]
        if isinstance(layer, Application) and isinstance(was, Application):
            lines += _of_base(was, layer, names[at])
        elif isinstance(layer, LearningLayer) and layer.trainable != was.trainable:
            # A network that is a layer may be several in the model of somebody who has changed the script.
            is_behind = any(isinstance(one, Application) for _, one in enabled[:place])
            lines.append(f"model.layers[{place - len(enabled) if is_behind else place}].trainable = {layer.trainable}")
    return lines


def _of_base(was: Application, now: Application, name: str) -> Iterator[str]:
    """TensorFlow takes no notice where `trainable` is set to what it is, so layers inside are set one by one."""
    if was.trainable != now.trainable:
        yield f"{name}.trainable = {now.trainable}"
    thawed = was.frozen_layers if was.trainable else 0
    if not now.trainable or (was.trainable and thawed == now.frozen_layers):
        return
    if thawed > now.frozen_layers:
        yield from _each(name, f"{now.frozen_layers or ''}:{thawed}", True)
    elif now.frozen_layers:
        yield from _each(name, f":{now.frozen_layers}", False)


def _each(name: str, which: str, learns: bool) -> Iterator[str]:
    yield f"for layer in {name}_base.layers[{which}]:"
    yield f"    layer.trainable = {learns}"
