"""`cnn-tui [EXPERIMENT]`: opens the lab."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from cnn_tui.commands.streams import UserError, is_terminal
from cnn_tui.experiments.experiment import Experiment, ExperimentError
from cnn_tui.experiments.presets import find_experiment, preset_names
from cnn_tui.experiments.wording import found


def open_lab(name: str | None, commands: Sequence[str]) -> int:
    """Open the lab on an experiment, or on what it opens with; gives the exit status."""
    experiment = _experiment(name, commands) if name is not None else None
    without = "cnn-tui run EXPERIMENT trains without one"
    if not is_terminal(sys.stdin, sys.stdout):
        raise UserError(f"the lab needs a terminal to draw on and to read keys from; {without}")
    if os.environ.get("TERM") in (None, "", "dumb"):
        raise UserError(
            f"the lab needs a terminal that can move the cursor, and TERM does not name one here; {without}"
        )

    from cnn_tui.ui import app  # Textual, which no other command waits for

    source = Path(name) if name is not None and name not in preset_names() else None
    return app.open_lab(experiment, source)


def _experiment(name: str, commands: Sequence[str]) -> Experiment:
    try:
        return find_experiment(name)
    except ExperimentError:
        near = difflib.get_close_matches(name, [*commands, *preset_names()], 1, 0.6)
        if near and near[0] in commands and not Path(name).exists():
            raise UserError(f"there is no command or preset {found(name)}. Did you mean {near[0]}?") from None
        raise
