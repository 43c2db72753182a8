"""The catalogue as a whole: nothing is missing from it, it explains itself, and its arithmetic is what people expect."""

from __future__ import annotations

import importlib
import math
import pkgutil
import re

import pytest
from hypothesis import given, settings

from cnn_tui.experiments.experiment import Experiment, ExperimentError, parse, to_toml
from cnn_tui.experiments.presets import load_preset
from cnn_tui.network import kinds
from cnn_tui.network.answer import Goal, Problem
from cnn_tui.network.fields import Field, fields_of
from cnn_tui.network.fixes import fixes_of_stuck
from cnn_tui.network.layers import (
    LAYERS,
    Activation,
    AnyLayer,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    PReLU,
    RandomContrast,
    RandomFlip,
    ReLU,
    Reshape,
    SeparableConv2D,
    Softmax,
    UpSampling2D,
    ZeroPadding2D,
    new_layer,
)
from cnn_tui.network.problems import find_problems
from cnn_tui.network.shapes import ClashError, DivisionError, RankError, ShapeError, SizeError, flow
from cnn_tui.network.stack import Shape, Stack
from cnn_tui.network.summary import summarize
from cnn_tui.network.values import L1L2
from tests.network.plausible import plausible_stacks
from tests.network.strategies import notes_net

KINDS = pytest.mark.parametrize("kind", LAYERS)
GOAL = Goal("sparse_categorical_crossentropy", 10)

PROMISED = """
    Conv2D DepthwiseConv2D SeparableConv2D Conv2DTranspose MaxPooling2D AveragePooling2D GlobalAveragePooling2D
    GlobalMaxPooling2D ZeroPadding2D Cropping2D UpSampling2D Flatten Reshape Dense Dropout SpatialDropout2D
    GaussianNoise BatchNormalization LayerNormalization Activation ReLU LeakyReLU PReLU Softmax Rescaling RandomFlip
    RandomRotation RandomZoom RandomTranslation RandomContrast
"""


def only(stack: Stack) -> Problem:
    """The one problem of a stack."""
    (problem,) = find_problems(stack, GOAL)
    return problem


def labels(problem: Problem) -> list[str]:
    """What the ways out are called."""
    return [fix.label for fix in problem.fixes]


def field_of(kind: type[Layer], name: str) -> Field:
    """An argument of a layer kind."""
    return next(field for field in fields_of(kind) if field.name == name)


def refusal(toml: str) -> str:
    """What is said of a file with this layer."""
    with pytest.raises(ExperimentError) as caught:
        parse(f"[[layers]]\n{toml}")
    return str(caught.value).removeprefix("the experiment: ")


# What there is


def test_every_kind_that_a_network_needs_is_there() -> None:
    assert set(LAYERS) == set(PROMISED.split())


def test_adding_a_kind_takes_a_struct_a_name_and_a_rule() -> None:
    structs: dict[str, type] = {}
    for module in pkgutil.iter_modules(kinds.__path__, f"{kinds.__name__}."):
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, type) and issubclass(value, Layer) and value is not Layer:
                structs[name] = value
    for name, struct in structs.items():
        assert name in LAYERS, f"{name} is a struct in network/kinds/: put its name into AnyLayer in network/layers.py"
        ruled = flow.dispatch(struct) is not flow.dispatch(object)
        assert ruled, f"{name} has no shape rule: register one with @flow.register in network/rules/"
    assert LAYERS == structs


@KINDS
def test_a_kind_is_explained_in_a_few_sentences(kind: str) -> None:
    text = LAYERS[kind].explanation
    sentences = re.split(r"(?<=[.!?]) (?=[A-Z\d])", text)
    assert 2 <= len(sentences) <= 5, f"{kind}.explanation has {len(sentences)} sentences"
    assert text.endswith(".")
    assert "  " not in text, f"{kind}.explanation has two spaces where its lines meet"
    assert len(text.split()) <= 110
    assert "explanation" in vars(LAYERS[kind])


