"""Where it looked, in the explain pane: what a newcomer sees and presses, in colours and without."""

from __future__ import annotations

import pytest

from cnn_tui.data.images import Picture
from cnn_tui.jobs.explain.where_protocol import LookWhere
from cnn_tui.ui.explain.one_image.where import WhereView, means
from cnn_tui.ui.explain.pane import ExplainPane
from cnn_tui.ui.widgets.heat import draw_heat, stretched
from tests.ui import explained
from tests.ui.conftest import MakeLab
from tests.ui.explained import asked_of
from tests.ui.screen import LARGE, SMALL, sees, text, until

TO_THE_VIEW = ("5", "m", "m", "m", "m")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_a_wrong_image_has_a_map_for_what_was_said_and_one_for_what_it_is(
    make_lab: MakeLab, size: tuple[int, int]
) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        asked_of(app)
        await pilot.press(*TO_THE_VIEW)
        await sees(pilot, "T-shirt/top 70.0% predicted")
        assert "The upper left ninth of the image holds" in text(app)
        assert "speaks for T-shirt/top" in text(app) and "655" in text(app), "the map is digits"
        await pilot.press("o")
        await sees(pilot, "Sandal 70.0% predicted")
        await sees(pilot, "Coat 3.3% true")
        await pilot.press("v")
        await sees(pilot, "Sandal: 26x26 numbers from -3 to 2")


@pytest.mark.usefixtures("kept")
async def test_t_changes_the_method_c_the_class_and_brackets_the_layer(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        client = asked_of(app)
        await pilot.press(*TO_THE_VIEW)
        await sees(pilot, "t Grad-CAM   [ ] layer 1/1 conv2d")
        for words in ("Grad-CAM++ of the 26x26 maps of conv2d", "points of its 70.0 %", "The pixels add up to"):
            await pilot.press("t")
            await sees(pilot, words)
        assert max(one.first for one in client.asked if isinstance(one, LookWhere)) == 3, "until the answer is whole"
        await pilot.press("c", *"bag", "enter")
        await sees(pilot, "Bag 3.3%")
        await sees(pilot, "T-shirt/top 70.0% predicted")
        await pilot.press("M", "t")
        await sees(pilot, "m goes to where it looked")


@pytest.mark.usefixtures("kept")
async def test_what_takes_long_says_how_far_it_is_and_esc_leaves_it(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        client = asked_of(app)
        client.stuck = True
        await pilot.press(*TO_THE_VIEW, "t")
        await sees(pilot, "t Grad-CAM++")
        await pilot.press("t")
        await sees(pilot, "occlusion   working out … 25 %; Esc leaves it")
        await pilot.press("t")
        await sees(pilot, "integrated gradients   working out … 25 %; Esc leaves it")
        await pilot.press("escape")
        await sees(pilot, "t Grad-CAM++")
        await until(pilot, lambda: "working" not in text(app), "nothing at work")


@pytest.mark.usefixtures("kept")
async def test_a_network_without_a_convolution_is_asked_otherwise(
    make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explained, "LAYERS", explained.LAYERS[1:])
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        asked_of(app)
        await pilot.press(*TO_THE_VIEW)
        await sees(pilot, "t occlusion   no convolution, so no Grad-CAM")
        await sees(pilot, "Covering a place costs T-shirt/top")
        await pilot.press("t")
        await sees(pilot, "t integrated gradients")
        await pilot.press("t")
        await sees(pilot, "t occlusion")


GREY = Picture((4, 4, 1), bytes([200] * 16))
PLANE = ((1.0, 0.5), (0.0, -1.0))


def test_without_colours_the_map_is_digits_for_and_letters_against() -> None:
    above, below = (line.plain for line in draw_heat(GREY, PLANE, 4, 2, "shades"))
    assert above[0] == "9" and above.isascii() and below[3] == "i"
    assert below[0] == "."


def test_in_sixteen_colours_the_map_is_in_steps_and_in_many_it_lies_over_the_image() -> None:
    def colours(mode: str) -> set[str]:
        lines = draw_heat(GREY, PLANE, 4, 2, mode)  # type: ignore[arg-type]
        styles = [span.style for line in lines for span in line.spans]
        return {str(getattr(part, "name", "")) for style in styles for part in (style.color, style.bgcolor) if part}  # type: ignore[union-attr]

    assert {"#ffffff", "#000000", "#55ffff"} <= colours("16") <= {
        "#ffffff", "#000000", "#55ffff", "#ffff55", "#aa5500", "#5555ff", "#0000aa"
    }  # fmt: skip
    assert len(colours("full")) > 6
    assert len(draw_heat(GREY, PLANE, 4, 2, "full")) == 2


def test_a_map_is_stretched_between_its_numbers_and_shrunk_to_means() -> None:
    assert stretched(((0.0, 1.0),), 2, 4) == ((0.0, 0.25, 0.75, 1.0), (0.0, 0.25, 0.75, 1.0))
    assert means(((1.0, 3.0), (5.0, 7.0)), 1, 2) == ((3.0, 5.0),)


@pytest.mark.usefixtures("kept")
async def test_before_the_first_map_it_says_what_is_waited_for(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        asked_of(app).stuck = True
        next(view for view in app.lab.query_one(ExplainPane).views if isinstance(view, WhereView)).method = "occlusion"
        await pilot.press(*TO_THE_VIEW)
        await sees(pilot, "working out where it looked, by occlusion … 25 %; Esc leaves it")
