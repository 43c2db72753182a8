"""Layers that a script calls as while training, or as after it, whatever is done with the model that they are in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnn_tui.keras_io.code.values import CodeModel, Instance, Tensor, Value
from cnn_tui.network.kinds.application import facts_of

AT_REST = "called as after training"
"""Among the arguments of an Application: the line where a script calls it so."""
_IN_TRAINING = ("BatchNormalization", "Dropout", "GaussianNoise", "Random", "SpatialDropout")
"""How the kinds of layers begin that do something else while a model is trained."""


def called_so(callee: Value, unnamed: Sequence[Value], given: Mapping[str, Value], place: str) -> list[str]:
    """A note on what is called with a `training` of its own; none where it makes no difference.

    Of a network of Keras's it does where it learns, which is only known later: it is marked.
    """
    if not isinstance(callee, Instance | CodeModel) or not isinstance(mode := given.get("training"), bool):
        return []
    layers = callee.layers if isinstance(callee, CodeModel) else [callee]
    kinds = [layer.kind for layer in layers if isinstance(layer, Instance) and layer.kind.startswith(_IN_TRAINING)]
    for layer in layers:
        if isinstance(layer, Instance) and layer.kind == "Application" and not mode:
            layer.arguments[AT_REST] = place
    into = unnamed[0] if unnamed else None
    in_model = isinstance(into, Tensor) and into.shape is not None  # and not in a pipeline of pictures to train on
    if not kinds or (mode and not in_model):
        return []
    here = "and it works after training there too" if mode else "and it does not work while training there"
    return [f"training={mode} of {', '.join(dict.fromkeys(kinds))} ({place}) is left out, {here}"]


def note_of_network(asked: Mapping[str, Value], own: Mapping[str, Value]) -> str:
    """A note on a network that is called as after training and learns; "" where its layers do the same here.

    `asked` are the arguments that a script gives it, and `own` those that it has here.
    """
    if AT_REST not in asked or own.get("trainable") is False or not _evens_out(own):
        return ""
    return (
        f"{own['architecture']} has training=False ({asked[AT_REST]}), so that its BatchNormalization goes by what it "
        "knows: here, where it is not frozen, it goes by each batch while it is trained"
    )


def _evens_out(own: Mapping[str, Value]) -> bool:
    """Whether there is a BatchNormalization in a network, up to where it is cut; so too where that is not known."""
    try:
        facts = facts_of(own["architecture"])
        return facts.cuts[own.get("cut") or facts.last].non_trainable > 0
    except (KeyError, TypeError):
        return True