def test_old_networks_keep_their_fingerprints() -> None:
    """Arguments came to Conv2D, Dense and the rest; a history that is older must still find its networks."""
    known = {
        "lab1-baseline": "95d261d6651d",
        "lab1-16-filters": "98913a813e23",
        "lab1-64-filters": "7ab26c59369a",
        "lab1-no-final-conv": "176793178519",
    }
    assert {name: load_preset(name).stack.fingerprint() for name in known} == known


def test_equal_networks_have_equal_fingerprints_however_they_were_written() -> None:
    short = Stack((8, 8, 1), (MaxPooling2D(), Conv2D(filters=2, kernel_size=(3, 3))))
    long = Stack(
        (8, 8, 1),
        (MaxPooling2D(pool_size=(2, 2)), Conv2D(filters=2, kernel_size=(3, 3), strides=(1, 1), use_bias=True)),
    )
    assert short.fingerprint() == long.fingerprint() != short.change(1, groups=2).fingerprint()


# Penalties, lists and the rest that files and forms hold

PENALTY = field_of(Dense, "kernel_regularizer")


def test_a_penalty_is_typed_shown_and_stepped() -> None:
    assert PENALTY.parse("l2 0.001") == L1L2(l2=0.001)
    assert PENALTY.parse("L1 0.01 l2 .02") == PENALTY.parse("l1=0.01, l2=0.02") == L1L2(l1=0.01, l2=0.02)
    assert PENALTY.parse("none") is None
    assert [PENALTY.parse(word) for word in ("l1", "l2", "l1_l2")] == [L1L2(0.01), L1L2(0, 0.01), L1L2(0.01, 0.01)]
    assert [PENALTY.format(value) for value in (None, L1L2(l2=0.001), L1L2(0.01, 0.01))] == [
        "none",
        "l2 0.001",
        "l1 0.01 l2 0.01",
    ]
    steps: list[object] = [None]
    for _ in range(4):
        steps.append(PENALTY.step(steps[-1], 1))  # type: ignore[arg-type]
    assert [str(step) for step in steps] == ["None", "l2 0.0001", "l2 0.001", "l2 0.01", "l2 0.01"]
    assert PENALTY.step(L1L2(l2=0.0001), -1) is None
    assert PENALTY.step(None, -1) is None


@pytest.mark.parametrize(
    "text", ["l3 1", "l2", "l2 l2 1", "l2 -1", "l2 1001", "l2 nan", "0.1", "l2 1 l2 2", "l2 0.1 x"]
)
def test_a_penalty_that_is_none_is_refused(text: str) -> None:
    if text == "l2":
        return
    with pytest.raises(ValueError, match=r"^kernel_regularizer must be a penalty like l2 0.001 or .*, or none"):
        PENALTY.parse(text)


def test_a_penalty_is_an_inline_table_in_a_file() -> None:
    layer = Dense(units=3, kernel_regularizer=L1L2(l2=0.001))
    written = to_toml(Experiment(layers=(layer,)))
    assert "kernel_regularizer = {l2 = 0.001}" in written
    assert parse(written).layers == (layer,)
    for value in ('"l2"', "{ l2 = 0.01 }", '"l2 0.01"'):
        (read,) = parse(f'[[layers]]\ntype = "Dense"\nunits = 3\nkernel_regularizer = {value}').layers
        assert read == Dense(units=3, kernel_regularizer=L1L2(l2=0.01))


