"""How much the test accuracy of runs of one kind spreads when nothing but the seed differs, and what luck alone does.

Known from the history's own repeats on the same images in as many epochs; with too few of those, from the notes' first
lab as it was run when this version was made. So even one run of each of two experiments has something to say.
"""

from __future__ import annotations

import math
import statistics
from typing import NamedTuple

from cnn_tui.history.groups import repeated_on
from cnn_tui.history.history import History

_ENOUGH = 8
"""Degrees of freedom: so many tell a spread to within a quarter or so."""


class KnownSpread(NamedTuple):
    """A standard deviation over seeds, a share, and how many degrees of freedom it was found with."""

    deviation: float
    freedom: int

    def luck(self, difference: float, runs: int, others: int) -> float:
        """In what share of cases the means of so many runs each lie as far apart by luck alone. Loads scipy."""
        from scipy.special import stdtr

        error = self.deviation * math.sqrt(1 / runs + 1 / others)
        return 2 * float(stdtr(self.freedom, -abs(difference) / error))


SHIPPED_EPOCHS = 5
SHIPPED = {
    "fashion_mnist": KnownSpread(0.0050, 14),
    "fashion_mnist_sample": KnownSpread(0.0119, 10),
}
"""By dataset: the notes' first lab, 5 epochs, 3 seeds. The sample's as docs/make_known_spreads.py prints it; the whole
set's from the rounded deviations of the table in docs/exercises.md."""


def known_spread(history: History, images: tuple[str, int, int], epochs: int) -> KnownSpread | None:
    """How much such runs spread; None where neither the history nor the app knows.

    `images` are the dataset and how many images of it were trained on and tested on, `epochs` how many were planned.
    """
    squares, freedom = 0.0, 0
    for group in repeated_on(history, images):
        if group.planned != epochs:
            continue
        values = list(group.by_seed("test_accuracy").values())
        if len(values) > 1:
            squares += statistics.variance(values) * (len(values) - 1)
            freedom += len(values) - 1
    if freedom >= _ENOUGH and squares:
        return KnownSpread(math.sqrt(squares / freedom), freedom)
    return SHIPPED.get(images[0]) if epochs == SHIPPED_EPOCHS else None
