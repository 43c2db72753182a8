"""Trainings that a script writes out step by step: what is surely known of them."""

from __future__ import annotations

from pathlib import Path

from tests.keras_io.scripts import read

HEAD = """
import numpy as np
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

def build():
    return keras.Sequential([layers.Reshape((28, 28, 1), input_shape=(28, 28)), layers.Flatten(), layers.Dense(10)])
"""
SETS = """
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train, x_test = x_train / np.float32(255), x_test / np.float32(255)
    train_ds = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(9000).batch(100)
    test_ds = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(100)
"""
STEPS = """
    model = build()
    loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    optimizer = keras.optimizers.SGD(0.1)
    for i in range(NUM_EPOCHS):
        for x, y in train_ds:
            with tf.GradientTape() as tape:
                loss = loss_fn(y, model(x, training=True))
            grads = tape.gradient(loss, model.trainable_weights)
            optimizer.apply_gradients(zip(grads, model.trainable_weights))
        for x, y in test_ds:
            loss_fn(y, model(x))
"""
KNOWN = "here a fit with the optimizer, the loss, the images, the batches and the epochs of it"


def test_a_training_inside_of_a_function_is_known(tmp_path: Path) -> None:
    code = HEAD + "NUM_EPOCHS = 7\ndef main():" + SETS + STEPS + "\nmain()\n"
    imported = read(tmp_path, code)
    training = imported.experiment.training
    assert imported.experiment.dataset == "mnist"
    assert (training.epochs, training.batch_size, training.optimizer, training.validation) == (7, 100, "sgd", "test")
    assert (training.loss, training.from_logits) == ("sparse_categorical_crossentropy", True)
    (said,) = imported.differences
    assert said.endswith(KNOWN)


def test_batches_that_are_cut_by_hand_are_as_large_as_the_name_says(tmp_path: Path) -> None:
    code = """
    from keras.datasets import mnist
    from keras.models import Sequential
    from keras.layers import Dense, Flatten
    (x_train, y_train), (x_test, y_test) = mnist.load_data()
    x_train = x_train / 255
    model = Sequential([Flatten(input_shape=(28, 28)), Dense(10, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy")
    BATCH_SIZE = 128
    for epoch in range(3):
        for at in range(0, len(x_train), BATCH_SIZE):
            model.train_on_batch(x_train[at : at + BATCH_SIZE], y_train[at : at + BATCH_SIZE])
    """
    imported = read(tmp_path, code)
    training = imported.experiment.training
    assert (training.epochs, training.batch_size, training.validation) == (3, 128, "none")  # x_test is for nothing
    (said,) = imported.differences
    assert said.endswith(KNOWN)


def test_what_an_object_of_the_script_keeps_is_known(tmp_path: Path) -> None:
    trainer = """
class Trainer:
    def __init__(self, model):
        self.model = model
        self.optimizer = keras.optimizers.RMSprop(5e-4)
        self.loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    def step(self, x, y):
        with tf.GradientTape() as tape:
            loss = self.loss(y, self.model(x))
        grads = tape.gradient(loss, self.model.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.model.trainable_weights))
    def train(self, sets, epochs):
        for epoch in range(epochs):
            for x, y in sets:
                self.step(x, y)
"""
    sets = SETS.replace("\n    ", "\n")
    imported = read(tmp_path, HEAD + trainer + sets + "Trainer(build()).train(train_ds, 12)\n")
    training = imported.experiment.training
    assert (training.optimizer, training.learning_rate, training.epochs) == ("rmsprop", 0.0005, 12)
    (said,) = imported.differences
    assert said.endswith(KNOWN)
