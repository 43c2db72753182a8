"""What `cnn-tui doctor` looks at on this machine, one function a check."""

from __future__ import annotations

import locale
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from cnn_tui.cli.streams import columns_of, is_terminal
from cnn_tui.data.dataset import DatasetError
from cnn_tui.history.history import History, HistoryError
from cnn_tui.home import history_path, home
from cnn_tui.jobs.clusters import ray_options
from cnn_tui.jobs.clusters.executor import RefusedError, SilentError
from cnn_tui.jobs.clusters.ray_executor import DriverProcess
from cnn_tui.jobs.clusters.slurm import is_login_node
from cnn_tui.jobs.clusters.slurm_options import obstacle
from cnn_tui.text import cause_of, counted, quiet
from cnn_tui.ui.preferences import PreferencesError, read_preferences
from cnn_tui.ui.terminal.answers import AroundTmux, knows_placeholders
from cnn_tui.ui.terminal.writer import Winsize

_GIGABYTE = 1_000_000_000


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


def memory() -> Finding:
    """Whether a training process finds room."""
    import psutil

    seen = psutil.virtual_memory()
    found = f"{seen.available / _GIGABYTE:.1f} of {seen.total / _GIGABYTE:.1f} GB free"
    if seen.available < 2 * _GIGABYTE:
        return Finding("memory", "warning", found, "a run takes 1.5 to 2 GB: end other programs")
    return Finding("memory", "ok", found)


def data() -> Iterator[Finding]:
    """Where each dataset is. Only the default one is missed."""
    try:
        from cnn_tui.training.data.sources import locations
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
            return Finding("history", "problem", f"{path} cannot be made: {folder}: {cause_of(error)}", fix)
    try:
        with History() as opened:
            count, health = opened.count(), opened.store.health()
    except HistoryError as error:
        fix = f"move {path} away, or set CNN_TUI_HOME to another folder"
        return Finding("history", "problem", str(error), fix)
    if opened.store.read_only or not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        fix = "change its owner or its permissions, or set CNN_TUI_HOME to another folder"
        return Finding("history", "problem", f"{path} can be read, but not written", fix)
    if health.damage:
        fix = f"copy it, then sqlite3 {path} .recover saves what can be read; move it away to begin anew"
        return Finding("history", "problem", f"{path} is damaged: {health.damage}", fix)
    runs = f"{count:,} {'run' if count == 1 else 'runs'}, {health.size / 1_000_000:,.1f} MB"
    journal = "WAL" if health.journal == "wal" else f"{health.journal} journal, as for a network folder"
    sound = "sound" if health.checked else "too large to be checked whole here"
    return Finding("history", "ok", f"{path} ({runs}, {journal}, {sound})")


def disk() -> Finding:
    """Whether there is room for models and logs."""
    try:
        free = shutil.disk_usage(_nearest(home())).free
    except OSError as error:
        return Finding("disk", "warning", f"cannot be measured: {cause_of(error)}", "look at the folder of the history")
    found = f"{free / _GIGABYTE:,.1f} GB free for models and logs"
    if free < _GIGABYTE / 10:
        return Finding("disk", "problem", found, f"make room on the disk of {home()}, or set CNN_TUI_HOME to another")
    if free < _GIGABYTE:
        return Finding("disk", "warning", found, f"make room on the disk of {home()}")
    return Finding("disk", "ok", found)


def _nearest(folder: Path) -> Path:
    """The folder, or the one above it that exists."""
    return next((place for place in (folder, *folder.parents) if place.is_dir()), Path("/"))


def cluster() -> Iterator[Finding]:
    """Whether runs can be given to a cluster from here; nothing where there is no sign of one."""
    yield from _ray()
    if shutil.which("sbatch") is None:
        return
    if why := obstacle():
        yield Finding("SLURM", "warning", f"sbatch is here, but {why.partition(':')[0]}", why.partition(": ")[2])
    elif is_login_node():
        yield Finding(
            "SLURM",
            "ok",
            "this seems to be a login node, which many share: cnn-tui run EXPERIMENT --on slurm trains on the cluster, "
            "and no process waits here with TensorFlow in memory",
        )
    else:
        yield Finding("SLURM", "ok", "sbatch is here: cnn-tui run EXPERIMENT --on slurm trains on the cluster")


def _ray() -> Iterator[Finding]:
    """Whether the Ray cluster of the settings answers."""
    try:
        settings = read_preferences()
    except PreferencesError:  # it is said where it is used
        return
    address = settings.ray.address
    if not address and settings.on != "ray":
        return
    if why := ray_options.obstacle():
        yield Finding("Ray", "warning", why.partition(":")[0], why.partition(": ")[2])
    elif not address:
        yield Finding("Ray", "warning", "no cluster is named", 'address = "HOST:6379" under [ray] in settings.toml')
    elif address == ray_options.LOCAL:
        yield Finding("Ray", "ok", "installed; one of its own begins on this machine with the first run --on ray")
    else:
        yield _answer(address)


