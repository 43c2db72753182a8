"""The chart as it is drawn: where its points, marks and lines come, and that it is drawn quickly."""

from __future__ import annotations

import math
import time
from typing import Any, ClassVar

import msgspec
import pytest
from textual.app import App, ComposeResult

from cnn_tui.experiment.stop_rules import StopRule
from cnn_tui.ui.chart.chart import GLYPHS, Chart, ChartPicture, ChartSeries, Level, ends_at, fit_bounds, plot
from cnn_tui.ui.chart.compose import ChartChoice, Recorded, overlay_of, overlay_style, picture_of, places
from cnn_tui.ui.chart.curves import SECONDS, MeanOfRuns
from cnn_tui.ui.terminal.ascii import to_ascii
from cnn_tui.ui.theme import DARK
from cnn_tui.ui.widgets.lines import COMPONENTS
from tests.ui.recorded import recorded

WIDTH, HEIGHT = 66, 14
BRAILLE = range(0x2801, 0x2900)


def drawn(picture: ChartPicture, width: int = WIDTH, height: int = HEIGHT) -> list[str]:
    """The chart as lines of text."""
    limits = fit_bounds(picture, None)
    assert limits is not None
    return ["".join(text for text, _ in line) for line in plot(picture, limits, width, height)]


def column(lines: list[str], epoch: int) -> int:
    """The column of an epoch's tick."""
    return lines[-1].index(str(epoch))


def columns_of(lines: list[str], glyph: str) -> list[int]:
    """The columns in which a sign stands, from left to right."""
    return sorted(at for line in lines[:-2] for at, char in enumerate(line) if char == glyph)


def curve_columns(lines: list[str]) -> list[int]:
    """The columns that a braille curve goes through."""
    return sorted({at for line in lines for at, char in enumerate(line) if ord(char) in BRAILLE})


def test_a_chart_has_the_size_asked_for() -> None:
    for width, height in ((20, 5), (66, 14), (110, 30)):
        lines = drawn(picture_of(recorded(losses=[0.5, 0.4]), ChartChoice()), width, height)
        assert len(lines) == height
        assert {len(line) for line in lines} == {width}


def test_epochs_count_from_one_and_values_sit_at_their_ends() -> None:
    lines = drawn(picture_of(recorded(losses=[0.5, 0.4, 0.3], validation=[0.6, 0.55, 0.5]), ChartChoice()))
    assert lines[-1].split() == ["1", "2", "3", "4", "5"]
    dots = columns_of(lines, GLYPHS.validation) + columns_of(lines, GLYPHS.best)
    assert dots == [column(lines, epoch) for epoch in (1, 2, 3)]


def test_readings_lie_between_the_epochs() -> None:
    one = recorded(losses=[0.5], readings=[(0.25, 0.9), (0.75, 0.6), (1.5, 0.45)])
    found = curve_columns(drawn(picture_of(one, ChartChoice())))
    lines = drawn(picture_of(one, ChartChoice()))
    assert found[0] < column(lines, 1) < found[-1] < column(lines, 2)
    assert abs(found[-1] - (column(lines, 1) + column(lines, 2)) / 2) <= 1


def test_the_limit_of_a_rule_is_a_labelled_line_across() -> None:
    lines = drawn(picture_of(recorded(losses=[0.5, 0.4], stop=[StopRule("loss", below=0.3)]), ChartChoice()))
    (row,) = (line for line in lines if "stop below 0.3" in line)
    assert row.count(GLYPHS.level) > 20
    other = ChartChoice()
    other.metric = "accuracy"
    assert "stop" not in "".join(
        drawn(picture_of(recorded(losses=[0.5], stop=[StopRule("loss", below=0.3)]), other))
    ), "the rule is on another metric"


def test_a_label_stands_on_its_own_line_whatever_else_has_its_colour() -> None:
    base = recorded(7, losses=[0.35, 0.34, 0.33, 0.32, 0.31])
    one = recorded(losses=[0.5, 0.48], stop=[StopRule("loss", below=0.4)])
    (row,) = (line for line in drawn(picture_of(one, ChartChoice(), base)) if "stop below 0.4" in line)
    assert GLYPHS.level in row


def test_a_limit_far_away_does_not_flatten_the_curves() -> None:
    one = recorded(losses=[0.55, 0.5], stop=[StopRule("loss", below=0.001)])
    picture = picture_of(one, ChartChoice())
    assert picture.levels == [Level(0.001, "stop below 0.001")]
    limits = fit_bounds(picture, None)
    assert limits is not None and limits[0] > 0.4


def test_a_label_is_whole_or_not_there() -> None:
    for width in range(20, 60):
        one = recorded(losses=[0.5, 0.4, 0.31, 0.3, 0.29], stop=[StopRule("loss", below=0.3)])
        text = "\n".join(drawn(picture_of(one, ChartChoice()), width, 8))
        assert ("stop" in text) == ("stop below 0.3" in text)


