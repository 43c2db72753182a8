"""The chart as it is drawn: where its points, marks and lines come, and that it is drawn quickly."""

from __future__ import annotations

import math
import time
from typing import Any

import msgspec
import pytest

from cnn_tui.experiment.training.phase import Phase
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.reports.ascii import to_ascii
from cnn_tui.reports.chart.canvas import PATTERNS, Kind, sample
from cnn_tui.reports.chart.choice import ChartChoice, Recorded
from cnn_tui.reports.chart.compose import overlay_of, overlay_style, picture_of, places
from cnn_tui.reports.chart.curve_drawing import ends_at, spread_out
from cnn_tui.reports.chart.curves import SECONDS, MeanOfRuns
from cnn_tui.reports.chart.picture import GLYPHS, ChartPicture, ChartSeries, EpochLine, Level, fit_bounds
from cnn_tui.reports.chart.plot import plot
from tests.reports.recorded import recorded

WIDTH, HEIGHT = 66, 14
BRAILLE = range(0x2801, 0x2900)


def drawn(picture: ChartPicture, width: int = WIDTH, height: int = HEIGHT, kind: Kind = "braille") -> list[str]:
    """The chart as lines of text."""
    limits = fit_bounds(picture, None)
    assert limits is not None
    return ["".join(text for text, _ in line) for line in plot(picture, limits, width, height, kind)]


def value_labels_of(lines: list[str]) -> list[float]:
    """The numbers at the ticks of the y axis, from above."""
    return [float(line.split("┤")[0]) for line in lines if "┤" in line]


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


def test_a_later_phase_begins_at_a_line() -> None:
    one = recorded(losses=[0.5, 0.3, 0.4, 0.2], stop=[StopRule("loss", below=0.35)])
    experiment = msgspec.structs.replace(one.run.experiment, then=(Phase(5, stop=()),))
    run = msgspec.structs.replace(one.run, experiment=experiment)
    assert picture_of(one._replace(run=run), ChartChoice()).columns == [EpochLine(2, "dim")], "where the rule fired"
    assert picture_of(one, ChartChoice()).columns == []


def test_a_rule_with_patience_marks_its_best_and_its_deadline() -> None:
    rules = [StopRule("loss", patience=2)]
    one = recorded(losses=[0.5, 0.3, 0.4], validation=[0.7, 0.65, 0.6], epochs=8, stop=rules)
    lines = drawn(picture_of(one, ChartChoice()))
    assert columns_of(lines, GLYPHS.best) == [column(lines, 3)], "of the validation"
    assert columns_of(lines, GLYPHS.rule_best) == [column(lines, 2)], "of what the rule watches"
    assert set(columns_of(lines, GLYPHS.deadline)) == {column(lines, 4)}


def test_where_a_value_is_no_number_the_line_has_a_gap() -> None:
    lines = drawn(picture_of(recorded(losses=[0.5, 0.4, math.nan, 0.4, 0.3]), ChartChoice()))
    found = curve_columns(lines)
    assert not [at for at in found if column(lines, 2) + 1 < at < column(lines, 4) - 1]


def test_smoothing_keeps_the_raw_values_behind() -> None:
    choice = ChartChoice()
    one = recorded(losses=[0.9, 0.3, 0.9, 0.3, 0.9], validation=[1.0, 0.4, 1.0, 0.4, 1.0])
    raw = picture_of(one, choice)
    choice.smoothing = 3
    smooth = picture_of(one, choice)
    styles = [series.style for series in smooth.series]
    assert styles.index("dim") < styles.index("train"), "the raw curve is drawn first"
    behind = [series.points for series in smooth.series if series.style == "dim"]
    assert [series.points for series in raw.series if not series.glyph] == behind
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
    assert choice.zoom.step(1, 100, None) and choice.zoom.step(1, 100, None)
    picture = picture_of(one, choice)
    assert picture.window == (80, 100)
    assert drawn(picture)[-1].split()[0] == "85"
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
    return [(recorded(one, losses=[0.9 - one / 20, 0.8 - one / 20, 0.75 - one / 20]), at[one]) for one in ids]


def test_six_overlaid_runs_are_six_lines_that_differ_in_colour_and_pattern() -> None:
    picture = overlay_of(several(1, 2, 3, 4, 5, 6), ChartChoice(), front=2)
    assert picture.series[-1].style == overlay_style(1), "the run in front is drawn last"
    assert len({one.style for one in picture.series}) == len({one.pattern for one in picture.series}) == 6
    lines = "".join(drawn(picture, kind="ascii"))
    assert all(pattern.sign in lines for pattern in PATTERNS)
    for kind in ("braille", "blocks", "ascii"):
        assert len({sample(pattern, kind) for pattern in PATTERNS}) == 6, "nor does the legend need colour"


def test_names_stand_at_the_ends_of_the_lines_where_there_is_room() -> None:
    names = ["plain", "Dropout 0.5", "filters 16"]
    picture = overlay_of(several(1, 2, 3), ChartChoice(), names=names)
    lines = drawn(picture, 90, 20)
    assert [
        next(name for name in names if line.rstrip().endswith(name))
        for line in lines
        if line[-12:].strip()[:1].isalpha()
    ] == names
    assert {len(line) for line in lines} == {90}
    assert not any(name in "".join(drawn(picture, 50, 20)) for name in names), "the curves need the room"


