"""The points of a map of features, and the two lists of those that are worth a look."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from cnn_tui.jobs.explain.map_protocol import FeatureMap, real_numbers, whole_numbers

WorthALook: TypeAlias = Literal["mixed borders", "far out"]
"""Points among others of another class, and points far from their own class."""
LISTS: tuple[WorthALook, ...] = ("mixed borders", "far out")


class MapPoints:
    """The points by their places on the map, from 0; `images` says which training image each is."""

    def __init__(self, found: FeatureMap) -> None:
        self.facts = found
        self.images, self.labels = whole_numbers(found.images), whole_numbers(found.labels)
        self.across, self.up = real_numbers(found.across), real_numbers(found.up)
        self.distances, self.leads = real_numbers(found.distances), real_numbers(found.leads)
        self._point_of = {image: at for at, image in enumerate(self.images)}
        self._near_others = whole_numbers(found.near_others)
        self.others: dict[int, int] = {}
        """How many neighbours of other classes points have, as far as they were counted."""
        self._lists: dict[WorthALook, list[int]] = {
            "mixed borders": self._on_the_map(self._near_others),
            "far out": self._on_the_map(whole_numbers(found.far_out)),
        }

    def _on_the_map(self, images: Sequence[int]) -> list[int]:
        return [self._point_of[image] for image in images if image in self._point_of]

    @property
    def near_others(self) -> int:
        """How many images lie near another class, so that their neighbours are to be counted."""
        return len(self._near_others)

    def __len__(self) -> int:
        return len(self.images)

    def point_of(self, image: int) -> int | None:
        """Where an image is on the map; None where it is not."""
        return self._point_of.get(image)

    def count(self, first: int, counts: Sequence[int]) -> None:
        """Take in how many neighbours of other classes those have that lie near one, from the `first` on."""
        for image, others in zip(self._near_others[first : first + len(counts)], counts, strict=True):
            if image in self._point_of:
                self.others[self._point_of[image]] = others
        if first + len(counts) >= len(self._near_others):
            near = [at for at in self._on_the_map(self._near_others) if self.others[at]]
            self._lists["mixed borders"] = sorted(near, key=lambda at: -self.others[at])  # else as they were

    def worth_a_look(self, which: WorthALook, label: int | None = None) -> list[int]:
        """The points of a list, those first that are most so; with `label` those of that class.

        Those on mixed borders are in the order of how much nearer another class is, until all neighbours are counted.
        """
        found = self._lists[which]
        return found if label is None else [at for at in found if self.labels[at] == label]
