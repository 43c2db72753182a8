"""A real sshd on loopback, with keys, configuration and port of its own; it ends with the test."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.terminal import Terminal
from tests.waiting import wait_for

# Debian keeps it where an ordinary user's PATH does not look.
SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
SSH = shutil.which("ssh")
WHY_NOT = "openssh-server and openssh-client are not installed" if not (SSHD and SSH) else ""


class Server(NamedTuple):
    """A running sshd: how to reach it."""

    folder: Path
    port: int

    def command(self, *remote: str) -> list[str]:
        """The ssh command that runs `remote` there in a terminal."""
        assert SSH
        options = {
            "IdentityFile": self.folder / "key",
            "UserKnownHostsFile": self.folder / "known",
            "StrictHostKeyChecking": "no",
            "IdentitiesOnly": "yes",
            "LogLevel": "ERROR",
            "EscapeChar": "none",
        }
        given = [part for name, value in options.items() for part in ("-o", f"{name}={value}")]
        return [SSH, "-F", "none", "-tt", *given, "-p", str(self.port), f"{getpass.getuser()}@127.0.0.1", *remote]

    def terminal(self, remote: Sequence[str], columns: int = 120, rows: int = 40) -> Terminal:
        """A terminal that is connected to the server and runs `remote` there."""
        return Terminal(self.command(*remote), columns, rows)


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server that keeps all it needs in `folder`."""
    assert SSHD
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # root's sshd wants it
    for name in ("host", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    shutil.copy(folder / "key.pub", folder / "authorized")
    server = Server(folder, _free_port())
    (folder / "config").write_text(
        f"ListenAddress 127.0.0.1:{server.port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/authorized\n"
        f"PidFile {folder}/pid\nStrictModes no\nUsePAM no\nPasswordAuthentication no\nKbdInteractiveAuthentication no\n"
        "PermitRootLogin yes\nPrintMotd no\n"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(folder / "config")], stdout=log, stderr=log)
    try:
        wait_for(lambda: _answers(server.port) or process.poll() is not None, "the server")
        assert process.poll() is None, (folder / "log").read_text()
        yield server
    finally:
        process.terminate()
        process.wait()


def lab(home: Path, *arguments: str) -> list[str]:
    """The command, run there, that opens the lab on the history in `home`."""
    environment = [f"CNN_TUI_HOME={home}", "CNN_TUI_OFFLINE=1", "CNN_TUI_WORKER_IDLE=0", "COLORTERM=truecolor"]
    return ["env", *environment, sys.executable, "-P", "-m", "cnn_tui", *arguments]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
