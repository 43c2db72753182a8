"""The presets that ship with the app, and what the command line's EXPERIMENT means."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.experiment.check import problems_of
from cnn_tui.experiment.experiment import ExperimentError
from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.presets import about_preset, find_experiment, load_preset, preset_names, presets_folder
from cnn_tui.network.summary import summarize
from tests.network.strategies import notes_net

PARAMS = {
    "lab1-baseline": 113_386,
    "lab1-16-filters": 55_098,
    "lab1-64-filters": 243_786,
    "lab1-no-final-conv": 693_962,
    "lab1-no-final-conv-keep-pool": 149_194,
    "lab1-first-conv-only": 693_962,
    "lab1-more-convs": 24_330,
    "lab1-stop-at-loss": 113_386,
    "padding-same": 211_690,
    "lenet-5": 61_706,
}
EACH = pytest.mark.parametrize("name", preset_names())


def test_the_presets_of_the_notes_are_there_and_sorted() -> None:
    assert set(PARAMS) <= set(preset_names())
    assert list(preset_names()) == sorted(preset_names())


@pytest.mark.parametrize("name", PARAMS)
def test_a_preset_has_the_parameters_that_it_is_known_for(name: str) -> None:
    assert summarize(load_preset(name).stack).total_params == PARAMS[name]


def test_the_baseline_is_the_script_of_the_notes() -> None:
    baseline = load_preset("lab1-baseline")
    assert baseline.stack == notes_net()
    assert baseline.name == "Lab 1: baseline, 32 filters"
    assert baseline.dataset == "fashion_mnist"
    assert (baseline.training.epochs, baseline.training.batch_size) == (5, 32)
    assert (baseline.training.optimizer, baseline.training.learning_rate) == ("adam", 0.001)
    assert baseline.training.validation == "test"


@EACH
def test_a_preset_can_be_run_and_is_laid_out_as_the_app_writes_it(name: str) -> None:
    preset = load_preset(name)
    assert problems_of(preset) == ()
    written = (presets_folder() / f"{name}.toml").read_text(encoding="utf-8")
    bare = "".join(line for line in written.splitlines(keepends=True) if not line.startswith("#"))
    assert to_toml(preset) == bare
    assert parse(to_toml(preset)) == preset
    assert preset.name not in ("", "untitled")


@EACH
def test_a_preset_says_in_its_first_line_what_it_is_and_how_large(name: str) -> None:
    first = (presets_folder() / f"{name}.toml").read_text(encoding="utf-8").splitlines()[0]
    total = summarize(load_preset(name).stack).total_params
    assert first == f"# {about_preset(name)}"
    assert first.endswith(f" {total:,} parameters.")


def test_presets_have_names_of_their_own() -> None:
    presets = [load_preset(name) for name in preset_names()]
    assert len({preset.name for preset in presets}) == len(presets)


def test_an_unknown_preset_is_answered_with_those_there_are() -> None:
    with pytest.raises(ExperimentError) as caught:
        load_preset("lab1-basline")
    assert str(caught.value).startswith('there is no preset "lab1-basline" (presets: lab1-16-filters, ')
    assert "Did you mean lab1-baseline?" in str(caught.value)
    for name in ("", "zzzz", "../presets/lab1-baseline"):
        with pytest.raises(ExperimentError, match="there is no preset"):
            load_preset(name)


@pytest.mark.parametrize(
    "name", ["", ".", "zzzz", "a\0b", "x" * 5_000, "\x1b[2J", "\udcff"], ids=lambda name: ascii(name)[:12]
)
def test_a_word_that_is_nothing_is_refused_in_words(name: str) -> None:
    with pytest.raises(ExperimentError, match="there is no preset") as caught:
        find_experiment(name)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 1_000


def test_an_experiment_is_a_preset_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = to_toml(load_preset("lab1-16-filters"))
    for name in ("mine.toml", "mine", "lab1-baseline"):
        Path(name).write_text(text)
    mine = load_preset("lab1-16-filters")
    assert find_experiment("mine.toml") == find_experiment("mine") == find_experiment("./mine") == mine
    assert find_experiment("lab1-baseline") == load_preset("lab1-baseline"), "a preset's name comes first"
    assert find_experiment("./lab1-baseline") == mine
    with pytest.raises(ExperimentError, match=r"^gone\.toml does not exist"):
        find_experiment("gone.toml")
