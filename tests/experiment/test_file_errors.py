"""Mistakes in a file, answered with the file, the key, what was found and what is allowed; never with a traceback."""

from __future__ import annotations

import os
import string
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import from_builtins, parse, read
from cnn_tui.experiment.file_errors import found
from cnn_tui.experiment.training.schedule import SCHEDULES
from cnn_tui.experiment.training.training import Training
from cnn_tui.network.layers import LAYERS
from tests.properties import examples

KINDS = ", ".join(LAYERS)
OF_CONV = ", ".join(LAYERS["Conv2D"].__struct_fields__)
CONV = '[[layers]]\ntype = "Conv2D"\nfilters = 8\nkernel_size = 3\n'
MOST_CHARACTERS = 1_000


def refusal(make: Callable[[], object]) -> str:
    """The sentence that something is refused with, after a look at whether it may be shown."""
    with pytest.raises(ExperimentError) as caught:
        make()
    sentence = str(caught.value)
    assert sentence.isprintable(), "control characters must not reach the terminal"
    assert len(sentence) <= MOST_CHARACTERS
    return sentence


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        (
            'nam = "x"',
            "nam is an unknown key; allowed: name, dataset, training, stop, layers, image_size, color, fit, test, "
            'input_shape, classes, weights, weights_digest, leave_out, then, label_column. Did you mean "name"?',
        ),
        (
            CONV + "filter = 3",
            f'layers[0].filter (layer 1, Conv2D) is an unknown key; allowed: type, {OF_CONV}. Did you mean "filters"?',
        ),
        (
            '[[stop]]\nmetric = "loss"\nbelo = 1',
            "stop[0].belo is an unknown key; allowed: metric, below, above, patience, nan, restore_best_weights, "
            'min_delta. Did you mean "below"?',
        ),
        (
            CONV + '[[layers]]\ntype = "MaxPool2D"',
            f'layers[1].type (layer 2): found "MaxPool2D"; allowed: {KINDS}. Did you mean "MaxPooling2D"?',
        ),
        ('[[layers]]\ntype = "Lambda"', f'layers[0].type (layer 1): found "Lambda"; allowed: {KINDS}.'),
        ("[[layers]]\ntype = 3", f"layers[0].type (layer 1): found 3; allowed: {KINDS}."),
        ("[[layers]]\nfilters = 3", f"layers[0] (layer 1) needs a type, one of {KINDS}"),
        (
            '[[layers]]\ntype = "Conv2D"\nfilters = 3',
            "layers[0] (layer 1, Conv2D) needs kernel_size: one or two whole numbers, like 3 or 3x3, from 1 to 1024",
        ),
        (
            '[[layers]]\ntype = "Dense"\nunits = "32"',
            'layers[0].units (layer 1, Dense): found "32"; allowed: a whole number from 1 to 2147483647',
        ),
        (
            '[[layers]]\ntype = "Dense"\nunits = 0',
            "layers[0] (layer 1, Dense): units must be a whole number from 1 to 2147483647, not 0",
        ),
        (
            '[[layers]]\ntype = "Dropout"\nrate = nan',
            "layers[0] (layer 1, Dropout): rate must be a number from 0 to below 1, not nan",
        ),
        (
            '[[layers]]\ntype = "MaxPooling2D"\npool_size = [3]',
            "layers[0].pool_size (layer 1, MaxPooling2D): found [3]; "
            "allowed: one or two whole numbers, like 3 or 3x3, from 1 to 1024",
        ),
        (
            '[[layers]]\ntype = "Flatten"\nenabled = "no"',
            'layers[0].enabled (layer 1, Flatten): found "no"; allowed: true or false',
        ),
        (
            CONV + 'padding = "sam"',
            'layers[0].padding (layer 1, Conv2D): found "sam"; allowed: one of valid, same. Did you mean "same"?',
        ),
        ("layers = 3", "layers: found 3; allowed: a list"),
        ("layers = [3]", "layers[0] (layer 1): found 3; allowed: a table"),
        ("training = 3", "training: found 3; allowed: a table"),
        ("name = 3", "name: found 3; allowed: text"),
        ("dataset = 2020-01-01", "dataset: found 2020-01-01; allowed: text"),
        ("name = {}", "name: found a table; allowed: text"),
        (
            '[training]\noptimizer = "adm"',
            'training.optimizer: found "adm"; allowed: one of adam, adamw, sgd, rmsprop, nadam, adagrad, adamax, '
            'adadelta. Did you mean "adam"?',
        ),
        (
            '[training]\nmetrics = ["acc"]',
            'training.metrics[0]: found "acc"; allowed: accuracy, sparse_top_k_categorical_accuracy, '
            'top_k_categorical_accuracy, binary_accuracy, auc, precision, recall. Did you mean "accuracy"?',
        ),
        (
            '[training]\nmetrics = "accuracy"',
            'training.metrics: found "accuracy"; allowed: a list of accuracy, sparse_top_k_categorical_accuracy, '
            "top_k_categorical_accuracy, binary_accuracy, auc, precision, recall",
        ),
        (
            '[training]\nvalidation = "tset"',
            'validation must be "none", "test", a fraction like 0.1, or training images like "0-4999", not "tset": the '
            "path of a folder or table is for datasets that are such",
        ),
        (
            "[training]\nvalidation = 2",
            'training: validation must be "none", "test" or above 0 and below 1, not 2',
        ),
        ("[training]\nepochs = true", "training.epochs: found true; allowed: a whole number from 0 to 100000"),
        ("[training]\nepochs = 2.0", "training.epochs: found 2.0; allowed: a whole number from 0 to 100000"),
        (
            '[training]\nclass_weight = "balance"',
            'training.class_weight: found "balance"; allowed: "balanced", or a table of class = weight',
        ),
        (
            '[training.class_weight]\ncats = 2\ndogs = "much"',
            'training.class_weight.dogs: found "much"; allowed: a number from 0 to 1000000',
        ),
        (
            '[training.class_weight]\n0 = "much"',
            'training.class_weight.0: found "much"; allowed: a number from 0 to 1000000',
        ),
        ("[training]\nclass_weight = [-1]", "training: class_weight: a weight is a number from 0 to 1000000, not -1"),
        ("[training]\nlabel_smoothing = 1", "training: label_smoothing must be a number from 0 to below 1, not 1"),
        ("[training]\nseed = 1.5", "training.seed: found 1.5; allowed: a whole number"),
        ("[training]\nseed = -1", "training: seed must be a whole number from 0 to 2147483647, not -1"),
        (
            '[[stop]]\nmetric = "los"\nbelow = 1',
            'stop[0].metric: found "los"; this experiment reports loss, accuracy, val_loss, val_accuracy. '
            'Did you mean "loss"?',
        ),
        (
            '[training]\nvalidation = "none"\n[[stop]]\nmetric = "val_loss"\npatience = 2',
            'stop[0].metric: found "val_loss"; this experiment reports loss, accuracy; turn validation on: ',
        ),
        ('[[stop]]\nmetric = "accuracy"\nabove = 90', "stop[0].above: found 90; accuracy runs from 0 to 1: 0.9"),
        ('[[stop]]\nmetric = "val_accuracy"\nbelow = -1', "stop[0].below: found -1; val_accuracy runs from 0 to 1"),
        (
            '[[stop]]\nmetric = "loss"',
            "stop[0]: a stop rule needs one of below or above (a number), patience (epochs) or nan",
        ),
        ('[[stop]]\nmetric = "loss"\nbelow = 1\nabove = 2', "stop[0]: a stop rule needs one of below or above"),
        ("[[stop]]\nbelow = 1", "stop[0] needs metric"),
        ("[[then]]\nlearning_rate = 0.1", "then[0] needs epochs: a whole number from 1 to 100000"),
        ("[[then]]\nepochs = 0", "then[0]: epochs must be a whole number from 1 to 100000, not 0"),
        (
            "[[then]]\nepochs = 1\nlearning_rate = 1000.0",
            "then[0]: learning_rate must be a number from 1e-09 to 100, not 1000",
        ),
        (
            '[[then]]\nepochs = 1\noptimizer = "adm"',
            'then[0].optimizer: found "adm"; allowed: one of adam, adamw, sgd, rmsprop, nadam, adagrad, adamax, '
            'adadelta. Did you mean "adam"?',
        ),
        (
            "[[then]]\nepochs = 1\nfrozen = 3",
            "then[0].frozen is an unknown key; allowed: epochs, batch_size, steps_per_epoch, optimizer, learning_rate, "
            "momentum, nesterov, weight_decay, clipnorm, use_ema, ema_momentum, schedule, trainable, frozen_layers, "
            'stop. Did you mean "frozen_layers"?',
        ),
        (
            "[[then]]\nepochs = 1\ntrainable = false",
            "then[0]: trainable must be true, where all layers learn, or numbers of layers from 1, as [1, 4]",
        ),
        ("[[then]]\nepochs = 1\ntrainable = [3]", "then[0].trainable: found 3; the network has 0 layers"),
        (
            '[[then]]\nepochs = 1\nschedule = { type = "Cosine" }',
            f'then[0].schedule.type: found "Cosine"; allowed: {", ".join(SCHEDULES)}. Did you mean "CosineDecay"?',
        ),
        (
            '[[then]]\nepochs = 1\nschedule = "cosine"',
            'then[0].schedule: found "cosine"; allowed: none, or a table with a type, one of ExponentialDecay, ',
        ),
        (
            '[[then]]\nepochs = 1\n[[then.stop]]\nmetric = "los"\nbelow = 1',
            'then[0].stop[0].metric: found "los"; this experiment reports loss, accuracy, val_loss, val_accuracy.',
        ),
        (
            '[[then]]\nepochs = 1\n[[then.stop]]\nmetrc = "loss"',
            "then[0].stop[0].metrc is an unknown key; allowed: metric, below, above, patience, nan, ",
        ),
        (
            'weights = "a.keras"\n[training]\nepochs = 0\n[[then]]\nepochs = 1',
            "then: after 0 epochs, in which weights are only tested, no later phase can come",
        ),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(tmp_path: Path, toml: str, sentence: str) -> None:
    file = tmp_path / "lab.toml"
    file.write_text(toml)
    assert refusal(lambda: read(file)).removeprefix(f"{file}: ").startswith(sentence)
    assert refusal(lambda: parse(toml, "lab.toml")) == refusal(lambda: read(file)).replace(str(file), "lab.toml")


