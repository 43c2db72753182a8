"""Experiment files: the promised layout, written and read back."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_tui.data.dataset import BUILT_IN
from cnn_tui.experiment.experiment import Experiment, ExperimentError
from cnn_tui.experiment.file import MAX_FILE_BYTES, MAX_LAYERS, from_builtins, parse, read, to_toml
from cnn_tui.experiment.training.phase import PHASE_SETTINGS, Phase, said_as
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.experiment.training.training import Metric, Training
from cnn_tui.network.fields import fields_of
from cnn_tui.network.layers import Conv2D, Dense, Dropout, Flatten, MaxPooling2D
from tests.network.strategies import any_layer, values
from tests.properties import examples

PROMISED = """\
name = "Lab 1: baseline, 32 filters"
dataset = "fashion_mnist"

[training]
epochs = 5
batch_size = 32
optimizer = "adam"
learning_rate = 0.001
loss = "sparse_categorical_crossentropy"
metrics = ["accuracy"]
validation = "test"          # "none", "test" (watched, never used to choose), or a held-out fraction like 0.1
precision = "float32"        # or "mixed_bfloat16", "mixed_float16"
# seed = 1

[[stop]]                     # the notes' exercise: cancel training once the loss is low enough
metric = "loss"
below = 0.3

[[layers]]
type = "Conv2D"              # Keras's class names and argument names, nothing else to learn
filters = 32
kernel_size = [3, 3]
activation = "relu"
# enabled = false            # a layer switched off stays in the file
"""

METRICS = get_args(Metric)
WEIGHTS: st.SearchStrategy[Any] = (
    st.none()
    | st.just("balanced")
    | st.lists(st.floats(0, 1000), min_size=1, max_size=4).map(tuple)
    | st.dictionaries(st.sampled_from(["cat", "hot dog", "0:1", 'a "b"', "ü\n", "7"]), st.floats(0, 1000), min_size=1)
    .filter(lambda table: set(table) != {"7"})
    .map(lambda table: tuple(table.items()))
)
finite = st.floats(allow_nan=False, allow_infinity=False)
text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@st.composite
def trainings(draw: st.DrawFn) -> Training:
    """Training settings with any values that are allowed."""
    given_: dict[str, Any] = {field.name: draw(values(field)) for field in fields_of(Training)}
    return Training(
        **given_,
        class_weight=draw(WEIGHTS),
        metrics=tuple(draw(st.lists(st.sampled_from(METRICS), unique=True))),
        validation=draw(st.sampled_from(["none", "test"]) | st.floats(0, 1, exclude_min=True, exclude_max=True)),
        seed=draw(st.none() | st.integers(0, 2**31 - 1)),
    )


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """Experiments with any names, settings, rules and layers."""
    training = draw(trainings())
    plain = Experiment(
        name=draw(text.filter(lambda name: 1 <= len(name.strip()) <= 200)),
        dataset=draw(st.sampled_from(list(BUILT_IN)) | text),
        training=training,
        layers=tuple(draw(st.lists(any_layer(), max_size=4))),
        weights="learned.keras" if not training.epochs else draw(st.none() | text),
    )
    rules_of = st.lists(rules(plain.emitted_metrics()), max_size=3).map(tuple)
    later = st.lists(phases(rules_of, len(plain.layers)), max_size=2 if training.epochs else 0)
    return msgspec.structs.replace(plain, stop=draw(rules_of), then=tuple(draw(later)))


@st.composite
def phases(draw: st.DrawFn, rules_of: st.SearchStrategy[tuple[StopRule, ...]], layers: int) -> Phase:
    """Later phases of a training that say some of what they can."""
    settings = {field.name: values(field) for field in fields_of(Training) if field.name in PHASE_SETTINGS}
    some = draw(st.fixed_dictionaries({}, optional=settings))
    said: dict[str, Any] = {name: said_as(name, value) for name, value in some.items()}
    numbers = st.lists(st.integers(1, layers), min_size=1).map(tuple) if layers else st.just(True)
    learning: dict[str, Any] = {
        "trainable": st.just(True) | numbers,
        "frozen_layers": st.integers(0, 10_000),
        "stop": rules_of,
    }
    said |= draw(st.fixed_dictionaries({}, optional=learning))
    return Phase(draw(st.integers(1, 100)), **said)


@st.composite
def rules(draw: st.DrawFn, metrics: tuple[str, ...]) -> StopRule:
    """Stop rules with a limit that the metric can have."""
    metric = draw(st.sampled_from(metrics))
    limit = draw(finite if metric.endswith("loss") else st.floats(0, 1))
    return StopRule(metric, below=limit) if draw(st.booleans()) else StopRule(metric, above=limit)


def without_comments(toml: str) -> str:
    """The lines of a file as the app writes them."""
    lines = [line.split(" #")[0].rstrip() for line in toml.splitlines() if not line.startswith("#")]
    return "\n".join(lines) + "\n"


def test_the_promised_file_is_read() -> None:
    assert parse(PROMISED) == Experiment(
        name="Lab 1: baseline, 32 filters",
        dataset="fashion_mnist",
        training=Training(epochs=5, batch_size=32, optimizer="adam", learning_rate=0.001),
        stop=(StopRule("loss", below=0.3),),
        layers=(Conv2D(filters=32, kernel_size=(3, 3), activation="relu"),),
    )


def test_the_promised_layout_is_written() -> None:
    assert to_toml(parse(PROMISED)) == without_comments(PROMISED)


def test_all_that_differs_from_a_default_is_written() -> None:
    experiment = Experiment(
        name="all",
        training=Training(seed=7, validation=0.1, metrics=("accuracy", "top_k_categorical_accuracy")),
        stop=(StopRule("val_accuracy", above=0.9),),
        layers=(
            Conv2D(filters=8, kernel_size=(3, 5), padding="same", strides=(2, 2), use_bias=False),
            MaxPooling2D(pool_size=(3, 3), strides=(1, 2), enabled=False),
            Flatten(),
            Dropout(rate=0.25),
            Dense(units=10, activation="softmax"),
        ),
    )
    written = to_toml(experiment)
    for line in (
        "seed = 7",
        "validation = 0.1",
        'metrics = ["accuracy", "top_k_categorical_accuracy"]',
        "above = 0.9",
        "kernel_size = [3, 5]",
        'padding = "same"',
        "strides = [2, 2]",
        "use_bias = false",
        "pool_size = [3, 3]",
        "strides = [1, 2]",
        "enabled = false",
        "rate = 0.25",
    ):
        assert line in written.splitlines()
    assert written.count("[[layers]]") == 5
    assert written.count("enabled") == 1, "a layer that is on need not say so"
    assert parse(written) == experiment


@settings(deadline=None, max_examples=examples(70))
@given(experiments())
def test_what_is_written_is_read_back(experiment: Experiment) -> None:
    written = to_toml(experiment)
    assert parse(written) == experiment
    assert to_toml(parse(written)) == written
    plain = tomllib.loads(written)
    assert [layer["type"] for layer in plain.get("layers", [])] == [layer.type for layer in experiment.layers]


@settings(deadline=None, max_examples=examples(40))
@given(experiments())
def test_an_experiment_survives_json_as_the_history_keeps_it(experiment: Experiment) -> None:
    assert from_builtins(msgspec.json.decode(msgspec.json.encode(experiment))) == experiment
    assert msgspec.json.decode(msgspec.json.encode(experiment), type=Experiment) == experiment


def test_one_number_stands_for_a_square_as_in_keras() -> None:
    layers = parse(
        '[[layers]]\ntype = "Conv2D"\nfilters = 8\nkernel_size = 3\nstrides = 2\n'
        '[[layers]]\ntype = "MaxPooling2D"\npool_size = 2\nstrides = 1\n'
    ).layers
    assert layers == (
        Conv2D(filters=8, kernel_size=(3, 3), strides=(2, 2)),
        MaxPooling2D(pool_size=(2, 2), strides=(1, 1)),
    )


def test_an_empty_file_is_an_experiment_of_defaults(tmp_path: Path) -> None:
    file = tmp_path / "my first try.toml"
    file.write_text("")
    experiment = read(file)
    assert experiment.name == "my first try"
    assert experiment.dataset == "fashion_mnist"
    training = experiment.training
    assert (training.epochs, training.batch_size, training.optimizer) == (5, 32, "adam")
    assert (training.learning_rate, training.loss) == (0.001, "sparse_categorical_crossentropy")
    assert (training.metrics, training.validation) == (("accuracy",), "test")
    assert (training.precision, training.seed) == ("float32", None)
    assert (experiment.layers, experiment.stop) == ((), ())


def test_a_name_in_the_file_stays(tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text('name = "Mine"\n')
    assert read(file).name == "Mine"


def test_a_dataset_is_found_beside_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "a.toml"
    elsewhere = tmp_path / "elsewhere.npz"
    for written, meant in (
        ("mine.npz", tmp_path / "mine.npz"),
        ("data/mine", tmp_path / "data" / "mine"),
        (str(elsewhere), elsewhere),
    ):
        file.write_text(f"dataset = '{written}'\n")
        assert read(file).dataset == str(meant)
    file.write_text("dataset = 'mnist'\n")
    assert read(file).dataset == "mnist"
    (tmp_path / "here" / "pets").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    file.write_text("dataset = 'pets'\n")  # not beside it: the training process is in another folder
    assert read(file).dataset == str(tmp_path / "here" / "pets")
    file.write_text("dataset = '~nobody-of-that-name/x.npz'\n")
    assert read(file).dataset == "~nobody-of-that-name/x.npz"


@pytest.mark.parametrize(
    "content",
    [b"\xef\xbb\xbf" + PROMISED.encode(), PROMISED.replace("\n", "\r\n").encode()],
    ids=["byte order mark", "Windows"],
)
def test_files_of_other_editors_are_read(tmp_path: Path, content: bytes) -> None:
    """With a byte order mark, with the line ends of Windows."""
    file = tmp_path / "a.toml"
    file.write_bytes(content)
    assert read(file) == parse(PROMISED)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"#" * (MAX_FILE_BYTES + 1), "is larger than 1,000,000 bytes: is it an experiment file?"),
        (b'name = "\xff\xfe"', "is not a text file in UTF-8: is it an experiment file?"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not a text file in UTF-8"),
        (b"name = ", "is not valid TOML: Invalid value (at end of document)"),
    ],
    ids=["too large", "Latin-1", "a picture", "half a line"],
)
def test_a_file_that_is_none_is_refused_by_name(tmp_path: Path, content: bytes, words: str) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(content)
    with pytest.raises(ExperimentError) as caught:
        read(file)
    assert str(caught.value).startswith(f"{file} {words}")


def test_a_file_of_just_the_largest_size_is_read(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_bytes(PROMISED.encode() + b"#" * (MAX_FILE_BYTES - len(PROMISED)))
    assert read(file) == parse(PROMISED)


def test_places_without_a_file_are_refused_by_name(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path / "gone.toml", "^/[^ ]* does not exist; `cnn-tui presets` lists what is built in"),
        (
            tmp_path,
            "^/[^ ]* is a folder, not an experiment; if it holds pictures: cnn-tui run lab1-baseline --dataset /",
        ),
        (tmp_path / ("x" * 5_000), "cannot be read: File name too long"),
        (Path("nul\0.toml"), "cannot be read"),
        (Path("/dev/zero"), "^/dev/zero is larger than 1,000,000 bytes"),  # a file that has no size, and no end
    ):
        with pytest.raises(ExperimentError, match=words) as caught:
            read(path)
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 400


def test_too_many_layers_are_refused() -> None:
    one = '[[layers]]\ntype = "Flatten"\n'
    assert len(parse(one * MAX_LAYERS).layers) == MAX_LAYERS
    with pytest.raises(ExperimentError, match="1,001 layers; at most 1,000 are allowed"):
        parse(one * (MAX_LAYERS + 1))


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_stop_rule_needs_a_number_that_a_metric_can_pass(value: str) -> None:
    """The history keeps experiments as JSON, which has none of these."""
    for side in ("below", "above"):
        with pytest.raises(ExperimentError, match=r"stop\[0\]: a stop rule needs a number"):
            parse(f'[[stop]]\nmetric = "loss"\n{side} = {value}\n')


def test_a_rule_on_a_metric_that_is_not_watched_is_refused() -> None:
    rule = '[[stop]]\nmetric = "val_loss"\nbelow = 0.3\n'
    assert parse(rule).stop == (StopRule("val_loss", below=0.3),)
    with pytest.raises(
        ExperimentError, match=r"stop\[0\].metric: found \"val_loss\"; this experiment reports loss, acc"
    ):
        parse('[training]\nvalidation = "none"\n' + rule)


def test_metrics_are_named_as_keras_reports_them() -> None:
    assert Experiment().emitted_metrics() == ("loss", "accuracy", "val_loss", "val_accuracy")
    assert Experiment(training=Training(validation="none", metrics=())).emitted_metrics() == ("loss",)


def test_changes_are_checked() -> None:
    assert Experiment().with_training(epochs=9, validation=0.2).training.epochs == 9
    with pytest.raises(ValueError, match="epochs must be a whole number from 1 to"):
        Experiment().with_training(epochs=0)
    for wrong in (0, 1, -0.5, float("nan"), "tset"):
        with pytest.raises(ValueError, match=r"^validation must be"):
            Experiment().with_training(validation=wrong)
    for seed in (-1, 2**31, int("f" * 5_000, 16)):
        with pytest.raises(ValueError, match=r"^seed must be a whole number from 0 to 2147483647, not "):
            Experiment().with_training(seed=seed)


def test_what_the_loss_is_given_is_written_only_where_it_is_not_as_usual() -> None:
    text = """\
[training]
loss = "binary_crossentropy"
from_logits = true
label_smoothing = 0.1

[training.class_weight]
1 = 2.5
"""
    experiment = parse(text)
    training = experiment.training
    assert (training.from_logits, training.label_smoothing, training.class_weight) == (True, 0.1, (1.0, 2.5))
    written = tomllib.loads(to_toml(experiment))["training"]
    assert written["class_weight"] == {"0": 1.0, "1": 2.5}
    assert parse(to_toml(experiment)) == experiment
    usual = to_toml(Experiment())
    assert not any(key in usual for key in ("from_logits", "label_smoothing", "class_weight"))