def test_lines_that_end_at_one_value_have_their_names_below_each_other() -> None:
    assert spread_out([3, 3, 3], 10) == [3, 4, 5]
    assert spread_out([0, 8, 9, 9], 10) == [0, 7, 8, 9]
    assert spread_out([9, 9, 9], 3) == [0, 1, 2]


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


def test_of_several_runs_the_validation_is_shown_and_of_two_their_training_too() -> None:
    runs = [(recorded(one, losses=[0.5, 0.4], validation=[0.6, 0.5]), one - 1) for one in (1, 2, 3)]
    choice = ChartChoice()
    assert [one.points[0] for one in overlay_of(runs, choice).series] == [(1, 0.6)] * 3
    assert [one.thick for one in overlay_of(runs[:2], choice).series] == [False, True, False, True]
    choice.which = "train"
    assert [one.points[0] for one in overlay_of(runs, choice).series] == [(1, 0.5)] * 3


def test_the_turn_of_a_validation_curve_can_be_seen() -> None:
    losses = [0.9, 0.55, 0.45, 0.38, 0.32, 0.27, 0.22, 0.18, 0.14, 0.11]
    held = [0.6, 0.48, 0.42, 0.39, 0.37, 0.372, 0.38, 0.39, 0.405, 0.42]
    one = recorded(losses=losses, validation=held, epochs=10)
    lines = drawn(picture_of(one, ChartChoice()), 70, 12)
    rows = [next(row for row, line in enumerate(lines) if line[column(lines, at)] in "●★") for at in (5, 9)]
    assert rows[0] - rows[1] >= 1, "0.37 and 0.405 are in different rows"


def test_a_few_huge_values_are_cut_and_marked() -> None:
    losses = [9.0, 0.5, 0.45, 0.42, 0.4, 0.38, 0.37, 0.36, 0.35]
    one = recorded(losses=losses, epochs=9)
    limits = fit_bounds(picture_of(one, ChartChoice()), None)
    assert limits is not None and limits[1] < 1
    lines = drawn(picture_of(one, ChartChoice()))
    assert lines[0].count(GLYPHS.above) == 2 and f"{GLYPHS.above} up to 9 " in lines[0], "the sign, and what it says"
    late = recorded(losses=losses[::-1], epochs=9)
    limits = fit_bounds(picture_of(late, ChartChoice()), None)
    assert limits is not None and limits[1] >= 9, "what a run has come to is always seen"


@pytest.mark.parametrize("height", range(7, 40))
def test_three_to_six_round_values_are_labelled_at_every_size(height: int) -> None:
    for low, high in ((0.0, 1.0), (0.12, 0.58), (0.897, 0.931), (3.1, 900.0), (0.31, 0.3145)):
        found = value_labels_of(drawn(picture_of(recorded(losses=[high, low, high, low]), ChartChoice()), 60, height))
        assert 3 <= len(found) <= 6 and found == sorted(set(found), reverse=True)
        step = found[0] - found[1]
        if height > 8:
            assert all(abs(value / step - round(value / step)) < 1e-3 for value in found), "multiples of their distance"


def test_a_run_of_one_epoch_shows_its_values() -> None:
    text = "\n".join(drawn(picture_of(recorded(losses=[0.5], validation=[0.6], epochs=1), ChartChoice())))
    assert "train 0.5000" in text and "validation 0.6000" in text
    assert sum(ord(char) in BRAILLE for char in text) > 30, "lines across the epoch"


def test_blocks_and_ascii_draw_the_same_curves() -> None:
    picture = picture_of(recorded(losses=[0.5, 0.4, 0.35], validation=[0.6, 0.55, 0.5]), ChartChoice())
    blocks, plain = drawn(picture, kind="blocks"), drawn(picture, kind="ascii")
    assert any(char in "▘▝▀▖▌▞▛▗▚▐▜▄▙▟█" for line in blocks for char in line)
    assert not any(ord(char) in BRAILLE for line in blocks for char in line)
    assert all(line.isascii() for line in plain)
    assert [len(line) for line in plain] == [WIDTH] * HEIGHT


def test_where_curves_cross_the_one_in_front_is_whole() -> None:
    behind = ChartSeries("train", [(0.0, 0.0), (1.0, 1.0)])
    front = ChartSeries("validation", [(0.0, 1.0), (1.0, 0.0)])
    alone, both = (
        plot(ChartPicture(series, held=[0.0, 1.0]), (0.0, 1.0), WIDTH, HEIGHT) for series in ([front], [behind, front])
    )

    def cells(lines: list[list[tuple[str, str]]]) -> list[list[str]]:
        return [[char if style == "validation" else "" for text, style in line for char in text] for line in lines]

    for one, other in zip(cells(alone), cells(both), strict=True):
        assert [char for char in one if char.strip()] == [char for char in other if char.strip()]


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
    assert len([line for line in without if ord(line[at]) in BRAILLE]) <= 2
    plain = [to_ascii(line) for line in with_band]
    assert all(line.isascii() for line in plain)
    assert sum(line[at] != " " for line in plain[:-2]) >= 4, "in ASCII too"
    assert ends_at(shade.band, 1.5) == pytest.approx((0.4, 0.6)) and ends_at(shade.band, 3.5) is None
