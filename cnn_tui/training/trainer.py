"""The training of one run, from what it reads to the result that the history gets."""

from __future__ import annotations

import functools
import signal
import traceback
from types import FrameType
from typing import Any

import keras

from cnn_tui.analysis.foretelling.several_gpus import why_little_gain
from cnn_tui.artifacts.weights import KeptWeights, Start, read_weights, starts
from cnn_tui.data.dataset import DatasetError
from cnn_tui.experiment.images.image_parts import on_stand_in
from cnn_tui.experiment.training.compiled import answers_of
from cnn_tui.experiment.training.phases import PhaseReached, phase_reached, phases_in_words
from cnn_tui.history.elsewhere.run_elsewhere import RunRecord
from cnn_tui.history.ending import Ending
from cnn_tui.history.history import HistoryError, Result
from cnn_tui.history.records import require_experiment
from cnn_tui.history.run import Run, finite
from cnn_tui.home import best_path, checkpoint_path, model_path
from cnn_tui.jobs.devices import DeviceError
from cnn_tui.text import counted
from cnn_tui.training import pipeline
from cnn_tui.training.callbacks.checkpoints import CheckpointError, Checkpoints, clear_parts, write
from cnn_tui.training.callbacks.control import STOPS, ControlPoll, StopRuleCallback
from cnn_tui.training.callbacks.epoch_weights import EpochWeights
from cnn_tui.training.callbacks.learning_rate import rate_callbacks
from cnn_tui.training.callbacks.recorder import Recorder, Stopwatch
from cnn_tui.training.data.split import split
from cnn_tui.training.explain import keep_files
from cnn_tui.training.foretelling import Foretelling
from cnn_tui.training.log import say
from cnn_tui.training.loop import evaluate, finish, fit
from cnn_tui.training.model.adapt import adapt
from cnn_tui.training.model.build import BuildError, build
from cnn_tui.training.model.phases import batches_in, begin_phase, forget_steps
from cnn_tui.training.model.start_weights import start_from_weights, take_up
from cnn_tui.training.pipeline import Batches
from cnn_tui.training.replicas import settled
from cnn_tui.training.runtime import describe_error, device, environment, has_no_room, spread_work
from cnn_tui.training.standby import load
from cnn_tui.training.step import varied_test_step


class ReadingEndedError(Exception):
    """The run is stopped while pictures are read."""


