"""The features of training images in two dimensions, and which of the images are worth a look.

Features are rows of length 1 (`features.py`), so that the product of two rows is their cosine. PCA takes the two
directions in which the rows differ most: exactly, from the matrix of covariances, where a row has few numbers, else by
orthogonal iteration, which never needs that matrix (Golub and Van Loan, Matrix Computations, 8.2.4).
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cnn_tui.jobs.explain.map_protocol import MOST_RANKED, NEIGHBOURS

Floats = NDArray[np.float32]
Numbers = NDArray[np.int64]

_EXACT = 256
"""Numbers of a row up to which the matrix of covariances is worked out."""
_BLOCK = 12
"""Directions that are iterated together: the first two settle the sooner, the more there are."""
_MOST_STEPS = 40
_SETTLED = 1e-4
_AT_ONCE = 32
"""Rows whose cosines with all rows are in memory at once."""


class Plane(NamedTuple):
    """Where rows lie in two directions, (n, 2), and which shares of their variance those have."""

    places: Floats
    variance: tuple[float, float]


def principal_plane(rows: Floats) -> Plane:
    """The first two principal components of rows (n, d). Each points to where its largest weight is above 0."""
    count, size = rows.shape
    if size < 2:
        rows = np.concatenate([rows, np.zeros((count, 2 - size), np.float32)], axis=1)
    mean = (np.ones(count, np.float32) @ rows) / np.float32(count)
    squares = np.einsum("ij,ij->i", rows, rows).sum(dtype=np.float64)
    total = max(0.0, float(squares) / count - float(mean @ mean))
    axes = _exact_axes(rows, mean) if size <= _EXACT else _iterated_axes(rows, mean)
    largest = np.abs(axes).argmax(axis=0)
    axes = axes * np.where(axes[largest, [0, 1]] < 0, -1, 1).astype(np.float32)
    places: Floats = (rows @ axes - mean @ axes).astype(np.float32)
    spread = places.var(axis=0, dtype=np.float64)
    first, second = (min(1.0, float(one) / total) if total > 1e-12 else 0.0 for one in spread)
    return Plane(places, (first, second))


def _exact_axes(rows: Floats, mean: Floats) -> Floats:
    """(d, 2): the eigenvectors of the two largest eigenvalues."""
    covariance = (rows.T @ rows).astype(np.float64) / len(rows) - np.outer(mean, mean)
    _, vectors = np.linalg.eigh(covariance)
    axes: Floats = vectors[:, [-1, -2]].astype(np.float32)
    return axes


def _iterated_axes(rows: Floats, mean: Floats) -> Floats:
    """The same without a matrix of d by d: rows are laid on directions and these turned until they settle."""
    start = np.random.default_rng(0).standard_normal((rows.shape[1], _BLOCK))
    block, before = np.linalg.qr(start)[0].astype(np.float32), np.zeros(2)
    for _ in range(_MOST_STEPS):
        laid = rows @ block - mean @ block
        turned = rows.T @ laid - np.outer(mean, laid.sum(axis=0))
        small = (block.T @ turned).astype(np.float64)
        values, ways = np.linalg.eigh((small + small.T) / 2)
        axes: Floats = (block @ ways[:, [-1, -2]]).astype(np.float32)
        if np.all(np.abs(values[[-1, -2]] - before) <= _SETTLED * max(abs(values[-1]), 1e-12)):
            break
        before, block = values[[-1, -2]], np.linalg.qr(turned)[0].astype(np.float32)
    return axes


class Classes:
    """How far each row is from the middle of its own class, and from that of the nearest other one."""

    def __init__(self, rows: Floats, labels: Numbers) -> None:
        self.rows, self.labels = rows, labels
        known, at = np.unique(labels, return_inverse=True)
        sums = np.zeros((len(known), rows.shape[1]), np.float32)
        for one in range(len(known)):
            sums[one] = rows[at == one].sum(axis=0)
        middles = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), np.float32(1e-12))
        cosines = rows @ middles.T
        places = np.arange(len(rows))
        own = cosines[places, at]
        self.distances: Floats = np.maximum(0, 1 - own)
        """To the middle of the own class: 1 minus the cosine."""
        cosines[places, at] = -1
        self.leads: Floats = cosines.max(axis=1) - own if len(known) > 1 else np.full(len(rows), -1, np.float32)
        """How much nearer another class's middle is than the own one; below 0 where it is not."""
        self.near_others = _first(self.leads)
        """The rows of the largest leads, the largest first."""
        self.far_out = _first(self.distances)
        """The rows that are farthest from their own class, the farthest first."""

    def count_others(self, first: int, seconds: float) -> list[int]:
        """How many neighbours of each of `near_others` from `first` on are of another class.

        Works for about so many seconds, and on `_AT_ONCE` rows at least.
        """
        found: list[int] = []
        ends = time.monotonic() + seconds
        while first + len(found) < len(self.near_others) and (not found or time.monotonic() < ends):
            chosen = self.near_others[first + len(found) :][:_AT_ONCE]
            near = neighbours(self.rows, chosen)
            found += (self.labels[near] != self.labels[chosen, np.newaxis]).sum(axis=1).tolist()
        return found


def neighbours(rows: Floats, chosen: Numbers) -> Numbers:
    """(n, NEIGHBOURS), or fewer of fewer rows: the other rows of the largest cosine to each that is chosen."""
    cosines = rows[chosen] @ rows.T
    cosines[np.arange(len(chosen)), chosen] = -np.inf
    most = min(NEIGHBOURS, len(rows) - 1)
    if most < 1:
        return np.zeros((len(chosen), 0), np.int64)
    near = np.argpartition(-cosines, most - 1, axis=1)[:, :most]
    order = np.argsort(-np.take_along_axis(cosines, near, axis=1), axis=1, kind="stable")
    return np.take_along_axis(near, order, axis=1)


def _first(values: Floats) -> Numbers:
    """The places of the largest values, the largest first."""
    most = min(MOST_RANKED, len(values))
    first = np.argpartition(-values, most - 1)[:most] if most < len(values) else np.arange(most)
    return first[np.lexsort((first, -values[first]))]
