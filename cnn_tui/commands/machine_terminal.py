"""What `cnn-tui doctor` finds out about the terminal."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterator, Mapping

from cnn_tui.commands.machine import Finding
from cnn_tui.commands.streams import columns_of, is_terminal
from cnn_tui.ui.terminal.writer import Winsize


def terminal() -> Iterator[Finding]:
    """What the terminal can show, and what lies between it and the lab."""
    if not is_terminal(sys.stdout):
        yield Finding("terminal", "ok", "standard output is none here; the lab needs one, the commands do not")
    else:
        yield _size()
        yield colours(os.environ)
        yield pictures(Winsize.of(sys.stdout.fileno()))
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


def pictures(size: Winsize) -> Finding:
    """How the lab draws images; `size` is what the system says of the terminal."""
    if not all(size.cell):
        return Finding("pictures", "ok", "in blocks: the terminal does not say how many pixels a cell has")
    cell = f"{size.cell[0]}x{size.cell[1]}"
    return Finding("pictures", "ok", f"a cell has {cell} pixels: sixel graphics, if the terminal tells the lab of them")


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
