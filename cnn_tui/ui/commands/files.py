"""Experiments in and out of the lab: what can be opened, and how a file is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment import presets
from cnn_tui.experiment.experiment import Experiment, ExperimentError, check_dataset, read
from cnn_tui.network.report import summary_lines
from cnn_tui.network.summary import summarize
from cnn_tui.text import quiet
from cnn_tui.ui.dialogs.dialog import PickItem, PickScreen

EMPTY = "empty"
_MOST_FILES = 200


def open_screen() -> PickScreen:
    """The list of presets and of the experiment files in this folder, each with its summary."""
    items = [PickItem(name, name, "preset") for name in presets.preset_names()]
    items.append(PickItem(EMPTY, EMPTY, "a new stack without layers"))
    items += [
        PickItem(str(path), str(path), "file in this folder") for path in sorted(Path().glob("*.toml"))[:_MOST_FILES]
    ]
    return PickScreen("Open", items, preview=_preview)


def load(name: str) -> tuple[Experiment, Path | None]:
    """The chosen experiment, and its file when it has one. Raises ExperimentError and DatasetError."""
    if name == EMPTY:
        return Experiment(name="My network"), None
    if name in presets.preset_names():
        return presets.load_preset(name), None
    experiment = read(Path(name))
    check_dataset(experiment, quiet(name))
    return experiment, Path(name)


def suggested_name(experiment: Experiment, suffix: str) -> str:
    """A file name made of the experiment's name."""
    slug = re.sub(r"[^a-z0-9]+", "-", experiment.name.lower()).strip("-")
    return f"{slug[:60] or 'experiment'}{suffix}"


def new_file(text: str, suffix: str) -> Path:
    """The path that was typed. Raises ValueError when it cannot be a new file of that kind."""
    path = Path(text.strip()).expanduser()
    if path.suffix != suffix:
        raise ValueError(f"The name must end in {suffix}.")
    if path.exists():
        raise ValueError(f"{path} exists already; choose another name.")
    if not path.absolute().parent.is_dir():
        raise ValueError(f"There is no folder {path.parent}.")
    return path


def write(path: Path, text: str) -> None:
    """Write a file whole or not at all. Raises OSError."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(text, encoding="utf-8")
    part.replace(path)


def _preview(name: str) -> Sequence[str]:
    try:
        experiment, _ = load(name)
        return (experiment.name, "", *summary_lines(summarize(experiment.stack)))
    except (ExperimentError, DatasetError) as error:
        return (str(error),)
