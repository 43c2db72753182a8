"""Every command on mangled files, on closed and on full streams, and under low limits: an answer, or a sentence."""

from __future__ import annotations

import copy
import json
import random
import shlex
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnn_tui.cli import COMMANDS, status_of
from cnn_tui.history.history import History
from cnn_tui.home import history_path, settings_path
from cnn_tui.jobs import launch
from tests.cli.command import Answer, command, environment, write_dataset
from tests.fixtures.make_history import make_newest
from tests.properties import PROFILE, examples

REPOSITORY = Path(__file__).parents[2]
PACK = REPOSITORY / "docs" / "example-pack"
PRESET = (REPOSITORY / "presets" / "lab1-stop-at-loss.toml").read_bytes()
_ODD: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**30, 1e308, -0.5, "", "x" * 5_000, "\x00", "\x1b[2J", "\u202e", "\ud800", "é", "None"),
    *([], {}, [[]], [{}], {"": None}, {"type": "Lambda"}, [None, 1, "a"]),
)
_BYTES = (
    b"\x00",
    b"\xff",
    b"\xe9",
    b"[",
    b"{",
    b'"',
    b"\n",
    b"=",
    b".",
    b"-",
    b"e999",
    b"[[layers]]\n",
    b"nan",
    b"\xf0\x9f",
)


# What is mangled


def mangled_bytes(rng: random.Random, content: bytes) -> bytes:
    """Content with a few bytes changed, left out, put in or said twice."""
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(content) + 1)
        size = rng.choice((0, 1, 1, 4, 50))
        piece = rng.choice((b"", *_BYTES, bytes([rng.randrange(256)]), content[at : at + size] * 2))
        content = content[:at] + piece + content[at + size :]
    return content[: rng.randrange(len(content) + 1)] if rng.random() < 0.1 else content


def mangled_tree(rng: random.Random, plain: Any) -> Any:
    """Plain data with one to three of its values replaced by odd ones, left out, or moved."""
    for _ in range(rng.randint(1, 3)):
        holder, key = rng.choice(list(_places(plain)) or [([plain], 0)])
        what = rng.random()
        if what < 0.7:
            holder[key] = copy.deepcopy(rng.choice(_ODD))
        elif what < 0.85:
            del holder[key]
        elif isinstance(holder, dict):
            holder[rng.choice(("x", "", "id", "name", "\x1b"))] = holder.pop(key)
        else:
            holder.append(copy.deepcopy(holder[key]))
    return plain


def _places(plain: Any) -> Iterator[tuple[Any, Any]]:
    inside = plain.items() if isinstance(plain, dict) else enumerate(plain) if isinstance(plain, list) else ()
    for key, value in inside:
        yield plain, key
        yield from _places(value)


def assert_answered(answer: Answer, what: object, *, heard: bool = True) -> None:
    """An exit status that is promised, and no traceback; where it failed, and somebody hears it, a sentence."""
    assert answer.status in (0, 1, 2, 3), (what, answer)
    for said in (answer.out, answer.err):
        assert "Traceback" not in said and "Exception ignored" not in said, (what, said)
    strange = {char for char in answer.err if not char.isprintable() and char != "\n"}
    assert not strange, (what, answer.err)
    if answer.status and heard:
        assert answer.err or answer.out, what


