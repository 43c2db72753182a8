"""Every image once an epoch, in a new order each time, from 0 to 1; on the device, or sent there piece by piece."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from cnn_tui.network.losses import Answers

if TYPE_CHECKING:
    from cnn_tui.training.pipeline import Batches, Supply

COUNT = 70
LABELS = np.arange(COUNT)
IMAGES = np.repeat(LABELS, 4).astype(np.uint8).reshape(COUNT, 2, 2, 1)  # each shows its own number


def shown(supply: Supply, epoch: int = 0, steps: int = 1) -> list[list[int]]:
    """The numbers of the images of every batch of an epoch; fails where image and label are not of a pair."""
    size, batches = supply.batches.batch_size, []
    for piece in supply.pieces(epoch, lambda: steps):
        for at in range(piece.first, piece.end):
            images, labels, _ = supply.batch(piece.positions[at * size : (at + 1) * size])
            assert images.dtype == "float32"
            assert images.shape[1:] == (2, 2, 1)
            np.testing.assert_allclose(images[:, 1, 1, 0], labels.numpy() / 255.0, rtol=1e-6)
            batches.append([int(label) for label in labels])
        assert piece.done == len(batches)
    return batches


def flat(batches: list[list[int]]) -> list[int]:
    return [number for batch in batches for number in batch]


def supply(seed: int | None = None, stays: bool = True) -> Supply:
    """Of all images, in batches of 32; they stay on the device unless they are sent there piece by piece."""
    from cnn_tui.training.pipeline import Batches

    return supply_of(Batches(IMAGES, LABELS, batch_size=32, seed=seed, room=None if stays else 0))


def supply_of(batches: Batches) -> Supply:
    from cnn_tui.training.pipeline import Supply

    return Supply(batches)


@pytest.mark.parametrize("stays", [True, False])
@pytest.mark.parametrize("steps", [1, 2, 64])
def test_each_image_comes_once_an_epoch_and_the_last_batch_is_what_is_left(stays: bool, steps: int) -> None:
    batches = shown(supply(1, stays), steps=steps)
    assert [len(batch) for batch in batches] == [32, 32, 6]
    assert sorted(flat(batches)) == list(range(COUNT))


def test_each_epoch_has_an_order_of_its_own_that_the_seed_decides() -> None:
    first = [shown(supply(1), epoch) for epoch in range(3)]
    assert len({str(order) for order in first}) == 3
    assert list(range(COUNT)) not in [flat(order) for order in first]
    assert [shown(supply(1), epoch) for epoch in (2, 1, 0)] == first[::-1]  # whatever came before
    assert shown(supply(2)) != first[0]


@pytest.mark.parametrize("stays", [True, False])
@pytest.mark.parametrize("steps", [1, 64])
def test_an_epoch_of_so_many_batches_goes_on_where_the_last_one_ended(stays: bool, steps: int) -> None:
    from cnn_tui.training.pipeline import training_batches

    data = training_batches(IMAGES, LABELS, batch_size=32, seed=1, steps=4)
    data.room = None if stays else 0
    found = [shown(supply_of(data), epoch, steps) for epoch in range(3)]
    assert [len(epoch) for epoch in found] == [len(data)] * 3
    whole = [batch for time in range(4) for batch in shown(supply(1), time)]
    assert [batch for epoch in found for batch in epoch] == whole
    assert shown(supply_of(data), 2) == found[2]  # whatever came before


def test_some_images_to_validate_on_are_drawn_once_from_all() -> None:
    from cnn_tui.training.pipeline import some_of

    images, labels = some_of(IMAGES, LABELS, 32, 1)
    assert len(set(labels)) == 32
    assert images[:, 0, 0, 0].tolist() == labels.tolist()
    assert max(labels) - min(labels) > COUNT / 2  # not those of one class, where images lie class by class
    assert some_of(IMAGES, LABELS, 32, 1)[1].tolist() == labels.tolist() != some_of(IMAGES, LABELS, 32, 2)[1].tolist()
    assert some_of(IMAGES, LABELS, COUNT, 1)[0] is IMAGES  # which may be on the device already


def test_images_that_are_not_shuffled_come_in_their_own_order() -> None:
    from cnn_tui.training.pipeline import training_batches

    data = training_batches(IMAGES, LABELS, batch_size=32, seed=1, shuffle=False)
    assert flat(shown(supply_of(data), 0)) == flat(shown(supply_of(data), 1)) == list(range(COUNT))


def test_images_that_do_not_fit_come_in_the_same_order() -> None:
    assert not supply(1, stays=False).stays
    for epoch in range(2):
        assert shown(supply(1, stays=False), epoch, steps=2) == shown(supply(1), epoch)


def test_what_is_sent_at_once_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn_tui.training.pipeline.CHUNK_BYTES", 2 * 32 * 4)  # two batches
    one = supply(stays=False)
    assert [(len(piece.positions), piece.done) for piece in one.pieces(0, lambda: 64)] == [(64, 2), (6, 3)]


def test_half_of_the_memory_that_is_free_may_be_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnn_tui.training.pipeline import room

    class Memory:
        available = 2 * IMAGES.nbytes

    monkeypatch.setattr("psutil.virtual_memory", Memory)
    assert room() == IMAGES.nbytes
    assert supply().stays
    Memory.available -= 2
    assert not supply().stays


def test_test_images_keep_their_order() -> None:
    from cnn_tui.training.pipeline import evaluation_batches

    batches = evaluation_batches(IMAGES, LABELS, batch_size=32)
    assert flat(shown(supply_of(batches), 0)) == flat(shown(supply_of(batches), 5)) == list(range(COUNT))
    assert len(batches) == 3


def test_bytes_become_exactly_what_the_notes_make_of_them() -> None:
    import tensorflow as tf

    from cnn_tui.training.pipeline import scaled

    images = np.arange(256, dtype=np.uint8)
    in_a_graph: Any = tf.function(scaled)
    as_the_notes_do = (images / 255.0).astype(np.float32)
    assert np.array_equal(in_a_graph(tf.constant(images)), as_the_notes_do)
    assert np.array_equal(scaled(images), as_the_notes_do)


def test_training_explain_and_an_exported_script_scale_bytes_alike() -> None:
    import keras

    from cnn_tui.data.images import Picture
    from cnn_tui.experiment.presets import load_preset
    from cnn_tui.keras_io.script.write import keras_script
    from cnn_tui.training.explain.keep_files import ask_all
    from cnn_tui.training.pipeline import scaled

    images = np.arange(256, dtype=np.uint8)
    in_training = np.asarray(scaled(images))
    gives_its_input = keras.Sequential([keras.Input((16, 16, 1)), keras.layers.Flatten()])
    assert np.array_equal(ask_all(gives_its_input, images.reshape(1, 16, 16, 1), lambda: False)[0], in_training)
    by_hand = Picture((16, 16, 1), images.tobytes()).channels(1 / 255)
    assert np.array_equal(np.asarray(by_hand, np.float32).ravel(), in_training)
    assert "training_images.reshape(-1, 28, 28, 1) / 255.0" in keras_script(load_preset("lab1-baseline"))


def test_a_loss_that_is_not_sparse_gets_one_hot_labels() -> None:
    from cnn_tui.training.pipeline import training_batches

    one = supply_of(
        training_batches(IMAGES[:3], LABELS[:3], batch_size=8, seed=1, answers=Answers("one-hot labels", 4))
    )
    assert one.batch(np.arange(3))[1].numpy().tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]


@pytest.mark.parametrize("stays", [True, False])
def test_one_unit_gets_0_or_1_and_each_image_the_weight_of_its_class(stays: bool) -> None:
    from cnn_tui.training.pipeline import Batches, weights_of

    labels = LABELS % 2
    weights = weights_of((1.0, 2.5), labels)
    given = Batches(
        IMAGES, labels, batch_size=32, answers=Answers("single numbers", 1), weights=weights, room=None if stays else 0
    )
    supply = supply_of(given)
    seen: list[tuple[float, float]] = []
    for piece in supply.pieces(0, lambda: 1):
        for at in range(piece.first, piece.end):
            _, answers, each = supply.batch(piece.positions[at * 32 : (at + 1) * 32])
            assert answers.shape[1:] == (1,)
            assert each is not None
            seen += zip(answers.numpy()[:, 0].tolist(), each.numpy().tolist(), strict=True)
    assert seen == [(0.0, 1.0), (1.0, 2.5)] * (COUNT // 2)


def test_balanced_weights_let_every_class_count_the_same() -> None:
    from cnn_tui.training.pipeline import weights_of

    labels = np.array([0, 0, 0, 0, 0, 0, 2, 2])
    weights = weights_of("balanced", labels)
    assert weights is not None
    assert weights.tolist() == pytest.approx([8 / 12, 1.0, 2.0])
    assert weights[labels].sum() == pytest.approx(8)
    assert weights_of(None, labels) is None
