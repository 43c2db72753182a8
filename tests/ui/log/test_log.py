"""The log pane: what was printed, of any size, followed and searched, and the machine below it."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.events import Focus

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.home import log_path, worker_log_path
from cnn_tui.jobs.gpus import ABSENT, Gpu, Gpus
from cnn_tui.jobs.sensors import MachineReading
from cnn_tui.ui.panes.log import LogPane
from cnn_tui.ui.widgets.log_search import LogSearch, plain
from cnn_tui.ui.widgets.log_view import LogView
from tests.ui import fake
from tests.ui.conftest import MakeLab
from tests.ui.fake_machine import TWO, FakeSensors
from tests.ui.screen import LARGE, SMALL, pane, sees, text, until


@pytest.fixture
def log(history: History) -> Path:
    """The log of a run that is being trained: 300 numbered lines, an error among them."""
    run_id = history.add(load_preset("lab1-baseline"))
    fake.begin(history, run_id)
    fake.play(history, run_id, 1.5)
    path = log_path(run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"line {number}" for number in range(1, 301)]
    lines[99] = "E0000 something is an ERROR here"
    lines[199] = "a second error, and its Error again"
    path.write_text("\n".join(lines) + "\n")
    return path


def add(path: Path, words: str) -> None:
    with path.open("a") as file:
        file.write(words)


async def test_it_takes_the_place_of_the_four_panes_and_gives_it_back(make_lab: MakeLab, log: Path) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        for leave in ("escape", "1"):
            await pilot.press("6")
            await sees(pilot, "line 300")
            assert "Total params" not in text(app) and "kernel_size" not in text(app)
            assert "6 Log" in text(app) and "following" in text(app)
            await pilot.press(leave)
            await sees(pilot, "Total params")
            assert "line 300" not in text(app)
        await pilot.press("6", "shift+tab")
        await sees(pilot, "[predictions]")
        await pilot.press("4", "tab", "tab")
        await sees(pilot, "line 300")
        await pilot.press("tab")
        await sees(pilot, "Enter edit")


async def test_esc_goes_back_to_the_pane_it_was_opened_from(make_lab: MakeLab, log: Path) -> None:
    for size in (LARGE, SMALL):
        app = make_lab()
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.press("2", "6")
            await sees(pilot, "line 300")
            await pilot.press("z", "escape")
            await sees(pilot, "v formula")
            assert ("kernel_size" in text(app)) == (size == LARGE)


async def test_new_lines_are_followed_until_one_scrolls_back(make_lab: MakeLab, log: Path) -> None:
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("6")
        await sees(pilot, "line 300")
        add(log, "one more\n")
        await sees(pilot, "one more")
        await pilot.press("k")
        await until(pilot, lambda: "one more" not in text(app), "one line back")
        await sees(pilot, "f follows")
        add(log, "and another\n" * 3)
        await sees(pilot, "98 %")
        assert "and another" not in text(app)
        await pilot.press("f")
        await sees(pilot, "and another")
        await sees(pilot, "following")
        await pilot.press("f", "ctrl+u", "ctrl+u")
        await until(pilot, lambda: "and another" not in text(app), "a page back")
        await pilot.press("G")
        await sees(pilot, "and another")
        await pilot.press("g")
        await sees(pilot, "line 1\n".rstrip())
        await pilot.press("j", "ctrl+d")
        await until(pilot, lambda: "│ line 1 " not in text(app), "further down")


async def test_a_log_of_half_a_gigabyte_opens_and_is_searched(make_lab: MakeLab, log: Path) -> None:
    with log.open("r+b") as file:
        file.truncate(500_000_000)
        file.seek(499_999_000)
        file.write(b"\nthe last but one\nthe last\n")
        file.truncate()
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6")
        await sees(pilot, "the last but one")
        await pilot.press("g")
        await sees(pilot, "line 20")
        await pilot.press("slash", *"second", "enter")
        await sees(pilot, "▶ a second error")
        await pilot.press("G")
        await sees(pilot, "100 % of 500.0 MB")


async def test_search_goes_to_the_first_line_while_it_is_typed_and_marks_it_without_colour(
    make_lab: MakeLab, log: Path
) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6", "g", "slash", *"erR")
        await sees(pilot, "▶ E0000 something is an ERROR here")
        await pilot.press("enter", "n")
        await sees(pilot, "▶ a second error, and its Error again")
        await pilot.press("n")
        await sees(pilot, "▶ E0000 something")
        await sees(pilot, "from the other end")
        await pilot.press("N")
        await sees(pilot, "▶ a second error")
        await pilot.press("N")
        await until(pilot, lambda: "▶ E0000" in text(app) and "other end" not in text(app), "back again")
        await pilot.press("escape")
        await until(pilot, lambda: "▶" not in text(app), "no search")
        assert "E0000 something" in text(app), "the place stays"
        await pilot.press("escape")
        await sees(pilot, "Total params")


async def test_each_of_several_steps_typed_at_once_counts(make_lab: MakeLab, log: Path) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6", "g", "slash", *"erR")
        await sees(pilot, "▶ E0000 something is an ERROR here")
        await pilot.press("enter")
        view = app.lab.log_pane.view
        for by in (1, 1, 1):  # before the search that the first begins can have ended
            view.next_hit(by)
        await until(pilot, lambda: "▶ a second error" in text(app) and "other end" not in text(app), "three rows on")


async def test_a_search_left_with_esc_goes_back_to_where_it_began(make_lab: MakeLab, log: Path) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6")
        await sees(pilot, "line 300")
        await pilot.press("slash", *"second")
        await sees(pilot, "▶ a second error")
        await pilot.press("escape")
        await sees(pilot, "line 300")
        assert "following" in text(app) and "6 Log" in text(app)
        await pilot.press("slash", *"nowhere", "enter")
        await sees(pilot, "/nowhere not found")


async def test_what_is_found_stays_in_sight_where_there_is_less_room(make_lab: MakeLab, log: Path) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6", "slash", *"second", "enter")
        await sees(pilot, "▶ a second error")
        await pilot.resize_terminal(120, 20)
        await until(pilot, lambda: app.lab.query_one(LogView).size.height < 12, "less room")
        await pilot.pause()
        await sees(pilot, "▶ a second error")


async def test_keys_typed_ahead_go_into_the_search_and_run_no_command(
    make_lab: MakeLab, log: Path, history: History
) -> None:
    add(log, "quit and stop rq6sR\n")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        for key in ("6", "slash", *"rq6sR", "enter"):
            app.simulate_key(key)
        await sees(pilot, "▶ quit and stop rq6sR")
        assert app.is_running and history.count() == 1 and history.wish(1) == ""


async def test_a_search_that_begins_before_the_log_is_on_the_screen_is_not_lost(make_lab: MakeLab, log: Path) -> None:
    """As where all its keys come at once, and the pane is drawn after the last of them."""
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "Total params")
        log_pane = app.lab.query_one(LogPane)
        assert not log_pane.view.size
        log_pane.post_message(Focus())
        log_pane.call_later(log_pane.view.seek, "second", 0)
        await until(pilot, lambda: log_pane.view.hit is not None, "an answer")
        await pilot.press("6")
        await sees(pilot, "▶ a second error")


async def test_what_is_found_before_the_log_has_any_room_is_seen_once_it_has(make_lab: MakeLab, log: Path) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "Total params")
        view = app.lab.query_one(LogView)
        view.show(log, "")
        view.seek("second", 0)
        await until(pilot, lambda: view.hit is not None, "an answer")
        assert not view.size
        await pilot.press("6")
        await sees(pilot, "▶ a second error")


async def test_long_lines_are_cut_with_a_mark_and_scrolled_sideways(make_lab: MakeLab, log: Path) -> None:
    add(log, "start " + "-" * 200 + " needle end\n")
    app = make_lab()
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("6")
        await until(pilot, lambda: "-…" in pane(app, "log"), "the mark")
        await pilot.press(*"l" * 9)
        await sees(pilot, "needle end")
        assert "‹" in pane(app, "log")
        await pilot.press(*"h" * 20)
        await sees(pilot, "start ---")
        await pilot.press("slash", *"needle", "enter")
        await sees(pilot, "needle end")


async def test_hostile_output_is_shown_inert(make_lab: MakeLab, log: Path) -> None:
    add(log, "\x1b[31mred\x1b[0m \x1b]0;title\x07tab\there nul\0 [bold]x[/] 1/2\r2/2\r\n\x1b[2J\x9b1m\u202eleft \x1bc")
    with log.open("ab") as file:
        file.write(b"\xff\xfe bytes\n\x1b]8;;http://x never ended\n")
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6")
        await sees(pilot, "red tab")
        shown = text(app)
        for words in ("tab here nul· [bold]x[/] 1/2 ", "│ 2/2 ", "·1m·left ·\ufffd\ufffd bytes", "never ended"):
            assert words.replace("left ·", "left ") in shown
        assert all(char.isprintable() for line in shown.splitlines() for char in line)


def test_text_of_any_bytes_is_printable() -> None:
    assert plain(bytes(range(256))).isprintable()
    assert plain("Ärger\tÜbel".encode()) == "Ärger   Übel"


def test_a_word_is_found_in_capitals_or_not_beyond_ascii_too() -> None:
    search = LogSearch("Größe.")
    assert list(search.places("xx GRÖßE. größe. Große.".encode())) == [3, 12]
    assert search.spans("xx gRÖßE. yy") == [(3, 9)]
    assert list(LogSearch("aA.").places(b"aaa. AAb A.")) == [1]
    assert list(LogSearch("aa").places(b"aAa")) == [0, 1]


@pytest.mark.parametrize("make_log", [True, False])
async def test_without_words_there_is_a_sentence(make_lab: MakeLab, history: History, make_log: bool) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6")
        await sees(pilot, "What TensorFlow prints while a run trains comes here")
        worker_log_path().write_text("the worker speaks\n")
        await sees(pilot, "the worker speaks")
        run_id = history.add(load_preset("lab1-baseline"))
        await sees(pilot, "Run 1 waits for its turn")
        fake.begin(history, run_id)
        await sees(pilot, "Run 1 has printed nothing yet.")
        if make_log:
            log_path(1).parent.mkdir(parents=True)
            log_path(1).touch()
        fake.play(history, run_id, 5.0)
        fake.finish(history, run_id)
        await sees(pilot, "Run 1 printed nothing." if make_log else "There is no log of run 1")


async def test_a_log_that_is_cut_or_taken_away_while_it_is_read(make_lab: MakeLab, log: Path) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6", "ctrl+u")
        await sees(pilot, "f follows")
        log.write_text("begun anew\n")
        await sees(pilot, "│ begun anew")
        await sees(pilot, "the log was begun anew")
        log.unlink()
        await sees(pilot, "Run 1 has printed nothing yet.")
        await sees(pilot, "the log was taken away")
        log.write_text("here again\n")
        await sees(pilot, "here again")
        await pilot.press("j", "k", "G", "ctrl+d", "n", "h", "l", "f")
        await sees(pilot, "following")


async def test_the_log_of_the_next_run_comes_by_itself(make_lab: MakeLab, log: Path, history: History) -> None:
    app = make_lab()
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6", "k")
        await sees(pilot, "f follows")
        fake.finish(history, 1)
        second = history.add(load_preset("lab1-16-filters"))
        log_path(second).parent.mkdir(parents=True)
        log_path(second).write_text("the second begins\n")
        fake.begin(history, second)
        await sees(pilot, "the second begins")
        assert "following" in text(app) and "run 2" in pane(app, "log")


# The machine


async def test_the_machine_is_shown_one_gpu_at_a_time(make_lab: MakeLab, log: Path, history: History) -> None:
    for size in (LARGE, SMALL):
        app = make_lab()
        async with app.run_test(size=size, notifications=True) as pilot:
            await pilot.press("6")
            await sees(pilot, "GPU 0: NVIDIA H200")
            for words in ("43 %", "12.0/141.0 GB", "61 °C", "used by run 1 1.0 GB"):
                assert words in text(app)
            for words in ("CPU: 16 cores", "35 %", "load 3.2"):
                assert words in text(app)
            await pilot.press("]")
            await sees(pilot, "GPU 1: NVIDIA H200")
            assert "used by alice (python 77) 30.0 GB" in text(app)
            await pilot.press("<")
            await sees(pilot, "GPU 0")


@pytest.mark.parametrize(
    ("gpus", "words"),
    [
        (ABSENT, "NVIDIA's driver is not on this machine"),
        (Gpus(state="silent", reason="it does not answer", fix="wait"), "it does not answer: wait."),
        (Gpus((Gpu(0, "H200", trouble="GPU is lost"),)), "cannot be used: GPU is lost"),
        (Gpus((Gpu(0),)), "not known"),
    ],
)
async def test_what_is_wrong_with_a_gpu_is_said(make_lab: MakeLab, gpus: Gpus, words: str) -> None:
    app = make_lab(sensors=FakeSensors(gpus))
    async with app.run_test(size=SMALL, notifications=True) as pilot:
        await pilot.press("6")
        await sees(pilot, words)


async def test_a_gpu_that_tensorflow_does_not_see_is_said_with_what_to_install(
    make_lab: MakeLab, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    app = make_lab(sensors=FakeSensors(TWO))  # the run of `fake` was trained on the CPU
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6")
        await sees(pilot, "TensorFlow saw no GPU in run 1, the driver does: pip install 'cnn-tui[gpu]'")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    app = make_lab(sensors=FakeSensors(TWO))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6")
        await sees(pilot, "CUDA_VISIBLE_DEVICES hides every GPU")


async def test_the_machine_is_looked_at_only_while_the_pane_is_shown(make_lab: MakeLab) -> None:
    sensors = FakeSensors(TWO)
    app = make_lab(sensors=sensors)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await sees(pilot, "Total params")
        assert sensors.readings == 0
        await pilot.press("6")
        await until(pilot, lambda: sensors.readings == 1, "a reading at once")
        await until(pilot, lambda: sensors.readings == 2, "and a second one by itself")
        await pilot.press("1")
        await until(pilot, lambda: sensors.closed == 1, "nobody looks any more")
        assert app.lab.query_one(LogView).size.height == 0 or sensors.readings == 2


class Hanging(FakeSensors):
    """Sensors that give no answer until they are let go."""

    def __init__(self) -> None:
        super().__init__()
        self.gone = threading.Event()

    def read(self) -> MachineReading:
        """Hang."""
        self.readings += 1
        self.gone.wait(60)
        return super().read()

    def close(self) -> None:
        """Let go."""
        self.gone.set()


async def test_sensors_that_hang_freeze_nothing(make_lab: MakeLab, log: Path) -> None:
    sensors = Hanging()
    app = make_lab(sensors=sensors)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("6")
        await sees(pilot, "line 300")
        await sees(pilot, "It is being looked at.")
        add(log, "still followed\n")
        await sees(pilot, "still followed")
        await pilot.press("k")
        await sees(pilot, "f follows")
        assert sensors.readings == 1
        await pilot.press("1")
        await sees(pilot, "Total params")


async def test_a_busy_card_is_said_when_a_run_is_started(make_lab: MakeLab) -> None:
    sensors = FakeSensors(TWO)
    sensors.warns = "GPU 1 is busy (100.0 of 141.0 GB used, by [alice] too)"
    app = make_lab(sensors=sensors)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "GPU 1 is busy")
        await sees(pilot, "[alice]")