def test_every_key_of_training_is_allowed_by_name() -> None:
    keys = ", ".join(Training.__struct_fields__)
    assert refusal(lambda: parse("[training]\nepoch = 3", "lab.toml")) == (
        f'lab.toml: training.epoch is an unknown key; allowed: {keys}. Did you mean "epochs"?'
    )


def test_broken_toml_is_named_with_its_line() -> None:
    sentence = refusal(lambda: parse('name = "x"\nepochs 3\n', "lab.toml"))
    assert sentence.startswith("lab.toml is not valid TOML: ")
    assert "line 2" in sentence


ESCAPE = "\\u001b[2J\\u202e"


@pytest.mark.parametrize(
    "toml",
    [
        'name = "\x1b[31m"',
        f'"{ESCAPE}" = 3',
        f'name = ["{ESCAPE}"]',
        f'[training]\noptimizer = "{ESCAPE}"',
        f'[training]\nvalidation = "{ESCAPE}"',
        f'[[stop]]\nmetric = "{ESCAPE}"\nbelow = 1',
        f'[[layers]]\ntype = "{ESCAPE}"',
        f'{CONV}"{ESCAPE}" = 1',
        f'{CONV}activation = "{ESCAPE}"',
    ],
)
def test_control_characters_are_shown_and_not_sent(tmp_path: Path, toml: str) -> None:
    file = tmp_path / "a\x1b[2Jb.toml"
    file.write_text(toml)
    sentence = refusal(lambda: read(file))
    assert "a\\x1b[2Jb.toml" in sentence
    assert "\\x1b" in sentence.replace("a\\x1b[2Jb.toml", "")


