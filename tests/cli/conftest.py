"""What the tests of the command line share."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
import pytest

from cnn_tui.cli import status_of
from cnn_tui.jobs.explain.client import ExplainClient
from cnn_tui.jobs.explain.protocol import Question, Reply, Request
from tests.cli.command import Answer, Inside


@pytest.fixture
def inside(capsys: pytest.CaptureFixture[str]) -> Inside:
    """The command line in this process; standard output and error are no terminals."""

    def run(*arguments: str) -> Answer:
        capsys.readouterr()
        status = status_of(list(arguments))
        return Answer(status, *capsys.readouterr())

    return run


@pytest.fixture
def here(trained_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the home of the trained runs, for the test alone."""
    home = tmp_path / "home"
    shutil.copytree(trained_home, home)
    monkeypatch.setenv("CNN_TUI_HOME", str(home))
    return home


@pytest.fixture
def answered_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions are answered by the explain process's own code, but in this process, which has TensorFlow already."""
    from cnn_tui.training.explain.handler import Explainer
    from cnn_tui.training.explain.server import reply_to

    def reply(_: ExplainClient, question: Question) -> Reply:
        return reply_to(Explainer(), msgspec.json.encode(Request(1, question)))

    monkeypatch.setattr(ExplainClient, "_reply", reply)
