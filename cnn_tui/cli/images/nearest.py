"""`cnn-tui predict RUN --nearest N`: the training images that an image is most like, and what they tell."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

from cnn_tui.cli.images.explaining import explain_errors
from cnn_tui.cli.images.image_prediction import ImagePrediction
from cnn_tui.cli.printing import table
from cnn_tui.cli.progress import Reporter
from cnn_tui.cli.streams import is_terminal
from cnn_tui.jobs.explain.answers import Nearest, PartDone
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import FindNearest, WorkOutFeatures
from cnn_tui.reports.feature_words import features_in_words, likeness_in_words
from cnn_tui.text import fitted

MOST_NEAREST = 100


def nearest_to(client: ExplainClient, answer: ImagePrediction, most: int) -> Nearest:
    """The training images that an image is most like; a terminal sees how far the work is. Raises UserError."""
    progress, done = Reporter(sys.stderr, is_terminal(sys.stderr)), PartDone(0, 1)
    with explain_errors():
        while done.done < done.total:
            done = client.ask(WorkOutFeatures(answer.run, done.done), PartDone)
            progress.bar([(0, f"features of {done.done:,} of {done.total:,} training images")])
        progress.clear()
        return client.ask(FindNearest(answer.run, answer.image or 0, answer.path, most), Nearest)


def nearest_json(found: Nearest, names: Sequence[str]) -> dict[str, Any]:
    """The nearest images, ready for a JSON encoder. `distance` is 1 minus the cosine of the two rows of features."""
    images = [
        {"image": one.image, "label": one.label, "class": _name(names, one.label), "distance": one.distance}
        for one in found.images
    ]
    features = {
        "layer": found.layer,
        "of": "input" if found.goes_in else "output",
        "size": found.size,
        "searched": found.searched,
        "train_images": found.learned,
    }
    return {"nearest": images, "features": features}


def nearest_text(found: Nearest, names: Sequence[str]) -> list[str]:
    """The sentence and the table."""
    rows = [
        ("training image", "distance", "is"),
        *((f"{one.image}", f"{one.distance:.4f}", fitted(_name(names, one.label), 40)) for one in found.images),
    ]
    of = f"{found.learned:,}" if found.searched == found.learned else f"{found.searched:,} of the {found.learned:,}"
    return [
        likeness_in_words([_name(names, one.label) for one in found.images]),
        f"Of {of} training images, by {features_in_words(found.layer, found.goes_in, found.size)}.",
        "Distance 0 is the same direction, 1 is nothing in common (1 minus the cosine).",
        *table(rows, right=[0, 1]),
    ]


def _name(names: Sequence[str], label: int) -> str:
    return names[label] if label < len(names) else str(label)
