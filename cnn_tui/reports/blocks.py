"""The blocks that pages are made of. A page is built once; `layout.py` and `markdown.py` say how its blocks look.

The text in a block is as somebody wrote it: whoever shows it makes it inert.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from cnn_tui.artifacts.evaluation import Evaluation
from cnn_tui.history.ending import AS_PLANNED, Ending, Status
from cnn_tui.history.epoch import Point
from cnn_tui.history.run import Run
from cnn_tui.network.diff import DiffLine


def status_style(status: Status, ending: Ending) -> str:
    """The style of a run's status; one whose stop rule fired went as planned."""
    return "good" if ending in AS_PLANNED else _STATUS_STYLES.get(status, "accent")


class Span(NamedTuple):
    """Words in one style: "dim", "strong", "accent", "good", "bad", "warn", "heading", or "" for none."""

    words: str
    style: str = ""


_STATUS_STYLES = {"finished": "good", "failed": "bad", "interrupted": "warn", "stopped": "warn", "paused": "warn"}
"""The style of a run's status; every other one has the accent. See `status_style`."""
NO_CURVES = "There are none: no epoch was begun."
Words: TypeAlias = str | Sequence[Span]


class Heading(NamedTuple):
    """A heading of the blocks below it."""

    words: str
    hint: str = ""
    """What a key does here, the key named by its id: `{page.metric}: the next metric`. Only the lab shows hints."""
    level: int = 1
    """In Markdown: 1 is a chapter, 2 a section of it, 3 a line of words before what follows."""


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
    """What a person wrote; its line ends are kept."""

    text: str


class Fact(NamedTuple):
    """A value and what it is called; without a value, nothing is shown."""

    label: str
    value: Words


class TextTable(NamedTuple):
    """A table; an empty heading stands for a table without one."""

    heading: Sequence[str]
    rows: Sequence[Sequence[str]]
    right: Sequence[int] = ()
    """The columns that are aligned on the right."""
    spare: Sequence[int] = ()
    """The columns that are left out where room is short, in this order."""
    fits: bool = False
    """Whether a row that is still too wide loses words, and keeps to its line, in place of being wrapped."""


class Difference(NamedTuple):
    """The lines of a difference between two experiments."""

    lines: Sequence[DiffLine]


class SideRow(NamedTuple):
    """A row of `SideBySide`: its key, and a cell for each column."""

    key: str
    cells: Sequence[Words]


class SideBySide(NamedTuple):
    """Columns that are compared with the first one. Where not all fit, they are split, each part beside the first."""

    heads: Sequence[SideRow]
    groups: Sequence[Sequence[SideRow]]

    @property
    def others(self) -> int:
        """How many columns there are besides the first."""
        return len(self.heads[0].cells) - 1

    def keyed(self, words: str) -> SideBySide:
        """The same with `words` as the key of the last row of its head."""
        return self._replace(heads=[*self.heads[:-1], self.heads[-1]._replace(key=words)])

    def part(self, begin: int, count: int) -> SideBySide:
        """The first column, and `count` of the others from `begin` on."""

        def cut(rows: Sequence[SideRow]) -> list[SideRow]:
            return [SideRow(row.key, [row.cells[0], *row.cells[1 + begin :][:count]]) for row in rows]

        return SideBySide(cut(self.heads), [cut(rows) for rows in self.groups])


class Curves(NamedTuple):
    """The curves of one run, or of several over each other."""

    runs: Sequence[Run]
    repeats: Sequence[Sequence[Run]] = ()
    """For each run, all that repeat it, itself among them: the curve is their mean. () where every run is alone."""
    points: Sequence[Point] = ()
    """The readings within the epochs of one run."""


class Beside(NamedTuple):
    """Blocks, and curves at their right where there is room, else below."""

    blocks: Sequence[Block]
    curves: Curves


class ConfusionMatrix(NamedTuple):
    """What the images of each class were taken for, under a heading; left out where it has no room or is not kept."""

    evaluation: Evaluation
    heading: Heading = Heading("Confusion matrix: a row for each true class, columns are what it was taken for")


Block: TypeAlias = (
    Heading
    | Paragraph
    | Bullet
    | Quote
    | Fact
    | TextTable
    | Difference
    | SideBySide
    | Curves
    | ConfusionMatrix
    | Beside
)


class Page(NamedTuple):
    """Blocks under a title."""

    title: str
    blocks: Sequence[Block]

    def nested(self, level: int) -> list[Block]:
        """Its title and blocks as a part of another page; the title becomes a heading of this level."""
        inside = [one._replace(level=3) if isinstance(one, Heading) else one for one in self.blocks]
        return [Heading(self.title, level=level), *inside]
