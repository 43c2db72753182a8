"""What augmentation does: one image as it is, and as the network would see it while it trains."""

from __future__ import annotations

from typing import ClassVar

import msgspec
from rich.text import Text

from cnn_tui.data.images import Picture
from cnn_tui.experiment.document import Document
from cnn_tui.jobs.explain.answers import VARIATIONS, Variations
from cnn_tui.jobs.explain.protocol import VaryImage
from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import AUGMENTATION, AnyLayer
from cnn_tui.text import fitted, sentence
from cnn_tui.ui.explain.scene import AnswerWanted, Scene
from cnn_tui.ui.explain.view import ExplainView
from cnn_tui.ui.keys import key_of
from cnn_tui.ui.widgets.image import side_by_side
from cnn_tui.ui.widgets.tiles import laid, lay_out

_MOST_SEEDS = 1_000
_BESIDE = 100
"""Cells from which on the settings stand beside the images, and not above them."""
_SETTINGS_WIDE = 30


class AugmentationView(ExplainView):
    """An image, varied nine ways by the layers of the network in the editor, whose settings stand beside it."""

    code: ClassVar[str] = "augmentation"
    title: ClassVar[str] = "augmentation"
    keys: ClassVar[str] = "next_image open class"
    opens: ClassVar[str] = "vary"

    def __init__(self, scene: Scene, document: Document) -> None:
        super().__init__(scene)
        self._document = document
        self._seed = 0

    @property
    def varying(self) -> tuple[AnyLayer, ...]:
        """The layers that vary images at random."""
        return tuple(one for _, one in self._document.experiment.stack.enabled() if isinstance(one, AUGMENTATION))

    def datasets(self) -> list[str]:
        """Where there is no run, the images are those of the experiment under edit."""
        return [] if self.scene.gallery.images else [self.scene.dataset]

    def question(self) -> VaryImage | None:
        """What is asked of the explain process; None where there is nothing to vary."""
        picture, layers = self.scene.picture(), self.varying
        if picture is None or not layers:
            return None
        return VaryImage(msgspec.json.encode(layers), picture.shape, picture.pixels, self._seed)

    def wanted(self) -> list[AnswerWanted]:
        question = self.question()
        return [AnswerWanted(question, Variations, "augmentation")] if question else []

    # The keys

    def open(self) -> None:
        """Vary the image anew."""
        self._seed = (self._seed + 1) % _MOST_SEEDS

    # Drawing

    def draw(self, width: int, height: int) -> list[Text]:
        if not self.varying:
            words = (
                "The network in the editor has no layer that varies images. Put one, such as RandomFlip or "
                "RandomRotation, before its first layer, and here is what it does: "
            )
            return self.paragraph(f"{words}{key_of('stack.add_above')} in the stack adds a layer.", width)
        question, picture = self.question(), self.scene.picture()
        if question is None or picture is None:
            return self.paragraph(f"looking at the dataset {self.scene.dataset} …", width)
        if refusal := self.scene.refusal(question):
            return self.paragraph(sentence(refusal), width)
        varied = self.scene.answer(question, Variations)
        beside = width >= _BESIDE
        about = self._settings(_SETTINGS_WIDE if beside else width)
        if varied is None:
            about += self.paragraph(self.scene.waiting("the variations"), _SETTINGS_WIDE if beside else width)
        if beside:
            pictures = self._pictures(picture, varied, width - _SETTINGS_WIDE - 2, height)
            return side_by_side([about, pictures])[:height]
        return [*about, *self._pictures(picture, varied, width, height - len(about))][:height]

    def _settings(self, width: int) -> list[Text]:
        """The layers with what is set of them, in lines of so many cells."""
        lines = []
        for layer in self.varying:
            said = {one: getattr(layer, one.name) for one in fields_of(type(layer))}
            given = [f"{one.name} {one.format(value)}" for one, value in said.items() if value != one.default]
            lines += self.paragraph(f"{layer.type}: {', '.join(given)}" if given else layer.type, width, "")
        another = f"{key_of('explain.previous_image')} and {key_of('explain.next_image')} take another image"
        words = f"{key_of('explain.open')} varies it anew, {another}. Tests take images as they are."
        lines += self.paragraph(words, width)
        return lines

    def _pictures(self, picture: Picture, varied: Variations | None, width: int, height: int) -> list[Text]:
        """The image as it is, and behind it its variations, as soon as they are known."""
        shape = varied.shape if varied else picture.shape
        tiles = lay_out(1 + VARIATIONS, shape, width, height)
        gallery = self.scene.gallery
        name = gallery.name(gallery.label_of(gallery.index)) if gallery.index is not None else ""
        blocks = [(Text(fitted(name, tiles.wide), self.style("heading")), self.drawn(picture, tiles.wide, tiles.tall))]
        blocks += [
            (Text(str(at + 1), self.style("dim")), self.drawn(varied.picture(at), tiles.wide, tiles.tall))
            for at in range(VARIATIONS)
            if varied
        ]
        return laid(tiles, blocks[: max(1, tiles.fit)])
