"""The test images that are leafed through: which of them, where one is among them, and which are beside each other."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.artifacts.predictions import Predictions, Which
from cnn_tui.data.images import StoredImages

_ORDERS: tuple[Which, ...] = ("all", "wrong", "least certain")
MOST_MARKED = 3


class Gallery:
    """The images of a run, with what was said of them, or those of a dataset alone."""

    def __init__(
        self, images: StoredImages | None, predictions: Predictions | None, names: Sequence[str], epoch: int = 0
    ) -> None:
        """`epoch` is the one that the predictions are of, 0 for the run's end."""
        self.images = images
        self._only = ""
        """What the images are that were chosen by their numbers."""
        self.epoch = self._chosen_epoch = epoch
        self.predictions = predictions
        self.names = tuple(names)
        self.which: Which = "all"
        self.true: int | None = None
        self.predicted: int | None = None
        self.marked: list[int] = []
        """Images that are shown beside each other, at most three."""
        self.chosen: list[int] = []
        self.at = 0
        self.choose()

    def choose(
        self, which: Which | None = None, true: int | None = None, predicted: int | None = None, keep: bool = False
    ) -> None:
        """Choose anew, from the first one on; with `keep`, stay on the image where it is still among them."""
        before = self.index
        self._chosen_epoch, self._only = self.epoch, ""
        self.which = which or self.which
        self.true, self.predicted = true, predicted
        if self.predictions is not None:
            self.chosen = self.predictions.choose(self.which, true, predicted)
        elif self.images is not None:
            self.chosen = list(range(self.images.kept)) if true is None else self.images.of_class(true)
        self.at = self.chosen.index(before) if keep and before in self.chosen else 0

    def show_only(self, images: list[int], what: str) -> None:
        """Show the images of those numbers alone; `what` they are stands where one is."""
        self.choose("all")
        self.chosen, self.at, self._only = images, 0, what

    def stay_with(self, other: Gallery) -> None:
        """Show the images that another one shows of the same set, whatever is said of them now."""
        self.which, self.true, self.predicted, self.marked = other.which, other.true, other.predicted, other.marked
        self.chosen, self.at = other.chosen, other.at
        self._chosen_epoch, self._only = other._chosen_epoch, other._only

    def choose_all(self) -> bool:
        """All images again, staying on the present one; False where none was left out."""
        narrowed = self.true is not None or self.which != "all" or self.predicted is not None or self._only
        if narrowed:
            self.choose("all", keep=True)
        return bool(narrowed)

    def move(self, by: int) -> None:
        self.at = max(0, min(self.at + by, len(self.chosen) - 1))

    def show(self, index: int) -> None:
        """All images, and this one of them."""
        self.choose("all")
        self.at = index

    def next_order(self) -> bool:
        """All images, only the wrong ones, the least certain first; False where nothing was predicted of them."""
        if self.predictions is None:
            return False
        self.choose(_ORDERS[(_ORDERS.index(self.which) + 1) % len(_ORDERS)], self.true, self.predicted)
        return True

    def toggle_mark(self) -> bool:
        """Show the present image beside others, or no longer; False where three are marked already."""
        index = self.index
        if index is None:
            return True
        if index in self.marked:
            self.marked.remove(index)
        elif len(self.marked) >= MOST_MARKED:
            return False
        else:
            self.marked.append(index)
        return True

    @property
    def index(self) -> int | None:
        """The number of the image among the test images; None where none was chosen."""
        return self.chosen[self.at] if self.at < len(self.chosen) else None

    def beside(self, following: int = 0) -> tuple[int, ...]:
        """The images to be shown beside each other: the marked ones and the present one, three at most.

        Where none is marked, `following` more come after the present one.
        """
        both = [*self.marked, *self.chosen[self.at : self.at + 1 + (0 if self.marked else following)]]
        return tuple(dict.fromkeys(both))[:MOST_MARKED]

    def label_of(self, index: int) -> int | None:
        labels = self.predictions.labels if self.predictions else self.images.labels if self.images else ()
        return labels[index] if index < len(labels) else None

    def name(self, label: int | None) -> str:
        if label is None:
            return "?"
        return self.names[label] if 0 <= label < len(self.names) else str(label)

    def place(self) -> str:
        """Where one is, as `3 of 912 wrong`."""
        what = {"all": "", "wrong": " wrong", "least certain": ", least certain first"}[self.which]
        words = f" {self._only}" if self._only else ""
        if self.true is not None:
            words += f", {self.name(self.true)}"
        if self.predicted is not None:
            words += f" taken for {self.name(self.predicted)}"
        if self._chosen_epoch != self.epoch and (self.which != "all" or self.predicted is not None):
            words += f" after epoch {self._chosen_epoch}" if self._chosen_epoch else " at the end"
        if not self.chosen:
            return f"none{what}{words}"
        return f"{self.at + 1:,} of {len(self.chosen):,}{what}{words}"
