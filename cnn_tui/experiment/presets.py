"""The presets: one experiment file each, shipped with the app."""

from __future__ import annotations

from pathlib import Path

from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import check_dataset, read
from cnn_tui.text import did_you_mean, quiet

_PACKAGE = Path(__file__).parent.parent


def presets_folder() -> Path:
    """`presets/` inside the installed package, or beside it in a checkout."""
    packaged = _PACKAGE / "presets"
    return packaged if packaged.is_dir() else _PACKAGE.parent / "presets"


def preset_names() -> tuple[str, ...]:
    """What the command line takes, sorted."""
    return tuple(sorted(path.stem for path in presets_folder().glob("*.toml")))


def load_preset(name: str) -> Experiment:
    if name not in preset_names():
        raise ExperimentError(_unknown(name))
    return read(presets_folder() / f"{name}.toml")


def about_preset(name: str) -> str:
    """What a preset is, in a line: the comment that its file begins with. Raises ExperimentError."""
    if name not in preset_names():
        raise ExperimentError(_unknown(name))
    with (presets_folder() / f"{name}.toml").open(encoding="utf-8") as file:
        first = file.readline()
    return first.removeprefix("#").strip() if first.startswith("#") else ""


def find_experiment(name: str, *, other_dataset: bool = False) -> Experiment:
    """What the command line's EXPERIMENT means: a preset's name, or the path of a .toml file.

    A file's dataset must be there, unless it is to have another one. Raises ExperimentError.
    """
    if name in preset_names():
        return load_preset(name)
    if name.endswith(".toml") or "/" in name or _is_there(name):
        experiment = read(Path(name))
        if not other_dataset:
            check_dataset(experiment, quiet(name))
        return experiment
    raise ExperimentError(_unknown(name))


def _is_there(name: str) -> bool:
    try:
        return Path(name).name != "" and Path(name).exists()
    except (OSError, ValueError):  # a name too long, a NUL in it
        return False


def _unknown(name: str) -> str:
    names = preset_names()
    hint = did_you_mean(name, names)
    return f'there is no preset "{quiet(name, 60)}" (presets: {", ".join(names)}).{hint} A file\'s name ends in .toml.'
