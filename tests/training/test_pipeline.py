"""Every image once an epoch, in a new order each time, from 0 to 1."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnn_tui.experiments.presets import load_preset
from cnn_tui.network.layers import Dense, Flatten
from cnn_tui.network.stack import Stack
from cnn_tui.training.pipeline import evaluation_batches, steps_per_execution, training_batches

COUNT = 70
LABELS = np.arange(COUNT)
IMAGES = np.repeat(LABELS, 4).astype(np.uint8).reshape(COUNT, 2, 2, 1)  # each shows its own number


def read(batches: Any) -> tuple[list[int], list[int]]:
    """The sizes of the batches and the numbers of their images; fails where image and label are not of a pair."""
    sizes, order = [], []
    for images, labels in batches:
        assert images.dtype == "float32"
        assert images.shape[1:] == (2, 2, 1)
        np.testing.assert_allclose(images[:, 1, 1, 0], labels.numpy() / 255.0, rtol=1e-6)
        sizes.append(len(labels))
        order += [int(label) for label in labels]
    return sizes, order


def test_each_image_comes_once_an_epoch_and_the_last_batch_is_what_is_left() -> None:
    batches = training_batches(IMAGES, LABELS, batch_size=32, seed=1)
    assert len(batches) == 3
    sizes, order = read(batches)
    assert sizes == [32, 32, 6]
    assert sorted(order) == list(range(COUNT))


def test_each_epoch_has_an_order_of_its_own_that_the_seed_decides() -> None:
    def orders(seed: int) -> list[list[int]]:
        import keras

        keras.utils.set_random_seed(seed)  # as a run does
        batches = training_batches(IMAGES, LABELS, batch_size=32, seed=seed)
        return [read(batches)[1] for _ in range(3)]

    first = orders(1)
    assert len({tuple(order) for order in first}) == 3
    assert list(range(COUNT)) not in first
    assert orders(1) == first
    assert orders(2) != first


def test_test_images_keep_their_order() -> None:
    batches = evaluation_batches(IMAGES, LABELS, batch_size=32)
    assert read(batches) == ([32, 32, 6], list(range(COUNT)))
    assert read(batches) == ([32, 32, 6], list(range(COUNT)))
    assert len(batches) == 3


def test_bytes_become_zero_to_one() -> None:
    images = np.array([0, 51, 255], np.uint8).reshape(3, 1, 1, 1)
    [(scaled, _)] = evaluation_batches(images, np.zeros(3, np.uint8), batch_size=8)
    np.testing.assert_allclose(scaled.numpy().ravel(), [0.0, 0.2, 1.0], rtol=1e-6)


def test_a_loss_that_is_not_sparse_gets_one_hot_labels() -> None:
    [(_, labels)] = evaluation_batches(IMAGES[:3], LABELS[:3], batch_size=8, one_hot=4)
    assert labels.numpy().tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]


def test_callbacks_come_about_ten_times_a_second() -> None:
    stack = load_preset("lab1-baseline").stack
    assert steps_per_execution(stack, 32, 1875, cores=2) == 22  # of 4.5 ms each
    assert steps_per_execution(stack, 64, 938, cores=2) == 11
    assert steps_per_execution(stack, 32, 1875, cores=64) == 64


@pytest.mark.parametrize("steps", [1, 7])
def test_an_execution_is_never_longer_than_an_epoch(steps: int) -> None:
    tiny = Stack((2, 2, 1), (Flatten(), Dense(units=2)))
    assert steps_per_execution(tiny, 1, steps, cores=2) == steps
    assert steps_per_execution(tiny, 1, steps, cores=2, gpu=True) == steps


def test_a_step_that_takes_seconds_is_one_execution() -> None:
    heavy = load_preset("lab1-baseline").stack.change(2, filters=4096)
    assert steps_per_execution(heavy, 4096, 100, cores=2) == 1
