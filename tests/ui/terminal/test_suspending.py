"""A lab that a shell stops and lets go on: the terminal is given back, taken again, and the keys are read."""

from __future__ import annotations

import os
import pty
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.ui.terminal.driver import own_way_to
from tests.terminal import Terminal

# As a login does it: the terminal is the one that the shell's jobs belong to.
WITH_JOBS = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
_SHELL = ("bash", "--norc", "--noprofile", "-i")
_LAB = shlex.join([sys.executable, "-m", "cnn_tui", "lab1-baseline"])
PROMPT = "prompt>"


class Shell:
    """A shell in a terminal, with the lab as its job. `wait_for` and the like are its terminal's."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._asked = 0
        terminal.wait_for(PROMPT)
        self.modes = self.asked("stty -g")
        self.tell(_LAB)
        terminal.wait_for("32  3x3  relu")
        terminal.settle()

    def tell(self, command: str) -> None:
        """Type a command."""
        self.terminal.press(f"{command}\r")

    def asked(self, command: str) -> str:
        """What a command prints in a line."""
        self._asked += 1
        mark = f"{self._asked}>"
        self.tell(f"clear; echo '{mark}'$({command})")
        self.terminal.wait(lambda: f"\n{mark}" in f"\n{self.terminal.text}", command)
        self.terminal.settle()
        return next(line for line in self.terminal.text.splitlines() if line.startswith(mark)).removeprefix(mark)

    def send(self, number: signal.Signals) -> None:
        """Send the lab a signal."""
        os.kill(self._lab(), number)

    def stop(self, number: signal.Signals = signal.SIGTSTP) -> None:
        """Stop the lab; the shell has the keys then, and after a stop that the lab is told of its own screen."""
        self.send(number)
        self.wait_for_stop()
        assert self.asked("expr 6 '*' 7") == "42"
        assert number == signal.SIGSTOP or "Conv2D" not in self.terminal.text

    def disturb(self, words: str) -> None:
        """Write on the lab's terminal behind its back, when it has nothing more to draw."""
        lab = self._lab()
        self.terminal.settle(job=lab)
        Path(f"/proc/{lab}/fd/0").write_text(f"\x1b[H{words}")
        self.terminal.wait_for(words)

    def wait_for_stop(self) -> None:
        """Wait until the lab has stopped."""
        stat = Path(f"/proc/{self._lab()}/stat")
        self.terminal.wait(lambda: stat.read_text().rpartition(") ")[2][0] == "T", "the stop")

    def _lab(self) -> int:
        for process in Path("/proc").iterdir():
            if process.name.isdecimal():
                try:
                    command = (process / "cmdline").read_bytes().split(b"\0")
                    environment = (process / "environ").read_bytes()
                except OSError:  # it has just ended
                    continue
                mine = f"CNN_TUI_HOME={os.environ['CNN_TUI_HOME']}\0".encode()
                if b"lab1-baseline" in command and mine in environment:
                    return int(process.name)
        raise AssertionError("there is no lab")


def in_a_shell(size: tuple[int, int]) -> Terminal:
    """A terminal of a shell with jobs."""
    return Terminal([sys.executable, "-c", WITH_JOBS, *_SHELL], *size, env={"PS1": PROMPT})


@pytest.fixture(params=["shell", pytest.param("tmux", marks=pytest.mark.long)])
def shell(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_worker: None
) -> Iterator[Shell]:
    """A shell at 100x30, alone or inside tmux."""
    monkeypatch.setenv("HISTFILE", "")
    if request.param == "shell":
        with in_a_shell((100, 30)) as terminal:
            yield Shell(terminal)
        return
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux here")
    socket = str(tmp_path / "tmux")
    settings = tmp_path / "tmux.conf"
    settings.write_text("set -g status off\n")  # the line with the clock, which changes while a test compares screens
    command = ["tmux", "-S", socket, "-f", str(settings), "new-session", f"PS1='{PROMPT}' {shlex.join(_SHELL)}"]
    with Terminal([sys.executable, "-c", WITH_JOBS, *command], 100, 30, env={"LANG": "C.UTF-8"}) as terminal:
        yield Shell(terminal)
        Terminal(["tmux", "-S", socket, "kill-server"]).wait_for_end()


def test_it_comes_back_whole_and_hears_keys_however_it_was_stopped(shell: Shell) -> None:
    terminal = shell.terminal
    shown = terminal.text

    shell.stop()
    shell.tell("fg")
    terminal.wait(lambda: terminal.text == shown, "the lab as it was")
    terminal.press("+")
    terminal.wait_for("64  3x3  relu")
    terminal.press("-")
    terminal.wait(lambda: "32  3x3  relu" in terminal.text and "64  3x3  relu" not in terminal.text, "one step back")

    terminal.press("?")  # much to draw: it is stopped in the midst of that
    shell.stop()
    terminal.resize(90, 28)
    shell.tell("bg")
    terminal.wait_for("&")
    shell.wait_for_stop()
    assert "Conv2D" not in terminal.text
    shell.tell("fg")
    terminal.wait_for("Enter takes it, Esc leaves")
    terminal.press("\x1b")
    terminal.wait(lambda: "Enter takes it" not in terminal.text and "32  3x3  relu" in terminal.text, "the box left")
    terminal.settle()
    shown = terminal.text

    shell.stop(signal.SIGSTOP)  # of which the lab is not told
    shell.tell("fg")
    terminal.wait(lambda: terminal.text == shown, "the lab as it was")
    for _ in range(2):
        shell.disturb("somebody wrote here")
        shell.send(signal.SIGCONT)  # of one that was not stopped
        terminal.wait(lambda: terminal.text == shown, "the lab drawn anew")
    terminal.press("+")
    terminal.wait_for("64  3x3  relu")
    terminal.press("u", "q")
    terminal.wait(lambda: "Conv2D" not in terminal.text, "the shell")
    assert shell.asked("stty -g") == shell.modes


def test_keys_are_read_without_waiting_and_the_shell_of_the_same_terminal_still_waits() -> None:
    ours, theirs = pty.openpty()
    try:
        with own_way_to(theirs) as keyboard:
            with pytest.raises(BlockingIOError):
                os.read(keyboard, 1)
            os.write(ours, b"+\n")
            assert os.read(keyboard, 9) == b"+\n"
            assert os.get_blocking(theirs)
    finally:
        os.close(ours)
        os.close(theirs)
