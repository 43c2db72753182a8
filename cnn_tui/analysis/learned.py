"""When a network learned each test image, and which it forgot: by what it said of them after each epoch it has kept."""

from __future__ import annotations

from collections.abc import Sequence

from cnn_tui.artifacts.predictions import Predictions
from cnn_tui.text import counted


class Learned:
    """What a run said of the test images after some epochs, in their order; the last ones are those of its end."""

    def __init__(self, epochs: Sequence[int], said: Sequence[Predictions]) -> None:
        self.epochs, self.said = tuple(epochs), tuple(said)
        labels = said[-1].labels
        self._right = [[one == label for one, label in zip(each.predicted, labels, strict=True)] for each in said]
        self.since = [self._since(index) for index in range(len(labels))]
        """Of each image the first epoch from which on it was right for good; 0 where it is wrong at the end."""
        self.forgotten = [index for index, since in enumerate(self.since) if not since and any(self.right(index))]
        """Images that were right after an epoch and are wrong at the end."""

    def right(self, index: int) -> list[bool]:
        """Whether an image was right after each of the epochs."""
        return [each[index] for each in self._right]

    def _since(self, index: int) -> int:
        first = 0
        for epoch, each in zip(reversed(self.epochs), reversed(self._right), strict=True):
            if not each[index]:
                break
            first = epoch
        return first

    def of_image(self, index: int) -> str:
        """When an image was learned, in a sentence."""
        right = [epoch for epoch, was in zip(self.epochs, self.right(index), strict=True) if was]
        since = self.since[index]
        if since == self.epochs[0]:
            return f"Right from epoch {since} on, the first that was kept."
        if since:
            before = [epoch for epoch in right if epoch < since]
            lost = f" It was right after {_listed(before)} too, and wrong again." if before else ""
            return f"Right for good since epoch {since}.{lost}"
        if not right:
            return "Never right after an epoch that was kept."
        return f"Forgotten: right after {_listed(right)}, wrong at the end."

    def of_all(self) -> list[str]:
        """How many images were learned when, in a few sentences."""
        counts = [(epoch, self.since.count(epoch)) for epoch in self.epochs]
        shown = ", ".join(f"{epoch}: {images:,}" for epoch, images in counts if images)
        wrong = self.since.count(0)
        never = wrong - len(self.forgotten)
        return [
            f"Images that are right for good, by the epoch since which they are: {shown or 'none'}.",
            f"Wrong at the end: {counted(wrong, 'image')}, of which {len(self.forgotten):,} were right before and "
            f"{never:,} never were.",
        ]


def _listed(epochs: Sequence[int], most: int = 6) -> str:
    shown = ", ".join(map(str, epochs[:most]))
    return f"{'epoch' if len(epochs) == 1 else 'epochs'} {shown}{' …' if len(epochs) > most else ''}"