def _answer(address: str) -> Finding:
    try:
        driver = DriverProcess(address)
    except (SilentError, RefusedError, OSError) as error:
        fix = "ray start --head on its first machine, or another address under [ray] in settings.toml"
        return Finding("Ray", "warning", str(error), fix)
    driver.end()
    has = ", ".join(f"{driver.resources.get(name, 0):g} {name}s" for name in ("CPU", "GPU"))
    nodes = sum(name.startswith("node:") and "__" not in name for name in driver.resources)
    return Finding("Ray", "ok", f"the cluster at {address} answers: {counted(nodes, 'node')} with {has}")


def terminal() -> Iterator[Finding]:
    """What the terminal can show, and what lies between it and the lab."""
    if not is_terminal(sys.stdout):
        yield Finding("terminal", "ok", "standard output is none here; the lab needs one, the commands do not")
    else:
        yield _size()
        yield colours(os.environ)
        yield pictures(Winsize.of(sys.stdout.fileno()), AroundTmux.asked(os.environ) if "TMUX" in os.environ else None)
        yield session(os.environ)
    encoding = locale.getencoding().lower().replace("-", "")
    if encoding == "utf8" or sys.flags.utf8_mode:
        yield Finding("characters", "ok", "UTF-8")
    else:
        fix = "export LANG=C.UTF-8 (or en_US.UTF-8) shows names and charts as they are; --ascii draws without them"
        yield Finding("characters", "warning", f"the locale's encoding is {locale.getencoding()}", fix)


def colours(environ: Mapping[str, str]) -> Finding:
    """How many colours the terminal says that it has."""
    term = environ.get("TERM", "")
    if term in ("", "dumb"):
        return Finding("colours", "warning", f"TERM is {term or 'not set'}", "export TERM=xterm-256color opens the lab")
    if environ.get("NO_COLOR"):
        return Finding("colours", "ok", f"none, as NO_COLOR asks (TERM {term})")
    if environ.get("COLORTERM") in ("truecolor", "24bit"):
        return Finding("colours", "ok", f"16 million (TERM {term})")
    if "256" not in term and "direct" not in term:
        inside = "TMUX" in environ or "STY" in environ
        fix = "set -g default-terminal tmux-256color (tmux), or term screen-256color (screen)" if inside else ""
        return Finding("colours", "warning" if fix else "ok", f"16 (TERM {term})", fix)
    return Finding("colours", "ok", f"256 (TERM {term})")


def pictures(size: Winsize, around: AroundTmux | None = None) -> Finding:
    """How the lab draws images; `size` is what the system says of the terminal, `around` is the one that tmux is in."""
    if around is not None and knows_placeholders(around.name):
        if around.passes_on:
            return Finding("pictures", "ok", f"kitty's graphics, through tmux to {quiet(around.name, 40)}")
        fix = "set -g allow-passthrough on (tmux) has them handed on"
        return Finding("pictures", "warning", f"tmux hands none on to {quiet(around.name, 40)}: in blocks", fix)
    if not all(size.cell):
        blocks = "in blocks, as the terminal does not say how many pixels a cell has"
        return Finding("pictures", "ok", f"{blocks}; kitty's graphics, if the terminal tells the lab of them")
    cell = f"{size.cell[0]}x{size.cell[1]}"
    ways = "kitty's or sixel graphics, if the terminal tells the lab of them"
    return Finding("pictures", "ok", f"a cell has {cell} pixels: {ways}")


def session(environ: Mapping[str, str]) -> Finding:
    """Whether a line that drops takes the lab with it. The training goes on either way."""
    inside = "tmux" if "TMUX" in environ else "screen" if "STY" in environ else ""
    away = "over SSH" if "SSH_CONNECTION" in environ or "SSH_TTY" in environ else ""
    found = ", ".join(filter(None, (away, f"inside {inside}" if inside else "")))
    if inside or not away:
        return Finding("session", "ok", found or "at this machine's own terminal")
    return Finding("session", "ok", f"{found}; if the line drops, training goes on and cnn-tui shows it again")


def _size() -> Finding:
    columns, rows = columns_of(sys.stdout), os.get_terminal_size(sys.stdout.fileno()).lines
    if columns < 80 or rows < 24:
        return Finding(
            "terminal", "warning", f"{columns}x{rows}", "make the window 80x24 at least; 120x40 shows it all"
        )
    return Finding("terminal", "ok", f"{columns}x{rows}")
