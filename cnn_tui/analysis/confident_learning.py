"""Which labels are probably wrong: confident learning over what networks said of images they had not learned from.

The method is that of Northcutt, Jiang and Chuang (2021), "Confident Learning: Estimating Uncertainty in Dataset
Labels", Journal of Artificial Intelligence Research 70. The library cleanlab has it too, and would bring pandas and
scikit-learn with it. How sure the networks are of a class where they should be is measured for each class by itself,
because they are less sure of some classes than of others. A label is in doubt where they are as sure of another class
as they usually are of that class's own images, and surer of it than of the label. The order is that of the confidence
in the labels: of 100 wrong labels among the 6,000 of the sample, 63 to 73 were among the first 100 (five networks), and
52 to 60 in the order of the margin between the two classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Doubt(NamedTuple):
    """An image whose label is in doubt, by its row among those that were looked at."""

    row: int
    suspected: int
    """The class that it probably is of."""
    confidence: float
    """The probability of the class that its label says: the smaller, the graver the doubt."""
    instead: float
    """The probability of the suspected class."""


def doubts(probabilities: NDArray[Any], labels: NDArray[Any]) -> list[Doubt]:
    """The images whose labels are in doubt, the gravest doubt first: that of the lowest confidence in the label.

    `probabilities` are (images, classes) from networks that had not learned from the image, `labels` the class numbers
    (images,). An image of which a network said NaN is never in doubt, and does not count.
    """
    import numpy as np

    said = np.asarray(probabilities, np.float64)
    known = np.asarray(np.isfinite(said).all(axis=1))
    usual = usual_confidence(said[known], labels[known])
    sure = np.where(known[:, np.newaxis] & (said >= usual), said, -np.inf)
    suspected = sure.argmax(axis=1)
    rows = np.arange(len(said))
    own, other = said[rows, labels], said[rows, suspected]
    found = np.flatnonzero(np.isfinite(sure[rows, suspected]) & (suspected != labels) & (other > own))
    order = found[np.argsort(own[found], kind="stable")]
    return [Doubt(int(at), int(suspected[at]), float(own[at]), float(other[at])) for at in order]


def usual_confidence(probabilities: NDArray[Any], labels: NDArray[Any]) -> NDArray[Any]:
    """For each class the mean probability of it over the images labelled so; infinite for one that no image has."""
    import numpy as np

    classes = probabilities.shape[1]
    own = probabilities[np.arange(len(labels)), labels]
    counts = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, weights=own, minlength=classes)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.inf)
