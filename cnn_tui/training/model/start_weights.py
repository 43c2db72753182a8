"""Gives a network the weights of a file of Keras to start from, layer by layer from the image on.

The layers that are as in the file keep theirs, up to the first one that is not: that one and those behind it begin
anew. So a network whose end was replaced is trained on from what its first layers have learned. A run that goes on
takes up the weights of a checkpoint, or of an epoch that it has kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import keras

from cnn_tui.artifacts.weights import Start
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.training.phases import PhaseReached
from cnn_tui.experiment.training.start_weights import digest_of_file
from cnn_tui.keras_io.weights_file import LayerKind, StoredLayer, WeightsFileError, stored_layers
from cnn_tui.text import counted, quiet, reason
from cnn_tui.training.callbacks.checkpoints import CheckpointError, restore
from cnn_tui.training.callbacks.epoch_weights import take_epoch
from cnn_tui.training.model.build import BuildError

_MOST_NAMED = 8

Shapes = tuple[tuple[int, ...], ...]


class Leaf(NamedTuple):
    """A layer that has weights. `top` is the layer of the stack that it is, or is inside of."""

    layer: Any
    top: str
    in_application: bool

    @property
    def shapes(self) -> Shapes:
        return tuple(tuple(weight.shape) for weight in self.layer.weights)


def start_from_weights(model: keras.Sequential, experiment: Experiment) -> str:
    """Give the network of an experiment the weights that it starts from; gives words on which layers have them.

    "" where the experiment names none. Raises BuildError where they cannot be read, or do not fit at all.
    """
    if experiment.weights is None:
        return ""
    path = Path(experiment.weights)
    digest = digest_of_file(experiment.weights)
    if digest is None:
        raise BuildError(f"the file of weights {quiet(str(path))} is not there, or cannot be read")
    if experiment.weights_digest not in (None, digest):
        raise BuildError(f"the file of weights {quiet(str(path))} has changed since the run was queued: queue it again")
    leaves = list(_leaves(model))
    try:
        with stored_layers(path, kinds_of(model)) as stored:
            taken = _take(leaves, stored)
            return _words(path, leaves, stored, taken, experiment.training.epochs)
    except WeightsFileError as error:
        raise BuildError(str(error)) from error
    except OSError as error:  # h5py's, where the file is damaged farther in
        raise BuildError(f"the weights of {quiet(str(path))} cannot be read ({reason(error)})") from error


def kinds_of(model: Any) -> tuple[LayerKind, ...]:
    """The layers of a model of Keras, as its files tell of them."""
    return tuple(
        LayerKind(type(layer).__name__, layer.name, kinds_of(layer) if isinstance(layer, keras.Model) else None)
        for layer in model.layers
    )


def _leaves(model: Any, top: str = "") -> Iterator[Leaf]:
    for layer in model.layers:
        if isinstance(layer, keras.Model):
            yield from _leaves(layer, top or layer.name)
        elif layer.weights:
            yield Leaf(layer, top or layer.name, bool(top))


def _take(leaves: list[Leaf], stored: list[StoredLayer]) -> int:
    """Give the layers their weights up to the first that is not as in the file; gives how many have them now."""
    for at, (leaf, there) in enumerate(zip(leaves, stored, strict=False)):
        if leaf.shapes != there.shapes:
            return at
        for weight, array in zip(leaf.layer.weights, there.arrays, strict=True):
            weight.assign(array[()])
        if isinstance(leaf.layer, keras.layers.Normalization):
            leaf.layer.finalize_state()
    return min(len(leaves), len(stored))


def _words(path: Path, leaves: list[Leaf], stored: list[StoredLayer], taken: int, epochs: int) -> str:
    """What became of each layer. Raises BuildError where what begins anew would be of no use."""
    rest = leaves[taken:]
    where = quiet(str(path))
    why = _misfit(rest[0], stored[taken] if taken < len(stored) else None) if rest else ""
    if not taken:
        raise BuildError(f"the weights of {where} do not fit: {why or 'no layer of this network has weights'}")
    inside = next((leaf for leaf in rest if leaf.in_application), None)
    if inside is not None:
        raise BuildError(f"the weights of {where} do not fit {inside.top}: {why}")
    if rest and not epochs:
        raise BuildError(f"the weights of {where} fit in part, and 0 epochs train nothing: {why}")
    words = [f"starts from the weights of {where}: {_listed(leaf.top for leaf in leaves[:taken])}"]
    if rest:
        words.append(f"{_listed(leaf.top for leaf in rest)} begin{'s' if len(rest) == 1 else ''} anew ({why})")
    elif spare := stored[taken:]:
        words.append(
            f"the file has {_listed(quiet(one.name, 60) for one in spare)} besides, which this network has not"
        )
    return "; ".join(words)


def _misfit(leaf: Leaf, there: StoredLayer | None) -> str:
    """Why a layer does not get its weights: `dense has 1600x128 and 128 here, and 800x128 and 128 in the file`."""
    name = leaf.top if leaf.layer.name == leaf.top else f"{leaf.layer.name} in {leaf.top}"
    if there is None:
        return f"{name} is more than the file has"
    called = "" if there.name == leaf.layer.name else f" ({quiet(there.name, 60)})"
    return f"{name} has {_sizes(leaf.shapes)} here, and {_sizes(there.shapes)} in the file{called}"


def _sizes(shapes: Shapes) -> str:
    return " and ".join("x".join(map(str, shape)) or "1" for shape in shapes) or "no weights"


def _listed(names: Iterable[str]) -> str:
    """`conv2d, conv2d_1 and dense`; of many, the first and how many more."""
    each = list(dict.fromkeys(names))
    if len(each) > _MOST_NAMED:
        return f"{', '.join(each[:_MOST_NAMED])} and {counted(len(each) - _MOST_NAMED, 'more layer')}"
    return " and ".join(filter(None, (", ".join(each[:-1]), each[-1])))


def take_up(model: Any, start: Start, steps: int, reached: PhaseReached) -> None:
    """Give the model of the phase that was reached what a run goes on with. Raises CheckpointError.

    With weights alone the optimizer begins anew; a schedule that goes with the steps, `steps` an epoch, does not.
    """
    if start.checkpoint is not None:
        restore(model, start.path, start.checkpoint)
        return
    try:
        take_epoch(model, start.path)
    except RawFileError as error:
        raise CheckpointError(str(error)) from error
    schedule = reached.experiment.training.schedule
    if schedule is not None and not schedule.follows_epochs:
        model.optimizer.iterations.assign((start.epoch - reached.first) * steps)
