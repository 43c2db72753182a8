"""A notebook is read cell by cell, as Jupyter runs it."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from tests.keras_io.scripts import FIT, HEAD, SMALL, notebook, read, refusal, total


def test_a_line_that_a_notebook_times_is_read(tmp_path: Path) -> None:
    compiled, fitted = FIT.strip().splitlines()
    imported = read(tmp_path, notebook((HEAD + SMALL, ""), (f"%time {compiled}\n{fitted}", "")), suffix=".ipynb")
    assert (imported.experiment.training.optimizer, imported.experiment.training.epochs) == ("adam", 3)
    assert imported.notes == ()


def test_a_notebook_is_read_cell_by_cell_and_its_total_is_held_to_ours(tmp_path: Path) -> None:
    cells = [
        ("!pip install keras\n%matplotlib inline\n" + HEAD, ""),
        ("%%bash\nls", ""),
        ("files = !ls\n" + SMALL + "model.summary()", "Total params: 54,170 (211.60 KB)\n"),
        ("exec 'old'", ""),
        (FIT, ""),
    ]
    imported = read(tmp_path, notebook(*cells), suffix=".ipynb")
    assert total(imported) == 54170
    assert imported.experiment.training.epochs == 3
    assert len(imported.notes) == 1
    assert imported.notes[0].startswith("cell 4 is no Python that can be read")
    cells[2] = (cells[2][0], "Total params: 1,234\n")
    imported = read(tmp_path, notebook(*cells), suffix=".ipynb")
    assert "the notebook's summary has 1,234 parameters, and this network 54,170" in imported.notes


def test_places_in_a_notebook_are_cells(tmp_path: Path) -> None:
    cells = [(HEAD, ""), ("x = 1\nmodel = keras.Sequential([layers.Dense(units), layers.Dense(2)])", "")]
    assert "layer 1 (cell 2, line 2)" in refusal(tmp_path, notebook(*cells), suffix=".ipynb")


@pytest.mark.parametrize("asked", ["?model.fit", "??layers", "model.fit?"])
def test_what_a_notebook_asks_for_help_on_is_skipped(tmp_path: Path, asked: str) -> None:
    assert read(tmp_path, f"{HEAD}{SMALL}{asked}\n{FIT}").differences == ()


def test_a_cell_that_begins_with_spaces_is_read_as_jupyter_runs_it(tmp_path: Path) -> None:
    imported = read(tmp_path, notebook((HEAD, ""), ("\n" + textwrap.indent(SMALL, "  "), "")), suffix=".ipynb")
    assert total(imported) == total(read(tmp_path, HEAD + SMALL))
    assert not imported.differences
