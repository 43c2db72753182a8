"""One run, from start to end: `python -m cnn_tui.training.train RUN_ID`.

With `--standby` it loads TensorFlow first and then waits for a line with a RUN_ID, so that the run begins at once; when
its standard input ends, so does it. What it and TensorFlow print goes to the run's log. Everything else it has to say
it writes into the history.
"""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import re
import secrets
import signal
import sys
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from cnn_tui import __version__
from cnn_tui.experiments.dataset import DatasetError
from cnn_tui.experiments.history import History, Result
from cnn_tui.experiments.home import log_path, model_path
from cnn_tui.experiments.run import Run
from cnn_tui.training import locks

# All of these are read when TensorFlow is imported.
os.environ["KERAS_BACKEND"] = "tensorflow"  # whatever ~/.keras/keras.json says
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")  # warnings and errors
os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")  # leave the rest of the GPU to others

import keras
import numpy as np
import tensorflow as tf

from cnn_tui.training import pipeline
from cnn_tui.training.build import BuildError, build
from cnn_tui.training.callbacks import ControlPoll, Recorder, StopRuleCallback, Stopwatch
from cnn_tui.training.datasets import load, split

END_RETRIES = 60
"""How often the end of a run is tried to be written, a second apart and after SQLite's own waiting."""


def main(arguments: list[str]) -> int:
    """Train the run that the arguments or, on standby, the standard input names; gives the exit status."""
    if arguments == ["--standby"]:
        line = sys.stdin.readline().strip()
        return train(int(line)) if line else 0
    if len(arguments) == 1 and arguments[0].isdecimal():
        return train(int(arguments[0]))
    say("usage: python -m cnn_tui.training.train (RUN_ID | --standby)")
    return 2


def train(run_id: int) -> int:
    """Take a queued run and train it to its end; gives 0, or 1 when it failed or was not to be had."""
    lock = locks.take(locks.run_lock(run_id), wait=5)  # held until the process ends: it shows that the run lives
    if lock is None:
        say(f"Run {run_id} is trained by another process.")
        return 1
    send_output_to(log_path(run_id))
    with History() as history:
        run = history.run(run_id)
        seed = secrets.randbelow(2**31) if run is None or run.seed is None else run.seed
        if run is None or not history.claim(run_id, os.getpid(), seed):
            say(f"Run {run_id} is not in the queue.")
            return 1
        say(f"Run {run_id}, {run.name}: seed {seed}, process {os.getpid()}.")
        trainer = Trainer(history, run, seed)
        result = trainer.result()
        say(f"Run {run_id} {result.status}{f': {result.stop_cause}' if result.stop_cause else '.'}")
        record_end(history, run_id, result, trainer.recorder)
    return 1 if result.status == "failed" else 0


