"""The map of a run's features: where its training images lie, which are worth a look, and one of them looked at."""

from __future__ import annotations

import functools
from typing import Any

import msgspec
import numpy as np

from cnn_tui.jobs.explain.answers import Prediction
from cnn_tui.jobs.explain.map_protocol import (
    MOST_LAID_OUT,
    CountOthers,
    DrawMap,
    FeatureMap,
    MapMethod,
    MapNeighbour,
    MapPoint,
    OthersCounted,
)
from cnn_tui.jobs.explain.protocol import ExplainError
from cnn_tui.training.explain.feature_map import Classes, Floats, Numbers, neighbours, principal_plane
from cnn_tui.training.explain.features import TrainingFeatures
from cnn_tui.training.explain.layout_work import LayoutWork

_FIRST = 250
"""Of each list of what is worth a look, those that are on every map."""

A_PIECE = 0.08
"""Seconds of a part of the counting, between which it can be looked at a point."""


class MappedFeatures:
    """What is asked about the map of the features of one run; what is worked out once is kept."""

    def __init__(self, features: TrainingFeatures) -> None:
        self.features = features
        features.work(float("inf"))
        self._labels = features.images.y_train[features.positions].astype(np.int64)
        self._places: dict[MapMethod, Floats] = {}
        """What came of t-SNE and UMAP."""
        self._work: LayoutWork | None = None

    @functools.cached_property
    def _classes(self) -> Classes:
        return Classes(self.features.rows, self._labels)

    @functools.cached_property
    def _laid_out(self) -> Numbers:
        """The rows of which t-SNE and UMAP make a map: some of many, among them the first that are worth a look."""
        total, classes = self.features.total, self._classes
        first = np.concatenate([classes.near_others[:_FIRST], classes.far_out[:_FIRST]])
        if total <= MOST_LAID_OUT:
            return np.arange(total)
        evenly = np.linspace(0, total - 1, MOST_LAID_OUT - len(first)).astype(np.int64)
        return np.unique(np.concatenate([first, evenly]))

    def draw(self, question: DrawMap, names: tuple[str, ...], seconds: float) -> FeatureMap:
        """Where the images lie; or that the method is at work, after so many seconds."""
        if question.method == "pca":
            self.end_work()
            plane = principal_plane(self.features.rows)
            return self._map(question.method, names, np.arange(self.features.total), plane.places, plane.variance)
        places = self._places.get(question.method)
        if places is None:
            work = self._work_of(question.method)
            places = work.wait(seconds)
            if places is None:
                none = np.zeros(0, np.int64)
                answer = self._map(question.method, names, none, np.zeros((0, 2), np.float32))
                return msgspec.structs.replace(answer, at_work=work.seconds)
            self._places[question.method] = places
        return self._map(question.method, names, self._laid_out, places)

    def _work_of(self, method: MapMethod) -> LayoutWork:
        if self._work is None or self._work.method != method or self._work.was_ended:
            self.end_work()
            self._work = LayoutWork(method, self.features.rows[self._laid_out])
        return self._work

    def end_work(self) -> None:
        """Leave what is under way."""
        work, self._work = self._work, None
        if work is not None:
            work.end()

    def _map(
        self,
        method: MapMethod,
        names: tuple[str, ...],
        rows: Numbers,
        places: Floats,
        variance: tuple[float, ...] = (),
    ) -> FeatureMap:
        features, classes = self.features, self._classes
        images, reader = features.positions.astype("<i4"), features.reader
        return FeatureMap(
            method,
            reader.layer,
            reader.goes_in,
            reader.size,
            features.total,
            features.learned,
            names,
            images=images[rows].tobytes(),
            labels=self._labels[rows].astype("<i4").tobytes(),
            across=places[:, 0].astype("<f4").tobytes(),
            up=places[:, 1].astype("<f4").tobytes(),
            distances=classes.distances[rows].astype("<f4").tobytes(),
            leads=classes.leads[rows].astype("<f4").tobytes(),
            near_others=images[classes.near_others].tobytes(),
            far_out=images[classes.far_out].tobytes(),
            variance=variance,
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
