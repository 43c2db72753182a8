"""The wall between rooms: arrows go downwards only, and what is slow to load is loaded where it is needed."""

from __future__ import annotations

import ast
import functools
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "cnn_tui"

# From the ground up: a room may import itself, those before it, and the files beside the rooms.
ROOMS = (
    "network",
    "data",
    "experiment",
    "history",
    "keras_io",
    "artifacts",
    "analysis",
    "exercises",
    "jobs",
    "reports",
    "training",
    "ui",
    "cli",
)
BESIDE = ("text", "home", "locks")
TENSORFLOW = ("tensorflow", "keras")
LATER = ("commands", "dialogs", "screens")
"""The packages of ui/ some of whose modules are loaded when they are first named."""
SLOW = (*TENSORFLOW, "numpy", "PIL", "textual")


class Import(NamedTuple):
    """One import of a source file. `inside` tells that it is made when a function runs."""

    name: str
    line: int
    inside: bool


def modules(room: str = "") -> list[str]:
    """The modules of a room, or of the package, by their full names."""
    found = []
    for file in sorted((PACKAGE / room).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        found.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found


def source(module: str) -> Path:
    """The file of a module."""
    file = ROOT / Path(*module.split("."))
    return file / "__init__.py" if file.is_dir() else file.with_suffix(".py")


@functools.cache
def tree(module: str) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(source(module).read_text(encoding="utf-8"))


@functools.cache
def imports(module: str) -> tuple[Import, ...]:
    """All imports of a module, those inside functions too."""
    return tuple(_walk(tree(module), module, False))


def _walk(node: ast.AST, module: str, inside: bool) -> Iterator[Import]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import):
            for alias in child.names:
                yield Import(alias.name, child.lineno, inside)
        elif isinstance(child, ast.ImportFrom):
            assert child.level == 0, f"{module}:{child.lineno} imports relatively: write the whole name"
            assert child.module is not None
            for alias in child.names:
                whole = f"{child.module}.{alias.name}"
                yield Import(whole if whole in _MODULES else child.module, child.lineno, inside)
        else:
            yield from _walk(child, module, inside or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef))


_MODULES = frozenset(modules())


def room_of(module: str) -> str:
    """The room that a module is in; for the package and the files beside the rooms, their own name."""
    return ".".join(module.split(".")[:2]).removeprefix("cnn_tui.")


def rank(module: str) -> int:
    """How high in the house a module is; -1 for the package itself and the files beside the rooms."""
    room = room_of(module)
    if room == "__main__":
        return len(ROOMS)
    return ROOMS.index(room) if room not in ("cnn_tui", *BESIDE) else -1


def below(room: str) -> set[str]:
    """What a room may load of this package: itself, the rooms before it, and the files beside them."""
    return {*ROOMS[: ROOMS.index(room) + 1], *BESIDE}


def loaded_by(names: Iterable[str]) -> frozenset[str]:
    """The modules that a clean interpreter has loaded after importing `names`."""
    return _loaded_by(tuple(names))


@functools.cache
def _loaded_by(names: tuple[str, ...]) -> frozenset[str]:
    lines = [*(f"import {name}" for name in names), "import sys, json", "print(json.dumps(sorted(sys.modules)))"]
    # -E and -P: no setting of this process, and no file where it happens to be, takes part.
    command = [sys.executable, "-E", "-P", "-c", "\n".join([f"import sys; sys.path.insert(0, {str(ROOT)!r})", *lines])]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return frozenset(json.loads(done.stdout))


def roots(loaded: frozenset[str]) -> set[str]:
    """The packages that they belong to."""
    return {name.split(".")[0] for name in loaded}


def rooms(loaded: frozenset[str]) -> set[str]:
    """The rooms that they belong to."""
    return {name.split(".")[1] for name in loaded if name.startswith("cnn_tui.")}


# What is loaded, in a clean interpreter


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "training"])
def test_a_room_loads_no_tensorflow_and_no_room_above_it(room: str) -> None:
    loaded = loaded_by(modules(room))
    assert roots(loaded) & set(TENSORFLOW) == set()
    assert rooms(loaded) <= below(room)


@pytest.mark.parametrize("room", [room for room in ROOMS[: ROOMS.index("training")] if room != "jobs"])
def test_a_room_below_the_training_loads_nothing_slow(room: str) -> None:
    assert roots(loaded_by(modules(room))) & {*SLOW, "rich", "typer"} == set()


def test_the_network_is_pure() -> None:
    loaded = loaded_by(modules("network"))
    assert roots(loaded) & {"sqlite3", "platformdirs", "tomlkit"} == set()
    assert rooms(loaded) == {"network", "text"}


def test_the_jobs_load_nothing_slow() -> None:
    assert roots(loaded_by(modules("jobs"))) & set(SLOW) == set()


def test_the_lab_opens_without_numpy_and_the_training_room() -> None:
    loaded = loaded_by(modules("ui"))
    assert roots(loaded) & {"numpy", "PIL"} == set()
    assert "training" not in rooms(loaded)


def test_the_command_line_loads_a_command_when_it_is_called() -> None:
    loaded = loaded_by(["cnn_tui.cli.parser"])
    assert roots(loaded) & set(SLOW) == set()
    assert {name for name in loaded if name.startswith("cnn_tui.")} == {
        "cnn_tui.cli",
        "cnn_tui.cli.parser",
        "cnn_tui.cli.streams",
    }