def deep(levels: int, one: Callable[[Any], Any]) -> Any:
    """Something that is nested `levels` deep."""
    value: Any = 1
    for _ in range(levels):
        value = one(value)
    return value


HUGE = int("f" * 20_000, 16)


@pytest.mark.parametrize(
    "raw",
    [
        {"name": deep(100_000, lambda inner: [inner])},
        {"name": deep(100_000, lambda inner: {"a": inner})},
        {"name": [deep(100_000, lambda inner: {"a": inner})]},
        {"layers": deep(100_000, lambda inner: [inner])},
        {"layers": [deep(100_000, lambda inner: {"type": inner})]},
        {"training": {"epochs": HUGE}},
        {"training": {"seed": HUGE}},
        {"training": {"seed": -HUGE}},
        {"training": {"learning_rate": HUGE}},
        {"training": {"validation": HUGE}},
        {"name": HUGE},
        {"name": [HUGE]},
        {"stop": [{"metric": "loss", "below": HUGE}]},
        {"layers": [{"type": "Dense", "units": HUGE}]},
        {"layers": [{"type": "Conv2D", "filters": 1, "kernel_size": HUGE}]},
        {"layers": [{"type": "Conv2D", "filters": 1, "kernel_size": [1, -HUGE]}]},
        {"layers": [{"type": "Dropout", "rate": HUGE}]},
        {"layers": [{"type": HUGE}]},
        {"layers": [{"type": "a" * 1_000_000}]},
        {"a" * 1_000_000: 1},
        {"x` - at `$.layers[" + "9" * 5_000 + "]": 1},  # a key that looks like the place of an error
        {"x` - at `$.layers[3].type": 1},
        {"training": {"x` - at `$.training.epochs": 1}},
        {"\ud800": 1},
        {1: 2},
        {"training": {None: 2}},
    ],
    ids=lambda raw: str(next(iter(raw)))[:20].encode("ascii", "replace").decode(),
)
def test_hostile_values_get_a_short_sentence_at_once(raw: dict[str, Any]) -> None:
    began = time.process_time()
    assert refusal(lambda: from_builtins(raw, "lab.toml")).startswith("lab.toml")
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "toml",
    [
        "name = " + "[" * 400_000,
        "name = " + "{a = " * 100_000,
        "a." * 400_000 + "a = 1",
        "[" + "a." * 400_000 + "a]",
        "name = [{" + "a . " * 200_000 + "a = 1}]",
        "name = 0x" + "f" * 900_000,
        "[training]\nseed = " + "9" * 900_000,
        "[training]\nlearning_rate = 1" + "0" * 900_000 + ".0",
        "[[layers]]\n" * 80_000,
        '"' + "\\u0061" * 150_000 + '" = 1',
        "name = " + '"' * 900_000,
        "[training]\nmetrics = [" + '"accuracy", ' * 70_000 + '"x"]',
        "a" * 900_000,
    ],
    ids=lambda toml: toml[:20].replace("\n", " "),
)
def test_a_file_made_to_be_slow_is_refused_at_once(toml: str) -> None:
    began = time.process_time()
    assert refusal(lambda: parse(toml, "lab.toml")).startswith("lab.toml")
    assert time.process_time() - began < 10


