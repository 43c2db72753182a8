"""What the tests of the explain pane share."""

from __future__ import annotations

import pytest

from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from tests.ui import explained, fake


@pytest.fixture
def kept(history: History) -> int:
    """A finished run with predictions that were written by hand."""
    run = fake.train(history, load_preset("lab1-baseline"))
    explained.write_images()
    explained.write_facts()
    explained.write_predictions(run)
    return run
