"""Python 2: print statements are read as calls, and what else is another thing there is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import FIT, HEAD, SMALL, notebook, read, refusal, total

READ = "print is a statement there ({}), as in Python 2: it is read as in Python 3"


@pytest.mark.parametrize(
    "line",
    [
        "print 'done'",
        'print "epochs: %d" % 3',
        "print x_train.shape, y_train.shape",
        "print 'a', 4,",
        "print 3; print 'b' # (c",
        "if x_train is None: print 'none'",
        "for x in (1, 2):\n\tprint x, \\\n\t\t'and', [\n1]",
        "print not True",
        "print {'a': 1}['a']",
        "print",
    ],
)
def test_a_script_with_print_statements_is_read(tmp_path: Path, line: str) -> None:
    imported = read(tmp_path, f"{HEAD}{SMALL}{FIT}print 'first'\n{line}\nmodel.evaluate(x_test, y_test)\n")
    assert imported.differences == ()
    number = len((HEAD + SMALL + FIT).splitlines()) + 1
    assert READ.format(f"line {number}") in imported.to_know
    assert imported.experiment.training.epochs == 3
    assert total(imported) == 54_170


@pytest.mark.parametrize("line", ["print('done')", "print ('a %d') % 3", "print -1", "print >> log, 3", "print = 3"])
def test_what_python_3_reads_is_not_said_to_be_python_2(tmp_path: Path, line: str) -> None:
    assert not any("Python 2" in note for note in read(tmp_path, f"{HEAD}{SMALL}{FIT}{line}\n").notes)


def test_python_2_that_is_more_than_print_is_refused_with_its_line(tmp_path: Path) -> None:
    code = "print 'one'\ntry:\n    x = 1\nexcept ValueError, error:\n    pass\n"
    assert "is no Python 3 that can be read: line 4" in refusal(tmp_path, code)
    assert "is no Python 3 that can be read: line 1" in refusal(tmp_path, "print 'one\n")


@pytest.mark.parametrize(
    ("line", "is_said"),
    [
        ("half = len(x_train) / 2", True),
        ("x_train /= 2", True),
        ("half = len(x_train) / 2.0", False),
        ("x_train = x_train.astype('float32')\nx_train /= 1", False),
        ("half = float(len(x_train)) / 2", False),
        ("half = len(x_train) // 2", False),
        ("from __future__ import division\nhalf = len(x_train) / 2", False),
    ],
)
def test_whole_numbers_that_are_divided_may_be_others_there(tmp_path: Path, line: str, is_said: bool) -> None:
    imported = read(tmp_path, f"{HEAD}{SMALL}{line}\nprint 'built'\n{FIT}")
    at = len((HEAD + SMALL + line).splitlines())
    words = f"Python 2 leaves out what is behind the point (line {at}): here it counts"
    assert any(words in note for note in imported.to_know) is is_said


def test_the_training_in_a_cell_of_python_2_is_read_or_said_to_be_skipped(tmp_path: Path) -> None:
    cells = [(HEAD, ""), (SMALL, ""), (FIT + "print 'saved'", "")]
    imported = read(tmp_path, notebook(*cells), suffix=".ipynb")
    assert imported.experiment.training.epochs == 3
    assert imported.notes == (READ.format(f"cell 3, line {len(FIT.splitlines()) + 1}"),)
    cells[2] = (FIT + "exec 'model.fit(x_train)'", "")
    imported = read(tmp_path, notebook(*cells), suffix=".ipynb")
    assert imported.differences[0].startswith("cell 3 is no Python that can be read")
    assert "no training of the model stands in what is read: the usual epochs stand in" in imported.to_know
