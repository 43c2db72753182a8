"""What the commands that ask a trained network are tried on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

MANY = "5"
"""The run of 30 classes."""
ONE_UNIT = "6"
"""The run of two classes that the logit of one unit tells apart."""


def bar_on_white(path: Path) -> Path:
    """A picture of the second shape as somebody would draw it: black on white, larger."""
    pixels = np.full((24, 24), 255, np.uint8)
    pixels[6:8, 2:-2] = 0
    Image.fromarray(pixels).save(path)
    return path
