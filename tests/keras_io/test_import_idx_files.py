"""Scripts that read the files of MNIST and Fashion-MNIST by themselves train on those datasets."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Rescaling
from tests.keras_io.scripts import read

HEAD = """
import gzip, os, struct
import numpy as np
import idx2numpy
from mlxtend.data import loadlocal_mnist
from tensorflow import keras
from tensorflow.keras import layers
"""
FIT = """
x_train, x_test = x_train / 255.0, x_test / 255.0
model = keras.Sequential([
    layers.Conv2D(8, 3, activation="relu", input_shape=(28, 28, 1)), layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train.reshape(-1, 28, 28, 1), y_train, epochs=2, validation_data=(x_test.reshape(-1, 28, 28, 1), y_test))
"""
COUNTED = """
def load(path, kind="train"):
    labels_path = os.path.join(path, "%s-labels-idx1-ubyte" % kind)
    images_path = os.path.join(path, "%s-images-idx3-ubyte" % kind)
    with open(labels_path, "rb") as lbpath:
        magic, n = struct.unpack(">II", lbpath.read(8))
        labels = np.fromfile(lbpath, dtype=np.uint8)
    with open(images_path, "rb") as imgpath:
        magic, num, rows, cols = struct.unpack(">IIII", imgpath.read(16))
        images = np.fromfile(imgpath, dtype=np.uint8).reshape(len(labels), rows * cols)
    return images, labels
x_train, y_train = load("FOLDER")
x_test, y_test = load("FOLDER", kind="t10k")
"""
BY_OFFSET = """
def images_of(name):
    with gzip.open(name, "rb") as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 28, 28)
def labels_of(name):
    with gzip.open(name) as file:
        return np.frombuffer(file.read(), dtype=np.uint8, offset=8)
x_train, y_train = images_of("FOLDER/train-images-idx3-ubyte.gz"), labels_of("FOLDER/train-labels-idx1-ubyte.gz")
x_test, y_test = images_of("FOLDER/t10k-images-idx3-ubyte.gz"), labels_of("FOLDER/t10k-labels-idx1-ubyte.gz")
"""
STEP_BY_STEP = """
def number(stream):
    return np.frombuffer(stream.read(4), dtype=np.dtype(np.uint32).newbyteorder(">"))[0]
def images_of(f):
    with gzip.GzipFile(fileobj=f) as stream:
        magic = number(stream)
        count, rows, cols = number(stream), number(stream), number(stream)
        return np.frombuffer(stream.read(rows * cols * count), dtype=np.uint8).reshape(count, rows, cols, 1)
def labels_of(f):
    stream = gzip.GzipFile(fileobj=f)
    stream.read(8)
    return np.frombuffer(stream.read(), dtype=np.uint8)
x_train, x_test = (images_of(open(f"FOLDER/{kind}-images-idx3-ubyte.gz", "rb")) for kind in ("train", "t10k"))
y_train, y_test = (labels_of(open(f"FOLDER/{kind}-labels-idx1-ubyte.gz", "rb")) for kind in ("train", "t10k"))
"""
PACKAGES = """
x_train = idx2numpy.convert_from_file("FOLDER/train-images.idx3-ubyte")
y_train = idx2numpy.convert_from_file("FOLDER/train-labels.idx1-ubyte")
x_test, y_test = loadlocal_mnist(
    images_path="FOLDER/t10k-images-idx3-ubyte", labels_path="FOLDER/t10k-labels-idx1-ubyte"
)
"""


@pytest.mark.parametrize("reads", [COUNTED, BY_OFFSET, STEP_BY_STEP, PACKAGES])
@pytest.mark.parametrize(("folder", "dataset"), [("data/mnist", "mnist"), ("data/fashion", "fashion_mnist")])
def test_the_files_of_the_datasets_are_known_by_their_names(
    tmp_path: Path, reads: str, folder: str, dataset: str
) -> None:
    imported = read(tmp_path, HEAD + reads.replace("FOLDER", folder) + FIT)
    assert imported.experiment.dataset == dataset
    assert imported.experiment.training.validation == "test"
    assert imported.notes == ()


def test_a_folder_that_does_not_say_of_which_dataset_its_files_are_is_said(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + BY_OFFSET.replace("FOLDER", "data") + FIT)
    assert imported.experiment.dataset == "mnist"
    words = "data/train-images-idx3-ubyte.gz is taken to be of mnist: fashion_mnist has files of the same names"
    assert imported.notes == (words,)


def test_bytes_of_such_files_that_are_not_divided_are_0_to_255(tmp_path: Path) -> None:
    code = HEAD + BY_OFFSET.replace("FOLDER", "mnist") + FIT.replace("x_train / 255.0", "x_train * 1.0")
    assert read(tmp_path, code).experiment.layers[0] == Rescaling(scale=255)


def test_files_of_those_names_of_another_dataset_are_not_known(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + BY_OFFSET.replace("FOLDER", "data/kmnist") + FIT)
    assert any("are not known: set the dataset to them" in note for note in imported.differences)
