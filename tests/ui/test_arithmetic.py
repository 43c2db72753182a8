"""The arithmetic by hand, as it is written: what is shown adds up."""

from __future__ import annotations

import random
import re
from decimal import Decimal

import pytest
from rich.style import Style
from rich.text import Text

from cnn_tui.network.convolution import Image
from cnn_tui.ui.explain import arithmetic
from cnn_tui.ui.explain.bench import Bench

_NUMBER = r"-?\d+(?:\.\d+)?"


def plain(_: str) -> Style:
    return Style.null()


def bench_of(kernel: Image, bias: float = 0.0, activation: str = "linear") -> Bench:
    """A bench with a filter as a network may have learned it."""
    bench = Bench()
    bench.named, bench.kernel, bench.bias, bench.activation = None, kernel, bias, activation
    return bench


def drawn(numbers: random.Random, reach: float, size: int = 3) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(numbers.uniform(-reach, reach) for _ in range(size)) for _ in range(size))


def written(bench: Bench, image: Image, width: int = 40) -> tuple[list[Decimal], str, list[Text]]:
    """The products, the line below them, and all blocks beside each other at 80 columns."""
    step = bench.take_step(image)
    lines, most = arithmetic.stacked_up(bench, step, plain, width)
    head = next(at for at, line in enumerate(lines) if line.plain == "= products")
    products = [Decimal(word) for line in lines[head + 1 :] for word in line.plain.split()]
    return products, arithmetic.sums(bench, step, plain, most).plain, arithmetic.written_out(bench, step, 78, plain)


@pytest.mark.parametrize("width", [40, 18])
@pytest.mark.parametrize("reach", [0.02, 0.3, 3.0])
def test_what_is_shown_adds_up_also_where_there_is_little_room(reach: float, width: int) -> None:
    numbers = random.Random(4)
    for _ in range(200):
        image = (tuple(tuple(numbers.randrange(256) / 255 for _ in range(5)) for _ in range(5)),)
        bench = bench_of((drawn(numbers, reach),), numbers.uniform(-reach, reach), "relu")
        products, line, blocks = written(bench, image, width)
        match = re.match(rf"sum ({_NUMBER}) \+ bias ({_NUMBER}) = ({_NUMBER})  ReLU ({_NUMBER})", line)
        assert match, line
        added, bias, total, output = map(Decimal, match.groups())
        assert (sum(products), added + bias) == (added, total), line
        assert output == max(total, Decimal(0))
        step = bench.take_step(image)
        exact = [value for row in step.products[0] for value in row]  # type: ignore[union-attr]
        assert all(abs(float(shown) - value) <= 0.01 for shown, value in zip(products, exact, strict=True))
        assert len(blocks) == 4 and "pixels" in blocks[0].plain and "products" in blocks[0].plain


def test_few_digits_are_shown_where_few_are_enough() -> None:
    image = (((0.25, 0.5, 0.75),) * 3,)
    products, line, _ = written(bench_of((((1.0, 0.0, -1.0),) * 3,)), image)
    assert line.startswith("sum -1.50 + bias 0 = -1.50  output")
    assert products[:3] == [Decimal("0.25"), 0, Decimal("-0.75")]


def test_a_border_of_zeros_stays_zero() -> None:
    numbers = random.Random(2)
    for _ in range(100):
        bench = bench_of((drawn(numbers, 0.4),))
        bench.padding = "same"
        image = (tuple(tuple(numbers.random() for _ in range(4)) for _ in range(4)),)
        products, _, _ = written(bench, image)
        assert not any(products[:4]), "the first row and the first of the second lie outside the image"


def test_of_several_channels_sum_and_bias_add_up() -> None:
    numbers = random.Random(3)
    for _ in range(100):
        image = (tuple(tuple(numbers.random() for _ in range(3)) for _ in range(3)),) * 3
        _, line, _ = written(bench_of(tuple(drawn(numbers, 0.5) for _ in range(3)), numbers.random()), image)
        match = re.match(rf"sum over 3 channels ({_NUMBER}) \+ bias ({_NUMBER}) = ({_NUMBER})", line)
        assert match, line
        added, bias, total = map(Decimal, match.groups())
        assert added + bias == total


def test_very_large_numbers_are_shown_all_the_same() -> None:
    image = (((1.0,) * 3,) * 3,)
    _, line, _ = written(bench_of((((1e6,) * 3,) * 3,)), image)
    assert line.startswith("sum 9e+06 + bias 0 = 9e+06")
