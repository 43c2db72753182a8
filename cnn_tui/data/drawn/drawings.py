"""Draws pictures of things: stand-ins for datasets that are not on this machine.

Every picture is made from shapes whose places, sizes and colours are drawn by lot, so that a network has something to
learn and something to get wrong. The same name and number always give the same picture. They are no photos: what a
network reaches on them says nothing about the real ones.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cnn_tui.data.drawn.pencil import SIDE, USUAL, Color, Drawing, Point, Pose

if TYPE_CHECKING:
    import random

    from PIL import Image

_COATS: tuple[Color, ...] = (
    (92, 58, 33),
    (46, 36, 30),
    (214, 203, 186),
    (150, 98, 54),
    (120, 116, 110),
    (190, 140, 90),
)
_SKINS: tuple[Color, ...] = ((244, 207, 176), (224, 172, 125), (186, 126, 84), (134, 86, 58), (84, 54, 40))
_CLOTHES: tuple[Color, ...] = (
    (178, 40, 48),
    (38, 74, 140),
    (52, 120, 70),
    (230, 190, 60),
    (70, 70, 76),
    (150, 60, 130),
)
_GROUNDS: tuple[Color, ...] = ((128, 160, 84), (176, 160, 120), (150, 150, 148), (214, 206, 190), (96, 118, 70))
_SKIES: tuple[Color, ...] = ((168, 200, 228), (204, 214, 220), (236, 222, 196), (120, 150, 176), (90, 96, 110))


_ANYWHERE = Pose((0.55, 0.9), 0.16, 0.1, 0.05)
_SOMEWHERE = Pose((0.5, 0.9), 0.16, 0.08, 0.3)
_UPRIGHT = Pose((0.8, 0.95), 0.04, 0.04, 0.08)
_AS_IT_LIKES = Pose((0.6, 1.0), 0.15, 0.12, 0.5)


Drawer: TypeAlias = "Callable[[random.Random, Pose], Image.Image]"


_THINGS = Pose((0.25, 0.9), 0.5, 0.3, 0.2)
"""How trees, bushes and posts may stand."""


def _outdoors(chance: random.Random, pose: Pose, things: int) -> Drawing:
    """A field under a sky, with up to so many `things` in it, for one who stands there in a pose."""
    drawing = Drawing(chance, chance.choice(_SKIES))
    drawing.ground(drawing.near(chance.choice(_GROUNDS)), drawing.between(0.45, 0.75))
    for _ in range(chance.randint(1, things)):
        _thing(drawing)
    drawing.pose(pose)
    return drawing


def _thing(drawing: Drawing) -> None:
    """A tree, a bush, a post or a rock, in a colour that an animal or a coat may have too."""
    drawing.pose(_THINGS)
    kind, color = drawing.chance.randrange(4), drawing.near(drawing.chance.choice(_COATS + _CLOTHES + _GROUNDS), 20)
    if kind == 0:
        drawing.limb([(0.5, 0.4), (0.5, 0.95)], drawing.between(0.06, 0.14), drawing.near(_COATS[0], 30))
        for _ in range(3):
            middle = (drawing.between(0.35, 0.65), drawing.between(0.15, 0.4))
            drawing.blob(middle, (drawing.between(0.12, 0.25), drawing.between(0.1, 0.2)), drawing.near(color, 25))
    elif kind == 1:
        drawing.blob((0.5, 0.6), (drawing.between(0.15, 0.35), drawing.between(0.08, 0.2)), color)
    elif kind == 2:
        drawing.limb([(0.5, drawing.between(0.2, 0.5)), (0.5, 0.9)], drawing.between(0.04, 0.15), color)
    else:
        drawing.limb([(drawing.between(0.1, 0.4), 0.5), (drawing.between(0.6, 0.9), 0.55)], 0.1, color)


def _horse(chance: random.Random, pose: Pose) -> Image.Image:
    drawing = _outdoors(chance, pose, 3)
    coat = drawing.near(chance.choice(_COATS))
    dark: Color = (coat[0] // 2, coat[1] // 2, coat[2] // 2)
    for x in (0.3, 0.37, 0.61, 0.68):
        foot = x + drawing.between(-0.06, 0.06)
        drawing.limb([(x, 0.6), ((x + foot) / 2 + 0.01, 0.75), (foot, 0.88)], 0.05, coat)
    drawing.limb([(0.25, 0.47), (0.17, drawing.between(0.55, 0.7))], 0.04, dark)
    drawing.blob((0.48, 0.52), (0.25, 0.13), coat)
    head = (drawing.between(0.83, 0.9), drawing.between(0.2, 0.42))
    drawing.limb([(0.68, 0.46), (head[0] - 0.07, head[1])], 0.13, coat)
    drawing.limb([(0.63, 0.38), (head[0] - 0.12, head[1] - 0.07)], 0.04, dark)
    drawing.limb([(head[0] - 0.08, head[1]), (head[0] + 0.04, head[1] + 0.1)], 0.1, coat)
    drawing.shape([(head[0] - 0.12, head[1]), (head[0] - 0.09, head[1] - 0.12), (head[0] - 0.05, head[1] - 0.02)], coat)
    return drawing.finished()


def _human(chance: random.Random, pose: Pose) -> Image.Image:
    drawing = _outdoors(chance, pose, 3)
    skin, shirt, trousers = (drawing.near(chance.choice(all_)) for all_ in (_SKINS, _CLOTHES, _CLOTHES))
    stride, raised = drawing.between(0.02, 0.14), drawing.between(-0.2, 0.22)
    for side in (-1, 1):
        drawing.limb([(0.5 + side * 0.04, 0.58), (0.5 + side * stride, 0.92)], 0.08, trousers)
        hand = (0.5 + side * drawing.between(0.16, 0.26), 0.5 + raised * side)
        drawing.limb([(0.5 + side * 0.09, 0.33), hand], 0.06, shirt)
        drawing.blob(hand, (0.035, 0.035), skin)
    drawing.limb([(0.5, 0.36), (0.5, 0.56)], 0.2, shirt)
    drawing.limb([(0.5, 0.22), (0.5, 0.28)], 0.07, skin)
    drawing.blob((0.5, 0.16), (0.075, 0.095), skin)
    drawing.blob((0.5, 0.1), (0.08, 0.05), drawing.near(chance.choice(_COATS)))
    return drawing.finished()


def _face(drawing: Drawing, coat: Color) -> None:
    drawing.blob((0.5, 0.52), (drawing.between(0.24, 0.29), drawing.between(0.24, 0.28)), coat)
    for x in (0.4, 0.6):
        drawing.blob((x, 0.47), (0.045, 0.045), (236, 232, 214))
        drawing.blob((x + drawing.between(-0.01, 0.01), 0.475), (0.02, 0.03), (28, 24, 22))


def _cat(chance: random.Random, pose: Pose) -> Image.Image:
    drawing = _outdoors(chance, pose, 2)
    coat = drawing.near(chance.choice(_COATS))
    lean = drawing.between(-0.05, 0.05)
    for side in (-1, 1):
        tip = (0.5 + side * drawing.between(0.22, 0.28) + lean, drawing.between(0.12, 0.2))
        drawing.shape([(0.5 + side * 0.25, 0.46), (0.5 + side * 0.06, 0.3), tip], coat)
    _face(drawing, coat)
    drawing.shape([(0.46, 0.58), (0.54, 0.58), (0.5, 0.63)], (214, 132, 130))
    for side in (-1, 1):
        for rise in (-0.03, 0.02, 0.07):
            drawing.limb([(0.5 + side * 0.08, 0.64), (0.5 + side * 0.36, 0.63 + rise)], 0.008, (240, 240, 236))
    return drawing.finished()


def _dog(chance: random.Random, pose: Pose) -> Image.Image:
    drawing = _outdoors(chance, pose, 2)
    coat = drawing.near(chance.choice(_COATS))
    dark: Color = (coat[0] * 3 // 5, coat[1] * 3 // 5, coat[2] * 3 // 5)
    _face(drawing, coat)
    for side in (-1, 1):
        drawing.limb(
            [(0.5 + side * 0.2, 0.34), (0.5 + side * drawing.between(0.27, 0.34), drawing.between(0.55, 0.7))],
            0.13,
            dark,
        )
    drawing.blob((0.5, 0.66), (0.13, 0.12), drawing.near((226, 214, 196)))
    drawing.blob((0.5, 0.6), (0.055, 0.04), (30, 26, 26))
    if chance.random() < 0.6:
        drawing.limb([(0.5, 0.74), (0.5 + drawing.between(-0.03, 0.03), 0.84)], 0.07, (222, 104, 116))
    return drawing.finished()


FINGERS: tuple[Point, ...] = ((0.24, 0.42), (0.36, 0.2), (0.47, 0.15), (0.58, 0.19), (0.68, 0.28))
"""Where the tips of a hand's stretched fingers are: thumb, forefinger, middle, ring and little finger."""
_LONG_ARM = 2.0
"""Where an arm ends that comes from outside the picture, however small it is."""
_KNUCKLES: tuple[Point, ...] = ((0.36, 0.62), (0.4, 0.5), (0.48, 0.48), (0.56, 0.49), (0.63, 0.53))


