"""What the folders of a dataset's parts are called: those to train on, to test on, and to validate on."""

from __future__ import annotations

from typing import Literal

Part = Literal["train", "test", "validation"]
_PARTS: dict[Part, tuple[str, ...]] = {
    "train": ("train", "training", "train_set", "training_set"),
    "test": ("test", "testing", "test_set", "testing_set"),
    "validation": ("val", "valid", "validation", "val_set", "validation_set"),
}


def part_of(name: str) -> Part | None:
    """The part that a folder of this name holds, in capitals or not, with `-`, `_` or a space; None for others."""
    plain = name.casefold().replace("-", "_").replace(" ", "_")
    return next((part for part, names in _PARTS.items() if plain in names), None)
