"""The files of weights that layers begin with (`Application`): whether a training would find them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.network.kinds.application import Application
from cnn_tui.network.layers import AnyLayer
from cnn_tui.network.problems.fixes import Fix, Problem
from cnn_tui.text import quiet


def file_of(layer: AnyLayer) -> str | None:
    """The path of the file of weights that a layer begins with; None where it begins with none."""
    return layer.weights if isinstance(layer, Application) and layer.weights not in ("imagenet", "none") else None


def found(path: str) -> bool:
    """Whether there is such a file, as a process in this folder sees it."""
    try:
        return Path(path).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):  # a name too long, a NUL in it, a home that is not there
        return False


def lost_weights(experiment: Experiment) -> Iterator[Problem]:
    """Why layers of a training that begins with them cannot have their weights, as far as that is seen unread.

    A training that starts from a file of the whole network's weights reads none of those.
    """
    if experiment.weights is not None:
        return
    stack = experiment.stack
    for at, layer in stack.enabled():
        path = file_of(layer)
        if path is None or not isinstance(layer, Application):
            continue
        fixes = [Fix(f"weights {weights}", stack.change(at, weights=weights)) for weights in ("imagenet", "none")]
        shown = quiet(path, 200)
        if not found(path):
            words = f"there is no file {shown} of weights: put those of {layer.architecture} without its top there"
            yield Problem(at + 1, words, tuple(fixes))
        elif not Path(path).expanduser().is_absolute():
            whole = Fix("its whole path", stack.change(at, weights=str(Path(path).absolute())))
            words = f"the file of weights {shown} is named from this folder, and training is in another one"
            yield Problem(at + 1, words, (whole, *fixes))
