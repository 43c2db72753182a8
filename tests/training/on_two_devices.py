"""The training process on a machine with two GPUs, played by two logical devices of the processor.

`python -m tests.training.on_two_devices RUN_ID...` trains queued runs one after another. Those for all GPUs are stopped
after their first epoch, and taken up again. Everything but the look for cards is as in any run.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from typing import Any

import keras
import tensorflow as tf

from cnn_tui.history.history import History
from cnn_tui.home import run_folder
from cnn_tui.jobs import devices
from cnn_tui.jobs.gpus import Gpu, Gpus
from cnn_tui.training import loop, replicas, trainer
from cnn_tui.training.train import train_and_record

TWO = Gpus(tuple(Gpu(at, "NVIDIA H200", f"GPU-{at}", 0, 0, 100_000_000_000, 40) for at in (0, 1)))


class Stopped(keras.callbacks.Callback):  # type: ignore[misc]
    """Somebody stops the run while its first epoch ends."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == 0:
            os.kill(os.getpid(), signal.SIGTERM)


def stopped_fit(*args: Any, callbacks: Any, **options: Any) -> Any:
    return loop.fit(*args, callbacks=[Stopped(), *callbacks] if replicas.count() > 1 else callbacks, **options)


def main(run_ids: list[int]) -> None:
    processor = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * 2)
    vars(devices)["read_gpus"] = lambda: TWO
    vars(replicas)["together"] = functools.partial(replicas.together, kind="CPU")
    vars(trainer)["fit"] = stopped_fit
    with History() as history:
        for run_id in run_ids:
            os.environ.pop(devices.VISIBLE, None)  # what was settled for the run before
            run_folder(run_id).mkdir(parents=True)
            train_and_record(history, run_id)
            if history.resume(run_id):
                train_and_record(history, run_id)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]])
    os._exit(0)