@pytest.mark.parametrize(
    ("toml", "sentence"),
    [
        (
            "kernel_regularizer = { l3 = 1 }",
            'layers[0].kernel_regularizer.l3 (layer 1, Dense) is an unknown key; allowed: l1, l2. Did you mean "l2"?',
        ),
        (
            "kernel_regularizer = { l2 = -1 }",
            "layers[0].kernel_regularizer (layer 1, Dense): l2 must be a number from 0 to 1000, not -1",
        ),
        (
            'kernel_regularizer = { l2 = "x" }',
            'layers[0].kernel_regularizer.l2 (layer 1, Dense): found "x"; allowed: a number',
        ),
        (
            'kernel_regularizer = "l3"',
            'layers[0].kernel_regularizer (layer 1, Dense): found "l3"; allowed: a penalty like l2 0.001 or',
        ),
    ],
)
def test_a_wrong_penalty_in_a_file_is_named(toml: str, sentence: str) -> None:
    assert refusal(f'type = "Dense"\nunits = 3\n{toml}').startswith(sentence)


@pytest.mark.parametrize("sizes", ["[0]", "[-1, -1]", "[]", "[7, -2]", "[1, 1, 1, 1, 1, 1, 1]"])
def test_a_target_shape_that_is_none_is_refused(sizes: str) -> None:
    assert "target_shape must be whole numbers, like 28x28x-1, from 1 to" in refusal(
        f'type = "Reshape"\ntarget_shape = {sizes}'
    )


def test_lists_are_typed_as_they_are_shown() -> None:
    target, axes = field_of(Reshape, "target_shape"), field_of(PReLU, "shared_axes")
    for field, text in ((target, "7x7x16"), (target, "-1"), (target, "14x-1"), (axes, "1,2"), (axes, "none")):
        assert field.format(field.parse(text)) == text
    assert target.parse("(7, 7, 16)") == (7, 7, 16)
    assert axes.step((1, 2), 1) is None
    assert target.step((-1,), -1) == (28, 28, -1)


# Parameters, multiplications and what is seen


@pytest.mark.parametrize(
    ("layer", "output", "formula", "split"),
    [
        (Conv2D(filters=8, kernel_size=(3, 3), groups=4), (6, 6, 8), "3·3·1·8 + 8", (80, 0)),
        (Conv2D(filters=8, kernel_size=(3, 3), dilation_rate=(2, 3)), (4, 2, 8), "3·3·4·8 + 8", (296, 0)),
        (DepthwiseConv2D(kernel_size=(3, 3), depth_multiplier=2), (6, 6, 8), "3·3·4·2 + 8", (80, 0)),
        (SeparableConv2D(filters=5, kernel_size=(3, 3)), (6, 6, 5), "3·3·4·1 + 4·5 + 5", (61, 0)),
        (Conv2DTranspose(filters=2, kernel_size=(3, 3), strides=(2, 2)), (17, 17, 2), "3·3·2·4 + 2", (74, 0)),
        (BatchNormalization(), (8, 8, 4), "4·4", (8, 8)),
        (BatchNormalization(center=False), (8, 8, 4), "3·4", (4, 8)),
        (LayerNormalization(), (8, 8, 4), "2·4", (8, 0)),
        (LayerNormalization(center=False, scale=False), (8, 8, 4), "", (0, 0)),
        (PReLU(), (8, 8, 4), "8·8·4", (256, 0)),
        (PReLU(shared_axes=(1, 2)), (8, 8, 4), "1·1·4", (4, 0)),
        (ZeroPadding2D(padding=(1, 2)), (10, 12, 4), "", (0, 0)),
        (Cropping2D(cropping=(1, 2)), (6, 4, 4), "", (0, 0)),
        (UpSampling2D(size=(2, 3)), (16, 24, 4), "", (0, 0)),
        (Reshape(target_shape=(4, -1)), (4, 64), "", (0, 0)),
        (GlobalAveragePooling2D(keepdims=True), (1, 1, 4), "", (0, 0)),
    ],
)
def test_shapes_and_parameters(layer: AnyLayer, output: Shape, formula: str, split: tuple[int, int]) -> None:
    made = flow(layer, (8, 8, 4))
    assert (made.output_shape, made.formula, (made.trainable, made.non_trainable)) == (output, formula, split)


