"""The palette: everything that keys do, by name. A few letters find it, and what was used last stands first."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from rich.text import Text

from cnn_tui.home import home
from cnn_tui.text import cells
from cnn_tui.ui.dialogs.dialog import PickItem, PickScreen
from cnn_tui.ui.widgets.table import Table

_MOST_RECENT = 5
_MOST_GAPS = 3
"""So many letters for each that was typed may lie between those that were: more is another word."""
_BY_ID = 0.5
"""What it counts to be found by the id, which is not shown, in place of the name."""


class PaletteScreen(PickScreen):
    """A list of what can be done, with its keys. Gives the id of what was chosen; by ids things are found as well."""

    def __init__(self, commands: Sequence[PickItem]) -> None:
        """Each is known by its action's id; the details are its keys."""
        others = {one.key: one for one in commands}
        first = [others.pop(one) for one in read_recent() if one in others]
        super().__init__("What do you want to do?", [*first, *others.values()])

    def row(self, item: PickItem, width: int) -> Text:
        """The name, and its keys at the right."""
        name = Text(item.label)
        name.truncate(max(1, width - Table.GAP - cells(item.detail)), overflow="ellipsis", pad=True)
        return name.append(" " * Table.GAP).append(item.detail, self.query_one(Table).style("dim"))

    def find(self, words: str) -> Sequence[PickItem]:
        """The items that the words fit, the best first; of those that fit alike, what was used last."""
        found = [(fit(words, item.label, item.key), at) for at, item in enumerate(self.items)]
        return [self.items[at] for score, at in sorted(found, key=lambda one: (-one[0], one[1])) if score]


def fit(words: str, name: str, action: str = "") -> float:
    """How well words fit a name or an action's id: each has to be in it, at least letter by letter; 0 where not."""
    score = 1.0
    for word in words.lower().split():
        found = max(_word_fit(word, name.lower()), _BY_ID * _word_fit(word, action.lower()))
        if not found:
            return 0.0
        score += found
    return score


def _word_fit(word: str, text: str) -> float:
    """3 where the word begins a word of the text, 2 where it stands within one, else less the wider its letters lie."""
    if f" {word}" in f" {text}":
        return 3.0
    if word in text:
        return 2.0
    gaps = [_gaps(word, text, at) for at, letter in enumerate(text) if letter == word[0]]
    least = min((gap for gap in gaps if gap is not None), default=None)
    return 0.0 if least is None or least > _MOST_GAPS * len(word) else 1 / (1 + least)


def _gaps(word: str, text: str, at: int) -> int | None:
    """How many letters lie between those of the word, the first of which is at a place; None where not all follow."""
    start = at
    for letter in word[1:]:
        at = text.find(letter, at + 1)
        if at < 0:
            return None
    return at - start + 1 - len(word)


def read_recent() -> list[str]:
    """The ids of what was done last through the palette, the latest first."""
    try:
        return _path().read_text(encoding="utf-8").split()[:_MOST_RECENT]
    except (OSError, ValueError):
        return []


def keep_recent(action: str) -> None:
    """Keep what was done now. Where nothing can be written it stands further below, which does no harm."""
    recent = [action, *(one for one in read_recent() if one != action)][:_MOST_RECENT]
    with contextlib.suppress(OSError):
        _path().write_text("\n".join(recent) + "\n", encoding="utf-8")


def _path() -> Path:
    return home() / "palette-recent"
