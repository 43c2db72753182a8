"""Folds of scikit-learn's: a script trains on all parts of its images but one, and holds another one out each time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cnn_tui.keras_io.code.data.array_values import DatasetArrays
from cnn_tui.keras_io.code.values import Named, Value


class Folds(msgspec.Struct, frozen=True):
    """Into how many parts images are split; `is_drawn` says whether at random, or in their order."""

    many: int
    is_drawn: bool

    def last(self, images: DatasetArrays) -> list[Value] | None:
        """What a loop over them goes through, of which the last turn stands for all; None for images not counted."""
        if images.count is None:
            return None
        learned = images.count - images.count // self.many
        if self.is_drawn:
            return [(range(learned), range(images.count - learned))]
        return [(slice(0, learned), slice(learned, None))]

    def note(self, place: str) -> str:
        """What is said of that."""
        return (
            f"it is trained {self.many} times there ({place}), with another part of the images held out each time: "
            f"here once, with 1/{self.many} of them held out"
        )


def folds_of(callee: Named, unnamed: Sequence[Value], given: Mapping[str, Value]) -> Folds | None:
    """The folds that scikit-learn makes; None for any other call, and where only running tells how many they are."""
    if callee.name not in ("KFold", "StratifiedKFold") or not callee.path.startswith("sklearn."):
        return None
    many = given.get("n_splits", unnamed[0] if unnamed else 5)
    if type(many) is not int or many < 2:
        return None
    return Folds(many, callee.name != "KFold" or given.get("shuffle") is True)
