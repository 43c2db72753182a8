"""`cnn-tui summary` and `presets`: the promised JSON, the table, the exit statuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cnn_tui.history.history import History
from tests.cli.command import REPOSITORY, Inside, cnn_tui, environment
from tests.ui.made_runs import made

BASELINE = (REPOSITORY / "presets" / "lab1-baseline.toml").read_text()


def test_baseline_json_is_the_notes_network() -> None:
    answer = cnn_tui("summary", "lab1-baseline", "--json")
    assert (answer.status, answer.err) == (0, "")
    (summary,) = answer.objects
    assert list(summary) == [
        "name",
        "dataset",
        "input_shape",
        "layers",
        "total_params",
        "trainable_params",
        "non_trainable_params",
        "problems",
    ]
    assert summary["dataset"] == "fashion_mnist"
    assert summary["input_shape"] == [28, 28, 1]
    assert (summary["total_params"], summary["trainable_params"], summary["non_trainable_params"]) == (
        113386,
        113386,
        0,
    )
    assert summary["problems"] == []
    assert summary["layers"][0] == {
        "index": 1,
        "type": "Conv2D",
        "name": "conv2d",
        "output_shape": [26, 26, 32],
        "params": 320,
        "enabled": True,
    }
    shapes = [layer["output_shape"] for layer in summary["layers"]]
    assert shapes == [[26, 26, 32], [13, 13, 32], [11, 11, 32], [5, 5, 32], [800], [128], [10]]
    assert [layer["params"] for layer in summary["layers"]] == [320, 0, 9248, 0, 0, 102528, 1290]


def test_later_phases_say_how_much_learns_in_them(inside: Inside, tmp_path: Path) -> None:
    file = tmp_path / "phases.toml"
    later = "[[then]]\nepochs = 3\nlearning_rate = 1e-5\ntrainable = [7]\n\n[[layers]]"
    file.write_text(BASELINE.replace("[[layers]]", later, 1))
    assert inside("summary", str(file), "--json").objects[0]["then"] == [{"epochs": 3, "trainable_params": 1290}]
    told = inside("summary", str(file)).out
    assert "Trainable params: 113,386" in told
    assert "Trainable params then: 1,290 (3 epochs at 1e-05, layer 7 alone learns)" in told


@pytest.mark.parametrize(
    ("preset", "params"), [("lab1-16-filters", 55_098), ("lab1-64-filters", 243_786), ("lab1-no-final-conv", 693_962)]
)
def test_presets_have_the_notes_parameters(inside: Inside, preset: str, params: int) -> None:
    assert inside("summary", preset, "--json").objects[0]["total_params"] == params


def test_nothing_heavy_is_loaded() -> None:
    program = (
        "import sys; from cnn_tui.cli import status_of; status_of(['summary', 'lab1-baseline']);"
        "heavy = ('tensorflow', 'keras', 'textual', 'numpy', 'sqlite3');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment(), check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "[]"


def test_text_is_a_whole_plain_table() -> None:
    answer = cnn_tui("summary", "lab1-baseline", "lab1-16-filters", COLUMNS="20")
    assert (answer.status, answer.err) == (0, "")
    first, second = answer.out.split("\n\n")
    assert "max_pooling2d_1 (MaxPooling2D)  (None, 5, 5, 32)          0" in first
    assert first.endswith("Total params: 113,386\nTrainable params: 113,386\nNon-trainable params: 0")
    assert second.startswith("Lab 1: 16 filters")
    assert "\x1b" not in answer.out


def test_a_problem_has_words_fixes_and_status_1(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "tall.toml"
    path.write_text(BASELINE.replace("kernel_size = [3, 3]", "kernel_size = [20, 20]"))
    answer = inside("summary", str(path), "lab1-baseline")
    assert answer.status == 1
    assert "Problem in layer 3 (conv2d_1): Conv2D's 20x20 kernel does not fit the 4x4 map it gets" in answer.out
    assert "  fix 1: padding same" in answer.out
    assert "113,386" in answer.out
    assert "Total params: at least 12,832\nTrainable params: at least 12,832\n" in answer.out

    (summary,) = inside("summary", str(path), "--json").objects
    assert [layer["output_shape"] for layer in summary["layers"]] == [[9, 9, 32], [4, 4, 32], *[None] * 5]
    (problem,) = summary["problems"]
    assert problem["layer"] == 3
    assert problem["fixes"][0] == "padding same"


def test_a_warning_has_words_and_a_fix_and_the_network_can_be_trained(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "more.toml"
    path.write_text(BASELINE.replace("units = 10", "units = 12"))
    answer = inside("summary", str(path))
    assert answer.status == 0
    assert "Warning for layer 7 (dense_1): the network gives 12 numbers, but the data has 10 classes" in answer.out
    (summary,) = inside("summary", str(path), "--json").objects
    assert summary["problems"] == []
    (warning,) = summary["warnings"]
    assert warning["fixes"][0] == "units 10"


def test_good_files_are_printed_beside_wrong_ones(inside: Inside, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text("epochs = 1")
    answer = inside("summary", str(bad), "lab1-baseline", "nowhere.toml", "--json")
    assert answer.status == 2
    assert [one["total_params"] for one in answer.objects] == [113_386]
    assert answer.err.count("cnn-tui: ") == answer.err.count("\n") == 2


def test_a_layer_that_is_off_stays_in_the_table(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "off.toml"
    path.write_text(BASELINE.replace('type = "Dense"\nunits = 128', 'type = "Dense"\nenabled = false\nunits = 128'))
    answer = inside("summary", str(path))
    assert "dense (Dense, switched off)     -                         0" in answer.out
    assert "dense (Dense)                   (None, 10)            8,010" in answer.out
    (summary,) = inside("summary", str(path), "--json").objects
    assert [layer["enabled"] for layer in summary["layers"]] == [True] * 5 + [False, True]


def test_names_from_files_are_inert(inside: Inside, tmp_path: Path) -> None:
    path = tmp_path / "loud.toml"
    path.write_text(BASELINE.replace("Lab 1: baseline, 32 filters", r"[red]\u001b[2Jx\u0007[/red]"))
    answer = inside("summary", str(path))
    assert answer.out.startswith(r"[red]\x1b[2Jx\x07[/red]  (fashion_mnist")
    assert inside("summary", str(path), "--json").objects[0]["name"] == "[red]\x1b[2Jx\x07[/red]"


def test_data_is_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    path = tmp_path / "name.toml"
    path.write_text(BASELINE.replace("Lab 1: baseline, 32 filters", "32 → 64 😀"), encoding="utf-8")
    answer = cnn_tui("summary", str(path), "--json", PYTHONIOENCODING="latin-1")
    assert answer.objects[0]["name"] == "32 → 64 😀"


def test_a_file_whose_name_is_no_text(tmp_path: Path) -> None:
    path = bytes(tmp_path) + b"/\xff.toml"
    Path(path.decode(errors="surrogateescape")).write_text(BASELINE.replace("name =", "# name ="))
    answer = cnn_tui("summary", path, "--json")
    assert answer.status == 0
    assert answer.objects[0]["name"] == r"\udcff"


def test_a_hundred_files_take_one_start(tmp_path: Path) -> None:
    paths = [tmp_path / f"{at}.toml" for at in range(100)]
    for path in paths:
        path.write_text(BASELINE)
    answer = cnn_tui("summary", "--json", *map(str, paths), timeout=10)
    assert (answer.status, len(answer.objects)) == (0, 100)


def test_presets_names_are_what_summary_takes(inside: Inside) -> None:
    presets = inside("presets", "--json").objects
    assert {"lab1-baseline", "lab1-16-filters"} <= {preset["name"] for preset in presets}
    assert all(preset["title"] and preset["params"] for preset in presets)
    answer = inside("summary", "--json", *(preset["name"] for preset in presets))
    assert [one["name"] for one in answer.objects] == [preset["title"] for preset in presets]
    assert "lab1-baseline " in inside("presets").out


def test_what_a_run_takes_is_foretold_where_runs_were_made(inside: Inside) -> None:
    with History() as history:
        made(history, "lab1-baseline", seconds=8.0)
        made(history, "lab1-baseline", seconds=9.0)
    answer = inside("summary", "lab1-baseline", "--json")
    (summary,) = answer.objects
    assert (answer.status, answer.err) == (0, "")
    foretold = summary["foretold"]
    assert foretold["seconds"] == pytest.approx(8.5)
    assert (foretold["memory"], foretold["runs"]) == (None, 2)
    assert (foretold["bottleneck"], foretold["layer"]) == ("memory", "conv2d")
    shown = inside("summary", "lab1-baseline").out
    words = "A run takes ~8.5 s an epoch, mostly memory traffic of conv2d (from 2 runs)."
    assert shown.splitlines()[-1] == words
