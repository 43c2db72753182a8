"""No process of the tests stays behind when they are killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

SLEEP = [sys.executable, "-c", "print(flush=True); input()"]
TESTS = """
import subprocess, sys
sweeper = subprocess.Popen([sys.executable, *sys.argv[1:]], stdin=subprocess.PIPE, start_new_session=True)
print(sweeper.pid, flush=True)
input()
"""


def test_what_was_started_ends_with_the_tests_and_nothing_else_does(tmp_path: Path) -> None:
    def start(home: Path) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "CNN_TUI_HOME": str(home)}
        process = subprocess.Popen(
            SLEEP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, start_new_session=True
        )
        assert process.stdout is not None and process.stdout.readline(), "it runs"
        return process

    theirs, another = start(tmp_path / "tests" / "home"), start(tmp_path / "tests-of-another" / "home")
    sweeper = [str(Path(__file__).with_name("sweeper.py")), str(tmp_path / "tests")]
    with subprocess.Popen(
        [sys.executable, "-c", TESTS, *sweeper], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as run:
        assert run.stdout is not None and run.stdout.readline()
        run.kill()
    try:
        assert theirs.wait(60) == -signal.SIGKILL
        assert another.poll() is None
    finally:
        for process in (theirs, another):
            process.kill()
            process.communicate()
