"""Folds of scikit-learn's: a script trains on all parts of its images but one, and holds another one out each time."""

from __future__ import annotations

import math

import msgspec

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.data.data_values import Folder
from cnn_tui.keras_io.code.data.shares import RowMask
from cnn_tui.keras_io.code.values import Unknown, Value

_FOLDS = ("KFold", "StratifiedKFold")
_SHUFFLES = ("ShuffleSplit", "StratifiedShuffleSplit")


class Folds(msgspec.Struct, frozen=True):
    """How often images are split; `is_drawn` says whether at random, or in their order.

    Each time `held` of them is held out, as a share, or in another part of so many where that is None.
    """

    many: int
    is_drawn: bool
    held: float | None = None

    def last(self, images: Value) -> list[Value] | None:
        """What a loop over them goes through, of which the last turn stands for all; None for what is no images."""
        share = 1 / self.many if self.held is None else self.held
        if isinstance(images, Unknown | Folder):
            return [(RowMask(share).inverted(), RowMask(share))]
        if not isinstance(images, DatasetArrays) or images.count is None:
            return None
        held = images.count // self.many if self.held is None else math.ceil(images.count * self.held)
        learned = images.count - held
        if self.is_drawn:
            return [(range(learned), range(held))]
        return [(slice(0, learned), slice(learned, None))]

    def note(self, place: str) -> str:
        """What is said of that; "" where it is done once."""
        if self.many == 1:
            return ""
        held = f"1/{self.many}" if self.held is None else f"{self.held:.3g}"
        return (
            f"it is trained {self.many} times there ({place}), with another part of the images held out each time: "
            f"here once, with {held} of them held out"
        )


def folds_of(call: Call) -> Folds | None:
    """The splits that scikit-learn makes; None for any other call, and where only running tells how many they are."""
    if call.name not in (*_FOLDS, *_SHUFFLES) or not call.path.startswith("sklearn."):
        return None
    many = call.get(0, "n_splits", usual=5 if call.name in _FOLDS else 10)
    if call.name in _SHUFFLES:
        held = call.get(1, "test_size", usual=0.1)
        is_known = type(many) is int and many > 0 and isinstance(held, float) and 0 < held < 1
        return Folds(many, True, held) if is_known else None
    if type(many) is not int or many < 2:
        return None
    return Folds(many, call.name != "KFold" or call.given.get("shuffle") is True)
