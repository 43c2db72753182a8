"""The dataset: images of each class, how many there are, and what `/ 255.0` does to the pixels."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text

from cnn_tui.data.data_facts import DataFacts
from cnn_tui.data.images import StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.text import cells, fitted, padded
from cnn_tui.ui.explain.scene import Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.tiles import laid, lay_out

_COUNT = 7
"""Columns of the screen for how many images of a part a class has."""
_NAMES = {"train": "train", "validation": "valid", "test": "test"}


class DataView(ExplainView):
    """A table of the classes with a cursor, and images of the one under it."""

    code: ClassVar[str] = "data"
    title: ClassVar[str] = "data"
    keys: ClassVar[str] = "next_image open class"
    opens: ClassVar[str] = "predictions"
    chooses_images: ClassVar[bool] = True
    class_question: ClassVar[tuple[str, str]] = ("Images of which class?", "")

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.label = 0
        self.first = 0
        self._page = 1
        self._opened: tuple[str, StoredImages | None] = ("", None)

    def show(self, scene: Scene) -> None:
        """Other data, perhaps: from the first class on."""
        super().show(scene)
        self.label = self.first = 0

    def datasets(self) -> list[str]:
        """That of the run, or of the experiment under edit."""
        return [self.scene.dataset]

    @property
    def facts(self) -> DataFacts | None:
        found = self.scene.facts.get(self.scene.wanted(self.scene.dataset))
        return found if isinstance(found, DataFacts) else None

    def images(self) -> StoredImages | None:
        """The test images, where they are kept."""
        facts = self.facts
        if facts is None or not facts.test_images:
            return None
        if self._opened[0] != facts.test_images:
            try:
                self._opened = (facts.test_images, StoredImages(facts.test_images))
            except RawFileError:
                return None
        return self._opened[1]

    # The keys

    def move_image(self, by: int) -> None:
        """The next images of the class, as many as are shown."""
        images = self.images()
        count = len(images.of_class(self.label)) if images else 0
        if 0 <= self.first + by * self._page < count:
            self.first += by * self._page

    def move_rows(self, by: int) -> None:
        if self.facts is not None:
            self.label, self.first = max(0, min(self.label + by, len(self.facts.class_names) - 1)), 0

    def move_to_end(self, *, last: bool) -> None:
        self.move_rows(10**6 if last else -(10**6))

    def open(self) -> str | None:
        """What the run predicted for the images of the class."""
        if self.scene.predictions is None:
            self.notify("No run has said anything of these images yet.", timeout=3)
            return None
        self.scene.own = None
        self.scene.gallery.choose("all", self.label)
        return "predictions"

    @property
    def class_names(self) -> tuple[str, ...]:
        return self.facts.class_names if self.facts else self.scene.gallery.names

    def choose_class(self, label: int | None) -> None:
        self.move_rows((label or 0) - self.label)

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        facts = self.facts
        if facts is None:
            said = self.scene.facts.get(self.scene.wanted(self.scene.dataset))
            name = self.scene.dataset
            return self.paragraph(said if isinstance(said, str) else f"looking at the dataset {name} …", width)
        head = self._head(facts, width, height)
        room = height - len(head)
        wide = 50 if width >= 100 else 36 if width >= 70 else 12 + _COUNT * len(facts.parts)
        table = self._table(facts, wide, room)
        for line in table:
            line.pad_right(max(0, wide - line.cell_len))
        return [*head, *side_by_side([table, self._pictures(width - wide - 2, room)])]

    def _head(self, facts: DataFacts, width: int, height: int) -> list[Text]:
        rows, columns, channels = facts.input_shape
        first = Text(fitted(facts.title, width // 2), "bold")
        counts = f"  {' + '.join(f'{part.images:,}' for part in facts.parts.values())} images"
        words = f"{counts} of {rows}x{columns}x{channels}, {len(facts.class_names)} classes"
        if first.cell_len + cells(words) > width:
            words = counts
        lines = [first + Text(words, self.style("dim"))]
        sentences = [*facts.range_lines(), facts.balance_line(), *facts.remarks]
        if height < 15:
            low, high = facts.train.lowest, facts.train.highest
            return [*lines, *self.paragraph(f"pixels {low} to {high}; / 255.0: {low / 255:g} to {high / 255:g}", width)]
        for one in sentences:
            lines += self.paragraph(one, width)
        return [*lines, Text()] if height >= 30 else lines

    def _table(self, facts: DataFacts, width: int, room: int) -> list[Text]:
        """The classes around the cursor, with how many training, validation and test images each has."""
        names, parts = facts.class_names, facts.parts
        numbers = _COUNT * len(parts)
        name = max(6, min(max(cells(inert(one)) for one in names), width - 4 - numbers, 18))
        heads = " ".join(padded(_NAMES[part], 6, right=True) for part in parts)
        heading = f"  {padded('class', name)} {heads}"
        lines = [Text(fitted(heading, width), self.style("heading"))]
        rows = max(1, room - 1)
        top = max(0, min(self.label - rows // 2, len(names) - rows))
        most = max([1, *facts.train.per_class])
        spare = width - name - 3 - numbers
        for at in range(top, min(len(names), top + rows)):
            counts = [part.per_class[at] if at < len(part.per_class) else 0 for part in parts.values()]
            chosen = at == self.label
            shown = " ".join(f"{count:6,}" for count in counts)
            line = Text(f"{'▸' if chosen else ' '} {padded(fitted(names[at], name), name)} {shown} ")
            if chosen:
                line.stylize(self.style("cursor"))
            if spare >= 5:
                line.append_text(self.bar(counts[0] / most, spare))
            lines.append(line)
        return lines

    def _pictures(self, width: int, room: int) -> list[Text]:
        images = self.images()
        facts = self.facts
        if facts is None or images is None:
            return self.paragraph("The test images are not kept.", width)
        found = images.of_class(self.label)
        name = facts.class_names[self.label]
        if not found:
            return self.paragraph(f"There is no test image of {name}.", width)
        tiles = lay_out(12 if width >= 56 else 6, images.shape, width, room - 1)
        self._page = max(1, tiles.fit)
        shown = found[self.first : self.first + self._page]
        head = (
            f"{self.first + 1}-{self.first + len(shown)} of {len(found):,} test images "
            f"({key_of('explain.previous_image')} {key_of('explain.next_image')})"
        )
        blocks = []
        for index in shown:
            try:
                block = self.drawn(images.picture(index), tiles.wide, tiles.tall)
            except RawFileError:
                block = self.paragraph("gone", tiles.wide)
            blocks.append((Text(str(index), self.style("dim")), block))
        return [Text(fitted(head, width), self.style("heading")), *laid(tiles, blocks)][:room]
