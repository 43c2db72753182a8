"""A run's name in the table: what tells it from others first, and behind it what has no column on the screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rich.text import Text

from cnn_tui.data.dataset import is_stand_in
from cnn_tui.experiment.names import ShortName
from cnn_tui.history.conditions import dataset_in_short
from cnn_tui.history.ending import LIVE
from cnn_tui.history.run import Line
from cnn_tui.text import cells, cut
from cnn_tui.ui.widgets.lines import Styles, inert

_DOT = " · "
_LEAST = 9
"""In fewer cells nothing is told of what a name is a part of."""
_LEAST_NAME = 10
"""A name has so many cells before anything is told behind it."""
_DATASET, _BRIEF_DATASET = 13, 6
_CUT = 200  # characters: no cell is as wide


def name_cell(
    line: Line, short: ShortName, beside: Sequence[str], style: Styles, *, inside: bool
) -> Callable[[int], Text]:
    """The cell for a width. `beside` are those keys of BESIDE that are told behind the name, which gives way to them.

    A run `inside` an open row of several has their name; what tells it from them is its seed.
    """
    apart, rest = short
    if inside:
        apart, rest = f"  seed {line.seed}", (apart, *rest)
    dim = style("dim")
    styles = [style("warn") if key == "dataset" and is_stand_in(line.dataset) else dim for key in beside]

    def end(count: int, *, brief: bool, more: int = 0) -> Text:
        """What is told behind it; a dataset may have so many cells `more`."""
        told = [_dataset(line, brief, more) if key == "dataset" else BESIDE[key](line, brief) for key in beside[:count]]
        return Text.assemble(*zip((f"{_DOT}{words}" for words in told), styles[:count], strict=True))

    def fit(width: int) -> Text:
        words, every = inert(apart[:_CUT]), len(beside)
        # What tells runs apart comes before what is told of them: of that, the last part goes first.
        least = min(cells(words), _LEAST_NAME)
        ends = [end(every, brief=False), *(end(count, brief=True) for count in range(every, 0, -1)), Text()]
        room_for = [cells(words), *([least] * every), 0]
        fits = [room + one.cell_len <= max(width, 0) for one, room in zip(ends, room_for, strict=True)]
        behind, at = ends[fits.index(True)], fits.index(True)
        spare = width - cells(words) - behind.cell_len
        if spare > 0 and not rest:
            behind = end(every - max(at - 1, 0), brief=at > 0, more=spare)
        name = Text(cut(words, max(1, width - behind.cell_len)))
        room = width - behind.cell_len - name.cell_len
        if rest and room >= _LEAST:
            name.append(cut(inert(_DOT + _DOT.join(rest)[:_CUT]), room), dim)
        return name.append_text(behind)

    return fit


def _dataset(line: Line, brief: bool, more: int = 0) -> str:
    """Its dataset; of one that stands in for a whole one the end, as `sample`; of a path the last part."""
    words = inert(dataset_in_short(line.dataset)[:_CUT])
    least = _BRIEF_DATASET if brief else _DATASET
    return cut(words.rpartition("_")[2] if is_stand_in(line.dataset) else words, least + more)


def _epochs(line: Line, brief: bool) -> str:
    """How many epochs it was trained for, or is to be."""
    short = line.status not in LIVE and line.epochs_done != line.epochs
    count = f"{line.epochs_done}/{line.epochs}" if short else f"{line.epochs}"
    return f"{count} ep" if brief else f"{count} {'epoch' if count == '1' else 'epochs'}"


BESIDE: dict[str, Callable[[Line, bool], str]] = {"dataset": _dataset, "epochs_done": _epochs}
"""What is told behind a name where its column is not seen, by the keys of the columns; it can be brief."""
