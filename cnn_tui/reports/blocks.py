"""What pages are made of. A page is built once; `layout` and `markdown` say how it looks in each place.

Text in a block is as it was written: whoever shows it makes it inert.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from cnn_tui.artifacts.evaluation import Evaluation
from cnn_tui.history.run import Run
from cnn_tui.network.diff import DiffLine


class Span(NamedTuple):
    """Words in one style: "dim", "strong", "accent", "good", "bad", "warn", "heading", or "" for none."""

    words: str
    style: str = ""


STATUS_STYLES = {"finished": "good", "failed": "bad", "interrupted": "warn", "stopped": "warn"}
"""The style of a run's status; every other one has the accent."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""What tells runs that lie over each other apart."""
NO_CURVES = "There are none: no epoch was begun."
Words: TypeAlias = str | Sequence[Span]


class Heading(NamedTuple):
    """What the blocks below it are about."""

    words: str
    hint: str = ""
    """What a key does about it, the key by its id, as `{page.metric}: the next metric`. Only the lab shows hints."""
    level: int = 1
    """In Markdown: a chapter, 1, a section of it, 2, or words that lead to what follows, 3."""


class Paragraph(NamedTuple):
    """Text that flows; without words, an empty line."""

    words: Words = ""
    hint: str = ""
    style: str = ""


class Bullet(NamedTuple):
    """One of several sentences; `sign` stands before it."""

    words: Words
    sign: Span = Span("")


class Quote(NamedTuple):
    """What somebody wrote, its line ends kept."""

    text: str


class Fact(NamedTuple):
    """A fact: what it is called, and its value. Nothing is shown of one without a value."""

    label: str
    value: Words


class TextTable(NamedTuple):
    """Rows below a heading; without words in the heading, rows only."""

    heading: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    """The columns that end alike."""
    spare: Sequence[int] = ()
    """The columns that are left out where there is no room, the first of them first."""


class Difference(NamedTuple):
    """Layers and settings that were kept, added, removed or changed."""

    lines: Sequence[DiffLine]


class SideRow(NamedTuple):
    """A row of `SideBySide`: its key, and a value for each column with its change, "" for none."""

    key: str
    cells: Sequence[Words]


class SideBySide(NamedTuple):
    """Columns beside the first one, which stands beside all of them where they do not fit together."""

    heads: Sequence[SideRow]
    groups: Sequence[Sequence[SideRow]]

    @property
    def others(self) -> int:
        """How many columns there are beside the first."""
        return len(self.heads[0].cells) - 1

    def keyed(self, words: str) -> SideBySide:
        """With words before the last of its heads."""
        return self._replace(heads=[*self.heads[:-1], self.heads[-1]._replace(key=words)])

    def part(self, begin: int, count: int) -> SideBySide:
        """The first column with `count` of the others from `begin` on."""

        def cut(rows: Sequence[SideRow]) -> list[SideRow]:
            return [SideRow(row.key, [row.cells[0], *row.cells[1 + begin :][:count]]) for row in rows]

        return SideBySide(cut(self.heads), [cut(rows) for rows in self.groups])


class Curves(NamedTuple):
    """The curves of one run, or of several over each other."""

    runs: Sequence[Run]
    marks: Sequence[str] = ()
    """The letters that tell several apart; "" for a run that has none."""


class ConfusionMatrix(NamedTuple):
    """What the images of each class were taken for, under a heading of its own, where it is kept and there is room."""

    evaluation: Evaluation
    heading: Heading = Heading("Confusion matrix: a row for each true class, columns are what it was taken for")


Block: TypeAlias = (
    Heading | Paragraph | Bullet | Quote | Fact | TextTable | Difference | SideBySide | Curves | ConfusionMatrix
)


class Page(NamedTuple):
    """A page under its title."""

    title: str
    blocks: Sequence[Block]

    def nested(self, level: int) -> list[Block]:
        """Its blocks as a part of another page, under a heading of this level."""
        inside = [one._replace(level=3) if isinstance(one, Heading) else one for one in self.blocks]
        return [Heading(self.title, level=level), *inside]
