"""What the tests of the command line share."""

from __future__ import annotations

import pytest

from cnn_tui.cli import status_of
from tests.cli.command import Answer, Inside


@pytest.fixture
def inside(capsys: pytest.CaptureFixture[str]) -> Inside:
    """The command line in this process; standard output and error are no terminals."""

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        status = status_of(list(arguments))
        return Answer(status, *capsys.readouterr())

    return run
