"""The arithmetic by hand, as it is written: what stands there multiplies out and adds up, and is shaded."""

from __future__ import annotations

import random
import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from rich.style import Style
from rich.text import Text

from cnn_tui.network.by_hand.convolution import Image
from cnn_tui.ui.explain.hand.arithmetic import Arithmetic, arithmetic_of
from cnn_tui.ui.explain.hand.bench import Bench
from cnn_tui.ui.widgets.shading import Mode

_NUMBER = r"-?\d*\.\d+"


def plain(_: str) -> Style:
    return Style.null()


def bench_of(kernel: Image, bias: float = 0.0, activation: str = "linear") -> Bench:
    """A bench with a filter as a network may have learned it."""
    bench = Bench()
    bench.named, bench.kernel, bench.bias, bench.activation = None, kernel, bias, activation
    return bench


def drawn(numbers: random.Random, reach: float, size: int = 3) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(numbers.uniform(-reach, reach) for _ in range(size)) for _ in range(size))


def at_the_window(bench: Bench, image: Image, mode: Mode = "full") -> Arithmetic:
    return arithmetic_of(bench, image, bench.take_step(image), plain, mode)


def blocks(lines: list[Text]) -> dict[str, list[Decimal]]:
    """The numbers below each title of what is stacked up."""
    found: dict[str, list[Decimal]] = {}
    title = ""
    for line in lines:
        words = line.plain.split()
        if re.fullmatch(rf"{_NUMBER}|·", words[0]):
            found[title] += [Decimal(0 if word == "·" else word) for word in words]
        else:
            title = line.plain
            found[title] = []
    return found


@pytest.mark.parametrize("width", [40, 18])
@pytest.mark.parametrize("reach", [0.02, 0.3, 3.0])
def test_what_stands_there_multiplies_out_and_adds_up_also_where_there_is_little_room(reach: float, width: int) -> None:
    numbers = random.Random(4)
    for _ in range(100):
        image = (tuple(tuple(numbers.randrange(256) / 255 for _ in range(5)) for _ in range(5)),)
        bench = bench_of((drawn(numbers, reach),), numbers.uniform(-reach, reach), "relu")
        written = at_the_window(bench, image).fitted(width)
        assert written is not None
        lines = written.stacked_up()
        assert max(line.cell_len for line in lines) <= width
        pixels, kernel, products = blocks(lines).values()
        last = Decimal(1).scaleb(-written.decimals)
        assert {one.as_tuple().exponent for one in (*pixels, *kernel, *products)} == {-written.decimals}
        assert products == [
            (pixel * weight).quantize(last, ROUND_HALF_UP) for pixel, weight in zip(pixels, kernel, strict=True)
        ]
        line = written.sums().plain
        match = re.match(rf"sum ({_NUMBER}) \+ bias ({_NUMBER}) = ({_NUMBER})  ReLU ({_NUMBER})", line)
        assert match, line
        added, bias, total, output = map(Decimal, match.groups())
        assert (sum(products), added + bias, output) == (added, total, max(total, Decimal(0))), line


def test_whole_weights_have_the_decimals_of_the_others() -> None:
    image = (((0.25, 0.5, 0.75),) * 3,)
    written = at_the_window(bench_of((((1.0, 0.0, -1.0),) * 3,)), image)
    pixels, kernel, products = written.stacked_up()[1], written.stacked_up()[5], written.stacked_up()[9]
    assert [one.plain.split() for one in (pixels, kernel, products)] == [
        ["0.25", "0.50", "0.75"],
        ["1.00", "0.00", "-1.00"],
        ["0.25", "0.00", "-0.75"],
    ]
    assert written.sums().plain.startswith("sum -1.50 + bias 0.00 = -1.50  output")
    assert written.difference() == ""


def test_the_output_around_the_window_is_worked_out_as_the_window_is() -> None:
    numbers = random.Random(5)
    image = (tuple(tuple(numbers.randrange(256) / 255 for _ in range(8)) for _ in range(8)),)
    bench = bench_of((drawn(numbers, 1.0),))
    bench.row = bench.column = 3
    written = at_the_window(bench, image)
    shown = "\n".join(line.plain for line in written.output_around(bench.output(image), (3, 3)))
    total = written.sums().plain.split(" = ")[1].split()[0]
    assert f"[{total}]" in shown.replace("[ ", "[")


def test_of_several_channels_sum_and_bias_add_up() -> None:
    numbers = random.Random(3)
    for _ in range(100):
        image = (tuple(tuple(numbers.random() for _ in range(3)) for _ in range(3)),) * 3
        line = (
            at_the_window(bench_of(tuple(drawn(numbers, 0.5) for _ in range(3)), numbers.random()), image).sums().plain
        )
        match = re.match(rf"sum over 3 channels ({_NUMBER}) \+ bias ({_NUMBER}) = ({_NUMBER})", line)
        assert match, line
        added, bias, total = map(Decimal, match.groups())
        assert added + bias == total


def test_very_large_numbers_are_shown_all_the_same() -> None:
    image = (((1.0,) * 3,) * 3,)
    line = at_the_window(bench_of((((1e6,) * 3,) * 3,)), image).sums().plain
    assert line.startswith("sum 9e+06 + bias 0.00 = 9e+06")


def test_cells_are_shaded_by_their_numbers_and_without_colours_the_numbers_are_there() -> None:
    image = (((0.0, 0.5, 1.0),) * 3,)
    bench = bench_of((((1.0, 0.0, -1.0),) * 3,))
    for mode, looks in (("full", 3), ("16", 3), ("shades", 1)):
        written = at_the_window(bench, image, mode)  # type: ignore[arg-type]
        row, kernel = written.stacked_up()[1], written.stacked_up()[5]
        for line in (row, kernel):
            assert len({str(span.style) for span in line.spans}) == looks or mode == "shades"
        assert row.plain.split() == ["0.00", "0.50", "1.00"]
