"""The training images that an image is most like, as lines for the view of predictions."""

from __future__ import annotations

from rich.text import Text

from cnn_tui.jobs.explain.answers import Nearest, PartDone
from cnn_tui.jobs.explain.protocol import FindNearest, WorkOutFeatures
from cnn_tui.reports.feature_words import features_in_words, likeness_in_words
from cnn_tui.text import fitted
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.lines import inert
from cnn_tui.ui.widgets.tiles import laid, lay_out

MOST = 5


class FeatureWork:
    """How far the features of a run's training images are worked out; asks for more until all are."""

    def __init__(self, epoch: int = 0) -> None:
        """With the weights that were kept of an epoch, or with 0 those of the run's end."""
        self.epoch = epoch
        self.done = self.total = 0

    def _question(self, scene: Scene) -> WorkOutFeatures:
        return WorkOutFeatures(scene.model_id, self.done, self.epoch)

    def wanted(self, scene: Scene) -> list[AnswerWanted]:
        """The next piece of the work; nothing once all is done."""
        if not scene.model_id or self.is_done:
            return []
        return [AnswerWanted(self._question(scene), PartDone, "features")]

    def settle(self, scene: Scene) -> None:
        """Take in what has been answered."""
        while not self.is_done and (found := scene.answer(self._question(scene), PartDone)) is not None:
            self.done, self.total = found.done, found.total

    @property
    def is_done(self) -> bool:
        return self.total > 0 and self.done >= self.total

    def state(self, scene: Scene, what: str) -> str:
        """Why what needs the features is not there yet, in a sentence."""
        if refusal := scene.refusal(self._question(scene)):
            return refusal
        if not self.total or self.is_done:
            return scene.waiting(what)
        share = f"{self.done / self.total:.0%}, {self.done:,} of {self.total:,}"
        return f"working out the features of the training images: {share} … {key_of('lab.back')} leaves it"


class NearestImages:
    """Whether the nearest images are shown, what is asked for them, and how they look."""

    def __init__(self, view: ExplainView) -> None:
        self.view, self.work = view, FeatureWork()
        self.shown = False

    @property
    def question(self) -> FindNearest | None:
        scene = self.view.scene
        if scene.own is not None:
            return FindNearest(scene.model_id, picture=scene.own.path, most=MOST)
        index = scene.gallery.index
        return None if index is None else FindNearest(scene.model_id, index, most=MOST)

    def wanted(self) -> list[AnswerWanted]:
        question, scene = self.question, self.view.scene
        if not self.shown or question is None or not scene.model_id:
            return []
        return self.work.wanted(scene) or [AnswerWanted(question, Nearest, "nearest")]

    def draw(self, width: int, height: int) -> list[Text]:
        """At most `height` lines: what is compared, the pictures with label and distance, and what they tell."""
        scene, question = self.view.scene, self.question
        if words := scene.why_nothing("features"):
            return self.view.paragraph(words, width)
        found = scene.answer(question, Nearest) if question else None
        if found is None:
            refusal = scene.refusal(question) if question else ""
            words = refusal or self.work.state(scene, "the nearest training images")
            return self.view.paragraph(words, width, "accent")[:height]
        names = [scene.gallery.name(one.label) for one in found.images]
        said = self.view.paragraph(likeness_in_words(names), width, "strong")
        how = self.view.paragraph(self._how(found), width)
        tiles = lay_out(len(names), found.shape, width, height - len(said) - len(how), least=9)
        if tiles.fit < len(names):  # the pictures are what is looked for
            how, tiles = [], lay_out(len(names), found.shape, width, height - len(said), least=9)
        blocks = []
        for at, one in enumerate(found.images[: tiles.fit]):
            label = Text(fitted(f"{one.distance:.3f} {inert(names[at])}", tiles.wide))
            blocks.append((label, self.view.drawn(found.picture(at), tiles.wide, tiles.tall)))
        return [*said, *how, *laid(tiles, blocks)][:height]

    def _how(self, found: Nearest) -> str:
        several = (
            f"{found.searched:,} of the {found.learned:,}" if found.searched < found.learned else f"{found.learned:,}"
        )
        compared = features_in_words(found.layer, found.goes_in, found.size)
        then = "With the weights of the run's end. " if self.view.scene.epoch else ""
        return (
            f"{then}Of {several} training images, by {compared}. "
            f"Distance 0 is the same direction, 1 is nothing in common. "
            f"{key_of('explain.nearest')} shows what predict() returns again."
        )
