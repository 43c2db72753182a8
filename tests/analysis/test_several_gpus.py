"""Several GPUs gain where the work of a step can be shared out, and not where it is mostly starting operations."""

from __future__ import annotations

import pytest

from cnn_tui.analysis.foretelling.several_gpus import USUAL_GPU, gain, why_little_gain
from cnn_tui.experiment.presets import load_preset
from cnn_tui.network.step_work import StepWork, WorkAmounts

NOTES = load_preset("lab1-baseline")


def step(learned: int = 0, **amounts: float) -> StepWork:
    return StepWork(WorkAmounts(**amounts), (), learned, learned, 0)


def test_only_what_can_be_shared_out_is_quicker_on_several() -> None:
    assert gain(step(multiplications=1e12), 4).times == pytest.approx(4)
    assert tuple(gain(step(operations=100), 4)) == pytest.approx((1, 1))
    half = gain(step(operations=1, multiplications=USUAL_GPU.operations / USUAL_GPU.multiplications), 2)
    assert tuple(half) == pytest.approx((1 / 0.75, 0.5))
    assert gain(step(multiplications=1e8, learned=10_000_000), 2).times < 1, "the sums take longer than the step"


def test_a_small_net_is_told_why_one_gpu_does_as_well() -> None:
    assert why_little_gain(NOTES, 4) == (
        "gpu:all is likely to gain little: 4 GPUs are no faster than one, because 94% of a step is starting "
        "operations, and each GPU starts all of them for its share of 32 images; gpu leaves the others free, and a "
        "larger batch_size gains more"
    )
    assert "2 GPUs are 1.2 times as fast as one" in why_little_gain(NOTES.with_training(batch_size=256), 2)
    assert not why_little_gain(NOTES.with_training(batch_size=2048), 4)
    dense = load_preset("vgg-small-cifar10").with_training(batch_size=256)
    assert not why_little_gain(dense, 4)


def test_what_the_machines_own_runs_tell_goes_before_what_is_usual() -> None:
    slow = USUAL_GPU._replace(multiplications=1e-9)
    assert why_little_gain(NOTES, 4) and not why_little_gain(NOTES, 4, slow)
