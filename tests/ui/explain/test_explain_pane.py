"""The explain pane: of a run that was really trained, asked of a real process, and of runs that have little to show."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image as Pillow
from textual.dom import DOMNode
from textual.widget import Widget

from cnn_tui.exercises import answers
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.home import model_path
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import VaryImage
from cnn_tui.network.by_hand.image_kernels import KERNELS
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.explain.hand.bench import Bench, sized
from cnn_tui.ui.explain.pane import ExplainPane
from tests.ui import explained, fake
from tests.ui.conftest import MakeLab
from tests.ui.screen import LARGE, SMALL, sees, text, until

SECONDS = 90.0
SIZES = ((120, 40), (80, 24), (60, 16))


@pytest.fixture
def lab(trained_home: Path, sealed_machine: Path) -> Path:
    """The first two of the trained runs in the home of the test, which may change them."""
    shutil.copytree(trained_home, sealed_machine, dirs_exist_ok=True)
    with History() as history:
        history.store.execute("PRAGMA foreign_keys = OFF")
        history.store.execute("DELETE FROM runs WHERE id > 2")
    return sealed_machine


def explain(app: LabApp) -> ExplainPane:
    """The pane."""
    return app.lab.query_one(ExplainPane)


async def closed(app: LabApp) -> None:
    """Wait until the explain process is gone."""
    process = explain_process(app)
    for _ in range(500):
        if process is None or process.poll() is not None:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the explain process outlives the app")


def explain_process(app: LabApp):  # type: ignore[no-untyped-def]
    """The process that the pane started, if any."""
    client = app.client_of_test  # type: ignore[attr-defined]
    assert isinstance(client, ExplainClient)
    return client._process


@pytest.mark.long
async def test_a_trained_run_is_looked_into_by_a_real_process(make_lab: MakeLab, lab: Path) -> None:
    """Predictions from kept files; activations, filters and a filter by hand from the process."""
    picture = lab / "own.png"
    Pillow.new("RGB", (60, 40), (255, 255, 255)).save(picture)
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        app.client_of_test = explain(app).explained.client  # type: ignore[attr-defined]
        assert explain_process(app) is None, "TensorFlow is loaded before anybody looks"
        await pilot.press("5")
        await sees(pilot, "of shape (1, 2):")
        explain(app).show_run(1)
        await sees(pilot, "of shape (1, 3):")
        assert "(1, 12, 12, 1)" in text(app) and "1 of 80" in text(app)
        await pilot.press("m")
        await sees(pilot, "test accuracy")
        await pilot.press("m")
        await sees(pilot, "layer 1/3", SECONDS)
        await sees(pilot, "10x10x6", SECONDS)
        await sees(pilot, "over 80 test images", SECONDS)
        await pilot.press("]")
        await sees(pilot, "5x5x6")
        await pilot.press("enter")
        await sees(pilot, "conv2d", SECONDS)
        await pilot.press("m")
        await sees(pilot, "bias", SECONDS)
        await pilot.press("]", "}")
        await sees(pilot, "channel 1 of 6", SECONDS)
        await pilot.press("enter")
        await sees(pilot, "sum over 6 channels", SECONDS)
        await pilot.press("m", "m")
        await sees(pilot, "[predictions]")
        await pilot.press("i")
        await sees(pilot, "The picture's file")
        await pilot.press(*str(lab / "none.png"), "enter")
        await sees(pilot, "There is no file")
        dropped = f"'{picture}'"  # as a terminal types a file that is dropped on it
        await pilot.press("home", *["delete"] * len(str(lab / "none.png")), *dropped, "enter")
        await sees(pilot, "your picture", SECONDS)
        await sees(pilot, "resized", SECONDS)
        await pilot.press("escape")
        await sees(pilot, "test image 0")
    await closed(app)


@pytest.mark.long
async def test_a_colour_run_is_shown_in_every_view_and_size(make_lab: MakeLab, lab: Path) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("5")
        await sees(pilot, "of shape (1, 2):")
        for title in (
            "confusion",
            "activations",
            "filters",
            "where it looked",
            "two runs",
            "map",
            "suspects",
            "augmentation",
            "by hand",
            "data",
            "predictions",
        ):
            await pilot.press("m")
            await sees(pilot, f"[{title}]")
            for words in ("TensorFlow", "working out", "reading the images", "looking at"):
                await until(pilot, lambda words=words: words not in text(app), f"no {words}", SECONDS)  # type: ignore[misc]
            for size in SIZES:
                await pilot.resize_terminal(*size)
                await sees(pilot, f"[{title}]")


async def test_a_deleted_model_leaves_what_was_kept_and_says_so(make_lab: MakeLab, lab: Path) -> None:
    model_path(2).unlink()
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        explain(app).show_run(2)
        await pilot.press("5")
        await sees(pilot, "of shape (1, 2)")
        await pilot.press("m", "m")
        await sees(pilot, "The model of run 2 is gone")


async def test_without_any_run_there_are_the_sample_and_the_questions(make_lab: MakeLab, history: History) -> None:
    explained.write_images()
    explained.write_facts()
    app = make_lab()
    client = explained.FakeExplainClient()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        explain(app).explained.client = client  # type: ignore[assignment]
        await pilot.press("5")
        await sees(pilot, "No run has a trained model yet")
        await pilot.press("M", "M")
        await sees(pilot, "28x28 → 26x26")
        await pilot.press("n", "n")
        await sees(pilot, "LAB 2, 2 of")
        await pilot.press("a", *"left", "enter")
        await until(pilot, lambda: answers.answers(history, "lab2"), "the answer")
    assert answers.answer(history, "lab2", "vertical-edges").conclusion == "left"
    assert client.asked == [], "no view without a run needs TensorFlow"
    assert client.closed


async def test_padding_stride_and_pooling_change_the_output(make_lab: MakeLab, kept: int) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5", "M", "M")
        await sees(pilot, "28x28 → 26x26. The edge costs 2 rows and 2 columns. 1 window sees a corner")
        await pilot.press("tab", "tab", "tab", "plus")
        await sees(pilot, "28x28 → 28x28. Padding adds 1+1 rows")
        await pilot.press("minus", "tab", "tab", "tab", "tab", "tab", "plus")
        await sees(pilot, "28x28 → 13x13. No window reaches the last 1 row and 1 column")
        await pilot.press("tab", "tab", "tab", "plus")
        await sees(pilot, "28x28 → 14x14")
        await sees(pilot, "the largest of 4 pixels")
        await pilot.press("shift+tab")
        await until(pilot, lambda: "14x14" not in text(app), "another pane")


async def test_on_a_small_terminal_the_arithmetic_is_at_the_right_and_the_keys_by_hand_are_named(
    make_lab: MakeLab, kept: int
) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5")
        await sees(pilot, "h/l image")
        assert "LAB 2" not in text(app)
        await pilot.press("M", "M")
        await sees(pilot, "left/right window")
        for words in ("pixels", "x kernel", "= products", " + bias 0", "n asks the first question"):
            assert words in text(app)
        await pilot.press("v")
        await sees(pilot, "1 window sees a corner")


async def test_augmentation_is_shown_beside_its_settings_as_the_network_in_the_editor_has_it(
    make_lab: MakeLab, kept: int
) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        client = explained.FakeExplainClient()
        explain(app).explained.client = client  # type: ignore[assignment]
        await pilot.press("5", "M", "M", "M")
        await sees(pilot, "The network in the editor has no layer that varies images.")
        app.lab.document.open(load_preset("overfitting-augmentation"), None)
        await pilot.press("1", "5")
        await sees(pilot, "RandomFlip: mode horizontal")
        assert "height_factor 0.05" in text(app) and "T-shirt" in text(app)
        await until(pilot, lambda: " 9 " in text(app), "nine variations")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(one := client.asked[-1], VaryImage) and one.seed == 1, "varied anew")


async def test_what_is_good_to_know_is_said_when_the_question_is_answered(make_lab: MakeLab, kept: int) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5", "n")
        await sees(pilot, "LAB 2, 1 of 12")
        assert "Good to know" not in text(app)
        await pilot.press("a", *"border", "enter")
        await sees(pilot, "Good to know: The output is the image without")


async def test_the_image_of_a_question_stays_when_a_run_brings_its_own_images(
    make_lab: MakeLab, history: History, sealed_machine: Path
) -> None:
    explained.write_images()
    explained.write_facts()
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5", "n", "n")
        await sees(pilot, "image: Trouser")
        run = history.add(load_preset("lab1-baseline"))
        explained.write_predictions(run)
        fake.begin(history, run)
        fake.play(history, run, 5.0)
        fake.finish(history, run)
        await sees(pilot, "run 1, Lab 1")
        await sees(pilot, "image: Trouser")
        await pilot.press("l")
        await until(pilot, lambda: "image: Trouser" not in text(app) or "2 of" in text(app), "another image")


async def test_each_question_sets_up_what_it_asks_about(make_lab: MakeLab, kept: int) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5", "n")
        await sees(pilot, "▸kernel identity")
        await sees(pilot, "Ankle boot")
        await pilot.press("n")
        await sees(pilot, "▸kernel vertical edges")
        await sees(pilot, "Trouser")
        await pilot.press("n", "n")
        await sees(pilot, "▸linear")
        await pilot.press("plus")
        await sees(pilot, "▸ReLU")
        await pilot.press(*"nnnnn")
        await sees(pilot, "▸2x2")
        await sees(pilot, "max pooling")
        await pilot.press("tab")
        await pilot.press("x", "escape", "5")
        await sees(pilot, "LAB 2, 9 of 12")
        assert "▸2x2" not in text(app), "what was tried for a question stays"


@pytest.mark.parametrize("size", [LARGE, SMALL])
async def test_the_box_for_the_answer_has_several_lines_and_hides_nothing_it_asks_about(
    make_lab: MakeLab, history: History, kept: int, size: tuple[int, int]
) -> None:
    app = make_lab()
    async with app.run_test(size=size, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5", "n", "n")
        await sees(pilot, "LAB 2, 2 of 12")
        await pilot.press("a")
        await sees(pilot, "Enter keeps it")
        await sees(pilot, "kernel vertical edges")
        box = app.screen.query_one(".box").region
        await until(pilot, lambda: explain(app).view.region.bottom <= box.y, "the view above the box")
        above, below = text(app).splitlines()[: box.y], text(app).splitlines()[box.y :]
        assert any("28x28 → 26x26" in line for line in above) and any("▾" in line for line in above)
        asked = " ".join(" ".join(below).replace("│", " ").split())
        assert explain(app).lab2.question.words in asked  # type: ignore[union-attr]
        await pilot.press(*"left", "ctrl+j", *"right", "enter")
        await sees(pilot, "Your answer: left right")
        await sees(pilot, "Good to know: Left minus right")
        assert explain(app).view.region.bottom > box.y
    assert answers.answer(history, "lab2", "vertical-edges").conclusion == "left\nright"


async def test_opening_the_pane_leaves_the_styles_of_the_others_alone(
    make_lab: MakeLab, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Working them out takes most of the time between the key and the picture."""
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("2")
        await pilot.pause()
        styled: list[Widget] = []
        apply = app.stylesheet.apply

        def watched(node: DOMNode, **more: Any) -> None:
            if isinstance(node, Widget):
                styled.append(node)
            apply(node, **more)

        monkeypatch.setattr(app.stylesheet, "apply", watched)
        await pilot.press("5")
        await sees(pilot, "of shape (1, 10):")
        assert [widget.id for widget in styled] == ["summary", "explain"]


