"""The whole way once: the real worker trains the built-in sample while the app watches."""

from __future__ import annotations

import msgspec
import pytest

from cnn_tui.experiment.document import Document
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History
from cnn_tui.home import log_path, model_path
from cnn_tui.jobs import launch
from cnn_tui.ui.app import LabApp
from tests.ui.screen import LARGE, pane, sees, text, until


async def test_the_real_worker_trains_while_the_app_watches(history: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_TUI_WORKER_IDLE", "0")
    preset = load_preset("lab1-baseline")
    experiment = msgspec.structs.replace(preset, dataset="fashion_mnist_sample").with_training(epochs=1, seed=1)
    app = LabApp(Document(experiment), history, launch)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        await pilot.press("r")
        await sees(pilot, "Run 1 starts.")
        await sees(pilot, "of 188 ", 60)
        await sees(pilot, "images/s")
        await sees(pilot, "finished", 60)
        await until(pilot, lambda: "test accuracy 0." in pane(app, "training"), "the test accuracy")
        assert "fashion_mnist_sample" in text(app)

        def row() -> str:
            return next(line for line in pane(app, "history").splitlines() if "baseline" in line)

        await until(pilot, lambda: "sample" in row() and "finished" in row(), "the end in the history")
    run = history.run(1)
    assert run is not None and run.dataset == "fashion_mnist_sample"
    assert (run.train_images, run.test_images, run.params) == (6_000, 1_000, 113_386)
    assert run.test_accuracy is not None and run.test_accuracy > 0.6
    assert model_path(1).is_file() and "Run 1" in log_path(1).read_text()
