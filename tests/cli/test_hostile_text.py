"""Hostile text in names, notes, tags, causes and answers is shown, and does nothing, in whatever a command prints."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cnn_tui.cli.printing import put_json
from cnn_tui.history.history import History
from tests.cli.command import Inside
from tests.fixtures.make_history import HOSTILE, path_of

FIRST = 9
RUNS = [str(number) for number in range(FIRST, FIRST + len(HOSTILE))]


@pytest.fixture(autouse=True)
def history(sealed_machine: Path) -> None:
    """The kept history, in which everything has been called everything."""
    shutil.copy(path_of(2), sealed_machine / "history.db")
    with History() as opened:  # nothing trains here
        opened.store.execute("UPDATE runs SET status = 'finished', ending = 'finished' WHERE ending = ''")


def assert_inert(text: str) -> None:
    """Nothing but what is printed, and ends of lines."""
    strange = sorted({char for char in text if not char.isprintable() and char != "\n"})
    assert strange == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("history",),
        ("history", "--json"),
        ("history", "--csv"),
        ("history", "--markdown"),
        ("history", "--filter", "\x1b[2J\u202e"),
        ("history", "--filter", "acc>\x1b[2J"),
        ("history", "--sort", "\x1b[2J"),
        *(("show", run) for run in RUNS),
        *(("show", run, "--json") for run in RUNS),
        ("compare", *RUNS),
        ("compare", *RUNS, "--all"),
        ("compare", *RUNS, "--json", "--all"),
        ("report",),
        ("report", *RUNS, "--title", "\x1b[2J\u202e"),
        ("tag", *RUNS),
        ("tag", *RUNS, "+\x1b[2J\u202e evil"),
        ("rename", "10", "\x1b[2J\u202e evil"),
        ("baseline", "10"),
        ("archive", *RUNS),
        ("note", "9", "\x1b[2J\u202e evil"),
        ("export", "10"),
        ("exercises", "lab1"),
        ("exercises", "16-filters"),
        ("exercises", "--json"),
        ("exercises", "--markdown"),
        ("exercises", "\x1b[2J"),
        ("exercises", "conclude", "16-filters", "\x1b[2J\u202e evil"),
        ("stop", "10"),
    ],
    ids=lambda arguments: ascii(" ".join(arguments))[:50],
)
def test_whatever_is_printed_is_inert(inside: Inside, arguments: tuple[str, ...]) -> None:
    answer = inside(*arguments)
    assert answer.status in (0, 2), answer
    assert answer.out or answer.err
    assert_inert(answer.out)
    assert_inert(answer.err)


def test_after_an_answer_was_hostile_the_page_is_inert(inside: Inside) -> None:
    for text in HOSTILE:
        assert inside("exercises", "conclude", "16-filters", "--", text).status == 0
        for form in ((), ("--json",)):
            assert_inert(inside("exercises", "16-filters", *form).out)
    assert inside("exercises", "conclude", "16-filters", "--", " ".join(HOSTILE)).status == 0
    assert_inert(inside("report").out)


def test_a_line_stays_a_line(inside: Inside) -> None:
    """A name with ends of lines in it makes no further row."""
    runs = len(inside("history", "--json").objects)
    assert inside("history").out.count("\n") == 1 + runs
    assert inside("history", "--markdown").out.count("\n") == 2 + runs
    rows = list(csv.DictReader(io.StringIO(inside("history", "--csv").out)))
    assert len(rows) == runs


def test_json_holds_the_text_itself(inside: Inside) -> None:
    for run, text in zip(RUNS, HOSTILE, strict=True):
        (found,) = inside("show", run, "--json").objects
        assert (found["name"], found["note"], found["tags"]) == (text, text, [text, "plain"])


def test_a_spreadsheet_finds_no_formula(inside: Inside) -> None:
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(inside("history", "--csv").out))}
    formula = rows[str(FIRST + HOSTILE.index("=1+1"))]
    assert (formula["name"], formula["note"], formula["tags"]) == ("'=1+1", "'=1+1", "'=1+1 plain")
    assert rows["1"]["gap"] == "0.010000000000000009", "figures stay figures"


def test_json_is_escaped_without_loss(capsys: pytest.CaptureFixture[str]) -> None:
    def printed(value: object) -> str:
        put_json(value)
        return capsys.readouterr().out.removesuffix("\n")

    for text in (*HOSTILE, "\x00\x7f\x9b\u2028\ufeff\U000e0001"):
        line = printed({"text": text})
        assert_inert(line)
        assert json.loads(line) == {"text": text}
    assert printed([float("nan"), 1.0, "é名😀"]) == '[null, 1.0, "é名😀"]'


def test_the_names_of_tags_cannot_hide_a_tag(inside: Inside) -> None:
    assert inside("history", "--json", "--filter", "tag:plain").objects[0]["id"] == int(RUNS[-1])
    assert len(inside("history", "--json", "--filter", "tag:plain").objects) == len(HOSTILE)


def test_text_that_no_encoding_has_is_written_with_its_number() -> None:
    code = "from cnn_tui.cli import streams; streams.prepare(); print('caf\\udce9')"
    written = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
    assert written == b"caf\\udce9\n"
