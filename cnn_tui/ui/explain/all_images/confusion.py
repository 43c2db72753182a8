"""What the network does on all test images: loss, accuracy, each class, and what it takes for what."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text
from textual.events import Click

from cnn_tui.artifacts.evaluation import Confusion, Evaluation, how_it_differs
from cnn_tui.text import cells, counted, fitted, padded
from cnn_tui.ui.explain.all_images.heat_map import CELL, HeatMap
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.lines import inert, pointing

_MOST = 50
_PARTS = ("matrix", "classes", "words")


class ConfusionView(ExplainView):
    """Figures of all classes, and a list of the most frequent confusions, of which Enter shows the images."""

    code: ClassVar[str] = "confusion"
    title: ClassVar[str] = "confusion"
    keys: ClassVar[str] = "open class run"
    opens: ClassVar[str] = "images"
    chooses_images: ClassVar[bool] = True

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.cursor = 0
        self.part = 0
        """Where not all fits, the part that is shown above the confusions."""
        self.first = 0
        """The class that the table begins with."""
        self._place = ""

    def show(self, scene: Scene) -> None:
        """Another run: from the top again."""
        super().show(scene)
        self.cursor = self.first = 0

    def ahead(self) -> list[AnswerWanted]:
        return self.scene.ahead()

    def wanted(self) -> list[AnswerWanted]:
        return self.scene.kept()

    @property
    def confusions(self) -> list[Confusion]:
        return self.scene.evaluation.confusions(_MOST) if self.scene.evaluation else []

    @property
    def chosen(self) -> Confusion | None:
        found = self.confusions
        return found[min(self.cursor, len(found) - 1)] if found else None

    # The keys

    def move_image(self, by: int) -> None:
        """There is no image here: the classes that do not fit."""
        if self.scene.evaluation is not None:
            self.first = max(0, min(self.first + by, len(self.scene.evaluation.per_class) - 1))

    def move_rows(self, by: int) -> None:
        self.cursor = max(0, min(self.cursor + by, len(self.confusions) - 1))

    def move_to_end(self, *, last: bool) -> None:
        self.move_rows(_MOST if last else -_MOST)

    def open(self) -> str | None:
        """The images of the confusion under the cursor."""
        chosen = self.chosen
        if chosen is None:
            return None
        self.scene.own = None
        self.scene.gallery.choose("all", chosen.true, chosen.predicted)
        return "predictions"

    def toggle_numbers(self) -> bool:
        """The next part, where not all fits."""
        self.part = (self.part + 1) % len(_PARTS)
        return True

    def choose_class(self, label: int | None) -> str:
        super().choose_class(label)
        return "predictions"

    def on_click(self, event: Click) -> None:
        """Choose the confusion of the cell, or of the line, that was clicked on; a second click opens its images."""
        cell = event.style.meta.get(CELL)
        at = next((at for at, one in enumerate(self.confusions) if (one.true, one.predicted) == cell), None)
        if at is None:
            return
        event.stop()
        self.cursor = at
        self.post_message(self.Changed())
        if event.chain == 2:
            self.app.simulate_key("enter")

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        evaluation = self.scene.evaluation
        if evaluation is None:
            return self.paragraph(self.scene.state_of_kept("figures"), width)
        head = self._head(evaluation, width)
        matrix = self._matrix(evaluation, width)
        words = self._words(evaluation, width)
        rows = min(len(evaluation.per_class) + 1, 13)
        if width >= 100 and height >= 6 + len(matrix) + rows + len(words):
            wide = 58
            rows = max(rows, height - 5 - len(matrix) - len(words))
            both = side_by_side(
                [self._table(evaluation, wide, rows), self._list(width - wide - 4, rows)],
                gap=4,
            )
            if self._place:
                head.append(f"   {self._place}", self.style("dim"))
            return [head, Text(), *matrix, Text(), *both, Text(), *words]
        return [head, *self._small(evaluation, matrix, words, width, height - 1)]

    def _small(
        self, evaluation: Evaluation, matrix: list[Text], words: list[Text], width: int, room: int
    ) -> list[Text]:
        least = 4  # of the confusions
        part = _PARTS[self.part]
        others = " · ".join(f"[{one}]" if one == part else one for one in _PARTS)
        switch = Text(f"{key_of('explain.numbers')}: {others}", self.style("dim"))
        if part == "matrix":
            upper = matrix if len(matrix) <= room - least else self.paragraph("The matrix needs more rows.", width)
        elif part == "classes":
            upper = self._table(evaluation, width, min(len(evaluation.per_class) + 1, room - least))
        else:
            upper = words[: room - 2]
        if part == "classes" and self._place:
            switch.append(f"   {self._place}")
        lower = self._list(width, room - 1 - len(upper))
        return [switch, *upper, *lower]

    def _head(self, evaluation: Evaluation, width: int) -> Text:
        head = Text("test accuracy ", self.style("dim"))
        head.append(f"{evaluation.test_accuracy:.4f}", "bold")
        if evaluation.test_loss is not None:
            head.append("   test loss ", self.style("dim")).append(f"{evaluation.test_loss:.4f}", "bold")
        run = self.scene.run_then
        tails = [f"   {inert(run.conditions.in_words())}"] if run is not None else []
        for tail in (*tails, f"   {counted(evaluation.images, 'image')}"):
            if head.cell_len + cells(tail) <= width:
                return head.append(tail, self.style("dim"))
        return head

    def _matrix(self, evaluation: Evaluation, width: int) -> list[Text]:
        found = HeatMap(evaluation, self.style, self.mode, dark=self.app.current_theme.dark).draw(width, self.chosen)
        if found:
            return found
        count = len(evaluation.per_class)
        room = f"in {width} columns" if evaluation.matrix() else "at all"
        words = f"The matrix of {count:,} classes does not fit {room}: below are its largest cells."
        return self.paragraph(words, width)

    def _table(self, evaluation: Evaluation, width: int, rows: int) -> list[Text]:
        """Precision, recall, F1 and support of so many classes as fit."""
        wide = max(6, min(max(cells(inert(one.name)) for one in evaluation.per_class), width - 40, 20))
        head = f"{padded('class', wide)}  precision  recall     F1  support"
        lines = [Text(fitted(head, width), self.style("heading"))]
        every = evaluation.per_class
        first = max(0, min(self.first, len(every) - (rows - 1)))
        for one in every[first : first + rows - 1]:
            precision, recall, f1 = one.shown(3)
            words = f"{padded(fitted(one.name, wide), wide)}  {padded(precision, 9, right=True)}"
            words += f"  {padded(recall, 6, right=True)}  {padded(f1, 5, right=True)}"
            lines.append(Text(f"{words}  {one.support:7,}"))
        self._place = ""
        if len(every) > rows - 1:
            keys = f"{key_of('explain.previous_image')} {key_of('explain.next_image')}"
            self._place = f"classes {first + 1}-{min(first + rows - 1, len(every))} of {len(every)}: {keys}"
        return lines

    def _list(self, width: int, rows: int) -> list[Text]:
        """What is taken for what, around the cursor."""
        if rows < 1:
            return []
        found = self.confusions
        if not found:
            return [Text("Nothing is taken for anything else.", self.style("good"))]
        names = self.scene.evaluation.classes if self.scene.evaluation else ()
        heading = f"images  taken for another ({key_of('explain.open')} shows them)"
        lines = [Text(fitted(heading, width), self.style("heading"))]
        room = max(1, rows - 1)
        top = max(0, min(self.cursor - room // 2, len(found) - room))
        each = (width - 12) // 2
        for at, one in enumerate(found[top : top + room], top):
            line = Text(f"{one.images:6,}  {fitted(names[one.true], each)} → {fitted(names[one.predicted], each)}")
            line.stylize(pointing(CELL, (one.true, one.predicted)))
            if at == self.cursor:
                line.pad_right(max(0, width - line.cell_len))
                line.stylize(self.style("cursor"))
            lines.append(line)
        return lines

    def _words(self, evaluation: Evaluation, width: int) -> list[Text]:
        run = self.scene.run_then
        if run is None:
            return []
        return [line for one in how_it_differs(evaluation, run) for line in self.paragraph(one, width)]
