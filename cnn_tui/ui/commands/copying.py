"""Taking text out of the lab: to the terminal's clipboard (OSC 52), and to a file for terminals that have none."""

from __future__ import annotations

from pathlib import Path

from textual.app import App

from cnn_tui.experiment.document import Document
from cnn_tui.home import home
from cnn_tui.network.diff import describe
from cnn_tui.network.report import summary_lines

LAYER = "the layer under the cursor"


def text_of(what: str, document: Document, cursor: int) -> str:
    """What is copied, as text."""
    if what == "code":
        from cnn_tui.keras_io.script import keras_script  # only here

        return keras_script(document.experiment)
    if what == "experiment":
        from cnn_tui.experiment.experiment import to_toml

        return to_toml(document.experiment)
    if what == "summary":
        return "\n".join(summary_lines(document.view.summary)) + "\n"
    layers = document.view.stack.layers
    return describe(layers[cursor]) if cursor < len(layers) else ""


def copy(app: App[None], text: str) -> Path | None:
    """Copy `text`; gives the file that holds it as well, None when it could not be written."""
    app.copy_to_clipboard(text)
    path = home() / "copied.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError:
        return None
    return path
