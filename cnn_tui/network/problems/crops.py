"""Keras's RandomCrop outside of training: it leaves images as they are, so that what is behind it gets another size."""

from __future__ import annotations

from cnn_tui.network.layers import CenterCrop, RandomCrop, Resizing
from cnn_tui.network.problems.fixes import Fix, Problem
from cnn_tui.network.shapes import show
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize


def find_crop_problem(stack: Stack) -> Problem | None:
    """What is wrong where a stack that can be built could not be tested behind a RandomCrop."""
    built = summarize(stack)
    for at, layer in stack.enabled():
        if not isinstance(layer, RandomCrop):
            continue
        tested = summarize(stack.toggle(at))
        if tested.stuck_at is None and tested.total_params == built.total_params:
            continue
        shape = built.rows[at].input_shape
        assert shape is not None
        wanted = f"{layer.height}x{layer.width}"
        words = (
            "RandomCrop leaves images as they are outside of training, as Keras has it: "
            f"{show(shape[:2])}, not {wanted}, which the layers behind it cannot take"
        )
        sized = Resizing(height=layer.height, width=layer.width, crop_to_aspect_ratio=True)
        below = stack.insert(at + 1, sized)
        fixes = (Fix(f"Resizing to {wanted} below", below), Fix("CenterCrop in its place", _instead(stack, at)))
        return Problem(at + 1, words, fixes)
    return None


def _instead(stack: Stack, at: int) -> Stack:
    layer = stack.layers[at]
    assert isinstance(layer, RandomCrop)
    return stack.delete(at).insert(at, CenterCrop(height=layer.height, width=layer.width))