def test_a_separable_convolution_is_cheaper() -> None:
    shape = (28, 28, 32)
    full = flow(Conv2D(filters=64, kernel_size=(3, 3), use_bias=False), shape)
    apart = flow(SeparableConv2D(filters=64, kernel_size=(3, 3), use_bias=False), shape)
    assert full.macs == 26 * 26 * 3 * 3 * 32 * 64
    assert apart.macs == 26 * 26 * (3 * 3 * 32 + 32 * 64)


CONV, POOL = Conv2D(filters=1, kernel_size=(3, 3)), MaxPooling2D()


@pytest.mark.parametrize(
    ("layers", "seen"),
    [
        ((CONV,), (3, 3)),
        ((CONV, CONV), (5, 5)),
        ((CONV, POOL, CONV, POOL), (10, 10)),
        ((Conv2D(filters=1, kernel_size=(3, 5), dilation_rate=(2, 3)),), (5, 13)),
        ((Conv2D(filters=1, kernel_size=(3, 3), strides=(2, 1)), CONV), (7, 5)),
        ((POOL, UpSampling2D(), CONV), (4, 4)),
        ((UpSampling2D(size=(4, 4)), CONV), (2, 2)),
        ((Conv2DTranspose(filters=1, kernel_size=(4, 4), strides=(2, 2)),), (2, 2)),
        ((BatchNormalization(), ReLU(), Dropout(rate=0.5), Dense(units=3)), (1, 1)),
        ((POOL, POOL, POOL, POOL), (16, 16)),
        ((Conv2D(filters=1, kernel_size=(11, 11), padding="same"),) * 4, (28, 28)),
        ((CONV, Flatten()), None),
        ((GlobalAveragePooling2D(keepdims=True), Conv2D(filters=1, kernel_size=(1, 1))), None),
        ((Reshape(target_shape=(14, 56, 1)),), None),
    ],
)
def test_how_much_of_the_image_one_output_sees(layers: tuple[AnyLayer, ...], seen: tuple[int, int] | None) -> None:
    assert summarize(Stack((28, 28, 1), layers)).rows[-1].receptive_field == seen


def test_memory_is_what_the_outputs_take_for_a_batch() -> None:
    summary = summarize(notes_net())
    assert [row.activations for row in summary.rows] == [21_632, 5_408, 3_872, 800, 800, 128, 10]
    assert summary.rows[0].memory_bytes(32) == 21_632 * 4 * 32
    assert summary.memory_bytes(32) == sum(row.memory_bytes(32) for row in summary.rows)
    off = summarize(notes_net().toggle(0)).rows[0]
    assert (off.activations, off.receptive_field) == (0, None)


@settings(deadline=None)
@given(plausible_stacks())
def test_rows_of_every_kind_hang_together(stack: Stack) -> None:
    seen_before: tuple[int, int] | None = (1, 1)
    for row in summarize(stack).rows:
        if not row.enabled or row.output_shape is None:
            continue
        assert row.activations == math.prod(row.output_shape)
        assert bool(row.formula) == bool(row.params)
        seen = row.receptive_field
        if seen is not None:
            assert seen_before is not None, "what has seen the whole image sees it all along"
            assert all(before <= now <= size for before, now, size in zip(seen_before, seen, stack.input_shape[:2]))  # noqa: B905
        seen_before = seen


# What Keras refuses


