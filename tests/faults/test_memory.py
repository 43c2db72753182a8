"""A network that needs more memory than there is fails its own run, with a sentence."""

from __future__ import annotations

import resource

import pytest

from cnn_tui.experiment.experiment import Experiment
from tests.faults.lab import Lab
from tests.waiting import processes_of

LIMIT = 4_000_000_000  # bytes of addresses; TensorFlow alone takes two
UNITS = 15_000_000  # 64 inputs each: 3.8 GB


@pytest.mark.long
@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux limits another process")
def test_a_run_without_memory_fails_alone(lab: Lab, tiny: Experiment) -> None:
    lab.wake()
    [process] = lab.wait_for_process("--standby")
    resource.prlimit(process, resource.RLIMIT_AS, (LIMIT, LIMIT))
    absurd = lab.add(tiny.with_stack(tiny.stack.change(1, units=UNITS).insert(2, tiny.layers[1])), 2)
    following = lab.add(tiny, 2)
    run = lab.wait_for_end(absurd, "failed")
    assert run.stop_cause.startswith("out of memory: "), run.stop_cause
    assert f"{UNITS}" in run.stop_cause, "it names the shape"
    assert "\n" not in run.stop_cause and run.epochs == ()
    assert process not in processes_of(lab.home)
    assert lab.wait_for_end(following).test_accuracy is not None
    lab.assert_intact(absurd, following)
