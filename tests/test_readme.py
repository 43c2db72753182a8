"""The README and the table of keys are true: the keys are the app's, and the commands exist."""

from __future__ import annotations

import re
from pathlib import Path

from cnn_tui.cli import COMMANDS
from cnn_tui.experiment.file import parse
from cnn_tui.ui.keys import keys_markdown

_ROOT = Path(__file__).parent.parent
README = (_ROOT / "README.md").read_text(encoding="utf-8")


def test_the_key_table_is_the_keymap() -> None:
    page = (_ROOT / "docs" / "keys.md").read_text(encoding="utf-8")
    match = re.search(r"<!-- keys: .*?-->\n(.*?)\n<!-- end of keys -->", page, re.DOTALL)
    assert match and match[1].strip() == keys_markdown(), "put what `cnn-tui keys --markdown` prints into docs/keys.md"


def test_every_command_that_it_names_exists() -> None:
    named = set(re.findall(r"^    cnn-tui ([a-z]+)", README, re.MULTILINE))
    assert named and named <= set(COMMANDS)


def test_its_experiment_file_is_one() -> None:
    block = re.search(r'(    name = "My net".*?)\n\n\S', README, re.DOTALL)
    assert block
    experiment = parse(re.sub(r"^    ", "", block[1], flags=re.MULTILINE))
    assert experiment.name == "My net" and len(experiment.layers) == 3 and experiment.stop[0].below == 0.3


def test_the_pictures_are_there() -> None:
    pictures = re.findall(r"!\[.*?\]\((.*?)\)", README)
    assert len(pictures) == 6
    for picture in pictures:
        assert (_ROOT / picture).read_text(encoding="utf-8").startswith("<svg"), picture
