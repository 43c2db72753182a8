"""The lines of a Keras script that hold out images of a table to test on, as `data/split.py` has them."""

from __future__ import annotations

from collections.abc import Iterator

from cnn_tui.data.dataset import TEST_SHARE
from cnn_tui.keras_io.source import CodeLines

ARE_TESTED = "are_tested"
FUNCTION: CodeLines = [
    f"def {ARE_TESTED}(labels, share):",
    "    tested = np.zeros(len(labels), bool)",
    "    for label in np.unique(labels):",
    "        places = np.flatnonzero(labels == label)",
    "        ends = (np.arange(len(places) + 1) * share + 1e-9).astype(int)",
    "        tested[places[np.diff(ends) > 0]] = True",
    "    return tested",
]


def held_out(share: float) -> Iterator[CodeLines]:
    """What takes a share of each class of `training_images` to test on; without one, none."""
    if not share:
        return
    about = "every fifth image" if share == TEST_SHARE else f"a share of {share:g}"
    yield [f"# Of each class, {about} is tested on", *FUNCTION]
    yield [
        f"is_tested = {ARE_TESTED}(training_labels, {share!r})",
        "test_images, test_labels = training_images[is_tested], training_labels[is_tested]",
        "training_images, training_labels = training_images[~is_tested], training_labels[~is_tested]",
    ]
