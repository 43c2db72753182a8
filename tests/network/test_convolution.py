"""A convolution and a pooling by hand, held to Keras's own layers; and kernels as they are typed."""

from __future__ import annotations

import os
from typing import Any, Literal, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnn_tui.network.by_hand.activation import ACTIVATIONS, activate
from cnn_tui.network.by_hand.convolution import Convolution, Image, Plane, Pooling, Window, plane_of
from cnn_tui.network.by_hand.image_kernels import KERNELS, parse_kernel, show_kernel
from cnn_tui.network.kinds.base import ActivationName
from cnn_tui.network.shapes import SizeError
from tests.properties import examples

Padding = Literal["valid", "same"]
PADDINGS: st.SearchStrategy[Padding] = st.sampled_from(("valid", "same"))
SIZES = st.tuples(st.integers(1, 8), st.integers(1, 8))
WINDOWS = st.tuples(st.integers(1, 4), st.integers(1, 4))

RAMP: Plane = ((1, 2, 3), (4, 5, 6), (7, 8, 9))


def numbers(draw: st.DrawFn, *shape: int) -> Any:
    """An array of small numbers with a fraction."""
    seed = draw(st.integers(0, 2**32 - 1))
    return np.random.default_rng(seed).integers(-40, 40, shape) / 8


def image_of(array: Any) -> Image:
    """An array of (height, width, channels) as channels of rows."""
    return tuple(tuple(tuple(map(float, row)) for row in plane) for plane in np.moveaxis(array, -1, 0))


def keras_layers() -> Any:
    """Keras's layers, once TensorFlow is loaded on the processor."""
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras

    keras.config.set_dtype_policy("float32")
    return keras.layers


def strides_of(draw: st.DrawFn) -> tuple[int, int]:
    """Strides that Keras takes on every processor: the same both ways."""
    step = draw(st.integers(1, 3))
    return step, step


@given(st.data())
@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
def test_a_convolution_by_hand_is_what_conv2d_gives(data: st.DataObject) -> None:
    size, window, channels = data.draw(SIZES), data.draw(WINDOWS), data.draw(st.integers(1, 3))
    padding: Padding = data.draw(PADDINGS)
    activation = data.draw(st.sampled_from(sorted(ACTIVATIONS)))
    strides = data.draw(st.composite(strides_of)())
    pixels = data.draw(st.composite(numbers)(*size, channels))
    weights = data.draw(st.composite(numbers)(*window, channels))
    bias = data.draw(st.integers(-8, 8)) / 4
    by_hand = Convolution(image_of(weights), bias, strides, padding, activation)
    image = image_of(pixels)
    if padding == "valid" and (window[0] > size[0] or window[1] > size[1]):
        with pytest.raises(SizeError, match="does not fit"):
            by_hand.output(image)
        return
    layer = keras_layers().Conv2D(1, window, strides=strides, padding=padding, activation=activation)
    layer.build((None, *size, channels))
    layer.set_weights([weights[..., np.newaxis], np.array([bias])])
    expected = np.asarray(layer(pixels[np.newaxis]))[0, :, :, 0]

    assert by_hand.window.output_size(*size) == expected.shape
    np.testing.assert_allclose(by_hand.output(image), expected, atol=1e-4)
    for row, column in np.ndindex(expected.shape):
        step = by_hand.step(image, row, column)
        assert step.output == pytest.approx(expected[row, column], abs=1e-4)
        assert step.sum + bias == step.total