class Trainer:
    """The training of one run."""

    def __init__(self, history: History, run: Run, seed: int) -> None:
        self.history, self.run, self.seed = history, run, seed
        self.experiment, self.training = run.experiment, run.experiment.training
        stopwatch = Stopwatch()
        self.recorder = Recorder(history, run.id, self.experiment, stopwatch, say)
        self.control = ControlPoll(history, run.id, stopwatch)
        self.rule = StopRuleCallback(self.experiment.stop)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def result(self) -> Result:
        """Train; whatever goes wrong becomes a result with a sentence, and its traceback goes to the log."""
        try:
            return self._run()
        except (BuildError, DatasetError) as error:
            return Result("failed", str(error))
        except Exception as error:
            say(traceback.format_exc())
            return Result("failed", describe_error(error), seconds=self.recorder.seconds)

    def _run(self) -> Result:
        keras.utils.set_random_seed(self.seed)
        keras.config.set_floatx("float32")
        keras.config.set_image_data_format("channels_last")

        self.recorder.show_phase("loading data")
        training_data, validation_data, test_data = self._data()

        self.recorder.show_phase("building")
        model = build(self.experiment, steps_per_execution=self._steps_per_execution(len(training_data)))
        if self.control.wish() == "stop":
            return Result("stopped", self.control.stopped("before training began"))

        self.recorder.show_phase("training")
        model.fit(
            training_data,
            validation_data=validation_data,
            epochs=self.training.epochs,
            callbacks=[self.recorder, self.rule, self.control],
            shuffle=False,  # the pipeline does
            verbose=0,
        )
        stop_cause = self.control.cause or self.rule.cause

        self.recorder.show_phase("saving")
        unsaved = save(model, model_path(self.run.id))

        self.recorder.show_phase("evaluating")
        scores = model.evaluate(test_data, return_dict=True, verbose=0)
        return Result(
            "stopped" if stop_cause else "finished",
            "; ".join(filter(None, (stop_cause, unsaved))),
            finite(scores["loss"]),
            finite(scores.get("accuracy")),
            self.recorder.seconds,
        )

    def _data(self) -> tuple[tf.data.Dataset, tf.data.Dataset | None, tf.data.Dataset]:
        """Batches to train on, to watch beside it, and to test on at the end; records what they are."""
        images = load(self.experiment.dataset, say=say)
        say(images.source)
        x, y, x_val, y_val = split(images, self.training.validation, self.seed)
        self.recorder.train_images = len(x)
        record_start = functools.partial(
            self.history.record_start,
            self.run.id,
            dataset=images.dataset.name,
            train_images=len(x),
            test_images=len(images.x_test),
            environment=environment(images.source),
        )
        self.recorder.write(record_start)
        batch_size = self.training.batch_size
        one_hot = images.dataset.classes if self.training.loss == "categorical_crossentropy" else None
        training = pipeline.training_batches(x, y, batch_size=batch_size, seed=self.seed, one_hot=one_hot)
        test = pipeline.evaluation_batches(images.x_test, images.y_test, batch_size=batch_size, one_hot=one_hot)
        if x_val is None or y_val is None:
            return training, None, test
        if x_val is images.x_test:
            return training, test, test
        return training, pipeline.evaluation_batches(x_val, y_val, batch_size=batch_size, one_hot=one_hot), test

    def _steps_per_execution(self, steps: int) -> int:
        gpu = bool(tf.config.list_physical_devices("GPU"))
        stack, batch_size = self.experiment.stack, self.training.batch_size
        return pipeline.steps_per_execution(stack, batch_size, steps, cores=cores(), gpu=gpu)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """The first signal stops the run as a request would; the next one ends the process at once."""
        self.control.signal = signal.Signals(number).name
        signal.signal(number, signal.SIG_DFL)


def save(model: Any, path: Path) -> str:
    """Write the model in one go, so that a half-written one is never found; gives what went wrong, or ""."""
    part = path.with_name(f"part-{path.name}")
    try:
        model.save(part)
        part.replace(path)
    except OSError as error:
        say(traceback.format_exc())
        part.unlink(missing_ok=True)
        return f"the weights could not be saved ({error.strerror or first_line(error)})"
    return ""


def record_end(history: History, run_id: int, result: Result, recorder: Recorder) -> None:
    """Write what still waits and how the run ended. A history that is locked or has no room gets a minute and more."""
    recorder.write(functools.partial(history.record_end, run_id, result))
    for _ in range(END_RETRIES):
        if recorder.write_waiting():
            return
        time.sleep(1)


def environment(data: str) -> dict[str, Any]:
    """What the run ran on, as far as it bears on its figures."""
    return {
        "cnn_tui": __version__,
        "python": platform.python_version(),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
        "platform": platform.platform(),
        "cpus": os.cpu_count(),
        "device": device(),
        "data": data,
    }


def device() -> str:
    """Where the arithmetic happens: the GPU's name, else the CPU and how many of its cores may be used."""
    gpus = tf.config.list_physical_devices("GPU")
    if not gpus:
        return f"CPU, {cores()} cores"
    return str(tf.config.experimental.get_device_details(gpus[0]).get("device_name", "GPU"))


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe_error(error: Exception) -> str:
    """An error in one sentence: its type, and what it says first."""
    if isinstance(error, MemoryError | tf.errors.ResourceExhaustedError):
        return f"out of memory: {first_line(error)}"
    return f"{type(error).__name__}: {first_line(error)}"


def first_line(error: Exception) -> str:
    """The first line of an error that says something."""
    # TensorFlow adds where in the graph it happened.
    text = re.sub(r"\{\{.*?\}\}|\[Op:.*", "", str(error).split("<stack traces unavailable>")[-1])
    says = [line.strip() for line in text.splitlines() if line.strip()]
    return says[0] if says else "no message"


def finite(value: float | None) -> float | None:
    """A number that JSON can hold; None for what is none."""
    return float(value) if value is not None and np.isfinite(value) else None


def say(sentence: str) -> None:
    """Write a line to the log, which may be on a full disk."""
    with contextlib.suppress(OSError):
        print(f"{time.strftime('%H:%M:%S')} {sentence}", flush=True)


def send_output_to(path: Path) -> None:
    """Append all that this process prints, TensorFlow's own lines as well, to a file."""
    sys.stdout.flush()
    sys.stderr.flush()
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