def test_the_epoch_that_a_rule_fired_in_is_marked_on_the_axis() -> None:
    rules = [StopRule("loss", below=0.35)]
    at: dict[str, Any] = {"fired_rule": 1, "fired_epoch": 3}
    one = recorded(losses=[0.5, 0.4, 0.3], stop=rules, status="stopped", ending="rule", **at)
    lines = drawn(picture_of(one, ChartChoice()))
    assert columns_of(lines, GLYPHS.fired) == [column(lines, 3)]


def test_a_rule_with_patience_marks_its_best_and_its_deadline() -> None:
    rules = [StopRule("loss", patience=2)]
    one = recorded(losses=[0.5, 0.3, 0.4], validation=[0.7, 0.65, 0.6], epochs=8, stop=rules)
    lines = drawn(picture_of(one, ChartChoice()))
    assert columns_of(lines, GLYPHS.best) == [column(lines, 3)], "of the validation"
    assert columns_of(lines, GLYPHS.rule_best) == [column(lines, 2)], "of what the rule watches"
    assert set(columns_of(lines, GLYPHS.deadline)) == {column(lines, 4)}


def test_smoothing_keeps_the_raw_values_behind() -> None:
    choice = ChartChoice()
    one = recorded(losses=[0.9, 0.3, 0.9, 0.3, 0.9], validation=[1.0, 0.4, 1.0, 0.4, 1.0])
    raw = picture_of(one, choice)
    choice.smoothing = 3
    smooth = picture_of(one, choice)
    styles = [series.style for series in smooth.series]
    assert styles.index("dim") < styles.index("train"), "the raw curve is drawn first"
    behind = [series.points for series in smooth.series if series.style == "dim"]
    assert [series.points for series in raw.series] == behind
    assert fit_bounds(smooth, None) == fit_bounds(raw, None)


def test_a_log_scale_leaves_out_what_it_cannot_show() -> None:
    choice = ChartChoice()
    choice.log = True
    lines = drawn(picture_of(recorded(losses=[1.0, 0.0, 0.1, math.nan, 0.01]), choice))
    labels = [line.split("┤")[0].strip() for line in lines if "┤" in line]
    assert labels == ["1", "0.1", "0.01"]
    assert fit_bounds(picture_of(recorded(losses=[0.0, -1.0]), choice), None) is None
    assert curve_columns(lines)


def test_values_that_are_no_numbers_are_left_out() -> None:
    lines = drawn(picture_of(recorded(losses=[0.5, math.nan, 0.4, math.inf, 0.3]), ChartChoice()))
    assert curve_columns(lines)
    assert fit_bounds(picture_of(recorded(losses=[math.nan]), ChartChoice()), None) is None


def test_zoom_shows_a_part_with_its_own_bounds() -> None:
    choice = ChartChoice()
    one = recorded(losses=[1 / epoch for epoch in range(1, 101)], epochs=100)
    assert choice.zoom.step(1, 100, 100.0, None) and choice.zoom.step(1, 100, 100.0, None)
    picture = picture_of(one, choice)
    assert picture.window == (80, 100)
    assert drawn(picture)[-1].split()[0] == "82"
    limits = fit_bounds(picture, None)
    assert limits is not None and limits[1] < 0.02


def test_the_time_of_epochs_is_a_curve_too() -> None:
    choice = ChartChoice()
    choice.metric = SECONDS
    picture = picture_of(recorded(losses=[0.5, 0.4], validation=[0.5, 0.4]), choice)
    assert [list(one.points) for one in picture.series if one.points] == [[(1.0, 8.0), (2.0, 9.0)]]
    assert not picture.marks


def test_the_baseline_is_behind_with_signs_of_its_own() -> None:
    choice = ChartChoice()
    shown = recorded(2, losses=[0.5, 0.4], validation=[0.6, 0.5])
    base = recorded(1, losses=[0.8, 0.7, 0.6], validation=[0.9, 0.8, 0.7])
    picture = picture_of(shown, choice, base)
    assert picture.series[0].points == [(1.0, 0.8), (2.0, 0.7), (3.0, 0.6)]
    lines = drawn(picture)
    assert columns_of(lines, GLYPHS.baseline) == [column(lines, epoch) for epoch in (1, 2, 3)]


def several(*ids: int) -> list[tuple[Recorded, int]]:
    """Runs of an overlay, each a little better than the one before."""
    at = places(ids, {})
    return [(recorded(one, losses=[0.9 - one / 20, 0.8 - one / 20]), at[one]) for one in ids]


def test_overlaid_runs_have_letters_of_their_own_and_colours() -> None:
    picture = overlay_of(several(1, 2, 3), ChartChoice(), front=2)
    lines = "\n".join(drawn(picture))
    assert all(letter in lines for letter in "abc")
    assert picture.series[-1].style == overlay_style(1), "the run in front is drawn last"
    assert {one.style for one in picture.series} == {overlay_style(place) for place in range(3)}


def test_a_run_keeps_its_place_while_others_come_and_go() -> None:
    first = places([4, 7], {})
    more = places([2, 4, 7, 11], first)
    assert {one: more[one] for one in first} == first
    fewer = places([7, 11], more)
    assert fewer == {one: more[one] for one in (7, 11)}
    assert places([4, 7], {}) == first, "the same runs get the same places again"
    alone = places([7], {})
    assert places([1, 7], alone)[7] == alone[7], "though run 1 would get the same place"
    many = places(range(1, 40), {})
    assert sorted(many.values()) == list(range(26)), "as many as there are letters, none twice"


