"""What a script does to all images of an array: in loops, by one function, or by putting arrays together."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.keras_io.imported.model import Imported
from cnn_tui.network.layers import Normalization, Rescaling, Resizing, ZeroPadding2D
from tests.keras_io.scripts import read

HEAD = """
import cv2
import numpy as np
import tensorflow as tf
from PIL import Image
from keras.datasets import {dataset}
from keras.models import Sequential
from keras.layers import Conv2D, Dense, Flatten
from keras.applications import VGG16
from sklearn.model_selection import train_test_split
(x_train, y_train), (x_test, y_test) = {dataset}.load_data()
"""
COLOURS = """
model = Sequential([VGG16(include_top=False, weights=None, input_shape=(48, 48, 3)), Flatten(), Dense(10, "softmax")])
"""
GREY = """
model = Sequential([Conv2D(4, 3, input_shape=(48, 48, 1)), Flatten(), Dense(10, "softmax")])
"""
FIT = """
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit({fit}, epochs=2)
"""


def imported(folder: Path, code: str, dataset: str = "cifar10", model: str = COLOURS, fit: str = "") -> Imported:
    fit = fit or "images / 255, y_train, validation_split=0.2"
    return read(folder, HEAD.format(dataset=dataset) + code + model + FIT.format(fit=fit))


LOOPS = [
    "images = np.zeros((x_train.shape[0], 48, 48, 3))\nfor i in range(len(x_train)):\n"
    "    images[i] = cv2.resize(x_train[i], (48, 48))\n",
    "images = np.empty((50000, 48, 48, 3))\nfor i, image in enumerate(x_train):\n"
    "    images[i, :, :, :] = cv2.resize(image, (48, 48), interpolation=cv2.INTER_LINEAR)\n",
    "images = []\nfor image in x_train:\n    small = cv2.resize(image, (48, 48))\n    images.append(small)\n"
    "images = np.array(images)\n",
    "images, labels = [], []\nfor image, label in zip(x_train, y_train):\n"
    "    images.append(cv2.resize(image, (48, 48)))\n    labels.append(label)\nimages = np.asarray(images)\n",
    "images = np.array([cv2.resize(image, (48, 48)) for image in x_train])\n",
    "images = np.stack([cv2.resize(x_train[i], dsize=(48, 48)) for i in range(x_train.shape[0])])\n",
    "images = np.array(list(map(lambda image: cv2.resize(image, (48, 48)), x_train)))\n",
    "def larger(arrays):\n    found = []\n    for one in arrays:\n        found.append(cv2.resize(one, (48, 48)))\n"
    "    return np.array(found)\nimages = larger(x_train)\n",
    "images = tf.image.resize(x_train, (48, 48))\n",
]


@pytest.mark.parametrize("loop", LOOPS)
def test_all_images_are_resized_by_a_layer(tmp_path: Path, loop: str) -> None:
    found = imported(tmp_path, loop)
    assert found.experiment.dataset == "cifar10"
    first = found.experiment.layers[0]
    assert isinstance(first, Resizing)
    assert (first.height, first.width) == (48, 48)
    assert found.experiment.training.validation == 0.2
    assert found.differences == ()


def test_opencv_takes_the_width_first(tmp_path: Path) -> None:
    first = imported(tmp_path, LOOPS[0].replace("(48, 48))", "(48, 40))")).experiment.layers[0]
    assert isinstance(first, Resizing)
    assert (first.height, first.width) == (40, 48)


def test_a_long_loop_ends_no_import(tmp_path: Path) -> None:
    found = imported(tmp_path, "images, n = x_train, 0\nfor i in range(10000):\n    n += len(str(x_test[i]))\n")
    assert found.experiment.dataset == "cifar10"


@pytest.mark.parametrize(
    "colours",
    [
        "images = np.stack([x_train] * 3, axis=-1)",
        "images = np.repeat(x_train[..., np.newaxis], 3, axis=-1)",
        "images = np.concatenate((x_train, x_train, x_train), axis=3)",
        "images = tf.image.grayscale_to_rgb(tf.expand_dims(x_train, axis=3))",
        "images = np.array([cv2.cvtColor(image, cv2.COLOR_GRAY2RGB) for image in x_train])",
        "images = np.asarray([np.dstack([image, image, image]) for image in x_train])",
    ],
)
@pytest.mark.parametrize("model", [COLOURS, GREY.replace("48, 1", "48, 3")])
def test_grey_in_three_channels_is_what_a_network_in_colours_does_itself(
    tmp_path: Path, colours: str, model: str
) -> None:
    found = imported(tmp_path, colours + "\nimages = tf.image.resize(images, (48, 48))\n", "mnist", model)
    assert found.experiment.dataset == "mnist"
    said = [words for words in found.differences if words.startswith("grey images are given to three channels there")]
    assert len(said) == (model != COLOURS)
    assert len(found.differences) == len(said)


def test_images_that_are_made_grey_are_a_difference(tmp_path: Path) -> None:
    code = "images = np.array([cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in x_train])\n"
    (said,) = imported(tmp_path, code, model=GREY.replace("48, 48", "32, 32")).differences
    assert said.startswith("the images are made grey there (line ")


@pytest.mark.parametrize("done", ["cv2.Canny(one, 100, 200)", "np.stack([one, one, one])"])  # of channels first
def test_what_is_done_to_images_in_a_way_that_is_not_known_leaves_them_unknown(tmp_path: Path, done: str) -> None:
    found = imported(tmp_path, f"images = np.array([{done} for one in x_train])\n")
    assert not found.experiment.dataset
    assert any("are not known: set the dataset to them" in words for words in found.differences)


def test_a_filter_over_each_image_leaves_the_dataset_and_is_said(tmp_path: Path) -> None:
    found = imported(tmp_path, "images = np.array([cv2.GaussianBlur(one, (5, 5), 0) for one in x_train])\n")
    assert found.experiment.dataset == "cifar10"
    (said,) = (words for words in found.differences if words.startswith("GaussianBlur (line "))
    assert said.endswith("changes the images there as no layer here does: it is left out")


@pytest.mark.parametrize(("to_grey", "is_divided"), [("rgb2gray", True), ("rgb_to_grayscale", False)])
def test_grey_of_scikit_image_is_0_to_1_of_bytes(tmp_path: Path, to_grey: str, is_divided: bool) -> None:
    code = "from skimage.color import rgb2gray\nrgb_to_grayscale = tf.image.rgb_to_grayscale\n"
    found = imported(tmp_path, f"{code}images = {to_grey}(x_train)\n", model=GREY.replace("48, 48", "32, 32"))
    (said,) = (words for words in found.differences if words.startswith("the images are made grey there"))
    twice = "the images are divided twice there, and go in as 0 to 0.00392: here they go in as 0 to 1"
    assert found.differences == ((said, twice) if is_divided else (said,))


@pytest.mark.parametrize("how", ["np.concatenate([{}, {}])", "np.vstack(({}, {}))", "np.append({}, {}, axis=0)"])
def test_both_halves_that_are_split_anew_are_said(tmp_path: Path, how: str) -> None:
    code = f"x = {how.format('x_train', 'x_test')} / 255\ny = {how.format('y_train', 'y_test')}\n"
    code += "images, x_test, labels, y_test = train_test_split(x, y, test_size=0.1)\n"
    fit = "images, labels, validation_data=(x_test, y_test)"
    found = imported(tmp_path, code, model=COLOURS.replace("48", "32"), fit=fit)
    assert (found.experiment.dataset, found.experiment.training.validation) == ("cifar10", "test")
    (said,) = found.differences
    assert said.startswith("both halves of the dataset are put together there")


def test_pieces_of_one_half_are_that_half(tmp_path: Path) -> None:
    code = "images = np.concatenate([x_train[:25000], x_train[25000:]])\n"
    assert imported(tmp_path, code, model=COLOURS.replace("48", "32")).differences == ()


def test_other_images_besides_are_said(tmp_path: Path) -> None:
    code = "images = np.concatenate([x_train, np.load('more.npy')])\n"
    found = imported(tmp_path, code, model=COLOURS.replace("48", "32"))
    assert found.experiment.dataset == "cifar10"
    said, held_out = found.differences
    assert said.startswith("other images are put to those of the dataset there")
    assert held_out.startswith("validation_split holds out the last 0.2 of these and those others together there")


def test_pipelines_that_are_joined_add_pictures(tmp_path: Path) -> None:
    code = """
    import keras
    from keras import layers
    one = keras.utils.image_dataset_from_directory("one", image_size=(8, 8))
    two = keras.utils.image_dataset_from_directory("two", image_size=(8, 8))
    model = keras.Sequential([layers.Rescaling(1/255), layers.Flatten(), layers.Dense(2, "softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(one.concatenate(two), epochs=2)
    """
    said = read(tmp_path, code).differences
    assert "concatenate (line 8) puts other pictures there to those to train on: they are left out" in said
    assert not any("not known" in words for words in said)


def test_a_loop_over_the_first_images_takes_those(tmp_path: Path) -> None:
    loop = "images = []\nfor i in range(0, 5000):\n    images.append(x_train[i])\nimages = np.array(images)\n"
    found = imported(tmp_path, loop, model=COLOURS.replace("48", "32"), fit="images / 255, y_train[:5000]")
    assert [str(one) for one in found.experiment.leave_out] == ["5000-49999"]
    assert found.differences == ()


def test_images_and_their_mirrored_ones_in_one_list_are_the_images_and_others(tmp_path: Path) -> None:
    loop = "images = []\nfor one in x_train:\n    images.append(one)\n    images.append(np.fliplr(one))\n"
    found = imported(tmp_path, loop + "images = np.array(images)\n", model=COLOURS.replace("48", "32"))
    assert found.experiment.dataset == "cifar10"
    said, held_out = found.differences
    assert said.startswith("other images are put to those of the dataset there")
    assert held_out.startswith("validation_split holds out the last 0.2 of these and those others together there")


def test_an_array_that_is_only_made_to_be_filled_adds_no_images(tmp_path: Path) -> None:
    code = "images = np.vstack((np.empty((0, 32, 32, 3)), x_train))\n"
    assert imported(tmp_path, code, model=COLOURS.replace("48", "32")).differences == ()


def test_images_that_a_loop_sets_to_what_is_not_known_are_not_known(tmp_path: Path) -> None:
    code = "images = x_train.astype('float32')\nfor i in range(len(images)):\n    images[i] = sharpen(images[i])\n"
    found = imported(tmp_path, code, model=GREY.replace("48, 48, 1", "32, 32, 3"))
    assert any("images that it trains on" in words and "not known" in words for words in found.differences)
    assert not any(layer.type == "Rescaling" for layer in found.experiment.layers)


def test_a_border_of_zeros_is_a_layer(tmp_path: Path) -> None:
    code = "images = np.expand_dims(np.pad(x_train, ((0, 0), (2, 2), (2, 2)), 'constant'), -1)\n"
    found = imported(tmp_path, code, "mnist", GREY.replace("48, 48", "32, 32"))
    first = found.experiment.layers[0]
    assert isinstance(first, ZeroPadding2D)
    assert (first.padding, found.differences) == ((2, 2), ())


def test_images_turned_round_in_brightness_are_so_here(tmp_path: Path) -> None:
    code = "images = (1 - x_train.reshape(-1, 28, 28, 1) / 255) * 255\n"
    found = imported(tmp_path, code, "mnist", GREY.replace("48, 48", "28, 28"))
    first = found.experiment.layers[0]
    assert isinstance(first, Rescaling)
    assert (first.scale, first.offset) == (-1, 1)


def test_of_two_datasets_alike_the_one_that_is_loaded_stands_in(tmp_path: Path) -> None:
    code = "images = np.clip(x_train + np.random.normal(size=x_train.shape), 0, 1).reshape(-1, 28, 28, 1)\n"
    assert imported(tmp_path, code, "mnist", GREY.replace("48, 48", "28, 28")).experiment.dataset == "mnist"


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ("(y_train % 2 == 0).astype(int)", "the labels that it trains on, (y_train % 2 == 0).astype(int) (line "),
        ("y_train // 5", "some of the labels are set by hand there"),
        ("np.eye(10)[y_train]", ""),
        ("LabelBinarizer().fit_transform(y_train)", ""),
        ("y_train.reshape(-1)", ""),
    ],
)
def test_labels_that_are_made_anew_are_said(tmp_path: Path, labels: str, said: str) -> None:
    code = f"labels = {labels}\n"
    found = imported(tmp_path, code, model=COLOURS.replace("48", "32"), fit="x_train / 255, labels")
    assert [words for words in found.differences if "labels" in words and words.startswith(said)] == [
        words for words in found.differences if "labels" in words
    ]
    assert any("labels" in words for words in found.differences) is bool(said)


def test_images_that_are_each_evened_out_by_themselves_are_said_to_be(tmp_path: Path) -> None:
    code = "images = tf.image.per_image_standardization(x_train)\n"
    found = imported(tmp_path, code, model=GREY.replace("48, 48, 1", "32, 32, 3"), fit="images, y_train")
    assert isinstance(found.experiment.layers[0], Normalization)
    (said,) = found.differences
    assert said.startswith("each image is brought to mean 0 and spread 1 by itself there (line ")


@pytest.mark.parametrize(
    "labels",
    [
        "labels = np.zeros((len(y_train), 10))\nfor i in range(len(y_train)):\n    labels[i, y_train[i]] = 1\n",
        "labels = np.zeros((len(y_train), 10))\nlabels[np.arange(len(y_train)), y_train] = 1\n",
    ],
)
def test_labels_made_one_hot_by_hand_are_the_labels(tmp_path: Path, labels: str) -> None:
    model = COLOURS.replace("48", "32")
    assert imported(tmp_path, labels, model=model, fit="x_train / 255, labels").differences == ()


def test_images_laid_on_a_larger_ground_have_a_border(tmp_path: Path) -> None:
    code = "images = tf.image.resize_with_crop_or_pad(x_train[..., None], 32, 33)\n"
    first = imported(tmp_path, code, "mnist", GREY.replace("48, 48", "32, 33")).experiment.layers[0]
    assert isinstance(first, ZeroPadding2D)
    assert first.padding == (2, 2, 2, 3)
    smaller = imported(tmp_path, code.replace("32, 33", "20, 20"), "mnist", GREY.replace("48, 48", "20, 20"))
    assert any("not known" in words for words in smaller.differences)


def test_batches_that_are_drawn_at_random_are_as_large_as_it_says(tmp_path: Path) -> None:
    code = (
        "def drawn(x, y, many):\n    while True:\n        at = np.random.choice(len(x), many)\n"
        "        yield x[at] / 255, y[at]\n"
    )
    found = imported(
        tmp_path, code, model=COLOURS.replace("48", "32"), fit="drawn(x_train, y_train, 40), steps_per_epoch=10"
    )
    assert (found.experiment.training.batch_size, found.experiment.training.steps_per_epoch) == (40, 10)


def test_images_of_a_list_that_only_running_fills_are_some_of_them(tmp_path: Path) -> None:
    code = "few, kinds = [], {}\nfor kind in kinds:\n    few.append(kind)\nimages = x_train[few]\n"
    found = imported(tmp_path, code, model=COLOURS.replace("48", "32"), fit="images / 255, y_train[few]")
    assert not found.experiment.leave_out
    assert any(words.startswith("the model is trained on a part") for words in found.differences)
    every = code.replace("for kind in kinds", "for kind in range(len(x_train))")
    found = imported(tmp_path, every, model=COLOURS.replace("48", "32"), fit="images / 255, y_train[few]")
    assert found.differences == ()


def test_a_loop_that_shows_how_far_it_is_is_one(tmp_path: Path) -> None:
    loop = LOOPS[0].replace("range(len(x_train))", "tqdm(range(len(x_train)))")
    assert imported(tmp_path, "from tqdm import tqdm\n" + loop).differences == ()
