"""What `cnn-tui doctor` looks at on this machine, one function a check. None loads TensorFlow; none can hang."""

from __future__ import annotations

import contextlib
import locale
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple

from cnn_tui.commands.streams import columns_of, is_terminal
from cnn_tui.experiments.dataset import DatasetError
from cnn_tui.experiments.history import History, HistoryError
from cnn_tui.experiments.home import history_path, home

_GIGABYTE = 1_000_000_000
_GPU_SECONDS = 5.0


class Finding(NamedTuple):
    """What one check found; `fix` says what to do when it is not ok."""

    check: str
    state: Literal["ok", "warning", "problem"]
    found: str
    fix: str = ""


def python() -> Finding:
    """The Python that runs this."""
    found = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("Python", "ok", found)
    return Finding("Python", "warning", found, "cnn-tui is tested with Python 3.11 to 3.13: install one of these")


def tensorflow() -> Finding:
    """Whether TensorFlow and Keras 3 are installed; loading them would take seconds."""
    versions = {name: _version(name) for name in ("tensorflow", "tensorflow-cpu", "keras")}
    found = versions["tensorflow"] or versions["tensorflow-cpu"]
    if found is None:
        return Finding("TensorFlow", "problem", "not installed", "pip install 'tensorflow>=2.20,<3'")
    keras = versions["keras"]
    if keras is None or not keras.startswith("3."):
        return Finding("TensorFlow", "problem", f"{found} with Keras {keras or 'missing'}", "pip install 'keras>=3'")
    return Finding("TensorFlow", "ok", f"{found} with Keras {keras}")


def gpus() -> Finding:
    """The GPUs that NVIDIA's driver names, and whether TensorFlow was installed to use them."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    cpu = f"training uses {cores} CPU {'core' if cores == 1 else 'cores'}"
    smi = shutil.which("nvidia-smi")
    if smi is None:
        return Finding("GPU", "ok", f"none; {cpu}")
    answer = _ask([smi, "--query-gpu=name,memory.total", "--format=csv,noheader"])
    if answer is None:
        fix = (
            "ask whoever looks after the driver, or run nvidia-smi by hand; CUDA_VISIBLE_DEVICES= trains without a GPU"
        )
        return Finding("GPU", "warning", f"nvidia-smi gives no answer within {_GPU_SECONDS:.0f} s", fix)
    status, text = answer
    names = [line.strip() for line in text.splitlines() if line.strip()]
    if status or not names:
        return Finding("GPU", "ok", f"none that the driver names; {cpu}")
    found = "; ".join(names)
    if _version("nvidia-cudnn-cu12") is None and _version("nvidia-cudnn-cu13") is None:
        fix = "pip install 'cnn-tui[gpu]' gives TensorFlow the CUDA libraries, unless the system has them"
        return Finding("GPU", "warning", f"{found}; no CUDA libraries beside TensorFlow", fix)
    return Finding("GPU", "ok", found)


def memory() -> Finding:
    """Whether a training process finds room."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
        found = f"{free / _GIGABYTE:.1f} GB free"
        if free < 2 * _GIGABYTE:
            return Finding("memory", "warning", found, "a run takes 1.5 to 2 GB: end other programs")
        return Finding("memory", "ok", found)
    return Finding("memory", "ok", "not known on this system")


def data() -> Iterator[Finding]:
    """Where each dataset is. Only the default one is missed."""
    try:
        from cnn_tui.training.datasets import locations
    except ImportError as error:
        yield Finding("data", "problem", f"cannot be looked for: {error}", "install cnn-tui again")
        return
    try:
        places = dict(locations())
    except (OSError, DatasetError) as error:
        yield Finding("data", "warning", str(error), "look at CNN_TUI_DATA and at ~/.keras/datasets")
        return
    for name, source in places.items():
        if source is not None:
            yield Finding(name, "ok", str(source))
        elif name == "fashion_mnist":
            fix = f"cnn-tui data fetch {name}; until then a sample of 6,000 images is used"
            yield Finding(name, "warning", "not on this machine", fix)
        else:
            yield Finding(name, "ok", f"not on this machine; cnn-tui data fetch {name} gets it")