def _hand(drawing: Drawing, skin: Color, stretched: tuple[float, ...], arm: float = 1.1) -> None:
    """A hand with its arm below, down to `arm`. `stretched` says of each finger how far, from 0 to 1."""
    dark: Color = (skin[0] * 3 // 4, skin[1] * 3 // 4, skin[2] * 3 // 4)
    turn = drawing.between(-0.22, 0.22)

    def turned(point: Point) -> Point:
        x, y = point[0] - 0.5, point[1] - 0.6
        return 0.5 + x * math.cos(turn) - y * math.sin(turn), 0.6 + x * math.sin(turn) + y * math.cos(turn)

    drawing.limb([turned((0.5, 0.68)), turned((0.5, arm))], 0.2, skin)
    drawing.blob(turned((0.5, 0.62)), (0.17, 0.17), skin)
    for knuckle, tip, far in zip(_KNUCKLES, FINGERS, stretched, strict=True):
        end = tuple(
            a + (b - a) * max(far, 0.12) + drawing.between(-0.015, 0.015) for a, b in zip(knuckle, tip, strict=True)
        )
        drawing.limb([turned(knuckle), turned((end[0], end[1]))], 0.085, skin if far > 0.3 else dark)


def _hand_that(*stretched: float) -> Drawer:
    def draw(chance: random.Random, pose: Pose) -> Image.Image:
        drawing = Drawing(chance, (248, 248, 246), pose=pose)
        _hand(drawing, drawing.near(chance.choice(_SKINS)), stretched, _LONG_ARM)
        return drawing.finished()

    return draw


SIGN_SIDE = 28
LETTERS = "ABCDEFGHIKLMNOPQRSTUVWXY"
"""The letters that a hand at rest can show: J and Z are drawn in the air."""


def _sign(stretched: tuple[float, ...]) -> Drawer:
    def draw(chance: random.Random, pose: Pose) -> Image.Image:
        shade = chance.randint(120, 190)
        drawing = Drawing(chance, (shade, shade, shade), SIGN_SIDE, pose)
        light = min(250, shade + chance.randint(40, 70))
        _hand(drawing, (light, light, light), stretched)
        return drawing.finished().convert("L")

    return draw


def _signs() -> dict[str, Drawer]:
    """A right hand for each letter. Which fingers are stretched is made up: these are no letters of a sign language."""
    every = [tuple(1.0 if code >> finger & 1 else 0.0 for finger in range(5)) for code in range(32)]
    return {letter: _sign(fingers) for letter, fingers in zip(LETTERS, every[1:], strict=False)}


class Drawn(NamedTuple):
    """A dataset that is drawn: what draws each class, and how many pictures of it are to train and to test on.

    Pictures to train on are in `pose`, those to test on too, unless there is a `test_pose`.
    """

    classes: dict[str, Drawer]
    train: int
    test: int
    side: int = SIDE
    coloured: bool = True
    pose: Pose = USUAL
    test_pose: Pose | None = None


DRAWN: dict[str, Drawn] = {
    "horses_or_humans": Drawn({"horses": _horse, "humans": _human}, 100, 100, pose=_ANYWHERE),
    "cats_and_dogs": Drawn({"cats": _cat, "dogs": _dog}, 100, 100, pose=_UPRIGHT, test_pose=_AS_IT_LIKES),
    "rock_paper_scissors": Drawn(
        {
            "paper": _hand_that(1, 1, 1, 1, 1),
            "rock": _hand_that(0, 0, 0, 0, 0),
            "scissors": _hand_that(0, 1, 1, 0, 0),
        },
        80,
        40,
        pose=_SOMEWHERE,
    ),
    "sign_mnist": Drawn(_signs(), 80, 16, SIGN_SIDE, coloured=False, pose=Pose(flips=False)),
}


def picture(name: str, class_name: str, number: int) -> Image.Image:
    """The picture of a class with a number, counted from 0."""
    import random  # only here: it is slow to load

    drawn = DRAWN[name]
    pose = drawn.pose if number < drawn.train else drawn.test_pose or drawn.pose
    return drawn.classes[class_name](random.Random(f"{name}/{class_name}/{number}"), pose)