@given(st.data())
@settings(max_examples=examples(150), deadline=None, suppress_health_check=list(HealthCheck))
def test_a_pooling_by_hand_is_what_keras_gives(data: st.DataObject) -> None:
    size, window = data.draw(SIZES), data.draw(WINDOWS)
    kind: Literal["max", "average"] = data.draw(st.sampled_from(("max", "average")))
    padding: Padding = data.draw(PADDINGS)
    strides = data.draw(st.none() | st.composite(strides_of)())
    pixels = data.draw(st.composite(numbers)(*size, 1))
    by_hand = Pooling(kind, window, strides, padding)
    (plane,) = image_of(pixels)
    if padding == "valid" and (window[0] > size[0] or window[1] > size[1]):
        with pytest.raises(SizeError, match="does not fit"):
            by_hand.output(plane)
        return
    layers = keras_layers()
    made = {"max": layers.MaxPooling2D, "average": layers.AveragePooling2D}[kind]
    expected = np.asarray(made(window, strides=strides, padding=padding)(pixels[np.newaxis]))[0, :, :, 0]

    assert by_hand.window.output_size(*size) == expected.shape
    np.testing.assert_allclose(by_hand.output(plane), expected, atol=1e-4)


@pytest.mark.parametrize("name", sorted(ACTIVATIONS))
def test_an_activation_is_keras_own(name: str) -> None:
    """Also far from 0, where an exponential would be too large."""
    points = [-1000.0, -30.0, -3.5, -1.0, -0.1, 0.0, 0.1, 1.0, 3.5, 6.5, 30.0, 80.0]
    keras_layers()
    import keras

    expected = np.asarray(keras.activations.get(name)(np.array(points, np.float32)))
    np.testing.assert_allclose([activate(point, name) for point in points], expected, rtol=1e-5, atol=1e-6)


def test_every_activation_of_the_catalogue_is_here_but_those_over_all_filters() -> None:
    assert set(get_args(ActivationName)) - set(ACTIVATIONS) == {"softmax", "log_softmax"}


def test_a_step_shows_window_products_sum_bias_and_activation() -> None:
    kernel = parse_kernel("1 0 -1; 1 0 -1; 1 0 -1")
    step = Convolution((kernel,), bias=1, activation="relu").step((RAMP,), 0, 0)
    products: Image = (((1, 0, -3), (4, 0, -6), (7, 0, -9)),)
    assert (step.window, step.products) == ((RAMP,), products)
    assert (step.sum, step.total, step.output) == (-6, -5, 0)


def test_with_padding_same_the_border_is_marked_and_counts_as_nothing() -> None:
    blur = next(kernel for kernel in KERNELS if kernel.name == "blur")
    corner = Convolution((blur.plane,), padding="same").step((RAMP,), 0, 0)
    assert (corner.top, corner.left) == (-1, -1)
    assert [[list(row) for row in plane] for plane in corner.window] == [[[None] * 3, [None, 1, 2], [None, 4, 5]]]
    assert corner.output == pytest.approx((1 + 2 + 4 + 5) / 9)
    mean = Pooling("average", (2, 2), padding="same").step(RAMP, 1, 1)
    assert [list(row) for row in mean.window] == [[9, None], [None, None]]
    assert (mean.real, mean.output) == (1, 9)


def test_a_maximum_below_zero_beats_the_border() -> None:
    step = Pooling("max", (2, 2), padding="same").step(((-3.0,),), 0, 0)
    assert (step.output, step.chosen) == (-3, (0, 0))


def test_the_channels_are_added_up() -> None:
    two = Convolution((((2.0,),), ((10.0,),))).step((((3.0,),), ((4.0,),)), 0, 0)
    assert (two.products, two.sum) == ((((6,),), ((40,),)), 46)
    with pytest.raises(SizeError, match="the kernel has 2 channels and the image 1"):
        Convolution((((2.0,),), ((10.0,),))).output((RAMP,))


def test_the_border_is_lost_with_valid_and_kept_with_same() -> None:
    valid, same = Window((3, 3)), Window((3, 3), padding="same")
    assert (valid.output_size(28, 28), valid.lost(28, 28)) == ((26, 26), (2, 2))
    assert (same.output_size(28, 28), same.lost(28, 28)) == ((28, 28), (0, 0))
    assert [row[0] for row in valid.visits(5, 5)] == [1, 2, 3, 2, 1]
    assert (same.visits(5, 5)[0][0], same.visits(5, 5)[2][2]) == (4, 9)
    assert Window((2, 2), (2, 2)).unseen(5, 4) == (1, 0)
    assert Window((2, 2), (2, 2)).visits(5, 4)[4] == (0, 0, 0, 0)