class Trainer:
    """The training of one run."""

    def __init__(self, history: RunRecord, run: Run, seed: int, foretold: Foretelling) -> None:
        self.history, self.run, self.seed, self.foretold = history, run, seed, foretold
        self.experiment, self.training = run.experiment, run.experiment.training
        stopwatch = Stopwatch()
        self.resumed = run.train_images > 0  # it began before
        self.recorder = Recorder(history, run.id, self.experiment, stopwatch, say)
        self.control = ControlPoll(history, run.id, self.experiment.epochs, stopwatch, self.recorder.note)
        self.rule = StopRuleCallback(self.experiment.stop, self.recorder.note)
        self.checkpoints = Checkpoints(run, self.recorder, stopwatch)
        self.epoch_weights = EpochWeights(run, self.recorder)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)

    def result(self) -> Result:
        """Train; whatever goes wrong becomes a result with a sentence, and its traceback goes to the log."""
        try:
            require_experiment(self.run)
            return self._run()
        except (BuildError, DatasetError, DeviceError, HistoryError) as error:
            return Result("failed", str(error))
        except Exception as error:
            say(traceback.format_exc())
            ending: Ending = "no room" if has_no_room(error) else "error"
            return Result("failed", describe_error(error), seconds=self.recorder.seconds or None, ending=ending)

    def _run(self) -> Result:
        clear_parts(self.run.id)
        keep_files.forget(self.run.id)
        # TensorFlow looks for devices when it is first asked for one, not when it is imported.
        with settled(self.run.device) as choice:
            if choice.warning:
                self.recorder.note(choice.warning)
            if choice.gpus and (why := why_little_gain(self.experiment, len(choice.gpus), self.foretold.gpu)):
                self.recorder.note(why)
            spread_work()
            return self._run_there()

    def _run_there(self) -> Result:
        if not self.resumed:
            return self._begin()
        why = self._why_no_checkpoint()
        for start in starts(self.run, self.run.resumed_after):
            try:
                return self._train(start)
            except CheckpointError as error:
                why = str(error)
        self.recorder.note_resumption(0, f"begun again from the start on {device()}: {why}")
        return self._train(None)

    def _begin(self) -> Result:
        self.recorder.note(f"started on {device()}", "started")
        for path in (checkpoint_path(self.run.id), best_path(self.run.id)):
            path.unlink(missing_ok=True)  # of a run of that number in a history that is gone
        self.epoch_weights.go_on_after(0)
        return self._train(None)

    def _why_no_checkpoint(self) -> str:
        if read_weights(checkpoint_path(self.run.id), self.run) is None:
            return "no checkpoint was kept"
        return f"the record ends after {counted(len(self.run.epochs), 'epoch')}"

    def _train(self, start: Start | None) -> Result:
        keras.utils.set_random_seed(self.seed)
        done = start.epoch if start is not None else 0

        self.recorder.show_phase("loading data")
        try:
            training_data, validation_data, test_data = self._data()
        except ReadingEndedError:
            return self._stopped_before_training()

        self.recorder.show_phase("building")
        reached = phase_reached(self.experiment, [one.metrics for one in self.run.epochs[:done]])
        model = build(reached.experiment, pretrained=start is None and self.experiment.weights is None)
        if start is None:
            adapt(model, training_data.images)
            if taken := start_from_weights(model, self.experiment):
                self.recorder.note(taken)
        else:
            training_data = batches_in(training_data, reached.experiment.training, reached.first)
            take_up(model, start, len(training_data), reached)
        if self.control.ends_before() or self.control.wish() in STOPS:
            return self._stopped_before_training()

        if self.resumed:
            self._go_on_after(done, "" if start is None or start.checkpoint else ", from its kept weights", reached)
        self.recorder.show_phase("training")
        self._fit(model, training_data, validation_data, reached, done)
        return self._end(model, test_data)

    def _fit(
        self, model: Any, training_data: Batches, validation_data: Batches | None, reached: PhaseReached, done: int
    ) -> None:
        """Train all phases that are left; of the first of them some epochs may be done, or all."""
        first, phases = reached.first, reached.experiments
        self.checkpoints.set_model(model)  # also where nothing is left to train
        for number in range(reached.at, len(phases)):
            phase, is_first = phases[number], number == reached.at
            planned = first + sum(one.training.epochs for one in phases[number:])
            if not is_first:
                begin_phase(model, phase)
                training_data = batches_in(training_data, phase.training, first)
                forget_steps(validation_data)
                self.rule = StopRuleCallback(phase.stop, self.recorder.note)
                words = phases_in_words(self.experiment)[number - 1]
                self.recorder.note(f"phase {number + 1} of {len(phases)} begins after epoch {first}: {words}")
            self.control.begin_phase(planned)
            self.recorder.begin_phase(phase.training.batch_size, training_data.images_an_epoch, planned)
            self.checkpoints.begin_phase(phase, first, planned)
            if not (is_first and reached.is_over) and done < first + phase.training.epochs:
                fit(
                    model,
                    training_data,
                    validation_data=validation_data,
                    validation_step=varied_test_step if self.training.vary_validation else None,
                    epochs=first + phase.training.epochs,
                    initial_epoch=done,
                    callbacks=[
                        self.recorder,
                        *rate_callbacks(phase.training, self.run.epochs[first:done], first),
                        self.rule,
                        self.control,
                        self.checkpoints,
                        self.epoch_weights,
                    ],
                )
                done = self.recorder.whole_epochs
            if self.control.cause or self.rule.found_nan or number + 1 == len(phases):
                return
            if not self.checkpoints.restore_best():
                finish(model)
            first = done

    def _stopped_before_training(self) -> Result:
        cause = self.control.cause or self.control.stopped("before training began")
        return Result("stopped", cause, ending=self.control.ending)

    def _go_on_after(self, done: int, how: str, reached: PhaseReached) -> None:
        """Everything here knows the epochs that are done already; what was recorded after them goes."""
        epochs = self.run.epochs[:done]
        self.recorder.go_on_after(epochs)
        self.rule = StopRuleCallback(reached.experiment.stop, self.recorder.note)
        self.rule.go_on_after(epochs[reached.first :])
        self.checkpoints.go_on_after(done)
        self.epoch_weights.go_on_after(done)
        for path in (model_path(self.run.id), *([] if done else [best_path(self.run.id)])):
            path.unlink(missing_ok=True)  # of the part that is trained again
        if done:
            self.recorder.note_resumption(done, f"resumed after epoch {done} on {device()}{how}")

    def _end(self, model: Any, test_data: Batches) -> Result:
        """Save and evaluate the last weights, or those that a rule restores, unless the run is to end at once."""
        unsaved, scores, restored = "", {}, 0
        if not self.control.ends_before("saved"):
            self.recorder.show_phase("saving")
            self.checkpoints.keep_last()
            if not (restored := self.checkpoints.restore_best()):
                finish(model)
            kept = KeptWeights(self.run.created, restored or self.recorder.whole_epochs)
            unsaved = write(model, model_path(self.run.id), kept)
        if not self.control.ends_before("evaluated"):
            self.recorder.show_phase("evaluating")
            scores = evaluate(model, test_data, callbacks=[self.control])
        if self.control.now:
            scores = {}  # of some of the images
        keep_files.keep(
            model,
            test_data.images,
            test_data.labels,
            self.run.id,
            self.experiment,
            scores,
            say,
            self.control.ends_before,
        )
        if best := self.checkpoints.best_epoch():
            self.recorder.note(best, "best weights")
        by_rule = not self.control.cause and self.rule.fired is not None
        stop_cause = self.control.cause or self.rule.cause
        if not stop_cause and not unsaved:
            checkpoint_path(self.run.id).unlink(missing_ok=True)  # there is nothing to go on to
        return Result(
            "stopped" if stop_cause else "finished",
            "; ".join(filter(None, (stop_cause, unsaved and f"the weights could not be saved ({unsaved})"))),
            finite(scores.get("loss")),
            finite(scores.get("accuracy")),
            self.recorder.seconds,
            "rule" if by_rule else self.control.ending if stop_cause else "finished",
            self.rule.fired if by_rule else None,
            restored if restored != self.recorder.whole_epochs else 0,
        )

    def _data(self) -> tuple[Batches, Batches | None, Batches]:
        """Batches to train on, to watch beside it, and to test on at the end; records what they are."""
        images = load(self.experiment.dataset, say, self.experiment.data_options, self._tell_reading)
        say(images.source)
        for warning in () if self.resumed else images.warnings:
            self.recorder.note(warning)
        here = on_stand_in(self.experiment, images.dataset.name)
        if here != self.experiment and not self.resumed:
            self.recorder.note("of the images that stand in, as large a part is learned from and validated on")
        x, y, x_val, y_val = split(images, here.training.validation, self.seed, here.leave_out)
        record_start = functools.partial(
            self.history.record_start,
            self.run.id,
            dataset=images.dataset.name,
            train_images=len(x),
            test_images=images.dataset.test_images,
            validation_images=0 if x_val is None or x_val is images.x_test else len(x_val),
            environment={**environment(images.source), **self.foretold.environment},
        )
        self.recorder.write(record_start)
        batch_size = self.training.batch_size
        answers = answers_of(self.experiment)
        weights = pipeline.weights_of(self.training.class_weight, y, images.dataset.class_names)
        training = pipeline.training_batches(
            x,
            y,
            batch_size=batch_size,
            seed=self.seed,
            answers=answers,
            weights=weights,
            steps=self.training.steps_per_epoch,
            shuffle=self.training.shuffle,
        )
        self.recorder.images_an_epoch = training.images_an_epoch
        test = pipeline.evaluation_batches(images.x_test, images.y_test, batch_size=batch_size, answers=answers)
        if x_val is None or y_val is None:
            return training, None, test
        if (steps := self.training.validation_steps) is not None:
            x_val, y_val = pipeline.some_of(x_val, y_val, steps * batch_size, self.seed)
        if x_val is images.x_test:
            return training, test, test
        return training, pipeline.evaluation_batches(x_val, y_val, batch_size=batch_size, answers=answers), test

    def _tell_reading(self, done: int, total: int) -> None:
        """Show how many pictures are read. Raises ReadingEndedError when the run is to be stopped."""
        self.recorder.show_reading(done, total)
        if self.control.ends_before() or self.control.wish() in STOPS:
            raise ReadingEndedError

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        """The first signal stops the run as a request would; the next one ends the process at once."""
        self.control.signal = signal.Signals(number).name
        signal.signal(number, signal.SIG_DFL)
