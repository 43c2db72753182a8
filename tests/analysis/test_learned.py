"""When each test image was learned for good, and which were forgotten, by what was kept after each epoch."""

from __future__ import annotations

import array
from pathlib import Path
from typing import Any

from cnn_tui.analysis.learned import Learned
from cnn_tui.artifacts import predictions
from cnn_tui.artifacts.predictions import Predictions, PredictionsHeader
from cnn_tui.data import raw_file

LABELS = (0, 1, 0, 1, 1)
SAID = ((0, 0, 0, 1, 0), (0, 1, 1, 1, 0), (0, 1, 0, 0, 0))
"""After epochs 2, 4 and 5: the first image always right, the second learned, the third lost and found again, the fourth
forgotten, the last never right."""


def said(folder: Path, classes: tuple[int, ...]) -> Predictions:
    """What was said of five images of two classes."""
    path = folder / "".join(map(str, classes))
    header = PredictionsHeader(predictions.FORMAT, 5, 2, ("a", "b"), (1, 1, 1), "digest", None)
    parts: list[array.array[Any]] = [array.array("i", LABELS), array.array("i", classes), array.array("f", [0.5] * 5)]
    parts.append(array.array("f", [float(at == one) for one in classes for at in (0, 1)]))
    raw_file.write(path, header, [part.tobytes() for part in parts])
    return Predictions(path)


def test_of_each_image_it_is_told_when_it_was_right(tmp_path: Path) -> None:
    learned = Learned((2, 4, 5), [said(tmp_path, one) for one in SAID])
    assert learned.since == [2, 4, 5, 0, 0]
    assert learned.forgotten == [3]
    assert learned.right(2) == [True, False, True]
    assert [learned.of_image(index) for index in range(5)] == [
        "Right from epoch 2 on, the first that was kept.",
        "Right for good since epoch 4.",
        "Right for good since epoch 5. It was right after epoch 2 too, and wrong again.",
        "Forgotten: right after epochs 2, 4, wrong at the end.",
        "Never right after an epoch that was kept.",
    ]
    first, second = learned.of_all()
    assert first.endswith("since which they are: 2: 1, 4: 1, 5: 1.")
    assert second == "Wrong at the end: 2 images, of which 1 were right before and 1 never were."