@pytest.mark.parametrize("cell", [(1, 0), (0, 1), (-1, 0)])
def test_there_is_no_cell_outside_the_output(cell: tuple[int, int]) -> None:
    with pytest.raises(IndexError, match="the output of 1x1 has no cell"):
        Convolution((RAMP,)).step((RAMP,), *cell)


def test_numbers_become_rows() -> None:
    assert plane_of(bytes(range(6)), 3) == ((0, 1, 2), (3, 4, 5))


# Kernels with a name, and typed


def test_named_kernels_do_what_they_say() -> None:
    flat: Image = (((7.0,) * 5,) * 5,)
    step: Image = (((0.0, 0.0, 0.0, 9.0, 9.0),) * 5,)
    middle = {kernel.name: Convolution((kernel.plane,)).step(flat, 1, 1).output for kernel in KERNELS}
    assert {name for name, output in middle.items() if output == pytest.approx(0)} == {
        "vertical edges",
        "horizontal edges",
        "Sobel x",
        "Sobel y",
        "outline",
    }
    assert {name for name, output in middle.items() if output == pytest.approx(7)} == {
        "identity",
        "blur",
        "Gaussian",
        "sharpen",
        "emboss",
    }
    seen = {kernel.name: Convolution((kernel.plane,)).step(step, 1, 1).output for kernel in KERNELS}
    assert (seen["vertical edges"], seen["Sobel x"], seen["horizontal edges"], seen["Sobel y"]) == (-27, 36, 0, 0)


@pytest.mark.parametrize(
    ("text", "plane"),
    [
        ("1 0 -1; 2 0 -2; 1 0 -1", ((1, 0, -1), (2, 0, -2), (1, 0, -1))),
        ("1,0,-1\n2,0,-2\n1,0,-1\n", ((1, 0, -1), (2, 0, -2), (1, 0, -1))),
        ("[[1, 0], [0, 1]]", ((1, 0), (0, 1))),
        ("1/2 .5; -1/4 1.25;", ((0.5, 0.5), (-0.25, 1.25))),
        ("−1", ((-1,),)),
    ],
)
def test_a_kernel_is_read_as_it_is_typed(text: str, plane: Plane) -> None:
    assert parse_kernel(text) == plane


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "type the rows of the kernel"),
        (" ; ", "type the rows of the kernel"),
        ("1 2; 3", "row 2 has 1 number and row 1 has 2"),
        ("1 x", "row 1, number 2: x is no number"),
        ("1 1e5", "row 1, number 2: 1e5 is no number"),
        ("nan", "nan is no number"),
        ("1/0", "1/0 divides by 0"),
        ("9999999", "too large"),
        ("1 " * 12, "a kernel of 1x12 is too large"),
        ("\x1b[31m", "is no number"),
        ("1;" * 2000, "in at most 2,000 characters"),
    ],
)
def test_a_kernel_that_is_none_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        parse_kernel(text)
    assert str(caught.value).isprintable()


@given(st.text(alphabet="0123456789 ;,/.-x[]\n", max_size=40))
def test_what_is_typed_is_a_kernel_or_a_sentence(text: str) -> None:
    try:
        plane = parse_kernel(text)
    except ValueError as error:
        assert len(str(error)) < 200
    else:
        assert all(len(row) == len(plane[0]) for row in plane)


@pytest.mark.parametrize("kernel", KERNELS, ids=lambda kernel: kernel.name)
def test_a_kernel_is_shown_as_it_may_be_typed(kernel: Any) -> None:
    np.testing.assert_allclose(parse_kernel(show_kernel(kernel.plane)), kernel.plane)
