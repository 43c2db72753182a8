"""A step on paper: what is written multiplies out and adds up, and is near what comes out with all digits."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest

from cnn_tui.network.by_hand.convolution import Convolution, Image
from cnn_tui.network.by_hand.on_paper import decimals_for, on_paper


def drawn(numbers: random.Random, reach: float, channels: int = 1) -> Image:
    """Planes of 3x3 with numbers up to `reach`, on both sides of 0."""
    return tuple(
        tuple(tuple(numbers.uniform(-reach, reach) for _ in range(3)) for _ in range(3)) for _ in range(channels)
    )


def image_of(numbers: random.Random, channels: int = 1) -> Image:
    return tuple(
        tuple(tuple(numbers.randrange(256) / 255 for _ in range(5)) for _ in range(5)) for _ in range(channels)
    )


def written(value: float | None, decimals: int) -> Decimal:
    return Decimal(f"{value or 0:.{decimals}f}")


@pytest.mark.parametrize("decimals", [2, 3, 4])
@pytest.mark.parametrize("reach", [0.02, 0.3, 3.0])
def test_products_multiply_out_and_the_sum_is_theirs(reach: float, decimals: int) -> None:
    numbers = random.Random(4)
    for _ in range(100):
        convolution = Convolution(drawn(numbers, reach), numbers.uniform(-reach, reach), activation="relu")
        step = convolution.step(image_of(numbers), 1, 1)
        paper = on_paper(step, convolution, 0, decimals)
        added = Decimal(0)
        for y in range(3):
            for x in range(3):
                pixel, weight = written(paper.window[y][x], decimals), written(paper.kernel[y][x], decimals)
                product = (pixel * weight).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
                assert product == written(paper.products[y][x], decimals)
                added += product
        total = added + written(paper.bias, decimals)
        assert (added, total) == (written(paper.sum, decimals), written(paper.total, decimals))
        assert written(paper.output, decimals) == max(total, Decimal(0))
        assert abs(paper.output - step.output) < 9 * (1 + reach) * 10**-decimals


def test_of_several_channels_the_sum_is_that_of_all_with_all_digits() -> None:
    numbers = random.Random(3)
    convolution = Convolution(drawn(numbers, 0.5, 8), 0.25)
    step = convolution.step(image_of(numbers, 8), 0, 0)
    paper = on_paper(step, convolution, 2, 3)
    assert paper.sum == pytest.approx(step.sum, abs=0.0005)
    assert written(paper.total, 3) == written(paper.sum, 3) + Decimal("0.250")


def test_a_border_stays_a_border_and_its_products_are_nothing() -> None:
    convolution = Convolution(drawn(random.Random(1), 1.0), padding="same")
    paper = on_paper(convolution.step(image_of(random.Random(2)), 0, 0), convolution, 0, 3)
    assert paper.window[0] == (None, None, None)
    assert paper.products[0] == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("weights", "decimals"), [((1.0, 0.0, -1.0), 2), ((0.5, 0.25, 0.1), 2), ((1 / 9,) * 3, 3), ((0.031, -0.02, 0.0), 4)]
)
def test_so_many_decimals_as_the_weights_need(weights: tuple[float, ...], decimals: int) -> None:
    assert decimals_for(Convolution(((weights,) * 3,))) == decimals


def test_numbers_that_nobody_can_check_are_left_as_they_are() -> None:
    convolution = Convolution((((1e6,) * 3,) * 3,))
    step = convolution.step((((1.0,) * 3,) * 3,), 0, 0)
    assert on_paper(step, convolution, 0, 2).total == step.total
    broken = Convolution((((float("nan"),) * 3,) * 3,))
    assert on_paper(broken.step((((1.0,) * 3,) * 3,), 0, 0), broken, 0, 2).total != 0
