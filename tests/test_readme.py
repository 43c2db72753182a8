"""The README and the pages of docs/ are true: the keys are the app's, the commands, files and pictures exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnn_tui.cli import COMMANDS
from cnn_tui.experiment.file import parse
from cnn_tui.ui.keys import keys_markdown

_ROOT = Path(__file__).parent.parent
README = (_ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [_ROOT / "README.md", _ROOT / "CONTRIBUTING.md", *sorted((_ROOT / "docs").glob("*.md"))]


def test_the_key_table_is_the_keymap() -> None:
    page = (_ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    match = re.search(r"<!-- keys: .*?-->\n(.*?)\n<!-- end of keys -->", page, re.DOTALL)
    assert match and match[1].strip() == keys_markdown(), "put what `cnn-tui keys --markdown` prints into docs/keys.md"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"^    cnn-tui ([a-z]+)(?= |$)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= set(COMMANDS)


def test_its_experiment_file_is_one() -> None:
    block = re.search(r'(    name = "My net".*?)\n\n\S', README, re.DOTALL)
    assert block
    experiment = parse(re.sub(r"^    ", "", block[1], flags=re.MULTILINE))
    assert experiment.name == "My net" and len(experiment.layers) == 3 and experiment.stop[0].below == 0.3


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_what_a_page_points_to_is_there(page: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]*)", page.read_text(encoding="utf-8")):
        there = page.parent / target if target else page
        assert there.exists(), target
        assert there.suffix != ".svg" or there.read_text(encoding="utf-8").startswith("<svg"), target


def test_every_page_is_found_from_the_readme() -> None:
    reached = {_ROOT / "README.md"}
    for _ in PAGES:
        for page in list(reached):
            links = re.findall(r"\]\((?!https?:)([^)#]+\.md)", page.read_text(encoding="utf-8"))
            reached |= {(page.parent / link).resolve() for link in links}
    assert set(PAGES) <= reached


def test_a_heading_that_is_pointed_to_is_there() -> None:
    for page in PAGES:
        for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page.read_text(encoding="utf-8")):
            text = (page.parent / target if target else page).read_text(encoding="utf-8")
            headings = {
                re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in re.findall(r"^#+ (.*)", text, re.M)
            }
            assert anchor in headings, f"{page.name}: {target}#{anchor}"