def test_a_line_of_many_dots_is_refused_by_its_number() -> None:
    sentence = refusal(lambda: parse('name = "x"\n' + "a." * 101 + "a = 1", "lab.toml"))
    assert sentence == "lab.toml has more than 100 dots in line 2; write a long list over several lines"


def test_rows_of_dots_in_a_comment_are_no_matter() -> None:
    assert parse("  # " + "." * 500 + '\nname = "x"  # ' + "." * 50).name == "x"


ARGUMENTS = sorted({name for kind in LAYERS.values() for name in kind.__struct_fields__})
keys = st.sampled_from(
    [*Experiment.__struct_fields__, *Training.__struct_fields__, "metric", "below", "above", "type", *ARGUMENTS]
)
words = st.sampled_from([*LAYERS, "accuracy", "loss", "test", "none", "adam", "same", "relu", "mnist"])
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.datetimes()
    | st.binary(max_size=4)
    | words
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
)
names = keys | st.text(string.printable + "`$[]é\u202e", max_size=12)
nested = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4))
tables = st.dictionaries(keys, nested, max_size=4)
layer_tables = st.fixed_dictionaries({"type": st.sampled_from(list(LAYERS)) | scalars}).flatmap(
    lambda layer: tables.map(lambda more: {**more, **layer})
)
files = st.fixed_dictionaries(
    {},
    optional={
        "name": nested,
        "dataset": nested,
        "training": tables | nested,
        "stop": st.lists(tables, max_size=2) | nested,
        "layers": st.lists(layer_tables, max_size=3) | nested,
        "other": nested,
    },
)


@settings(deadline=None, max_examples=examples(300), suppress_health_check=[HealthCheck.too_slow])
@given(files | st.dictionaries(names, nested, max_size=4))
def test_any_data_is_an_experiment_or_a_sentence(raw: dict[str, Any]) -> None:
    try:
        experiment = from_builtins(raw, "lab.toml")
    except ExperimentError as error:
        assert str(error).startswith("lab.toml")
        assert str(error).isprintable()
        assert len(str(error)) <= MOST_CHARACTERS
    else:
        assert all(layer.type in LAYERS for layer in experiment.layers)


@settings(deadline=None, max_examples=examples(200))
@given(st.binary(max_size=60) | st.text('[]{}"=.,\n\t\\u0x_e+-:TZ #aé', max_size=60).map(str.encode))
@example(b"")
@example(b"\0")
def test_any_bytes_are_an_experiment_or_a_sentence(content: bytes) -> None:
    file = Path(os.environ["CNN_TUI_HOME"]) / "lab.toml"
    file.write_bytes(content)
    try:
        read(file)
    except ExperimentError as error:
        assert str(error).startswith(str(file))
        assert str(error).isprintable()
        assert len(str(error)) <= MOST_CHARACTERS


def test_values_are_shown_as_the_file_has_them() -> None:
    shown = [found(value) for value in ("a\nb", True, False, 3, 0.5, {"a": 1}, [1, "x"], HUGE)]
    assert shown == ['"a\\nb"', "true", "false", "3", "0.5", "a table", "[1, 'x']", "a very large number"]
    assert len(found("x" * 1_000)) <= 62
