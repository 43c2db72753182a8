"""The rows of the stack pane say what comes out of each layer wherever no summary stands beside them."""

from __future__ import annotations

import re

import pytest

from cnn_tui.ui.screens.lab import LabScreen
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, pane, sees, text, until


def row(screen: str, layer: str) -> list[str]:
    """The words in the first row of that layer."""
    return next(line.strip("│").split() for line in screen.splitlines() if f" {layer} " in line)


@pytest.mark.parametrize("size", [SMALL, (60, 16)])
async def test_alone_every_row_has_the_output_shape_and_the_parameters(
    make_lab: MakeLab, size: tuple[int, int]
) -> None:
    app = make_lab()
    async with app.run_test(size=size) as pilot:
        await sees(pilot, "Output shape")
        share = ["<1%"] if size == SMALL else []
        assert row(pane(app, "stack"), "Conv2D") == ["1", "Conv2D", "32", "3x3", "relu", "26x26x32", "320", *share]
        frame = pane(app, "stack").splitlines()[-1]
        assert "113,386 params" in frame and "fashion_mnist" in frame and "28x28x1 → 10" in frame
        await pilot.press("plus")
        await until(pilot, lambda: "26x26x64" in pane(app, "stack"), "the new shape")
        assert row(pane(app, "stack"), "Conv2D")[6] == "640"
        assert "122,922 params" in pane(app, "stack")
        assert ("of 7" in pane(app, "stack")) == (size != SMALL), "which rows these are, where not all fit"
        assert "Output shape  Param #" in pane(app, "stack").splitlines()[1]


async def test_zoomed_it_says_so_too_and_beside_the_summary_it_need_not(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await sees(pilot, "Total params: 113,386")
        assert "26x26x32" not in pane(app, "stack")
        await pilot.press("z")
        await until(pilot, lambda: "26x26x32" in pane(app, "stack"), "the shapes")
        assert "fashion_mnist, 10 classes" in pane(app, "stack")
        await pilot.press("z")
        await until(pilot, lambda: "26x26x32" not in pane(app, "stack"), "the rows as they were")


async def test_a_layer_that_does_not_fit_and_those_below_it_claim_no_shape(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        # A convolution of 11x11 cells on a map of 5x5.
        await pilot.press("j", "j", "j", "j", "A", *"Conv2D", "enter", "l", "enter", *"11", "enter")
        await sees(pilot, "does not fit")
        rows = [line.strip("│").split() for line in pane(app, "stack").splitlines()[2:10]]
        assert rows[3][-2:] == ["5x5x32", "0"]
        assert rows[4][-4:] == ["does", "not", "fit", "?"]
        assert [one[-2:] for one in rows[5:]] == [["?", "?"]] * 3
        assert "at least" in pane(app, "stack")
        await pilot.press("space")
        await sees(pilot, "off  32  11x11")
        assert "113,386 params" in pane(app, "stack")


async def test_what_is_said_below_the_fields_is_whole_where_some_of_them_can_give_way(make_lab: MakeLab) -> None:
    app = make_lab()

    def said() -> str:
        """The fields, and what is said below them, as one line."""
        lines = [line.strip("│╮╭ ") for line in pane(app, "stack").splitlines()[1:-1]]
        return " ".join(" ".join(lines[next(at for at, line in enumerate(lines) if line[:2] == "──") :]).split())

    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("l")
        await until(pilot, lambda: said().endswith("whole numbers, like 3 or 3x3, from 1 to 1024."), "the whole help")
        assert "↓" in said(), "a line of fields gives way, and is told"
        await pilot.press("h")
        await until(pilot, lambda: "from 1 to 65536." in said() and "trainable" in said(), "all fields again")
        await pilot.press(*"jjjj", *"dd")
        await until(pilot, lambda: "the network ends in" in said(), "the problem")
        assert said().endswith("F lists them.") or re.search(r"\. F lists all \d\.$", said()), said()
        assert "…" not in said() and "units 10" in said()


async def test_the_first_picture_is_already_that_of_the_terminals_size(
    make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a busy machine the lab is painted before it is told of the size or the focus: as it is when it is mounted.
    found: list[list[str | None]] = []
    mounted = LabScreen.on_mount

    def look(lab: LabScreen) -> None:
        found.append([one.id for one in lab.query("#panes > *") if one.display])
        found.append([name for name in ("-short", "-high") if lab.has_class(name)])
        mounted(lab)

    monkeypatch.setattr(LabScreen, "on_mount", look)
    for size, panes, classes in (
        ((80, 20), ["stack"], ["-short"]),
        ((120, 40), ["stack", "summary", "training", "history"], ["-high"]),
    ):
        app = make_lab()
        async with app.run_test(size=size) as pilot:
            await sees(pilot, "1 Stack")
            assert found == [panes, classes]
            found.clear()


async def test_the_columns_are_those_of_the_network_that_is_shown(make_lab: MakeLab) -> None:
    """However often it becomes another one and back: the share of the parameters has room, or none."""
    app = make_lab()
    async with app.run_test(size=SMALL) as pilot:
        await sees(pilot, "Share")
        for _ in range(6):
            await pilot.press("a", *"batchn", "enter")
            await until(pilot, lambda: "BatchNormalization  " in text(app), "a name that needs the room")
            assert "Share" not in text(app)
            await pilot.press("u")
            await until(pilot, lambda: "Share" in text(app), "the network as it was")