def test_the_lab_opens_without_the_parser_of_the_command_line() -> None:
    assert "typer" not in roots(loaded_by(["cnn_tui.cli.lab", *modules("ui")]))


def loaded_later() -> set[str]:
    """The modules of the lab that are loaded when they are first named."""
    packages = [importlib.import_module(f"cnn_tui.ui.{name}") for name in LATER]
    return {f"{package.__name__}.{name}" for package in packages for name in package.__all__}


def test_the_first_picture_loads_what_it_shows() -> None:
    loaded = loaded_by(["cnn_tui.cli.lab", "cnn_tui.ui.app"])
    assert loaded & loaded_later() == set()
    assert rooms(loaded) & {"keras_io", "training"} == set()
    assert roots(loaded) & {*SLOW, "scipy", "tomlkit", "pooch", "psutil"} == {"textual"}
    pages = {f"cnn_tui.reports.{name}" for name in ("exercise_page", "lab_report", "set_table")}
    assert loaded & pages == set(), "pages are built when they are opened"


def test_no_command_but_the_lab_waits_for_textual() -> None:
    assert "textual" not in roots(loaded_by([name for name in modules() if name.startswith("cnn_tui.cli.")]))


def test_what_is_loaded_later_is_there_when_it_is_named() -> None:
    for name in loaded_later():
        package, _, module = name.rpartition(".")
        assert getattr(importlib.import_module(package), module) is sys.modules[name]
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = importlib.import_module("cnn_tui.ui.screens").nothing


# What the sources say


def test_arrows_go_downwards_only() -> None:
    upwards = [
        f"{source(module)}:{one.line} imports {one.name}"
        for module in modules()
        for one in imports(module)
        if one.name.split(".")[0] == "cnn_tui" and rank(one.name) > rank(module)
    ]
    assert upwards == []


def test_the_version_imports_nothing() -> None:
    assert imports("cnn_tui") == ()


def test_nothing_but_the_command_line_imports_the_training_room() -> None:
    """It is started, as a process of its own: the terminal's process never loads it."""
    importers = {
        f"{source(module)}:{one.line} imports {one.name}"
        for module in _MODULES
        for one in imports(module)
        if room_of(one.name) == "training" and room_of(module) not in ("training", "cli")
    }
    assert importers == set()


@pytest.mark.parametrize(
    ("package", "allowed"),
    [
        ("tensorflow", "cnn_tui.training"),
        ("keras", "cnn_tui.training"),
        ("textual", "cnn_tui.ui"),
        ("typer", "cnn_tui.cli"),
    ],
)
def test_a_package_is_imported_in_its_room_only(package: str, allowed: str) -> None:
    importers = {module for module in _MODULES for one in imports(module) if one.name.split(".")[0] == package}
    assert importers, f"nothing imports {package}: does this test still look at the right place?"
    assert {module for module in importers if not f"{module}.".startswith(f"{allowed.rstrip('.')}.")} == set()


def test_only_the_history_talks_to_sqlite() -> None:
    talkers = {module for module in _MODULES if ".execute(" in source(module).read_text(encoding="utf-8")}
    assert {room_of(module) for module in talkers} == {"history"}


_SQL = re.compile(r"\b(SELECT|WHERE|(ORDER|GROUP) BY|INSERT INTO|UPDATE \w+ SET|DELETE FROM|LIMIT \?)( |$)|^PRAGMA ")


def test_no_room_but_the_history_has_sql() -> None:
    """Not a piece of it: readers ask `history.going()`."""
    found = {
        f"{source(module)}:{node.lineno}: {node.value}"
        for module in _MODULES
        if room_of(module) != "history"
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.search(node.value)
    }
    assert found == set()


def test_no_two_classes_share_a_name() -> None:
    """A name says what a thing is, wherever it is met: private classes and those within others count as well.

    Only messages of several widgets may be called alike, for they are named with their widget.
    """
    places: dict[str, list[str]] = {}
    messages: dict[str, list[str]] = {}
    for module in modules():
        outer = set(tree(module).body)
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.ClassDef):
                found = places if node in outer else messages
                found.setdefault(node.name.lstrip("_"), []).append(f"{module}:{node.lineno}")
    alike = {name: [*where, *messages.get(name, ())] for name, where in places.items()}
    assert {name: where for name, where in alike.items() if len(where) > 1} == {}


# What no file says


def tracked() -> list[Path]:
    """The files of the checkout; of an unpacked archive, all that are text of ours."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0 and listed.stdout:
        return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [file for folder in ("cnn_tui", "presets", "tests") for file in (ROOT / folder).rglob("*") if file.is_file()]


def test_no_file_holds_the_address_of_a_package_index() -> None:
    """Where packages come from is the user's own choice: names and versions are enough."""
    addresses = [
        name.encode() for name in ("pypi" + ".org", "python" + "hosted.org", "--index" + "-url", "--extra-" + "index")
    ]
    addresses += [b"/simple" + b"/", b"conda." + b"anaconda.org", b"PIP_" + b"INDEX"]
    files = tracked()
    assert len(files) > 50
    holders = {str(file.relative_to(ROOT)) for file in files for one in addresses if one in file.read_bytes()}
    assert holders == set()
