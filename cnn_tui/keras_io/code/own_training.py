"""A training that a script writes out step by step, in place of a fit: that there is one, and what it is made with."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from cnn_tui.keras_io.code.arguments import OPTIMIZERS
from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.values import Instance, Names, Value

_STEPS = ("GradientTape", "apply_gradients", "train_on_batch")
"""What such a training calls; the first that a script has is named."""


def own_training(cells: Sequence[CodeCell]) -> str:
    """Where a script trains step by step: `GradientTape, line 12`; "" where it does not."""
    parts = [(part, cell) for cell in cells for part in ast.walk(cell.tree) if isinstance(part, ast.Attribute)]
    for step in _STEPS:
        for part, cell in parts:
            if part.attr == step:
                return f"{step}, {cell.place(part.lineno)}"
    return ""


def made_with(names: Names) -> dict[str, Value]:
    """The optimizer and the loss that it is made with, as compile has them; none where there is more than one."""
    made = [(name.lower(), value) for name, value in names.own().items() if isinstance(value, Instance)]
    optimizers = [value for _, value in made if value.kind in OPTIMIZERS.values()]
    losses = [value for name, value in made if "loss" in name and value not in optimizers]
    if len(optimizers) != 1 or len(losses) != 1:
        return {}
    return {"optimizer": optimizers[0], "loss": losses[0], "metrics": ["accuracy"]}
