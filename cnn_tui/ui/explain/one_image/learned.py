"""What the network said of an image after each epoch: probabilities as curves, when it was right, what it forgot."""

from __future__ import annotations

from typing import ClassVar

from rich.text import Text

from cnn_tui.analysis.learned import Learned
from cnn_tui.artifacts.predictions import Predictions, open_predictions
from cnn_tui.data.raw_file import RawFileError
from cnn_tui.jobs.explain.answers import PartDone
from cnn_tui.jobs.explain.protocol import KeepPredictions
from cnn_tui.reports.chart.learned_chart import learned_chart
from cnn_tui.text import fitted
from cnn_tui.ui.chart.chart import kind_of
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import side_by_side

_MOST_EPOCHS = 40
"""Of more, so many as far apart as can be: what is said of all test images after each is held in memory."""


class LearnedView(ExplainView):
    """One image over all epochs that its run has kept; there only for such runs."""

    code: ClassVar[str] = "learned"
    title: ClassVar[str] = "when it learned"
    keys: ClassVar[str] = "next_image open order class run"
    opens: ClassVar[str] = "forgotten"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self._said: dict[int, Predictions] = {}
        self._learned: Learned | None = None

    def show(self, scene: Scene) -> None:
        super().show(scene)
        self._said, self._learned = {}, None

    @property
    def is_offered(self) -> bool:
        return len(self.scene.epochs) > 1

    @property
    def _epochs(self) -> tuple[int, ...]:
        """Those that are shown; 0 is the run's end."""
        every = self.scene.epochs
        step = -(-len(every) // _MOST_EPOCHS)
        return every[::-step][::-1]

    def settle(self) -> None:
        """Read what is kept by now."""
        run = self.scene.run
        if run is None or self._learned is not None or not self.is_offered:
            return
        for epoch in self._missing():
            try:
                self._said[epoch] = open_predictions(run.id, epoch)
            except RawFileError:
                continue
        if not self._missing():
            numbers = [epoch or len(run.epochs) for epoch in self._epochs]
            self._learned = Learned(numbers, [self._said[epoch] for epoch in self._epochs])

    def _missing(self) -> list[int]:
        return [epoch for epoch in self._epochs if epoch not in self._said]

    def wanted(self) -> list[AnswerWanted]:
        """What was said after the next epoch of which that is not known: one after another, so that one can leave."""
        run = self.scene.model_id
        unknown = [self.scene.next_part(KeepPredictions(run, epoch)) for epoch in self._missing()] if run else []
        following = [AnswerWanted(one, PartDone, "learned") for one in unknown if not self.scene.knows(one)]
        return [*self.scene.kept(), *following[:1]]

    def open(self) -> None:
        """The images that were forgotten, or all again."""
        gallery = self.scene.gallery
        if self._learned is not None and not gallery.choose_all():
            gallery.show_only(self._learned.forgotten, "forgotten")

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        if words := self._nothing():
            return self.paragraph(words, width)
        assert self._learned is not None
        gallery, index = self.scene.gallery, self.scene.gallery.index
        if index is None:
            return self.paragraph(f"There is no image here: {gallery.place()}. {key_of('explain.open')}: all.", width)
        head = Text(f"test image {index}", self.style("strong")).append(f"   {gallery.place()}   ", "")
        head.append(gallery.name(gallery.label_of(index)), "bold")
        head.truncate(width)
        words = self._learned.of_image(index)
        below = self.paragraph(words, width, "accent")
        for sentence in self._learned.of_all():
            below += self.paragraph(sentence, width)
        all_images = gallery.chosen != self._learned.forgotten
        what = f"only the {len(self._learned.forgotten):,} forgotten" if all_images else "all images"
        below.append(Text(fitted(f"{key_of('explain.open')}: {what}", width), self.style("dim")))
        room = height - 1 - len(below)
        picture = self.scene.picture()
        left = self.drawn(picture, min(28, width // 4), room) if picture else []
        wide = max((line.cell_len for line in left), default=0)
        return [head, *side_by_side([left, self._curves(index, width - wide - 2, room)])[:room], *below]

    def _nothing(self) -> str:
        if words := self.scene.why_nothing("epochs"):
            return words
        if not self.is_offered:
            return f'Run {self.scene.model_id} has kept the weights of no single epoch: keep = "all" does.'
        missing = self._missing()
        if not missing:
            return ""
        question = KeepPredictions(self.scene.model_id, missing[0])
        part = self.scene.part_of(question)
        done = len(self._said) + (part.done / part.total if part else 0)
        share = f"{done / len(self._epochs):.0%}, {len(self._said)} of {len(self._epochs)} epochs".replace("%", " %")
        refusal = self.scene.refusal(self.scene.next_part(question))
        words = f"{self.scene.waiting('what it said after each epoch')} {share}; {key_of('explain.view')} leaves it"
        return refusal or words

    def _curves(self, index: int, width: int, height: int) -> list[Text]:
        """The probabilities of the true class, and of those that were likeliest at some time."""
        learned, scene = self._learned, self.scene
        if learned is None:
            return []
        here = scene.epoch or learned.epochs[-1]
        lines = learned_chart(learned, index, scene.gallery.names, width, height, kind_of(self.app), here)
        return [Text.assemble(*((words, self.style(name)) for words, name in line), no_wrap=True) for line in lines]
