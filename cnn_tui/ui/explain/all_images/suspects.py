"""Labels under suspicion: the training images whose labels are probably wrong, to look through and to mark."""

from __future__ import annotations

import contextlib
from typing import ClassVar, Final

from rich.text import Text

from cnn_tui.analysis.pace import in_words
from cnn_tui.artifacts.suspects import Suspect, Suspects
from cnn_tui.data.images import Picture, StoredImages
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.history.image_marks import FINE, WRONG, ImageMark
from cnn_tui.jobs.suspects import FOLDS, SuspectsLine, SuspectsRequest, SuspectsWork
from cnn_tui.text import counted, fitted, padded
from cnn_tui.ui.explain.all_images.image_marks import ImageMarks
from cnn_tui.ui.explain.scene import Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.work_beside import WorkBeside

ALL: Final = "all"
UNMARKED: Final = "not marked"
_WHICH = (ALL, UNMARKED, WRONG, FINE)
_TALLEST = 16
"""Lines of an image at most."""
_LEAST_ROWS = 4
_NAME = 14
_SIGNS: dict[ImageMark, tuple[str, str]] = {WRONG: ("✗ wrong label", "bad"), FINE: ("✓ fine", "good")}


class SuspectsView(ExplainView):
    """The suspects of the run that is looked into, the gravest doubt first."""

    code: ClassVar[str] = "suspects"
    title: ClassVar[str] = "suspects"
    keys: ClassVar[str] = "open next_image mark without order class run"
    opens: ClassVar[str] = "look"

    def __init__(self, scene: Scene, marks: ImageMarks, device: str = "") -> None:
        """`device` is the one that runs are trained on, "" for the freest."""
        super().__init__(scene)
        self.search = WorkBeside[SuspectsRequest, SuspectsLine](SuspectsWork, self._tell)
        """One search at a time, of one run; it goes on while something else is looked at."""
        self._marks_of, self._device = marks, device
        self._suspects: Suspects | None = None
        self._pictures: StoredImages | None = None
        self._marks: dict[int, ImageMark] = {}
        self._which: str = ALL
        self._label: int | None = None
        """The class that the images are labelled as which are shown; None for all classes."""
        self._at = 0

    def show(self, scene: Scene) -> None:
        super().show(scene)
        self._suspects, self._which, self._label, self._at = None, ALL, None, 0

    def on_unmount(self) -> None:
        """The lab is left."""
        self.search.leave()

    def settle(self) -> None:
        """Read what is kept by now, and what is marked."""
        run = self.scene.run
        if run is None or self._is_searched:
            self._suspects = None
            return
        if self._suspects is None:
            with contextlib.suppress(RawFileError):
                self._suspects = Suspects(run.id)
                self._pictures = None
                self._pictures = StoredImages(self._suspects.header.pictures)
        if self._suspects is not None:
            self._marks = self._marks_of.of(self._suspects.header.images)

    @property
    def _is_searched(self) -> bool:
        return self.search.goes_on and self.scene.run is not None and self._searched == self.scene.run.id

    @property
    def _searched(self) -> int:
        """The run whose images are looked at, or were last; 0 for none."""
        return self.search.request.run if self.search.request is not None else 0

    def _tell(self) -> None:
        self.post_message(self.Changed())

    # Which images

    @property
    def _shown(self) -> list[int]:
        """The places in the list of those that are shown."""
        found = self._suspects.found if self._suspects else []
        return [
            at
            for at, one in enumerate(found)
            if self._label in (None, one.label)
            and (self._which == ALL or self._marks.get(one.image, UNMARKED) == self._which)
        ]

    @property
    def _place(self) -> int | None:
        """The place in the list of the one under the cursor."""
        shown = self._shown
        return shown[min(self._at, len(shown) - 1)] if shown else None

    def move_rows(self, by: int) -> None:
        self._at = max(0, min(self._at + by, len(self._shown) - 1))

    def move_image(self, by: int) -> None:
        self.move_rows(by)

    def move_to_end(self, *, last: bool) -> None:
        self._at = max(0, len(self._shown) - 1) if last else 0

    @property
    def class_names(self) -> tuple[str, ...]:
        return self._suspects.class_names if self._suspects else ()

    def choose_class(self, label: int | None) -> None:
        self._label, self._at = label, 0

    def next_order(self) -> bool:
        """All of them, those that are not marked, those that are wrong, those that are fine."""
        self._which, self._at = _WHICH[(_WHICH.index(self._which) + 1) % len(_WHICH)], 0
        return True

    def toggle_mark(self) -> bool:
        """The next mark of the image: a wrong label, fine, none."""
        place = self._place
        if self._suspects is not None and place is not None:
            image = self._suspects.found[place].image
            self._marks_of.change(self._suspects.header.images, image, lambda: self.post_message(self.Changed()))
        return True

    def open(self) -> None:
        """Have the labels looked at, where they were not."""
        run = self.scene.run
        if run is not None and not run.live and self._suspects is None and not self.search.goes_on:
            self.search.begin(SuspectsRequest(run.id, FOLDS, self._device))

    def leave(self) -> bool:
        """Leave off looking, or show all suspects again."""
        if self._is_searched:
            self.search.leave()
            return True
        narrowed = self._which != ALL or self._label is not None
        if narrowed:
            self._which, self._label, self._at = ALL, None, 0
        return narrowed

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        suspects, place = self._suspects, self._place
        if suspects is None:
            return self.paragraph(self._nothing(), width, "accent" if self._is_searched else "dim")
        head = Text(f"{self._where()}   ", self.style("strong"))
        head.append(f"among {suspects.header.count:,} training images", self.style("dim"))
        head.truncate(width)
        told = self.paragraph(self._told(), width)
        if place is None:
            return [head, *told]
        tall = max(1, min(_TALLEST, height - 2 - len(told) - _LEAST_ROWS))
        above = self._image(suspects, place, width, tall)[:tall]
        return [head, *above, *told, *self._rows(suspects, width, height - 1 - len(told) - len(above))]

    def _nothing(self) -> str:
        """Why there are no suspects, or not yet."""
        run, search = self.scene.run, self.search
        if run is None:
            return self.scene.why_nothing("suspects")
        if run.live:
            return f"Run {run.id} has not ended: which of its labels are wrong can be looked for when it has."
        if search.goes_on and self._searched != run.id:
            words = f"The labels of run {self._searched}'s images are being looked at"
            return f"{words}: those of run {run.id} can be after that."
        if search.goes_on:
            if search.line is None:
                return f"loading TensorFlow and the images … {key_of('lab.back')} leaves it"
            done, epochs = search.line, run.experiment.epochs
            how = f"part {done.fold} of {FOLDS}, epoch {done.epoch} of {epochs}"
            return f"looking for wrong labels: {done.share:.0%}, {how} … {key_of('lab.back')} leaves it"
        failed = f"{search.failure} " if self._searched == run.id else ""
        takes = in_words(run.seconds * (FOLDS - 1))
        return (
            f"{failed}Which labels of the images that run {run.id} learned from are probably wrong? "
            f"{key_of('explain.open')} looks: its experiment is trained {FOLDS} times, each time without one of "
            f"{FOLDS} parts of the images, which the network then judges. That takes about {takes} where it trains as "
            "fast as the run did, and is kept."
        )

    def _where(self) -> str:
        """Where one is, as `3 of 54 suspects, not marked, labelled Shirt`."""
        which = "" if self._which == ALL else f", {self._which}"
        of = "" if self._label is None else f", labelled {inert(self.class_names[self._label])}"
        count = len(self._shown)
        words = f"{min(self._at, count - 1) + 1:,} of {counted(count, 'suspect')}" if count else "no suspect"
        return f"{words}{which}{of}"

    def _told(self) -> str:
        wrong = sum(mark == WRONG for mark in self._marks.values())
        mark, without = key_of("explain.mark"), key_of("explain.without")
        if not wrong:
            return f"{mark}: a wrong label, fine, no mark. {without} trains without those that are wrong."
        return f"{counted(wrong, 'image')} marked as wrong; {without} trains without {'it' if wrong == 1 else 'them'}."

    def _image(self, suspects: Suspects, place: int, width: int, tall: int) -> list[Text]:
        """The image, and beside it what it is labelled, what it rather is, and how sure the network was of each."""
        one, picture = suspects.found[place], self._picture(place)
        left = self.drawn(picture, min(2 * _TALLEST, width // 2), tall) if picture else []
        wide = width - max((line.cell_len for line in left), default=0) - 2
        head = Text(fitted(f"training image {one.image}", wide), self.style("strong"))
        if mark := self._marks.get(one.image):
            head.append("   ").append(self._sign(mark))
        lines = [head, self._said("labelled", suspects, one.label, one.confidence, wide)]
        lines.append(self._said("rather", suspects, one.suspected, one.instead, wide))
        shares = suspects.probabilities(place)
        rest = sorted(
            (at for at in range(len(shares)) if at not in (one.label, one.suspected)), key=lambda at: -shares[at]
        )
        shown = sorted([one.label, one.suspected, *rest[: max(0, tall - 6)]])
        return side_by_side([left, [*lines, Text(), *(self._bar(suspects, one, at, shares[at], wide) for at in shown)]])

    def _picture(self, place: int) -> Picture | None:
        if self._pictures is None:
            return None
        try:
            return self._pictures.picture(place)
        except RawFileError:
            return None

    def _sign(self, mark: ImageMark) -> Text:
        words, style = _SIGNS[mark]
        return Text(words, self.style(style))

    def _said(self, what: str, suspects: Suspects, label: int, share: float, wide: int) -> Text:
        line = Text(padded(what, 9), self.style("dim"), no_wrap=True)
        line.append(padded(fitted(suspects.class_names[label], _NAME), _NAME), "bold").append(f" {share:6.1%}", "")
        line.truncate(max(1, wide))
        return line

    def _bar(self, suspects: Suspects, one: Suspect, label: int, share: float, wide: int) -> Text:
        line = Text(no_wrap=True)
        best = label == one.suspected
        line.append(padded(fitted(suspects.class_names[label], _NAME), _NAME), "bold" if best else "")
        line.append(f" {share:6.1%} ")
        line.append_text(self.bar(share, max(2, min(40, wide - line.cell_len - 2)), best=best))
        line.append(" ←" if label == one.label else "", self.style("bad"))
        return line

    def _rows(self, suspects: Suspects, width: int, room: int) -> list[Text]:
        """The list around the one under the cursor, under a line of titles."""
        shown = self._shown
        at, rows = min(self._at, len(shown) - 1), max(0, room - 1)
        first = max(0, min(at - rows // 2, len(shown) - rows))
        names = f"{padded('labelled', _NAME)}  {padded('rather', _NAME)}"
        titles = f"  {padded('image', 7, right=True)}  {names}  {padded('sure', 6, right=True)}  mark"
        lines = [Text(fitted(titles, width), self.style("dim"))]
        lines += [self._row(suspects.found[place], place == shown[at], width) for place in shown[first : first + rows]]
        return lines[:room]

    def _row(self, one: Suspect, chosen: bool, width: int) -> Text:
        labelled, rather = (padded(fitted(self.class_names[at], _NAME), _NAME) for at in (one.label, one.suspected))
        line = Text(
            f"{'▸' if chosen else ' '} {one.image:7d}  {labelled}  {rather}  {one.instead:6.1%}  ", no_wrap=True
        )
        line.stylize("bold" if chosen else "")
        if mark := self._marks.get(one.image):
            line.append_text(self._sign(mark))
        line.truncate(width)
        return line
