"""Text is padded and cut by the cells that it takes, in one place: a Chinese character takes two, a mark none."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from cnn_tui.text import cells, columns, cut, fitted, padded
from tests.test_rooms import PACKAGE

ONE_PLACE = ("text.py",)
"""Where it is said how wide text is. What draws on the terminal itself asks the same library, a character at a time."""
DRAWS = ("ui/terminal/screen.py",)
NUMBERS = "bcdeEfFgGnoxX%"
"""The last letters of formats that numbers alone have; a number is as wide as it has characters."""

NAMES = ("猫", "고양이 강아지", "cafe\u0301 cre\u0300me", "👍 thumb", "Trouser", "ก็")


def by_characters(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The places where a source pads, cuts or measures text by its characters, or asks another library about it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            of_textwrap = isinstance(node.func.value, ast.Name) and node.func.value.id == "textwrap"
            if node.func.attr in ("ljust", "rjust", "center") or (
                of_textwrap and node.func.attr in ("wrap", "fill", "shorten")
            ):
                yield node.lineno, f".{node.func.attr}()"
        elif isinstance(node, ast.FormattedValue) and node.format_spec is not None:
            assert isinstance(node.format_spec, ast.JoinedStr)
            spec = "".join(
                str(part.value) if isinstance(part, ast.Constant) else "9" for part in node.format_spec.values
            )
            has_width = spec.partition(".")[0].strip("<>^=+- ,_0") != ""
            if has_width and spec[-1] not in NUMBERS and not spec.endswith(",") and not spec.startswith("0"):
                yield node.lineno, f":{spec}"
        elif isinstance(node, ast.ImportFrom) and node.module in ("rich.cells", "wcwidth"):
            yield node.lineno, f"from {node.module}"


def test_nothing_pads_or_measures_text_by_its_characters() -> None:
    found = {
        f"{file.relative_to(PACKAGE)}:{line}: {what}"
        for file in sorted(PACKAGE.rglob("*.py"))
        if str(file.relative_to(PACKAGE)) not in (*ONE_PLACE, *DRAWS)
        for line, what in by_characters(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert found == set(), "text.py has padded, centred, cut, columns, wrapped"


@pytest.mark.parametrize("wrong", ["name.ljust(8)", 'f"{name:8}"', 'f"{name:>{wide}}"', "textwrap.wrap(name, 8)"])
def test_that_look_finds_what_it_looks_for(wrong: str) -> None:
    assert list(by_characters(ast.parse(wrong)))


@pytest.mark.parametrize("right", ['f"{share:6.1%} {count:6,} {at:>{wide}d} {minutes:02}"', "padded(name, 8)"])
def test_that_look_lets_numbers_pass(right: str) -> None:
    assert list(by_characters(ast.parse(right))) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", range(1, 14))
def test_text_is_cut_to_cells_and_a_sign_says_so(name: str, width: int) -> None:
    for from_start in (False, True):
        shown = cut(name, width, from_start=from_start)
        assert cells(shown) <= width
        assert (shown == name) == (cells(name) <= width)
        assert ("…" in shown) == (cells(name) > width)
    assert cells(padded(fitted(name, width), width)) == width


def test_a_mark_stays_with_its_letter() -> None:
    assert cut("cafe\u0301s", 5) == "cafe\u0301s"
    assert cut("cafe\u0301 au lait", 5) == "cafe\u0301…"
    assert cut("データ/猫", 4, "..", from_start=True) == "..猫"


def test_columns_of_names_in_any_script_line_up() -> None:
    lines = columns([(name, str(10**at)) for at, name in enumerate(NAMES)], right=[1])
    assert len({cells(line) for line in lines}) == 1


def test_the_look_goes_over_the_whole_package() -> None:
    assert (PACKAGE / "text.py").is_file()
    assert all((PACKAGE / Path(one)).is_file() for one in DRAWS)