async def test_a_typed_kernel_is_used_or_refused_in_words(make_lab: MakeLab, kept: int) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5", "M", "M", "enter", *"type", "enter")
        await sees(pilot, "A kernel")
        await pilot.press("home", "shift+end", "delete", *"1 2; 3", "enter")
        await sees(pilot, "row 2 has 1 number")
        await pilot.press("home", "shift+end", "delete", *"1 2; 3 4", "enter")
        await sees(pilot, "kernel typed in")
        await sees(pilot, "28x28 → 27x27")


async def test_a_filter_that_is_no_plain_one_is_refused_by_hand_in_words(
    make_lab: MakeLab, kept: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Dilation, groups and the like: the kernel is shown, Enter says why it goes no further, and no list offers it."""
    odd = explained.LAYERS[0].__class__("conv2d", "Conv2D", (24, 24, 4), True, by_hand=False)
    monkeypatch.setattr(explained, "LAYERS", (odd,))
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5", "m", "m", "m")
        await sees(pilot, "filter 1: bias 0.1000")
        assert "Enter: step it by hand" not in text(app)
        await pilot.press("enter")
        await sees(pilot, "conv2d is not stepped by hand")
        await pilot.press(*"mmmmmm", "enter")
        await sees(pilot, "Which kernel?")
        assert "filter 1" not in text(app)


async def test_a_refusal_of_the_process_is_a_sentence_in_the_pane(make_lab: MakeLab, kept: int) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient("the model file is broken")  # type: ignore[assignment]
        await pilot.press("5", "m", "m")
        await sees(pilot, "The model file is broken.")
        await pilot.press("m")
        await sees(pilot, "The model file is broken.")


async def test_marked_images_stand_beside_each_other_and_dead_filters_are_named(make_lab: MakeLab, kept: int) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        explain(app).explained.client = explained.FakeExplainClient()  # type: ignore[assignment]
        await pilot.press("5", "space", "l", "l", "space", "m", "m")
        await sees(pilot, "0: T-shirt/top")
        await sees(pilot, "2: Pullover")
        await sees(pilot, "3 dead")
        await pilot.press("enter", "}", "}")
        await until(pilot, lambda: text(app).count("▸dead conv2d") == 2, "the dead filter")


def test_kernels_of_other_sizes_do_what_their_names_say() -> None:
    for kernel in KERNELS:
        for size in (1, 5, 7):
            plane = sized(kernel, size)
            assert len(plane) == size and all(len(row) == size for row in plane)
    named = {kernel.name: kernel for kernel in KERNELS}
    assert sum(map(sum, sized(named["blur"], 5))) == pytest.approx(1)
    assert sized(named["vertical edges"], 5)[0] == (1, 1, 0, -1, -1)
    assert sized(named["identity"], 5)[2] == (0, 0, 1, 0, 0)


def test_the_window_stays_inside_the_output() -> None:
    bench, image = Bench(), (tuple((0.5,) * 6 for _ in range(6)),)
    bench.move(image, 99, 99)
    assert (bench.row, bench.column) == (3, 3)
    assert bench.take_step(image).output == 0.0


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize(
    ("keys", "opened", "before"),
    [
        ("m m m enter v", "[by hand]", "[filters]"),
        ("enter", "[activations]", "[predictions]"),
        ("m enter", "[predictions]", "[confusion]"),
    ],
)
async def test_esc_goes_back_to_where_enter_was_pressed(
    make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch, keys: str, opened: str, before: str
) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        monkeypatch.setattr(explain(app).explained, "client", explained.FakeExplainClient())
        await pilot.press("5", *keys.split())
        await sees(pilot, opened)
        await pilot.press("escape")
        await sees(pilot, before)
        await pilot.press("escape")
        await until(pilot, lambda: before not in text(app), "the other panes")


async def test_it_looks_into_the_newest_run_on_the_images_that_are_in_the_editor(
    make_lab: MakeLab, history: History, kept: int
) -> None:
    other = history.add(msgspec.structs.replace(load_preset("lab1-baseline"), dataset="mnist"))
    fake.begin(history, other, dataset="mnist")
    fake.play(history, other, 5.0)
    fake.finish(history, other)
    explained.write_predictions(other)
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("5")
        await sees(pilot, f"run {kept}, Lab 1")
        app.lab.document.open(msgspec.structs.replace(load_preset("lab1-baseline"), dataset="mnist"), None)
        await pilot.press("1", "5")
        await sees(pilot, f"run {other}, Lab 1")
        app.lab.document.open(msgspec.structs.replace(load_preset("lab1-baseline"), dataset="cifar10"), None)
        await pilot.press("1", "5")
        await sees(pilot, f"run {other}, Lab 1")


@pytest.mark.usefixtures("kept")
async def test_every_view_is_found_by_its_name_and_says_what_enter_does_there(make_lab: MakeLab) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE) as pilot:
        for title, does in (("augmentation", "vary"), ("confusion", "images"), ("by hand", "list")):
            await pilot.press("1", "colon", *f"explain: {title}", "enter")
            await sees(pilot, f"[{title}]")
            await until(pilot, lambda does=does: f"Enter {does}" in text(app).splitlines()[-1], does)  # type: ignore[misc]
        await pilot.press("colon", *"explain: data", "enter")
        await sees(pilot, "[data]")
        names = next(line for line in text(app).splitlines() if "[data]" in line)
        assert "augmentation" in names, "its neighbours are named as far as there is room"


@pytest.mark.usefixtures("kept")
async def test_v_says_where_there_are_numbers(make_lab: MakeLab, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        monkeypatch.setattr(explain(app).explained, "client", explained.FakeExplainClient())
        await pilot.press("5", "v")
        await sees(pilot, "v has no numbers to show in predictions.")
        shown = " ".join(text(app).replace("│", " ").replace("▌", " ").split())
        assert "activations, filters, where it looked, by hand; m goes there" in shown, shown


async def test_the_data_of_the_sample_is_shown_before_the_first_run(make_lab: MakeLab) -> None:
    """The dataset that Explain shows images of before it knows of any run."""
    app = make_lab(msgspec.structs.replace(load_preset("lab1-baseline"), dataset="fashion_mnist_sample"))
    async with app.run_test(size=LARGE) as pilot:
        await pilot.press("5", "M")
        await sees(pilot, "6,000 + 1,000 images")
