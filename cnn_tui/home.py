"""Where the app keeps what it keeps: history, models, logs, settings."""

from __future__ import annotations

import atexit
import errno
import os
import re
from pathlib import Path

import platformdirs

_NETWORK_FILE_SYSTEMS = ("nfs", "cifs", "smb", "lustre", "gpfs", "beegfs", "afs", "ceph", "fuse.sshfs", "9p")
_SCRATCH = "CNN_TUI_SCRATCH"
"""Names the home and, behind it, the folder to child processes; nobody else sets it."""


def home() -> Path:
    """`CNN_TUI_HOME`, else the system's place for an app's data. The folder is not made here."""
    chosen = os.environ.get("CNN_TUI_HOME")
    return Path(chosen).expanduser().absolute() if chosen else platformdirs.user_data_path("cnn-tui", False)


def on_network(folder: Path) -> bool:
    """Whether a folder is on a file system that other machines may share. What cannot be told counts as no."""
    try:
        mounts = Path("/proc/mounts").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return False
    place = folder.resolve()
    kinds = {Path(parts[1]): parts[2] for parts in (line.split() for line in mounts) if len(parts) > 2}
    nearest = next((parent for parent in (place, *place.parents) if parent in kinds), None)
    return nearest is not None and kinds[nearest].startswith(_NETWORK_FILE_SYSTEMS)


def scratch() -> Path | None:
    """Where files are kept for now that belong in a home which cannot be written; None where it can."""
    instead_of, _, folder = os.environ.get(_SCRATCH, "").rpartition(os.pathsep)
    return Path(folder) if instead_of == str(home()) else None


def use_scratch_if_read_only() -> None:
    """Have a folder to keep files in until this process ends, where the home cannot be written.

    Its child processes use it too.
    """
    if scratch() is None and home().is_dir() and not os.access(home(), os.W_OK):
        import shutil  # only here: they are slow to load
        import tempfile

        folder = tempfile.mkdtemp(prefix="cnn-tui-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        os.environ[_SCRATCH] = f"{home()}{os.pathsep}{folder}"


def remedy(error: OSError) -> str:
    """What to do about an error with a file, to stand behind it in a sentence; "" where there is no telling."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "; make room on its disk"
    if error.errno == errno.EROFS and str(error.filename).startswith(str(home())):
        return "; set CNN_TUI_HOME to a folder that you may write to"
    return ""


def settle() -> None:
    """Make the folders that the environment names absolute, once, at the start: child processes run elsewhere."""
    for name in ("CNN_TUI_HOME", "CNN_TUI_DATA", "KERAS_HOME"):
        if chosen := os.environ.get(name):
            os.environ[name] = str(Path(chosen).expanduser().absolute())


def history_path() -> Path:
    """The SQLite file of the history."""
    return home() / "history.db"


def run_folder(run_id: int) -> Path:
    """The folder of one run: its model, weights and log."""
    return home() / "runs" / str(run_id)


def log_path(run_id: int) -> Path:
    """What TensorFlow and the training process printed during a run."""
    return run_folder(run_id) / "log.txt"


def job_folder(run_id: int) -> Path:
    """What the lab and a job on another machine write for each other: the run, its ledgers, what is asked of it."""
    return run_folder(run_id) / "job"


def worker_log_path() -> Path:
    """What the worker printed, and what a run printed before it was told its number."""
    return home() / "worker.log"


def rate_test_log_path() -> Path:
    """What the process that tests learning rates printed."""
    return home() / "rate-test.log"


def suspects_log_path() -> Path:
    """What the process that looks for wrong labels printed."""
    return home() / "suspects.log"


def explain_log_path() -> Path:
    """What the process that answers questions about trained runs printed."""
    return home() / "explain.log"


def see_log() -> str:
    """Where to read more about a question that was not answered, to stand behind the sentence; "" without a log."""
    return f"; see {explain_log_path()}" if os.access(explain_log_path(), os.W_OK) else ""


def model_path(run_id: int) -> Path:
    """The trained model of a run, in Keras's own format."""
    return run_folder(run_id) / "model.keras"


def checkpoint_path(run_id: int) -> Path:
    """The model of a run as it was after the last epoch that was kept, to go on from."""
    return run_folder(run_id) / "checkpoint.keras"


def best_path(run_id: int) -> Path:
    """The model of a run as it was after its best epoch, by the validation loss."""
    return run_folder(run_id) / "best.keras"


def epochs_folder(run_id: int) -> Path:
    """The weights of single epochs of a run, and what a network of those says of the test images."""
    return run_folder(run_id) / "epochs"


def settings_path() -> Path:
    """What the user has set once for good; read only."""
    return home() / "settings.toml"


def typed_path(text: str) -> Path:
    """The path that was typed, or dropped on the terminal, which puts it in quotes or a \\ before its blanks."""
    words = text.strip()
    if len(words) > 2 and words[0] == words[-1] and words[0] in "'\"":
        words = words[1:-1]
    elif "\\" in words and not Path(words).exists():
        words = re.sub(r"\\(.)", r"\1", words)
    return Path(words).expanduser()