def test_overlaid_runs_with_validation_show_it_by_their_letters() -> None:
    runs = [(recorded(one, losses=[0.5, 0.4], validation=[0.6, 0.5]), one - 1) for one in (1, 2)]
    choice = ChartChoice()
    assert [one.glyph for one in overlay_of(runs, choice).series] == ["", "a", "", "b"]
    choice.which = "validation"
    shown = [one for one in overlay_of(runs, choice).series if one.points]
    assert [one.glyph for one in shown] == ["a", "b"]


def test_readings_that_no_column_can_show_cost_little() -> None:
    losses = [0.3 + math.exp(-epoch / 20) for epoch in range(1, 101)]
    readings = [(at / 40, 0.3 + math.exp(-at / 800)) for at in range(1, 4001)]
    took = {}
    for count in (0, 4000):
        one = recorded(losses=losses[: 1 if count else 100], readings=readings[:count], epochs=100)
        rounds = []
        for _ in range(7):
            began = time.process_time()
            drawn(picture_of(one, ChartChoice()), 110, 30)
            rounds.append(time.process_time() - began)
        took[count] = min(rounds)
    assert took[4000] < 6 * took[0], "forty times the points"


class Alone(App[None]):
    """A chart and nothing else."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {*COMPONENTS}
    CSS_PATH = "../../cnn_tui/ui/app.tcss"

    def __init__(self, picture: ChartPicture) -> None:
        super().__init__()
        self.picture = picture
        self.chart = Chart()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """The variables of the lab's own themes."""
        return DARK.variables

    def compose(self) -> ComposeResult:
        """The chart."""
        yield self.chart


@pytest.mark.parametrize(
    ("picture", "size", "words"),
    [
        (ChartPicture(empty="Nothing yet."), (60, 10), "Nothing yet."),
        (ChartPicture([ChartSeries("train", [(1.0, 0.5)])], held=[0.5]), (60, 4), "needs more room"),
        (ChartPicture([ChartSeries("train", [(1.0, -0.5)])], held=[-0.5], log=True), (60, 10), "is above 0"),
        (ChartPicture([ChartSeries("train", [(1.0, math.nan)])]), (60, 10), "is a number"),
    ],
)
async def test_where_there_is_no_chart_words_say_why(picture: ChartPicture, size: tuple[int, int], words: str) -> None:
    app = Alone(picture)
    async with app.run_test(size=size) as pilot:
        app.chart.show(picture)
        await pilot.pause()
        shown = " ".join(line.plain for line in app.chart.draw(*app.chart.size))
        assert words in shown


async def test_a_new_reading_changes_few_lines_and_the_same_picture_none() -> None:
    readings = [(at / 20, 1 / (1 + at)) for at in range(1, 30)]
    pictures = [picture_of(recorded(losses=[0.6], readings=readings[:count]), ChartChoice()) for count in (27, 28, 28)]
    app = Alone(pictures[0])
    async with app.run_test(size=(60, 12)) as pilot:
        app.chart.show(pictures[0])
        await pilot.pause()
        before = app.chart._strips
        app.chart.show(pictures[1])
        after = app.chart._strips
        assert 1 <= sum(one != other for one, other in zip(before, after, strict=True)) <= 2
        app.chart.show(pictures[2])
        assert app.chart._strips is after


def test_several_runs_are_their_mean_and_a_band_around_it_of_the_size_of_their_spread() -> None:
    runs = [recorded(losses=[0.6 + off, 0.4 + off, 0.3 + off]).run for off in (-0.1, 0.0, 0.1)]
    runs = [msgspec.structs.replace(run, id=at, seed=at) for at, run in enumerate(runs, 1)]
    choice = ChartChoice()
    choice.which = "train"
    group = Recorded(runs[0], (), mean=MeanOfRuns(runs))
    assert choice.curve_of(group).epochs == [pytest.approx(point) for point in ((1.0, 0.6), (2.0, 0.4), (3.0, 0.3))]
    picture = overlay_of([(group, 0)], choice)
    (shade,) = picture.shades
    assert [tuple(point) for point in shade.band] == [
        pytest.approx(point) for point in ((1, 0.5, 0.7), (2, 0.3, 0.5), (3, 0.2, 0.4))
    ]
    with_band, without = drawn(picture), drawn(picture._replace(shades=()))
    at = column(with_band, 2)
    assert len([line for line in with_band if ord(line[at]) in BRAILLE]) >= 4, "the band covers several rows"
    assert len([line for line in without if ord(line[at]) in BRAILLE]) <= 1
    plain = [to_ascii(line) for line in with_band]
    assert all(line.isascii() for line in plain)
    assert sum(line[at] != " " for line in plain[:-2]) >= 4, "in ASCII too"
    assert ends_at(shade.band, 1.5) == pytest.approx((0.4, 0.6)) and ends_at(shade.band, 3.5) is None
