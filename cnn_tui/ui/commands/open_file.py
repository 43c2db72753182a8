"""The list that `open` shows: networks of this folder, presets and an empty stack, each at a glance."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment import presets
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import check_dataset, read
from cnn_tui.network.summary import layer_lines, summarize, totals
from cnn_tui.text import quiet
from cnn_tui.ui import commands
from cnn_tui.ui.dialogs.dialog import PickItem, PickScreen
from cnn_tui.ui.dialogs.glance import Glance

EMPTY = "empty"
_JSON = ".json"
_KINDS = {
    ".toml": "experiment in this folder",
    ".py": "script: read, not run",
    ".ipynb": "notebook: read, not run",
    ".keras": "Keras model",
    ".h5": "Keras model (HDF5)",
    ".hdf5": "Keras model (HDF5)",
    _JSON: "Keras model (JSON)",
}
"""The files that are listed, by their endings."""
_MOST_FILES = 200
"""Of each kind."""
_SIGNS = {".toml": (b"layers",), ".py": (b"keras",), ".ipynb": (b"keras",), _JSON: (b'"class_name"', b"modelTopology")}
"""What a file of a network has near its start; of the kinds that are not here every file is one."""
_NEAR = 200_000
_MOST_BYTES = 2_000_000
"""Of a model that is read while the cursor rests on it."""


def is_model(name: str) -> bool:
    """Whether a model is read from the file, and no experiment."""
    ending = Path(name).suffix.lower()
    return ending in _KINDS and ending != ".toml"


def open_screen() -> PickScreen:
    """What somebody has put into this folder comes first; files without a network are found by their names alone."""
    own, others = [], []
    for path, ending in _files():
        item = PickItem(str(path), str(path), _KINDS[ending])
        if _has_network(path, ending):
            own.append(item)
        elif ending != _JSON:
            others.append(item)
    items = [*own, *(PickItem(name, name, "preset") for name in presets.preset_names())]
    items += [PickItem(EMPTY, EMPTY, "a new stack without layers"), *others]
    return PickScreen("Open", items, preview=_glance, is_tall=True)


def load(name: str) -> tuple[Experiment, Path | None]:
    """The chosen experiment, and its file when it has one. Raises ExperimentError and DatasetError."""
    if name == EMPTY:
        return Experiment(name="My network"), None
    if name in presets.preset_names():
        return presets.load_preset(name), None
    experiment = read(Path(name))
    check_dataset(experiment, quiet(name))
    return experiment, Path(name)


def _files() -> Iterator[tuple[Path, str]]:
    """The files of this folder with one of the endings, in whatever case, by kind and name."""
    listed = sorted(Path().iterdir())
    for ending in _KINDS:
        of_kind = [path for path in listed if path.suffix.lower() == ending and not path.name.startswith(".")]
        yield from ((path, ending) for path in of_kind[:_MOST_FILES])


def _has_network(path: Path, ending: str) -> bool:
    if ending not in _SIGNS:
        return True
    try:
        with path.open("rb") as file:
            start = file.read(_NEAR)
    except OSError:
        return False
    return any(sign in start for sign in _SIGNS[ending])


def _glance(name: str) -> Glance:
    """How large it is, what an import says of it, and its layers."""
    notes: tuple[str, ...] = ()
    try:
        if is_model(name):
            if Path(name).stat().st_size > _MOST_BYTES and Path(name).suffix.lower() in (".py", ".ipynb"):
                return Glance(("A large file: it is read once you take it.",))
            experiment, notes = commands.model_file.glance(Path(name))
        else:
            experiment = load(name)[0]
        summary = summarize(experiment.stack)
    except (ExperimentError, DatasetError, OSError) as error:
        return Glance(str(error).splitlines())
    floor = "at least " if summary.stuck_at is not None else ""
    sizes = [f"{label}: {floor}{count:,}" for label, count in totals(summary)]
    return Glance((experiment.name, sizes[0], *notes), (*layer_lines(summary), *sizes[1:]))
