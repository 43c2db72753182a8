"""Works out the table SHIPPED in cnn_tui/analysis/known_spread.py and prints it: `python docs/make_known_spreads.py`.

It reads the history (that of CNN_TUI_HOME), in which the notes' first lab has been run over some seeds:
`cnn-tui exercises run lab1 --repeat 3`, and again with `--dataset fashion_mnist_sample`. Of each dataset the
variances over the seeds of each experiment are put together, weighted by their degrees of freedom. An experiment whose
figures are all those of another (a stop rule that never held) counts once.
"""

from __future__ import annotations

import collections
import math
import statistics

from cnn_tui.exercises.catalogue import load_set
from cnn_tui.exercises.runs import runs_of
from cnn_tui.history.groups import groups_of
from cnn_tui.history.history import History


def main() -> None:
    """Print a line for each dataset."""
    place = load_set("lab1")
    squares: dict[str, float] = collections.defaultdict(float)
    freedom: dict[str, int] = collections.defaultdict(int)
    seen: set[tuple[float, ...]] = set()
    with History() as history:
        runs = {run for one in place.set.exercises if one.is_run for run in runs_of(history, place, one)}
        for group in groups_of(history, sorted(runs)):
            values = list(group.by_seed("test_accuracy").values())
            if len(values) > 1 and tuple(values) not in seen:
                seen.add(tuple(values))
                squares[group.images[0]] += statistics.variance(values) * (len(values) - 1)
                freedom[group.images[0]] += len(values) - 1
    for dataset, count in freedom.items():
        print(f'    "{dataset}": KnownSpread({math.sqrt(squares[dataset] / count):.4f}, {count}),')


if __name__ == "__main__":
    main()