@pytest.mark.parametrize(
    ("layer", "shape", "kind", "message"),
    [
        (
            Conv2D(filters=4, kernel_size=(3, 3), strides=(2, 1), dilation_rate=(1, 2)),
            (8, 8, 4),
            ClashError,
            "Conv2D takes strides 2x1 or dilation_rate 1x2, but not both: one of them has to be 1x1",
        ),
        (
            SeparableConv2D(filters=4, kernel_size=(3, 3), strides=(1, 2)),
            (8, 8, 4),
            ClashError,
            "SeparableConv2D moves as far down as to the right: strides 1x2 cannot be",
        ),
        (
            Conv2D(filters=4, kernel_size=(3, 3), groups=3),
            (8, 8, 4),
            DivisionError,
            "Conv2D cannot share out the 4 channels it gets among 3 groups",
        ),
        (
            Conv2D(filters=6, kernel_size=(3, 3), groups=4),
            (8, 8, 4),
            DivisionError,
            "Conv2D cannot share out the 6 filters it has among 4 groups",
        ),
        (
            Conv2D(filters=6, kernel_size=(3, 3), dilation_rate=(4, 4)),
            (8, 8, 4),
            SizeError,
            "Conv2D's 9x9 dilated kernel does not fit the 8x8 map it gets",
        ),
        (
            Cropping2D(cropping=(4, 1)),
            (8, 8, 4),
            SizeError,
            "Cropping2D cuts 4x1 off each side, which leaves nothing of the 8x8 map it gets",
        ),
        (
            Reshape(target_shape=(7, 7)),
            (8, 8),
            DivisionError,
            "Reshape cannot make 7x7 of 8x8: 64 numbers do not fill it exactly",
        ),
        (
            Reshape(target_shape=(7, -1)),
            (8, 8),
            DivisionError,
            "Reshape cannot make 7x-1 of 8x8: 64 numbers do not fill it exactly",
        ),
        (
            PReLU(shared_axes=(1, 2)),
            (8,),
            ClashError,
            "PReLU cannot share its slopes along axis 2: its input has 1 axis",
        ),
        (
            RandomFlip(),
            (8, 8),
            RankError,
            "RandomFlip needs a map (height x width x channels), but gets 8x8: 2 dimensions",
        ),
        (
            RandomContrast(factor=0.1, value_range=(1, 0)),
            (8, 8, 1),
            ClashError,
            "RandomContrast's value_range goes from black to white, not from 1 to 0",
        ),
    ],
)
def test_what_cannot_be_built_is_said(layer: AnyLayer, shape: Shape, kind: type[ShapeError], message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        flow(layer, shape)
    assert type(caught.value) is kind
    assert str(caught.value) == message
    stack = Stack(shape, (layer,))
    fixes = fixes_of_stuck(stack, summarize(stack))
    assert len(fixes) >= 2, "switching the layer off is not the only way out"
    assert all(summarize(fix.stack).stuck_at is None for fix in fixes)


def test_groups_that_do_not_divide_become_the_nearest_that_do() -> None:
    assert labels(only(notes_net().change(2, groups=6))) == ["groups 4", "groups 1", "switch this Conv2D off"]
    assert labels(only(notes_net().change(2, groups=16, filters=40))) == [
        "groups 8",
        "groups 1",
        "filters 48",
        "switch this Conv2D off",
    ]


def test_a_convolution_below_a_global_pooling_can_keep_its_map() -> None:
    stack = notes_net().replace(4, GlobalAveragePooling2D()).insert(5, CONV)
    assert "keepdims yes in the GlobalAveragePooling2D (layer 5)" not in labels(only(stack)), "3x3 does not fit 1x1"
    assert "keepdims yes in the GlobalAveragePooling2D (layer 5)" in labels(only(stack.change(5, kernel_size=(1, 1))))
    assert "move this Conv2D above layer 5" in labels(only(stack))


# What cannot be trained


def test_a_network_without_a_flatten_has_two_ways_to_a_row() -> None:
    assert labels(only(notes_net().delete(4)))[:2] == [
        "Flatten above the Dense (layer 5)",
        "GlobalAveragePooling2D above layer 5",
    ]


def test_a_dense_that_fits_into_no_memory() -> None:
    problem = only(notes_net().change(5, units=4_000_000))
    assert problem.layer == 6
    assert problem.message == (
        "Dense would learn 3,204,000,000 numbers, and training takes 38 GB for them alone: more than 16 GB is not tried"
    )
    assert labels(problem) == [
        "MaxPooling2D 2x2 above the Flatten (layer 5)",
        "GlobalAveragePooling2D instead of the Flatten (layer 5)",
        "units 2048",
        "switch this Dense off",
    ]
    assert all(find_problems(fix.stack, GOAL) == () for fix in problem.fixes)


def test_a_map_that_fits_into_no_memory() -> None:
    stack = notes_net().insert(1, UpSampling2D(size=(200, 200)))
    problem = find_problems(stack, GOAL)[0]
    assert problem.layer == 2
    assert problem.message == (
        "UpSampling2D would make 865,280,000 numbers of a single image, 3 GB: more than 2 GB is not tried"
    )
    assert labels(problem) == ["size 4x4", "switch this UpSampling2D off"]
    assert all(find_problems(fix.stack, GOAL) == () for fix in problem.fixes)


@pytest.mark.parametrize(
    "end",
    [
        (Dense(units=10), Softmax()),
        (Dense(units=10), Activation(activation="softmax")),
        (Dense(units=10, activation="softmax"), Activation(activation="linear")),
        (Dense(units=10, activation="softmax"), Dropout(rate=0.1)),
        (Reshape(target_shape=(4, 4, 8)), Conv2D(filters=10, kernel_size=(4, 4), activation="softmax"), Flatten()),
        (Reshape(target_shape=(4, 4, 8)), Conv2D(filters=10, kernel_size=(1, 1)), GlobalAveragePooling2D(), Softmax()),
    ],
)
def test_probabilities_may_come_from_more_than_one_kind_of_end(end: tuple[AnyLayer, ...]) -> None:
    assert find_problems(Stack((28, 28, 1), (*notes_net().layers[:6], *end)), GOAL) == ()


@pytest.mark.parametrize(
    ("end", "what", "ways"),
    [
        ((Dense(units=10),), "the last layer's activation is linear", ["activation softmax"]),
        (
            (Dense(units=10), Activation(activation="log_softmax")),
            "the last layer's activation is log_softmax",
            ["activation softmax"],
        ),
        (
            (Dense(units=10, activation="softmax"), BatchNormalization()),
            "a BatchNormalization at the end makes none",
            ["add Softmax at the end"],
        ),
        ((Dense(units=10), ReLU()), "a ReLU at the end makes none", ["add Softmax at the end"]),
        (
            (Reshape(target_shape=(4, 4, 8)), Conv2D(filters=10, kernel_size=(1, 1)), GlobalAveragePooling2D()),
            "the last layer's activation is linear",
            ["add Softmax at the end"],
        ),
        (
            (Reshape(target_shape=(4, 4, 8)), AveragePooling2D(pool_size=(4, 4)), Dense(units=10), Flatten()),
            "the last layer's activation is linear",
            ["activation softmax"],
        ),
    ],
)
def test_an_end_that_makes_no_probabilities(end: tuple[AnyLayer, ...], what: str, ways: list[str]) -> None:
    problem = only(Stack((28, 28, 1), (*notes_net().layers[:6], *end)))
    assert problem.message == f"sparse_categorical_crossentropy needs probabilities, but {what}"
    assert labels(problem) == ways
    assert all(find_problems(fix.stack, GOAL) == () for fix in problem.fixes)


@settings(deadline=None, max_examples=200)
@given(plausible_stacks())
def test_an_answer_is_right_after_any_of_its_fixes(stack: Stack) -> None:
    if summarize(stack).stuck_at is not None:
        return
    for problem in find_problems(stack, GOAL):
        assert problem.fixes
        for fix in problem.fixes:
            assert find_problems(fix.stack, GOAL) == (), fix.label


@KINDS
def test_a_new_layer_fits_below_a_convolution_or_says_what_it_needs(kind: str) -> None:
    stack = notes_net().insert(1, new_layer(kind))
    for problem in find_problems(stack, GOAL):
        assert problem.fixes, f"a new {kind} breaks the network, and there is no way out"
