"""Where the app keeps what it keeps: history, models, logs, settings."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def home() -> Path:
    """`CNN_TUI_HOME`, else the system's place for an app's data. The folder is not made here."""
    chosen = os.environ.get("CNN_TUI_HOME")
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_data_path("cnn-tui", False)


def history_path() -> Path:
    """The SQLite file of the history."""
    return home() / "history.db"


def run_folder(run_id: int) -> Path:
    """The folder of one run: its model, weights and log."""
    return home() / "runs" / str(run_id)


def log_path(run_id: int) -> Path:
    """What TensorFlow and the training process printed during a run."""
    return run_folder(run_id) / "log.txt"


def model_path(run_id: int) -> Path:
    """The trained model of a run, in Keras's own format."""
    return run_folder(run_id) / "model.keras"
