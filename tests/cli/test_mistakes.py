"""Everything that a user can get wrong ends as one sentence on standard error, and never as a traceback."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import REPOSITORY, Inside, assert_one_sentence, cnn_tui, command, environment
from tests.cli.terminal import Terminal

BASELINE = (REPOSITORY / "presets" / "lab1-baseline.toml").read_text()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BASELINE.replace("filters = 32", "filtres = 32"), ("layers[0].filtres", "unknown key", "filters")),
        (BASELINE.replace("epochs = 5", 'epochs = "many"'), ("training.epochs", '"many"', "a whole number")),
        (BASELINE.replace("epochs = 5", "epochs = 0"), ("training", "epochs must be", "from 1", "not 0")),
        (BASELINE.replace('"Conv2D"', '"Conv3D"'), ("layers[0].type", '"Conv3D"', "Did you mean")),
        (BASELINE.replace('"fashion_mnist"', '"fashion"'), ("wrong.toml: dataset: ", "'fashion'", "fashion_mnist")),
        (BASELINE.replace('"fashion_mnist"', "'../../etc/passwd'"), ("wrong.toml: dataset: There is no folder",)),
        (BASELINE.replace('"fashion_mnist"', r'"\u001b[31mfoo"'), ("wrong.toml: dataset: ", r"\x1b[31mfoo")),
        (re.sub("name = .*", 'name = ""', BASELINE, count=1), ('wrong.toml: name: found ""', "1 to 200 characters")),
        (
            re.sub("name = .*", f'name = "{"x" * 5_000}"', BASELINE, count=1),
            ("wrong.toml: name: found", "5,000 characters; allowed: 1 to 200"),
        ),
        ("layers = " + "[" * 10_000 + "]" * 10_000, ("nested too deeply",)),
        ("name = \x00", ("not valid TOML",)),
        ("layers = 3", ("layers", "a list")),
    ],
    ids=[
        *("unknown key", "wrong type", "wrong value", "unknown layer", "dataset", "folder", "escape"),
        *("no name", "long name", "nested", "NUL", "not a list"),
    ],
)
@pytest.mark.parametrize("name", ["summary", "run"])
def test_wrong_files(inside: Inside, tmp_path: Path, name: str, text: str, words: tuple[str, ...]) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    assert_one_sentence(inside(name, str(path)), 2, *words)


def test_a_dataset_that_is_overridden_need_not_be_there(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(BASELINE.replace('"fashion_mnist"', '"gone.npz"'))
    assert_one_sentence(inside("run", str(path)), 2, "mine.toml: dataset: There is no file")
    answer = inside("run", str(path), "--dataset", "cifar100")
    assert answer.status == 1 and "100 classes" in answer.err
    assert_one_sentence(inside("run", str(path), "--dataset", "gone"), 2, "There is no dataset 'gone'")


def test_a_validation_of_no_image_is_said_before_a_run(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    text = BASELINE.replace('"fashion_mnist"', '"fashion_mnist_sample"')
    path.write_text(text.replace('validation = "test"', "validation = 0.00001"))
    words = "a validation of 1e-05 leaves 0 of 6,000 images to validate on"
    answer = inside("summary", str(path))
    assert answer.status == 1 and words in answer.out
    assert_one_sentence(inside("run", str(path)), 1, words, "choose another fraction")
    assert "no run" in inside("history").err.lower(), "nothing was recorded"


def test_help_names_no_command_that_nobody_calls(inside: Inside) -> None:
    for arguments in (("pack", "--help"), ("--theme", "cnn-dark", "-h"), ("--ascii", "--help")):
        answer = inside(*arguments)
        assert answer.status == 0
        assert answer.out.startswith("Usage: cnn-tui [OPTIONS] [EXPERIMENT]\n")
        assert ":open" not in answer.out


def test_files_that_cannot_be_read(inside: Inside, tmp_path: Path) -> None:
    assert_one_sentence(inside("summary", str(tmp_path / "none.toml")), 2, "does not exist", "cnn-tui presets")
    assert_one_sentence(inside("summary", f"{tmp_path}/"), 2, "is a folder, not an experiment", "--dataset")
    assert_one_sentence(inside("summary", str(tmp_path / "\x1b[2J.toml")), 2, r"\x1b[2J.toml")
    binary = tmp_path / "picture.toml"
    binary.write_bytes(bytes(range(256)))
    assert_one_sentence(inside("summary", str(binary)), 2, "not a text file")
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 2_000_000)
    assert_one_sentence(inside("summary", str(huge)), 2, "larger than")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(BASELINE)
    path.chmod(0)
    assert_one_sentence(cnn_tui("summary", str(path)), 2, "cannot be read")


def test_an_unknown_preset_names_the_nearest(inside: Inside) -> None:
    assert_one_sentence(inside("summary", "lab1-basline"), 2, "Did you mean lab1-baseline?")
    assert_one_sentence(inside("lab1-basline"), 2, "Did you mean lab1-baseline?")
    assert_one_sentence(inside("sumary"), 2, "Did you mean summary?")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--frobnicate",), ("--frobnicate",)),
        (("summary",), ("EXPERIMENT", "summary --help")),
        (("summary", "--jsn", "lab1-baseline"), ("--jsn", "--json")),
        (("show", "three"), ("RUN",)),
        (("show", "7"), ("there is no run 7", "empty")),
        (("show", "99999999999999999999999"), ("there is no run",)),
        (("note", "7", "better"), ("there is no run 7",)),
        (("stop", "7"), ("there is no run 7",)),
        (("rn", "lab1-baseline"), ('there is no command "rn". Did you mean run?',)),
        (("wibble", "1", "2"), ('there is no command "wibble". cnn-tui --help lists them.',)),
        (("attach",), ("no run is training",)),
        (("attach", "7"), ("there is no run 7",)),
        (("history", "--sort", "acuracy"), ("acuracy", "test_accuracy", "Did you mean accuracy?")),
        (("history", "--json", "--csv"), ("only one of",)),
        (("data", "fetch", "fashion-mnist"), ("Did you mean fashion_mnist?",)),
        (("lab1-baseline", "more"), ("more",)),
    ],
    ids=" ".join,
)
def test_wrong_calls(inside: Inside, arguments: tuple[str, ...], words: tuple[str, ...]) -> None:
    assert_one_sentence(inside(*arguments), 2, *words)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("epochs", ("KEY=VALUE",)),
        ("=3", ("KEY=VALUE",)),
        ("learning_rat=3", ("learning_rat", "Did you mean learning_rate?")),
        ("training.epoch=3", ("training.epoch", "Did you mean", "epochs")),
        ("epochs=many", ("training.epochs", '"many"', "a whole number")),
        ("layers[0].filters=0", ("layers[0] (layer 1, Conv2D)", "filters must be", "from 1")),
        ("layers[0].units=3", ("layers[0].units (layer 1, Conv2D)", "unknown key")),
        ("layers[7].units=3", ("layers[7].units", "has 7, [0] to [6]")),
        ("layers[0].filters.more=3", ("layers[0].filters.more",)),
        ("layers=" + "[" * 5000, ("layers",)),
        ("stop[0].below=0.3", ("stop[0].below", "none of these")),
        ('stop=[{metric="acc", below=0.3}]', ("stop[0].metric", '"acc"', "accuracy")),
        ("dataset=nowhere.npz", ("nowhere.npz",)),
        ("seed=-1", ("seed",)),
    ],
)
def test_wrong_settings(inside: Inside, setting: str, words: tuple[str, ...]) -> None:
    assert_one_sentence(inside("run", "lab1-baseline", "--set", setting), 2, *words)


def test_a_key_has_one_value(inside: Inside) -> None:
    twice = inside("run", "lab1-baseline", "--epochs", "2", "--set", "training.epochs=3")
    assert_one_sentence(twice, 2, "training.epochs is given twice")


def test_a_stack_with_problems_is_not_queued(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(BASELINE.replace("units = 10", "units = 7"))
    answer = inside("run", str(path), "lab1-baseline")
    assert_one_sentence(answer, 1, "layer 7 (dense_1)", "10 classes", "fix: units 10")
    assert inside("history").out == ""


def test_a_history_that_cannot_be_opened(sealed_machine: Path) -> None:
    (sealed_machine / "history.db").write_bytes(b"this is no database" * 100)
    for arguments in (("history",), ("show", "1"), ("run", "lab1-baseline")):
        assert_one_sentence(cnn_tui(*arguments), 1, "history.db", "cannot be read")
    assert_one_sentence(cnn_tui("history", CNN_TUI_HOME="/proc/nowhere"), 1, "cannot be opened")


def test_the_lab_needs_a_terminal() -> None:
    assert_one_sentence(cnn_tui(), 2, "terminal", "cnn-tui run")
    assert_one_sentence(cnn_tui("lab1-baseline"), 2, "terminal", "cnn-tui run")


def test_the_lab_needs_a_terminal_that_moves_its_cursor() -> None:
    for term in ("dumb", ""):
        with Terminal("lab1-baseline", TERM=term, all_streams=True) as terminal:
            status, _ = terminal.wait_for_end()
        assert status == 2
        assert "cnn-tui: the lab needs a terminal that can move the cursor" in terminal.screen


def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        done = subprocess.run(
            command("summary", "--json", *["lab1-baseline"] * 50),
            stdout=gone,
            stderr=subprocess.PIPE,
            env=environment(),
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is full")
def test_a_full_disk_is_a_sentence() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command("presets"), stdout=full, stderr=subprocess.PIPE, env=environment(), check=False, timeout=60
        )
    assert (done.returncode, done.stderr) == (1, b"cnn-tui: No space left on device\n")


def test_version_and_help() -> None:
    assert cnn_tui("--version").out.startswith("cnn-tui 0.")
    answer = cnn_tui("--help")
    assert answer.status == 0
    for name in ("summary", "run", "attach", "stop", "history", "show", "note", "presets", "data", "doctor"):
        assert f"  {name} " in answer.out
