"""The command line as a whole: every command is there, and is loaded when it is called."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cnn_tui.cli import COMMANDS
from tests.cli.command import Inside, environment


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_there_and_says_what_it_is_for(inside: Inside, name: str) -> None:
    answer = inside(name, "--help")
    assert (answer.status, answer.err) == (0, "")
    assert answer.out.startswith(f"Usage: cnn-tui {name} ")
    assert " ".join(COMMANDS[name].help.split()) in " ".join(answer.out.split())


def test_the_help_loads_no_command() -> None:
    program = (
        "import sys; from cnn_tui.cli import COMMANDS, status_of; status_of(['--help']);"
        "print(*(one for one in sys.modules if one.startswith('cnn_tui.') or one in ('rich', 'textual', 'numpy')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True, timeout=60
    )
    loaded = set(done.stdout.splitlines()[-1].split())
    assert loaded == {"cnn_tui.cli", "cnn_tui.cli.parser", "cnn_tui.cli.streams", "cnn_tui.home"}
