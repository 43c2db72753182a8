"""An image and what a network says of it, as text: the picture, the bars of all classes, what predict() returns."""

from __future__ import annotations

from functools import partial

from cnn_tui.cli.images.image_prediction import ImagePrediction, name_of
from cnn_tui.cli.images.pictures import drawn, has_blocks
from cnn_tui.cli.printing import bold, table
from cnn_tui.text import counted, fitted, padded, quiet
from cnn_tui.ui.widgets.image import draw

_MOST_BARS = 10
_MOST_NUMBERS = 20  # of the raw vector, in text
_BAR = 30
_EIGHTHS = " ▏▎▍▌▋▊▉█"


def to_text(answer: ImagePrediction) -> str:
    """The image, what it is, the bars and the raw vector."""
    picture = drawn(partial(draw, answer.picture))
    return "\n".join([bold(answer.title), *picture, *said_of_it(answer), "", *bars(answer), "", *_vector(answer)])


def said_of_it(answer: ImagePrediction) -> list[str]:
    """What it is, where that is known, and what the network says."""
    best = answer.order[0]
    said = quiet(answer.names[best], 60)
    facts = [("the network says", f"{said}, {_percent(answer.probabilities[best]).strip()}")]
    if answer.label is not None:
        right = "right" if answer.label == best else "wrong"
        facts.insert(0, ("it is", f"{quiet(name_of(answer, answer.label), 60)} ({right})"))
    return table(facts)


def bars(answer: ImagePrediction) -> list[str]:
    """A line for each class, in order; of many classes the likeliest only."""
    chosen = list(range(len(answer.names))) if len(answer.names) <= _MOST_BARS else answer.order[:_MOST_BARS]
    rows = []
    for at in chosen:
        mark = "<- true" if at == answer.label else ""
        rows.append(
            (fitted(answer.names[at], 30), _percent(answer.probabilities[at]), _bar(answer.probabilities[at]), mark)
        )
    lines = table(rows, right=[1])
    more = len(answer.names) - len(chosen)
    return [*lines, f"and {counted(more, 'class', 'classes')} more, less likely"] if more else lines


def _bar(share: float | None) -> str:
    if not has_blocks():
        return padded("#" * round((share or 0.0) * _BAR), _BAR)
    eighths = round((share or 0.0) * _BAR * 8)
    full, rest = divmod(eighths, 8)
    return padded("█" * full + (_EIGHTHS[rest] if rest else ""), _BAR)


def _percent(share: float | None) -> str:
    return "NaN" if share is None else f"{share:7.2%}"


def _vector(answer: ImagePrediction) -> list[str]:
    count = len(answer.output)
    height, width, channels = answer.picture.shape
    shown = [f"{one:.7e}" if one is not None else "nan" for one in answer.output[:_MOST_NUMBERS]]
    if count > len(shown):
        shown.append("...")
    lines = [" ".join(shown[start : start + 5]) for start in range(0, len(shown), 5)]
    return [
        f"model.predict() returns, of shape (1, {count}):",
        "[[" + "\n  ".join(lines) + "]]",
        f"One row, because Keras takes images in batches: this one, of ({height}, {width}, {channels}), went in",
        f"as a batch of one, of (1, {height}, {width}, {channels}).",
    ]
