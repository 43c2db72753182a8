"""Pictures in the training pane: of the dataset before the first run, then the mistakes and hits of a run that ended.

They are read in a thread, and only once the lab has been on the screen for a moment, or the cursor has rested on a run:
no key and no first picture waits for them. They are few and small, so that a slow line carries them.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

from rich.text import Text
from textual.events import Hide, Show
from textual.message import Message
from textual.timer import Timer

from cnn_tui.data.images import Picture
from cnn_tui.text import cells, fitted
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.panes.training.labelled import Gathered, LabelledPicture, OfDataset, Subject, gather
from cnn_tui.ui.widgets.image import draw, mode_in, side_by_side
from cnn_tui.ui.widgets.lines import Lines
from cnn_tui.ui.widgets.tiles import GAP, laid, lay_out

DATASET_AFTER, RUN_AFTER = 1.0, 0.3
"""Seconds before pictures are read: after the lab is shown, and after another run is."""
_WIDEST = 14
"""Cells of a picture: 28 pixels, two a cell."""
_SMALL = 10
"""Cells of a picture beside curves."""
_MARGIN = 2
_BESIDE = _MARGIN + 2 * _SMALL + GAP
"""Cells of all that is beside curves."""
_WORDS = 3
"""Lines with a picture of a run: what it is, what it was taken for, how sure that was."""
_LEAST_TALL = 4
"""Lines that a picture beside curves has at least."""
_LEAST_CURVES = 30
"""Cells that are left to the curves."""


class TrainingPictures(Lines):
    """Shows pictures of a dataset or of a run, as soon as they are there."""

    class Came(Message):
        """Pictures were read."""

        def __init__(self, subject: Subject, found: Gathered) -> None:
            super().__init__()
            self.subject, self.found = subject, found

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.subject: Subject | None = None
        self._found: Gathered | None = None
        """None until they are read."""
        self._soon: Timer | None = None
        self._on_screen = False
        self._taken: int | None = None
        """The width beside curves, where it is there."""

    def show(self, subject: Subject | None) -> None:
        """Show the pictures of a dataset or of a run; None for none."""
        if subject != self.subject:
            self.subject, self._found = subject, None
            self.redraw()
            self._read_soon()

    def take_room(self, width: int, height: int, *, first: bool) -> None:
        """Take the whole width below what is said before the `first` run; else a part of it, beside the curves.

        Where there is no room for both, and where it has turned out that there are no pictures, it takes none.
        """
        room = first or (height >= 1 + _WORDS + _LEAST_TALL and width - _BESIDE >= _LEAST_CURVES)
        self.display = room and self.subject is not None and not self._has_none
        taken = None if first else _BESIDE
        if taken != self._taken:
            self._taken = self.styles.width = taken

    @property
    def _has_none(self) -> bool:
        """Whether it is known that there are no pictures."""
        return self._found is not None and not any((self._found.classes, self._found.mistakes, self._found.hits))

    # Reading

    def on_show(self, _: Show) -> None:
        self._on_screen = True
        self._read_soon()

    def on_hide(self, _: Hide) -> None:
        self._on_screen = False

    def _read_soon(self) -> None:
        if self._soon:
            self._soon.stop()
        if self.subject is not None and self._found is None and self._on_screen:
            self._soon = self.set_timer(DATASET_AFTER if isinstance(self.subject, OfDataset) else RUN_AFTER, self._read)

    def _read(self) -> None:
        subject = self.subject
        if subject is not None and not getattr(self.app, "on_slow_line", False):
            threading.Thread(target=self._gather, args=(subject,), name="pictures", daemon=True).start()

    def _gather(self, subject: Subject) -> None:
        self.post_message(self.Came(subject, gather(subject)))

    def on_training_pictures_came(self, message: Came) -> None:
        """Keep what was wanted last; the pane hears of it too."""
        if message.subject == self.subject:
            self._found = message.found
            self.redraw()

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        found = self._found
        if found is None or self._has_none or height < 3:
            return []
        return self._of_classes(found, width, height) if found.classes else self._of_run(found, width, height)

    def _of_classes(self, found: Gathered, width: int, height: int) -> list[Text]:
        """An image of each class, its name above it; where there is little room, of fewer classes."""
        shape = found.classes[0].picture.shape
        tiles = lay_out(len(found.classes), shape, width, height - 1, most=_WIDEST)
        shown = found.classes[: tiles.fit]
        what = "An image of each class" if len(shown) == found.of else f"Images of {len(shown)} of {found.of} classes"
        names = _names_within([one.true for one in shown], tiles.wide)
        blocks = [
            (Text(name), self._drawn(one.picture, tiles.wide, tiles.tall))
            for name, one in zip(names, shown, strict=True)
        ]
        return [Text(f"{what}:", self.style("dim")), *laid(tiles, blocks)]

    def _of_run(self, found: Gathered, width: int, height: int) -> list[Text]:
        """Mistakes on the left, hits on the right, as many below each other as there is room for."""
        shape = (*found.mistakes, *found.hits)[0].picture.shape
        wide = _SMALL
        tall = max(1, min(-(-shape[0] * wide // (2 * shape[1])), height - 1 - _WORDS))
        rows = max(1, (height - 1) // (tall + _WORDS))
        kinds = {"mistakes": found.mistakes[:rows], "hits": found.hits[:rows]}
        # Names alone say it too, where one would be cut behind the word.
        before = "is " if all(cells(f"is {one.true}") <= wide for shown in kinds.values() for one in shown) else ""
        columns = []
        for heading, shown in kinds.items():
            if shown:
                tiles = [line for one in shown for line in self._tile(one, before, wide, tall)]
                columns.append([Text(fitted(heading, wide), self.style("heading")), *tiles])
        both = side_by_side([[_padded(line, wide) for line in one] for one in columns], GAP)
        lines = side_by_side([[Text(" " * _MARGIN)], both], 0)
        if len(lines) < height:
            lines.append(Text(f"{' ' * _MARGIN}{key_of('pane.explain')}: all images", self.style("dim")))
        return lines

    def _tile(self, one: LabelledPicture, before: str, wide: int, tall: int) -> Sequence[Text]:
        right = one.predicted == one.true
        sign, style = ("✓", self.style("good")) if right else ("✗", self.style("bad"))
        drawn = list(self._drawn(one.picture, wide, tall))
        said = Text.assemble((f"{sign} ", style), fitted(one.predicted, wide - 2))
        return [
            Text(fitted(f"{before}{one.true}", wide), self.style("dim")),
            *drawn,
            *[Text()] * (tall - len(drawn)),
            said,
            Text(f"  {one.probability:.1%}"),
        ]

    def _drawn(self, picture: Picture, width: int, height: int) -> list[Text]:
        return draw(picture, width, height, mode_in(self.app), dark=self.app.current_theme.dark)


def _names_within(names: Sequence[str], width: int) -> list[str]:
    """Names in at most `width` cells: of "T-shirt/top" the first half alone, unless another class begins so too."""
    halves = [name.split("/")[0] for name in names]
    return [
        fitted(half if cells(name) > width and half and halves.count(half) == 1 else name, width)
        for name, half in zip(names, halves, strict=True)
    ]


def _padded(line: Text, width: int) -> Text:
    line.pad_right(max(0, width - line.cell_len))
    return line
