"""A training that a script writes out step by step, in place of a fit: where it is, and what it is made of.

Its steps are not followed. What a fit would be given is taken from what the script's names say that it is. How well its
model does, a script may count by hand too, of what that predicts.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.arguments import OPTIMIZERS
from cnn_tui.keras_io.code.cells import CodeCell
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.data.pictures.scale import arrays_of
from cnn_tui.keras_io.code.objects import HELD, is_own
from cnn_tui.keras_io.code.values import FIT_AT, Instance, Names, Tested, Value

_STEPS = ("GradientTape", "apply_gradients", "train_on_batch")
"""What such a training calls; the first that a script has is named."""
_LOSSES = ("Crossentropy", "Error", "Hinge", "Loss")
"""How the names of losses end, and not those of what only measures."""
WORDS = {
    "optimizer": "the optimizer",
    "loss": "the loss",
    "x": "the images",
    "batch_size": "the batches",
    "epochs": "the epochs",
}
"""What may be known of it, as compile and fit name it, in words."""
_IS_SIZE = re.compile(r"(\w*_)?(batch|batch_?size|bs)", re.IGNORECASE)
"""Names of the number of images in a batch."""
_WATCHED = ("val", "test")
_LABELS_OF = ("classes", "labels", "update_state")
"""What a reader of pictures has their labels in, and what a metric is given them by."""
_COUNTS = "sklearn.metrics"


class OwnTraining(msgspec.Struct, frozen=True):
    """Where a script trains step by step, and what is known of it as compile and fit would have it."""

    place: str
    """`GradientTape, line 12`."""
    compiled: dict[str, Value]
    fitted: dict[str, Value]


def own_training(
    cells: Sequence[CodeCell], names: Names, value_of: Callable[[ast.expr, CodeCell], Value]
) -> OwnTraining | None:
    """What is known of such a training; None where the script has none. `value_of` gives expressions their values."""
    parts = [(part, cell) for cell in cells for part in ast.walk(cell.tree)]
    steps = {part.attr: (part, cell) for part, cell in reversed(parts) if isinstance(part, ast.Attribute)}
    name = next((step for step in _STEPS if step in steps), None)
    if name is None:
        return None
    step, its_cell = steps[name]
    place = its_cell.place(step.lineno)
    read = {part.id for part, _ in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load)}
    fitted = _images({name: value for name, value in names.own().items() if name in read})
    many = [_turns(part, cell, value_of) for part, cell in parts if isinstance(part, ast.For) and _is_of_epochs(part)]
    if fitted and len(many) == 1 and many[0] is not None:
        fitted["epochs"] = many[0]
    sizes = {value for name, value in names.own().items() if _IS_SIZE.fullmatch(name) and type(value) is int}
    if fitted and "batch_size" not in fitted and len(sizes) == 1:
        fitted["batch_size"] = sizes.pop()
    return OwnTraining(f"{name}, {place}", _made_with(names.own()), {**fitted, FIT_AT: place} if fitted else {})


def _made_with(named: Mapping[str, Value]) -> dict[str, Value]:
    """The optimizer and the loss that it is made with; none where there is more than one."""
    own = [value.arguments[HELD] for value in named.values() if is_own(value)]  # what objects of the script keep
    every = [item for held in (named, *own) for item in held.items()]
    made = [(name.lower(), value) for name, value in every if isinstance(value, Instance)]
    optimizers = [*{id(value): value for _, value in made if value.kind in OPTIMIZERS.values()}.values()]
    of_losses = [value for name, value in made if "loss" in name and value.kind.endswith(_LOSSES)]
    losses = [*{id(value): value for value in of_losses}.values()]
    if len(optimizers) != 1 or len(losses) != 1:
        return {}
    return {"optimizer": optimizers[0], "loss": losses[0], "metrics": ["accuracy"]}


def _images(named: Mapping[str, Value]) -> dict[str, Value]:
    """The images that it learns from and those that it watches, as their names say; {} where none are known."""
    images = [(name.lower(), value) for name, value in named.items() if _is_images(value)]
    batches = [(name, value) for name, value in images if isinstance(value, Folder)]
    learned = [value for name, value in batches or images if "train" in name]
    if not learned:
        return {}
    watched = [value for part in _WATCHED for name, value in batches or images if part in name]
    found = {"x": learned[-1]} | ({"validation_data": watched[0]} if watched else {})
    size = learned[-1].arguments.get("batch_size") if batches else None
    return found | ({"batch_size": size} if type(size) is int else {})


def _is_images(value: Value) -> bool:
    arrays = arrays_of(value)
    return arrays is not None and arrays.what == "images"


def _is_of_epochs(loop: ast.For) -> bool:
    """Whether a loop is over epochs, as its own name or that of their number says."""
    names = [part.id for of in (loop.target, loop.iter) for part in ast.walk(of) if isinstance(part, ast.Name)]
    names += [part.attr for part in ast.walk(loop.iter) if isinstance(part, ast.Attribute)]
    return any("epoch" in name.lower() for name in names)


def _turns(loop: ast.For, cell: CodeCell, value_of: Callable[[ast.expr, CodeCell], Value]) -> int | None:
    """How often a loop over a range goes round; None where that is not known."""
    match loop.iter:
        case ast.Call(func=ast.Name(id="range" | "trange") | ast.Attribute(attr="range" | "trange"), args=[*ends]):
            numbers = [value_of(end, cell) for end in ends]
            known = 0 < len(numbers) < 3 and all(type(number) is int for number in numbers)
            return max(numbers[-1] - sum(numbers[:-1]), 0) or None if known else None
    return None


def measures_by_hand(cells: Sequence[CodeCell]) -> bool:
    """Whether a script may compare what a model predicts with labels: it asks for those, or counts with metrics."""
    return any(_compares(part) for cell in cells for part in ast.walk(cell.tree))


def _compares(part: ast.AST) -> bool:
    match part:
        case ast.Attribute(attr=name):
            return name in _LABELS_OF
        case ast.Import(names=names):
            return any(one.name.startswith(_COUNTS) for one in names)
        case ast.ImportFrom(module=str() as module, names=names):
            return any(f"{module}.{one.name}".startswith(_COUNTS) for one in names)
    return False


def with_labels(tested: Tested, by_hand: bool) -> Tested:
    """What a model is tested on, with whether its labels count. `by_hand`: whether its script may count by hand.

    Pictures that come in the order of their names can be told by those.
    """
    images = tested.images
    in_order = isinstance(images, Folder) and (images.is_part or images.arguments.get("shuffle") is False)
    return msgspec.structs.replace(tested, has_labels=tested.has_labels or by_hand or in_order)
