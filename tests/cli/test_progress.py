"""The progress line: what it says, and what it leaves out where room is short."""

from __future__ import annotations

import msgspec
import pytest

from cnn_tui.cli.progress import epoch_parts, join_parts, progress_parts
from cnn_tui.experiment.presets import load_preset
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.run import Progress, Run

RUN = Run(
    id=4,
    name="Lab",
    status="running",
    stop_cause="",
    experiment=load_preset("lab1-baseline"),
    fingerprint="",
    dataset="fashion_mnist",
    train_images=60_000,
    test_images=10_000,
    seed=1,
    params=113_386,
    created=0.0,
    seconds=8.0,
    test_loss=None,
    test_accuracy=None,
    note="",
    tags=(),
    environment={},
    pid=1,
    wish="",
    epochs=(Epoch(1, {"loss": 0.5}, 8.0, 7500.0),),
)
NOW = Progress(
    phase="training",
    epoch=2,
    step=960,
    steps=1875,
    images=30_720,
    images_an_epoch=60_000,
    loss=0.3521,
    accuracy=0.8712,
    images_per_second=7120.0,
)


def test_the_whole_line() -> None:
    assert join_parts(progress_parts(RUN, NOW), 200) == (
        "run 4  epoch 2/5  [#####.....]  batch 960 of 1,875  30,720/60,000 images  loss 0.3521  accuracy 0.8712  "
        "7,120 images/s  ETA 0:28"
    )


@pytest.mark.parametrize(
    ("width", "line"),
    [
        (105, "run 4  epoch 2/5  batch 960 of 1,875  30,720/60,000 images  loss 0.3521  accuracy 0.8712  ETA 0:28"),
        (79, "run 4  epoch 2/5  batch 960 of 1,875  loss 0.3521  accuracy 0.8712  ETA 0:28"),
        (40, "run 4  epoch 2/5  batch 960 of 1,875"),
        (10, "run 4  epo"),
        (0, ""),
    ],
)
def test_narrow_lines(width: int, line: str) -> None:
    assert join_parts(progress_parts(RUN, NOW), width) == line


def test_every_phase_has_words() -> None:
    def words(**changes: object) -> str:
        return join_parts(progress_parts(RUN, msgspec.structs.replace(NOW, **changes)), 200)

    assert words(phase="starting") == "run 4  starting TensorFlow"
    assert words(phase="loading data") == "run 4  loading the data"
    reading = words(phase="loading data", read=1_200, to_read=8_000)
    assert reading == "run 4  reading pictures 1,200 of 8,000  [#.........]"
    assert words(phase="validating") == "run 4  epoch 2/5  validating"
    assert words(phase="evaluating") == "run 4  evaluating on the test images"
    assert words(steps=0, images_per_second=0.0, loss=None, accuracy=None).endswith("0 images/s")
    paused = join_parts(progress_parts(msgspec.structs.replace(RUN, status="paused"), NOW), 200)
    assert paused.endswith("accuracy 0.8712  paused")


def test_no_time_is_named_while_there_is_no_pace() -> None:
    assert "ETA" in join_parts(progress_parts(RUN, NOW), 200)
    assert "ETA" not in join_parts(progress_parts(RUN, msgspec.structs.replace(NOW, images_per_second=0.0)), 200)


def test_an_epoch_names_what_keras_names() -> None:
    metrics = {"loss": 0.3, "accuracy": 0.9, "val_loss": 0.35, "val_accuracy": 0.88}
    parts = epoch_parts(RUN, Epoch(2, metrics, 8.04, 7460.0))
    assert join_parts(parts, 200) == (
        "run 4  epoch 2/5  loss 0.3000  accuracy 0.9000  val_loss 0.3500  val_accuracy 0.8800  8.0 s  7,460 images/s"
    )
    assert join_parts(parts, 79) == "run 4  epoch 2/5  loss 0.3000  accuracy 0.9000  val_accuracy 0.8800"
