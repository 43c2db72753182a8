"""Takes the place of a training in a job: it tells epochs as one does, without TensorFlow and in no time."""

from __future__ import annotations

import os
import sys
import time

from cnn_tui.history.elsewhere.run_elsewhere import RunElsewhere
from cnn_tui.history.epoch import Epoch
from cnn_tui.history.history import Result
from cnn_tui.home import home, run_folder
from cnn_tui.jobs.clusters.slurm_job import TrainingJob
from cnn_tui.jobs.launch import ENDED, python
from tests.waiting import wait_for

AN_EPOCH = 0.05
"""Seconds."""
HELD_AFTER = 2
"""While there is a file `hold` in the home, it does not come past this epoch."""


class StandInJob(TrainingJob):
    """A job that trains nothing."""

    def command(self, run_id: int) -> list[str]:
        return python("tests.jobs.stand_in", str(run_id))


def wait_for_checkpoint(run_id: int, epoch: int) -> None:
    """Wait until a run has a checkpoint of that epoch or a later one, whoever looks after it."""
    kept = run_folder(run_id) / "checkpoint"
    wait_for(lambda: kept.exists() and int(kept.read_text() or 0) >= epoch, f"epoch {epoch} of run {run_id}")


def main(run_id: int) -> int:
    """Tell all epochs that the checkpoint does not have."""
    kept = run_folder(run_id) / "checkpoint"
    with RunElsewhere(run_id) as record:
        run = record.run(run_id)
        assert run is not None
        assert record.claim(run_id, os.getpid(), 1)
        print(f"run {run_id} begins", flush=True)
        record.record_start(run_id, dataset="mnist", train_images=1, test_images=1, environment={"device": "CPU"})
        done = int(kept.read_text()) if kept.exists() else 0
        if done:
            record.record_resumption(run_id, done, f"resumed after epoch {done} on CPU")
            record.forget_after(run_id, done)
        for number in range(done + 1, run.experiment.training.epochs + 1):
            time.sleep(AN_EPOCH)
            while number > HELD_AFTER and (home() / "hold").exists() and record.wish(run_id) in ("", "pause"):
                time.sleep(AN_EPOCH)
            if record.wish(run_id) in ("stop", "now"):
                record.record_end(run_id, Result("stopped", "stopped by you", ending="user"))
                return ENDED
            record.record_epoch(
                run_id,
                Epoch(number, {"loss": 1 / number, "val_accuracy": 1 - 1 / number}, AN_EPOCH, 1.0),
                AN_EPOCH * number,
            )
            kept.write_text(str(number))
        record.record_end(run_id, Result("finished"))
    return ENDED


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
