"""Every command that writes, in a home that cannot be written: one sentence, exit status 1, and nothing half done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.cli import COMMANDS
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.history import History, Result
from cnn_tui.history.store import Store
from tests.cli.command import Inside, assert_one_sentence
from tests.faults.disks import disk_at
from tests.faults.home_faults import WAYS, WORDS, HomeFault, Way
from tests.ui import fake

# Run 1 has finished, run 2 can be resumed, runs 3 and 4 wait.
WRITING: dict[str, tuple[str, ...]] = {
    "run": ("run lab1-baseline --detach", "run lab1-baseline --detach --repeat 3"),
    "queue": ("queue --move 4 -1", "queue --clear"),
    "tune": ("tune lab1-baseline --vary layers[0].filters=16,32 --detach",),
    "stop": ("stop 3", "stop 4 --now"),
    "resume": ("resume 2 --detach",),
    "note": ("note 1 words", "note 1 --conclusion words"),
    "tag": ("tag 1 2 +lab9",),
    "rename": ("rename 1 another",),
    "archive": ("archive 1",),
    "baseline": ("baseline 1", "baseline --clear"),
    "exercises": (
        "exercises predict 16-filters accuracy=up",
        "exercises conclude 16-filters words",
        "exercises done 16-filters",
        "exercises open 16-filters",
        "exercises run 16-filters --detach",
    ),
}
FILES: dict[str, str] = {
    "export": "export lab1-baseline -o DISK/made.py",
    "import": "import DISK/../script.py -o DISK/made.toml",
}
"""Those that write a file of the user's choice, which no lock on the history hinders."""
OTHERS = {
    *("summary", "attach", "history", "show", "compare", "presets", "doctor", "keys"),  # they only read
    # They have tests of their own.
    *("evaluate", "predict", "why", "map", "suspects", "report", "submit", "check", "merge", "data"),
}


def test_every_command_is_looked_at() -> None:
    assert {*WRITING, *FILES, *OTHERS} == set(COMMANDS)


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with runs on a disk of its own; skips where none can be mounted."""
    with disk_at(tmp_path / "disk") as folder:
        monkeypatch.setenv("CNN_TUI_HOME", str(folder))
        for opening in (History.__init__, Store.__init__):
            monkeypatch.setattr(opening, "__defaults__", (None, 0.05))  # seconds that it waits for a lock
        with History() as history:
            for _ in range(4):
                history.add(load_preset("lab1-baseline"))
            for number in (1, 2):
                fake.begin(history, number)
                fake.play(history, number, 1.5)
            fake.finish(history, 1)
            history.record_end(2, Result("interrupted", "the process is gone"))
        yield folder


@pytest.mark.parametrize("way", WAYS)
def test_it_is_said_in_a_sentence(way: Way, disk: Path, inside: Inside) -> None:
    assert inside("export", "lab1-baseline", "-o", str(disk.parent / "script.py")).status == 0
    fault = HomeFault(way, disk)
    fault.begin()
    try:
        for arguments in (one for several in WRITING.values() for one in several):
            assert_one_sentence(inside(*arguments.split()), 1, str(disk / "history.db"), WORDS[way])
        for arguments in FILES.values() if way != "locked" else ():
            answer = inside(*arguments.replace("DISK", str(disk)).split())
            assert_one_sentence(answer, 1, str(disk / "made"), "No space" if way == "full" else "Read-only")
    finally:
        fault.end()
    with History() as history:
        assert history.count() == 4
        assert not list(disk.glob("made*"))
        assert [line.status for line in history.queue()] == ["queued", "queued"]
    assert inside("note", "1", "words").status == 0
