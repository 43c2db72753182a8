"""How large an image is drawn, and its pixels brought to that size."""

from __future__ import annotations

import math
from typing import NamedTuple

from cnn_tui.data.images import Picture

Colour = tuple[int, int, int]


class Fit(NamedTuple):
    """How large an image is drawn: pixels across and down, of which a cell holds one above the other."""

    columns: int
    rows: int

    @property
    def cells(self) -> tuple[int, int]:
        return self.columns, -(-self.rows // 2)


def fit(shape: tuple[int, ...], width: int, height: int) -> Fit:
    """How an image (height, width, ...) is drawn into `width` x `height` cells: enlarged by whole numbers only."""
    scale = min(width / shape[1], 2 * height / shape[0])
    if scale >= 1:
        scale = math.floor(scale)
    return Fit(max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale)))


def resampled(picture: Picture, size: Fit) -> list[list[Colour]]:
    """Rows of colours: each pixel repeated, or the mean of those that fall together."""
    height, width, channels = picture.shape
    across = [_span(at, width, size.columns) for at in range(size.columns)]
    lines: list[list[Colour]] = []
    for down in range(size.rows):
        first, last = _span(down, height, size.rows)
        planes: list[list[int]] = []
        for channel in range(channels):
            rows = [
                picture.pixels[y * width * channels + channel : (y + 1) * width * channels : channels]
                for y in range(first, last)
            ]
            planes.append(
                [
                    sum(sum(row[left:right]) for row in rows) // ((right - left) * (last - first))
                    for left, right in across
                ]
            )
        red, green, blue = planes if channels == 3 else planes * 3
        lines.append(list(zip(red, green, blue, strict=True)))
    return lines


def _span(at: int, pixels: int, shown: int) -> tuple[int, int]:
    """Which pixels fall on one that is shown: at least one."""
    first = at * pixels // shown
    return first, max(first + 1, (at + 1) * pixels // shown)
