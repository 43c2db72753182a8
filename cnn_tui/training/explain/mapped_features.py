"""The map of a run's features: where its training images lie, which are worth a look, and one of them looked at."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from cnn_tui.jobs.explain_protocol import ExplainError, Prediction
from cnn_tui.jobs.map_protocol import CountOthers, DrawMap, FeatureMap, MapNeighbour, MapPoint, OthersCounted
from cnn_tui.training.explain.feature_map import Classes, neighbours, principal_plane
from cnn_tui.training.explain.features import TrainingFeatures

A_PIECE = 0.08
"""Seconds of a part of the counting, between which it can be looked at a point."""


class MappedFeatures:
    """What is asked about the map of the features of one run; what is worked out once is kept."""

    def __init__(self, features: TrainingFeatures) -> None:
        self.features = features
        features.work(float("inf"))
        self._labels = features.images.y_train[features.positions].astype(np.int64)

    @functools.cached_property
    def _classes(self) -> Classes:
        return Classes(self.features.rows, self._labels)

    def draw(self, question: DrawMap, names: tuple[str, ...]) -> FeatureMap:
        """Where the images lie."""
        features, classes = self.features, self._classes
        plane, reader = principal_plane(features.rows), features.reader
        images = features.positions.astype("<i4")
        return FeatureMap(
            question.method,
            reader.layer,
            reader.goes_in,
            reader.size,
            features.total,
            features.learned,
            names,
            images=images.tobytes(),
            labels=self._labels.astype("<i4").tobytes(),
            across=plane.places[:, 0].astype("<f4").tobytes(),
            up=plane.places[:, 1].astype("<f4").tobytes(),
            distances=classes.distances.astype("<f4").tobytes(),
            leads=classes.leads.astype("<f4").tobytes(),
            near_others=images[classes.near_others].tobytes(),
            far_out=images[classes.far_out].tobytes(),
            variance=plane.variance,
        )

    def count_others(self, question: CountOthers) -> OthersCounted:
        """How many neighbours of another class the images have that lie near one: a part of them."""
        classes, total = self._classes, len(self._classes.near_others)
        if not 0 <= question.first < max(1, total):
            raise ExplainError(f"there are {total:,} images near another class, from 0", wrong=True)
        counts = classes.count_others(question.first, A_PIECE)
        return OthersCounted(bytes(counts), question.first + len(counts), total)

    def look(self, image: int, said: Any) -> MapPoint:
        """One image; `said` gives the Prediction of a batch of one."""
        features = self.features
        rows = np.flatnonzero(features.positions == image)
        if not len(rows):
            raise ExplainError(f"training image {image} is not among those that were searched", wrong=True)
        pixels = features.images.x_train[image]
        prediction: Prediction = said(pixels[np.newaxis])
        near = neighbours(features.rows, rows)[0]
        cosines = features.rows[near] @ features.rows[rows[0]]
        found = tuple(
            MapNeighbour(int(features.positions[at]), int(self._labels[at]), max(0.0, 1.0 - float(cosine)))
            for at, cosine in zip(near, cosines, strict=True)
        )
        label = int(self._labels[rows[0]])
        return MapPoint(tuple(pixels.shape), pixels.tobytes(), label, prediction.probabilities, found)
