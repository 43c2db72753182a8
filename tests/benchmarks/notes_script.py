"""The listing of the course notes, to measure against: `python -m tests.benchmarks.notes_script EPOCHS DATASET TURNS`

Only where the images come from differs, and that it takes each epoch in turns: it waits for a line before each, and
says how long each took.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

import tensorflow as tf

from cnn_tui.training.data.datasets import load


def tell(**told: Any) -> None:
    """Print something for the program that started this one."""
    print(f"\n{json.dumps(told)}", flush=True)


class Turns(tf.keras.callbacks.Callback):  # type: ignore[misc]
    """Waits for its turns, a part of an epoch each, and tells how long their steps took."""

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.size = -(-self.params["steps"] // TURNS)

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        if batch % self.size == 0:
            sys.stdin.readline()
            self.began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if batch == 0:
            tell(first=time.perf_counter() - self.began)
        if (batch + 1) % self.size == 0 or batch + 1 == self.params["steps"]:
            tell(seconds=time.perf_counter() - self.began)


EPOCHS, DATASET, TURNS = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])

# Load the Fashion MNIST dataset
images = load(DATASET)
training_images: Any = images.x_train[..., 0]
test_images: Any = images.x_test[..., 0]
training_labels, test_labels = images.y_train, images.y_test

# Normalize the pixel values
training_images = training_images / 255.0
test_images = test_images / 255.0

# Define the model
model = tf.keras.models.Sequential(
    [
        # Add convolutions and max pooling
        tf.keras.layers.Conv2D(32, (3, 3), activation="relu", input_shape=(28, 28, 1)),
        tf.keras.layers.MaxPooling2D(2, 2),
        tf.keras.layers.Conv2D(32, (3, 3), activation="relu"),
        tf.keras.layers.MaxPooling2D(2, 2),
        # Add the same layers as before
        tf.keras.layers.Flatten(),
        tf.keras.layers.Dense(128, activation="relu"),
        tf.keras.layers.Dense(10, activation="softmax"),
    ]
)

# Print the model summary
model.summary()

# Use same settings
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])

# Train the model
print("\nMODEL TRAINING:")
model.fit(training_images, training_labels, epochs=EPOCHS, callbacks=[Turns()])

# Evaluate on the test set
print("\nMODEL EVALUATION:")
test_loss = model.evaluate(test_images, test_labels)
tell(loss=test_loss[0], accuracy=test_loss[1], peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