@pytest.fixture(autouse=True)
def nobody_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs that are queued stay so."""
    monkeypatch.setattr(launch, "wake", lambda: None)


Files = dict[str, Callable[[random.Random], object]]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """What writes a mangled file of each kind, in the folder where commands are run."""
    monkeypatch.chdir(tmp_path)
    assert status_of(["submit", "--pack", str(PACK), "-o", "whole.json", "--name", "Ada"]) == 0
    submission = Path("whole.json").read_text()
    (tmp_path / "pack").mkdir()
    for file in PACK.iterdir():
        (tmp_path / "pack" / file.name).write_bytes(file.read_bytes())
    pack = (PACK / "pack.toml").read_bytes()
    layers = [{"class_name": "Conv2D", "config": {"filters": 4, "kernel_size": [3, 3], "activation": "relu"}}]
    model = json.dumps({"class_name": "Sequential", "config": {"name": "m", "layers": layers}})
    arrays = write_dataset(tmp_path / "whole.npz", 64).read_bytes()
    make_newest(tmp_path / "whole.db")
    history = (tmp_path / "whole.db").read_bytes()

    def keras_file(rng: random.Random) -> None:
        with zipfile.ZipFile("model.keras", "w") as archive:
            archive.writestr("config.json", json.dumps(mangled_tree(rng, json.loads(model))))
        if rng.random() < 0.5:
            Path("model.keras").write_bytes(mangled_bytes(rng, Path("model.keras").read_bytes()))

    def json_file(name: str, text: str) -> Callable[[random.Random], object]:
        def write(rng: random.Random) -> None:
            content = json.dumps(mangled_tree(rng, json.loads(text))).encode()
            Path(name).write_bytes(mangled_bytes(rng, content) if rng.random() < 0.2 else content)

        return write

    def bytes_file(path: Path, content: bytes) -> Callable[[random.Random], object]:
        return lambda rng: path.write_bytes(mangled_bytes(rng, content))

    return {
        "experiment": bytes_file(tmp_path / "mine.toml", PRESET),
        "submission": json_file("ada.json", submission),
        "pack": bytes_file(tmp_path / "pack" / "pack.toml", pack),
        "model": json_file("model.json", model),
        "keras": keras_file,
        "arrays": bytes_file(tmp_path / "mine.npz", arrays),
        "history": bytes_file(history_path(), history),
        "handed over": bytes_file(tmp_path / "theirs.db", history),
        "settings": bytes_file(settings_path(), b'theme = "cnn-dark"\nmouse = true\n[keys]\n"run.start" = "ctrl+g"\n'),
    }


MANGLED: dict[str, list[list[str]]] = {
    "experiment": [["summary", "mine.toml", "--json"], ["export", "mine.toml"], ["run", "mine.toml", "--detach"]],
    "submission": [
        ["merge", "ada.json", "whole.db"],
        ["check", "ada.json"],
        ["check", "ada.json", "--json", "--pack", str(PACK)],
    ],
    "pack": [["exercises", "--pack", "pack", "--json"], ["check", "whole.json", "--pack", "pack"]],
    "model": [["import", "model.json"]],
    "keras": [["import", "model.keras"]],
    "arrays": [["summary", "lab1-baseline"], ["data", "show", "mine.npz"]],
    "handed over": [["merge", "theirs.db"], ["merge", "theirs.db", "whole.db", "--json"]],
    "history": [["history", "--json"], ["show", "1"], ["compare", "1", "2"], ["tag", "1", "+x"]],
    "settings": [["keys"]],
}


@pytest.mark.parametrize("kind", MANGLED)
def test_a_file_that_was_mangled_is_read_or_refused(
    kind: str, files: Files, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for seed in range(examples(300, 12)):
        files[kind](random.Random(seed))
        for arguments in MANGLED[kind]:
            capsys.readouterr()
            try:
                status = status_of(arguments)
            except BaseException as error:
                raise AssertionError(f"{kind}, seed {seed}, {arguments}") from error
            assert_answered(Answer(status, *capsys.readouterr()), (kind, seed, arguments))


# Streams and limits

CALLS: list[list[str]] = [
    ["--help"],
    ["--version"],
    ["summary", "lab1-baseline"],
    ["summary", "lab1-baseline", "--json"],
    ["run", "lab1-baseline", "--epochs", "0"],
    ["tune", "lab1-baseline", "--vary", "layers[0].filters=16,32", "--detach"],
    ["queue"],
    ["attach"],
    ["stop", "1"],
    ["resume", "1"],
    ["history"],
    ["history", "--csv"],
    ["show", "1"],
    ["compare", "1", "2"],
    ["report"],
    ["note", "1", "better"],
    ["tag", "1", "+better"],
    ["rename", "1", "better"],
    ["archive", "1"],
    ["baseline", "1"],
    ["evaluate", "1"],
    ["predict", "1"],
    ["why", "1"],
    ["suspects", "1", "--test"],
    ["map", "1"],
    ["export", "lab1-baseline"],
    ["export", "lab1-baseline", "-o", "/dev/full"],
    ["import", "gone.keras"],
    ["presets"],
    ["exercises"],
    ["exercises", "lab1", "--markdown"],
    ["submit", "--pack", str(PACK), "-o", "/nowhere/x.json"],
    ["check", "gone.json"],
    ["merge", "gone.json"],
    ["keys"],
    ["data"],
    ["lab1-baseline"],
]
STREAMS = (">&-", ">&- <&- 2>&-", ">/dev/full", "2>/dev/full", "| head -c 1", "2>&1 | head -c 1")
LIMITS = ("ulimit -n 6", "ulimit -n 8", "ulimit -n 16", "ulimit -v 300000")


def test_every_command_is_called() -> None:
    called = {arguments[0] for arguments in CALLS}
    assert set(COMMANDS) - called == {"doctor"}, "which loads TensorFlow, under limits of its own"


def in_a_shell(arguments: list[str], *, limit: str = "true", streams: str = "") -> Answer:
    """What a command answers to a shell that has limited it, and has redirected its streams."""
    line = shlex.join(str(word) for word in command(*arguments))
    script = f"set -o pipefail; {limit}; {line} {streams}"
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        env=environment(),
        timeout=180,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


def check_call(arguments: list[str], limits: tuple[str, ...], streams: tuple[str, ...]) -> None:
    for way in streams:
        answer = in_a_shell(arguments, streams=way)
        assert_answered(answer, (arguments, way), heard="2>" not in way)
    for limit in limits:
        assert_answered(in_a_shell(arguments, limit=limit), (arguments, limit))


@pytest.fixture
def recorded(sealed_machine: Path) -> None:
    """A history with runs in it, none of which lives."""
    make_newest(history_path())
    with History() as history:
        history.store.execute("UPDATE runs SET status = 'finished', ending = 'finished' WHERE ending = ''")


@pytest.mark.parametrize(
    ("arguments", "limits", "streams"),
    [
        (["presets"], LIMITS[:1], STREAMS[:1]),
        (["show", "1"], (), (">&- <&- 2>&-", "| head -c 1")),
        (["note", "1", "x"], (), ("2>/dev/full",)),
    ],
    ids=["presets", "show", "note"],
)
def test_streams_and_limits(
    recorded: None, arguments: list[str], limits: tuple[str, ...], streams: tuple[str, ...]
) -> None:
    check_call(arguments, limits, streams)


@pytest.mark.long
@pytest.mark.parametrize("at", range(len(CALLS)), ids=[" ".join(call) for call in CALLS])
def test_every_command_on_streams_that_break_and_under_limits(recorded: None, at: int) -> None:
    """Each on a third of the ways in which they break, in turn with its neighbours; each night on all of them."""
    first, step = (0, 1) if PROFILE == "nightly" else (at % 3, 3)
    check_call(CALLS[at], LIMITS[first::step], STREAMS[first::step])