def terminal() -> Iterator[Finding]:
    """What the terminal can show."""
    if not is_terminal(sys.stdout):
        yield Finding("terminal", "ok", "standard output is none here; the lab needs one, the commands do not")
    else:
        yield _size()
        yield _colours()
    encoding = locale.getencoding().lower().replace("-", "") if sys.version_info >= (3, 11) else ""
    if encoding == "utf8" or sys.flags.utf8_mode:
        yield Finding("characters", "ok", "UTF-8")
    else:
        fix = "export LANG=C.UTF-8 (or en_US.UTF-8) shows names and charts as they are"
        yield Finding("characters", "warning", f"the locale's encoding is {locale.getencoding()}", fix)


def history() -> Finding:
    """Whether the history can be read and written."""
    path = history_path()
    if not path.exists():
        folder = _nearest(home())
        try:
            with tempfile.TemporaryFile(dir=folder):
                return Finding("history", "ok", f"{path} (none yet)")
        except OSError as error:
            fix = "set CNN_TUI_HOME to a folder that you may write to"
            return Finding("history", "problem", f"{path} cannot be made: {folder}: {error.strerror}", fix)
    try:
        with History() as opened:
            count = opened.count()
    except HistoryError as error:
        return Finding("history", "problem", str(error), "move the file away, or set CNN_TUI_HOME to another folder")
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        fix = "change its owner or its permissions, or set CNN_TUI_HOME to another folder"
        return Finding("history", "problem", f"{path} may not be written", fix)
    return Finding("history", "ok", f"{path} ({count:,} {'run' if count == 1 else 'runs'})")


def disk() -> Finding:
    """Whether there is room for models and logs."""
    try:
        free = shutil.disk_usage(_nearest(home())).free
    except OSError as error:
        return Finding("disk", "warning", f"cannot be measured: {error.strerror}", "look at the folder of the history")
    found = f"{free / _GIGABYTE:,.1f} GB free for models and logs"
    if free < _GIGABYTE / 10:
        return Finding("disk", "problem", found, f"make room on the disk of {home()}, or set CNN_TUI_HOME to another")
    if free < _GIGABYTE:
        return Finding("disk", "warning", found, f"make room on the disk of {home()}")
    return Finding("disk", "ok", found)


def _size() -> Finding:
    columns, rows = columns_of(sys.stdout), os.get_terminal_size(sys.stdout.fileno()).lines
    if columns < 80 or rows < 24:
        return Finding(
            "terminal", "warning", f"{columns}x{rows}", "make the window 80x24 at least; 120x40 shows it all"
        )
    return Finding("terminal", "ok", f"{columns}x{rows}")


def _colours() -> Finding:
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        return Finding("colours", "warning", f"TERM is {term or 'not set'}", "export TERM=xterm-256color opens the lab")
    if "NO_COLOR" in os.environ:
        return Finding("colours", "ok", f"none, as NO_COLOR asks (TERM {term})")
    if os.environ.get("COLORTERM") in ("truecolor", "24bit"):
        return Finding("colours", "ok", f"16 million (TERM {term})")
    return Finding("colours", "ok", f"{256 if '256' in term else 16} (TERM {term})")


def _ask(command: list[str]) -> tuple[int, str] | None:
    """What a command prints; None when it does not end in time.

    `subprocess.run` waits for a child that it has killed, and one that hangs inside a driver never goes.
    """
    try:
        child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    except OSError:
        return 1, ""
    try:
        status = child.wait(_GPU_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        return None
    assert child.stdout is not None
    with child.stdout:
        return status, child.stdout.read().decode(errors="replace")


def _nearest(folder: Path) -> Path:
    """The folder, or the one above it that exists."""
    return next((place for place in (folder, *folder.parents) if place.is_dir()), Path("/"))


def _version(package: str) -> str | None:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
