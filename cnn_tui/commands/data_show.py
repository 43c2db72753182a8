"""`cnn-tui data show`: what is in a dataset."""

from __future__ import annotations

import json

from cnn_tui.commands.json_lines import inert
from cnn_tui.commands.streams import FINISHED, bold, put, say, table
from cnn_tui.data.data_facts import DataFacts
from cnn_tui.text import counted, quiet

_MOST_ROWS = 40
_BAR = 30


def show_dataset(name: str, as_json: bool) -> int:
    """Print what is in a dataset: shapes, how many images of each class, the range of the pixels."""
    from cnn_tui.training.data.inspect import look

    facts = look(name)
    for remark in facts.remarks:
        say(remark)
    put(inert(json.dumps(facts.to_json(), ensure_ascii=False)) if as_json else "\n".join(to_text(facts)))
    return FINISHED


def to_text(facts: DataFacts) -> list[str]:
    """The lines that a person reads."""
    height, width, channels = facts.input_shape
    colour = "grey, 1 channel" if channels == 1 else f"colour, {channels} channels"
    pairs = [
        ("images", f"{facts.train.images:,} to learn from, {facts.test.images:,} to test on"),
        ("size", f"{height}x{width} pixels, {colour}"),
        ("classes", f"{len(facts.class_names):,}"),
        ("source", quiet(facts.source, 1000)),
    ]
    heading = bold(quiet(facts.title))
    return [heading, *table(pairs), "", *facts.range_lines(), "", *_balance(facts)]


def _balance(facts: DataFacts) -> list[str]:
    most = max(1, *facts.train.per_class)
    rows = [("class", "training", "test", "")]
    for at, name in list(enumerate(facts.class_names))[:_MOST_ROWS]:
        count = facts.train.per_class[at]
        rows.append((quiet(name, 30), f"{count:,}", f"{facts.test.per_class[at]:,}", "#" * round(count / most * _BAR)))
    heading, *lines = table(rows, right=[1, 2])
    more = len(facts.class_names) - _MOST_ROWS
    if more > 0:
        lines.append(f"and {counted(more, 'class', 'classes')} more")
    balance = facts.train.balance
    said = (
        "All classes have as many training images as the others."
        if balance == 1
        else f"The largest class has {balance:.1f} times as many training images as the smallest."
    )
    return [bold(heading), *lines, "", said]
