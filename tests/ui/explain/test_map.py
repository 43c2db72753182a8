"""The map of features, in the explain pane: what a newcomer sees and presses, in colours and without."""

from __future__ import annotations

import re

import pytest

from tests.ui.conftest import MakeLab
from tests.ui.explained import asked_of
from tests.ui.screen import LARGE, SMALL, sees, text, until

TO_THE_VIEW = ("5", *"mmmmmm")
pytestmark = pytest.mark.usefixtures("kept")


@pytest.mark.parametrize("size", [LARGE, SMALL, (60, 16)])
async def test_the_map_begins_with_what_lies_among_another_class(make_lab: MakeLab, size: tuple[int, int]) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        asked_of(app)
        await pilot.press(*TO_THE_VIEW)
        await sees(pilot, "[map]")
        await sees(pilot, "1 of 3 on mixed borders")  # the one of nine neighbours; that of none is left out
        await sees(pilot, "training image 30")
        shown = text(app)
        assert "PCA of 60 training images: 50.0 % + 25.0 % of the" in shown
        assert "is 0 T-shirt/top" in shown and "said 0 T-shirt/top" in shown and "✓ right 70.0 %" in shown
        assert "10 nearest: 9" in shown
        assert "0 T-shirt/top  1 Trouser  2 Pullover" in shown, "which sign is which class"
        drawn = [line[1:30] for line in shown.splitlines()[8:-5]]
        assert {"0"} <= set("".join(drawn)) <= set(" 012"), "signs that read without colours"
        await pilot.press("l")
        await sees(pilot, "training image 10")
        await sees(pilot, "2 of 3 on mixed borders")
        await sees(pilot, "✗ wrong")
        await pilot.press("o")
        await sees(pilot, "1 of 30 far from their class")
        await sees(pilot, "training image 59")


async def test_arrows_go_over_the_map_and_enter_through_a_cell(make_lab: MakeLab) -> None:
    app = make_lab()

    def image() -> int:
        found = re.search(r"training image (\d+)", text(app))
        return int(found[1]) if found else -1

    async with app.run_test(size=LARGE, notifications=True) as pilot:
        asked_of(app)
        await pilot.press(*TO_THE_VIEW)
        await sees(pilot, "1 of 3 on mixed borders")
        assert image() == 30, "the left end of the left ring"
        await pilot.press("left")
        await pilot.pause()
        assert image() == 30, "there is nothing farther left"
        for key in ("right", "down", "k", "right"):
            before = image()
            await pilot.press(key)
            await until(pilot, lambda before=before: image() not in (before, -1), "another point")  # type: ignore[misc]
        await until(pilot, lambda: "10 nearest" in text(app), "what it is")
        before = image()
        await pilot.press("+", "+")
        await until(pilot, lambda: image() == before, "the same point, larger")
        await pilot.press("c", *"pull", "enter")
        await sees(pilot, "on mixed borders, Pullover")
        await sees(pilot, "is 2 Pullover")
        await pilot.press("escape", "escape")
        await until(pilot, lambda: "borders, Pullover" not in text(app), "all classes again")
        await sees(pilot, "[map]")


async def test_counting_says_how_far_it_is_and_esc_leaves_it(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        client = asked_of(app)
        client.stuck = True
        await pilot.press(*TO_THE_VIEW)
        await sees(pilot, "counting neighbours 50 % … Esc leaves it")
        await pilot.press("escape")
        await until(pilot, lambda: "counting" not in text(app), "nothing at work")
        await sees(pilot, "[map]")
        await pilot.press("enter")
        await sees(pilot, "counting neighbours 50 %")


async def test_t_takes_another_method_and_what_is_drawn_stays_until_it_is_there(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        client = asked_of(app)
        await pilot.press(*TO_THE_VIEW)
        await sees(pilot, "1 of 3 on mixed borders")
        client.stuck = True
        await pilot.press("t")
        await sees(pilot, "t-SNE at work for 2 s … Esc leaves it")
        assert "PCA of 60 training images" in text(app)
        await pilot.press("l")
        await sees(pilot, "training image 10")
        await pilot.press("escape")
        await sees(pilot, "2 of 3 on mixed borders")
        client.stuck = False
        await pilot.press("t")
        await sees(pilot, "t-SNE of 60 training images.")
        assert "training image 10" in text(app), "the same point"
        await pilot.press("t")
        await sees(pilot, "UMAP takes umap-learn, which is not installed")
        assert "t-SNE of 60 training images." in text(app)
        await pilot.press("t")
        await sees(pilot, "PCA of 60 training images")


async def test_what_cannot_be_asked_is_said(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        asked_of(app).refusal = "the network is too odd"
        await pilot.press(*TO_THE_VIEW)
        await sees(pilot, "The network is too odd.")
