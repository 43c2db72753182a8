"""What a script's callbacks do while it trains is a stop rule or a schedule here, or a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.experiment.training.schedule import LearningRateScheduler, ReduceLROnPlateau
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.keras_io.script.write import keras_script
from tests.keras_io.scripts import FIT, HEAD, SMALL, compiled, read


def test_early_stopping_goes_back_to_the_best_weights(tmp_path: Path) -> None:
    stop = 'tf.keras.callbacks.EarlyStopping("loss", patience=3, mode="min", restore_best_weights=True)'
    imported = read(tmp_path, HEAD + SMALL + FIT.replace("epochs=3", f"epochs=3, callbacks=[{stop}]"))
    assert imported.experiment.stop == (StopRule("loss", patience=3, restore_best_weights=True),)
    assert imported.notes == ()


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        ("logs.get('loss') < 0.4", StopRule("loss", below=0.4)),
        ("logs['acc'] >= TARGET", StopRule("accuracy", above=0.95)),
        ("logs.get('accuracy') is not None and logs.get('accuracy') > 0.6", StopRule("accuracy", above=0.6)),
        ("0.2 > logs.get('loss')", StopRule("loss", below=0.2)),
        ("logs['loss'] < float('0.3')", StopRule("loss", below=0.3)),
        ("logs['acc'] > int(TARGET)", StopRule("accuracy", above=0)),
        ("float(logs['acc']) >= min(TARGET, 98 / 100)", StopRule("accuracy", above=0.95)),
        ("logs['acc'] >= self.percent / 100", StopRule("accuracy", above=0.97)),
        ("logs.get(self.name) > TARGET", StopRule("accuracy", above=0.95)),
        ("logs[WATCHED] < 0.3", StopRule("loss", below=0.3)),
    ],
)
def test_a_callback_that_stops_at_a_value_is_a_stop_rule(tmp_path: Path, condition: str, rule: StopRule) -> None:
    code = (
        HEAD
        + SMALL
        + f"""
TARGET, WATCHED = 0.95, "loss"
class Stop(tf.keras.callbacks.Callback):
    percent = 97
    name = "acc"
    def on_epoch_end(self, epoch, logs={{}}):
        if {condition}:
            print("enough")
            self.model.stop_training = True
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=9, callbacks=[Stop()])
"""
    )
    assert read(tmp_path, code).experiment.stop == (rule,)


@pytest.mark.parametrize(
    ("lines", "rules", "note"),
    [
        ("if logs.get('loss') < 0.3 and logs.get('accuracy') > 0.9:", (), "more than one thing holds"),
        ("if epoch > 3 and logs.get('loss') < 0.3:", (), "is left out"),
        ("if epoch > 3:\n            if logs.get('loss') < 0.3:", (), "is left out"),
        ("if not logs.get('loss') < 0.3:", (), "is left out"),
        ("if logs.get('loss') < 0.3 or epoch > late():", (StopRule("loss", below=0.3),), "a part of what it stops at"),
        ("if logs.get('loss') < 0.3 or epoch > 3:", (StopRule("loss", below=0.3),), ""),
        (
            "if logs.get('loss') < 0.3 or logs['accuracy'] > 0.9:",
            (StopRule("loss", below=0.3), StopRule("accuracy", above=0.9)),
            "",
        ),
        ("if logs:\n            if logs.get('loss') < 0.3:", (StopRule("loss", below=0.3),), ""),
    ],
)
def test_a_stop_that_asks_for_more_than_one_thing_is_no_rule(
    tmp_path: Path, lines: str, rules: tuple[StopRule, ...], note: str
) -> None:
    code = f"""
class Stop(tf.keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        {lines}
                self.model.stop_training = True
"""
    fit = FIT.replace("epochs=3", "epochs=3, callbacks=[Stop()]")
    imported = read(tmp_path, HEAD + SMALL + code + fit)
    assert imported.experiment.stop == rules
    assert [note in one for one in imported.notes] == ([True] if note else [])


@pytest.mark.parametrize("when", ["on_batch_end", "on_train_batch_end"])
def test_a_callback_that_stops_within_an_epoch_is_a_rule_after_each(tmp_path: Path, when: str) -> None:
    code = f"""
class Stop(tf.keras.callbacks.Callback):
    def {when}(self, batch, logs={{}}):
        if logs["accuracy"] > 0.98:
            self.model.stop_training = True
"""
    imported = read(tmp_path, HEAD + SMALL + code + FIT.replace("epochs=3", "epochs=3, callbacks=[Stop()]"))
    assert imported.experiment.stop == (StopRule("accuracy", above=0.98),)
    (note,) = imported.differences
    assert "stops within an epoch there, as soon as accuracy above 0.98: here that is looked at after each" in note


def test_early_stopping_is_a_stop_rule_and_other_callbacks_are_notes(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
calls = [keras.callbacks.EarlyStopping(monitor="val_loss", patience=2), keras.callbacks.LearningRateScheduler(plan)]
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=9, validation_split=0.2, callbacks=calls)
"""
    )
    imported = read(tmp_path, code)
    assert imported.experiment.stop == (StopRule("val_loss", patience=2),)
    assert [note for note in imported.notes if "LearningRateScheduler (line" in note]


@pytest.mark.parametrize(
    ("function", "rates"),
    [
        ("lambda epoch: 1e-8 * 10**(epoch / 20)", [1e-8 * 10 ** (epoch / 20) for epoch in range(4)]),
        ("halved", [0.02, 0.02, 0.01, 0.005]),
        ("lambda epoch, lr: lr", [0.02] * 4),
        ("lambda epoch: float(tf.math.exp(-0.5 * epoch).numpy())", [2.718281828459045 ** (-0.5 * e) for e in range(4)]),
    ],
)
def test_a_rate_for_each_epoch_comes_from_a_function(tmp_path: Path, function: str, rates: list[float]) -> None:
    code = "def halved(epoch, lr):\n    if epoch < 2:\n        return lr\n    return lr / 2\n"
    fit = f"epochs=4, callbacks=[keras.callbacks.LearningRateScheduler({function})]"
    imported = read(tmp_path, code + compiled("keras.optimizers.Adam(0.02)", fit))
    schedule = imported.experiment.training.schedule
    assert isinstance(schedule, LearningRateScheduler)
    assert schedule.rates == pytest.approx(rates)
    assert not imported.notes


@pytest.mark.parametrize(
    ("code", "rates"),
    [
        ("def plan(epoch, start=0.5):\n    return start / 2", [0.01, 0.005, 0.0025, 0.00125]),
        ("def plan(*given):\n    return given[1] / 2", [0.01, 0.005, 0.0025, 0.00125]),
        ("plan = functools.partial(lambda epoch, at, by: at * by, by=0.5)", [0.01, 0.005, 0.0025, 0.00125]),
        ("plan = functools.partial(lambda epoch, by: by / 2 ** epoch, by=0.5)", [0.5, 0.25, 0.125, 0.0625]),
        ("def plan(epoch):\n    if 1 <= epoch < 3:\n        return 0.2\n    return 0.1", [0.1, 0.2, 0.2, 0.1]),
        ("plan = lambda epoch: 0.1 if 0 < epoch + 1 <= 2 < 5 else 0.2", [0.1, 0.1, 0.2, 0.2]),
        ("plan = lambda epoch: 0.1 if epoch in range(1, 3) or not epoch < 3 else 0.2", [0.2, 0.1, 0.1, 0.1]),
        ("plan = lambda epoch: 0.1 if (epoch >= 1) & (epoch not in {2, 3}) else 0.2", [0.2, 0.1, 0.2, 0.2]),
        ("steps = {2: 0.1}\nplan = lambda epoch, at: steps[epoch] if epoch in steps else at", [0.02, 0.02, 0.1, 0.1]),
        (
            "class Plan:\n    def __init__(self, by):\n        self.by = by\n"
            "    def __call__(self, epoch):\n        return self.by / 2 ** epoch\nplan = Plan(0.5)",
            [0.5, 0.25, 0.125, 0.0625],
        ),
        (
            "class Plan:\n    def of(self, epoch, at=3):\n        return at / 2\nplan = Plan().of",
            [0.01, 0.005, 0.0025, 0.00125],
        ),
    ],
)
def test_a_function_of_the_rate_is_asked_as_keras_asks_it(tmp_path: Path, code: str, rates: list[float]) -> None:
    fit = "epochs=4, callbacks=[keras.callbacks.LearningRateScheduler(plan)]"
    imported = read(tmp_path, f"import functools\n{code}\n{compiled('keras.optimizers.Adam(0.02)', fit)}")
    schedule = imported.experiment.training.schedule
    assert isinstance(schedule, LearningRateScheduler)
    assert schedule.rates == pytest.approx(rates)
    assert not imported.notes


@pytest.mark.parametrize(
    "code",
    [
        "def plan(epoch):\n    if odd(epoch):\n        return 0.2\n    return 0.1",
        "def plan(epoch):\n    for one in few():\n        if epoch == one:\n            return 0.2\n    return 0.1",
        "def plan(epoch):\n    match epoch:\n        case 1:\n            return 0.2\n    return 0.1",
        "at = 0.5\ndef plan(epoch):\n    global at\n    at = at / 2\n    return at",
    ],
)
def test_a_rate_that_goes_by_what_is_not_known_is_none(tmp_path: Path, code: str) -> None:
    fit = "epochs=4, callbacks=[keras.callbacks.LearningRateScheduler(plan)]"
    imported = read(tmp_path, f"{code}\n{compiled('keras.optimizers.Adam(0.02)', fit)}")
    assert imported.experiment.training.schedule is None
    assert any("LearningRateScheduler (line" in note and "its function is not known" in note for note in imported.notes)


def test_a_plateau_comes_in_and_an_unknown_function_does_not(tmp_path: Path) -> None:
    plateau = "epochs=9, callbacks=[keras.callbacks.ReduceLROnPlateau('val_acc', 0.2, patience=3, min_lr=1e-5)]"
    imported = read(tmp_path, compiled("'sgd'", plateau))
    assert imported.experiment.training.schedule == ReduceLROnPlateau(
        monitor="val_accuracy", factor=0.2, patience=3, min_lr=1e-5
    )
    assert imported.experiment.training.learning_rate == 0.01, "what Keras's sgd begins with"
    unknown = "epochs=9, callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: draw(epoch))]"
    left = read(tmp_path, compiled("'adam'", unknown))
    assert left.experiment.training.schedule is None
    assert any("LearningRateScheduler (line" in note and "its function is not known" in note for note in left.notes)


def test_a_value_that_a_callback_keeps_in_itself_is_a_rule(tmp_path: Path) -> None:
    code = """
class StopAt(keras.callbacks.Callback):
    worst = 0.5
    def __init__(self, target=0.9, metric="loss"):
        super().__init__()
        self.target = target
    def on_epoch_end(self, epoch, logs=None):
        if logs.get("accuracy") > self.target:
            self.model.stop_training = True
        if logs["loss"] < self.worst:
            self.model.stop_training = True
"""
    for call, above in (("StopAt()", 0.9), ("StopAt(0.95)", 0.95), ("StopAt(metric='acc', target=0.8)", 0.8)):
        fit = FIT.replace("epochs=3", f"epochs=3, callbacks=[{call}]")
        imported = read(tmp_path, HEAD + SMALL + code + fit)
        assert imported.experiment.stop == (StopRule("accuracy", above=above), StopRule("loss", below=0.5))
        assert imported.notes == ()


@pytest.mark.parametrize(
    ("condition", "epochs"),
    [
        ("epoch == 4", 5),
        ("epoch >= 4", 5),
        ("epoch > 4", 6),
        ("epoch + 1 == 5", 5),
        ("logs['loss'] < 0.1 or epoch == 4", 5),
        ("epoch == 40", 9),
        ("epoch < 4", 9),
        ("epoch == 4 and logs['loss'] < 0.1", 9),
    ],
)
def test_a_callback_that_stops_after_an_epoch_is_so_many_epochs(tmp_path: Path, condition: str, epochs: int) -> None:
    code = f"""
class Stop(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs):
        if {condition}:
            self.model.stop_training = True
"""
    imported = read(tmp_path, HEAD + SMALL + code + FIT.replace("epochs=3", "epochs=9, callbacks=[Stop()]"))
    assert imported.experiment.training.epochs == epochs
    said = [note for note in imported.to_know if note.endswith(f"ends the training there after epoch {epochs}")]
    assert len(said) == (epochs < 9)
    assert bool(imported.differences) == (condition in ("epoch < 4", "epoch == 4 and logs['loss'] < 0.1"))


def test_a_loss_that_is_no_number_any_more_ends_the_training(tmp_path: Path) -> None:
    fit = FIT.replace("epochs=3", "epochs=3, callbacks=[keras.callbacks.TerminateOnNaN()]")
    imported = read(tmp_path, HEAD + SMALL + fit)
    assert imported.experiment.stop == (StopRule("loss", nan=True),)
    assert imported.notes == ()
    again = read(tmp_path, keras_script(imported.experiment))
    assert again.experiment.stop == imported.experiment.stop


def test_a_second_schedule_is_said_to_be_left_out(tmp_path: Path) -> None:
    code = compiled("keras.optimizers.SGD(0.1, decay=1e-3)", "callbacks=[keras.callbacks.ReduceLROnPlateau()]")
    (note,) = read(tmp_path, code).differences
    assert note.startswith("ReduceLROnPlateau is left out: the learning rate has one schedule")


PLAN = "def plan(epoch):\n    return 0.1 if epoch < 1 else 0.01\n"


@pytest.mark.parametrize("takes_rate", [False, True])
def test_a_rate_that_is_set_anew_each_epoch_counts_before_one_that_is_reduced(tmp_path: Path, takes_rate: bool) -> None:
    plan = PLAN.replace("(epoch)", "(epoch, rate)") if takes_rate else PLAN
    both = "keras.callbacks.ReduceLROnPlateau(), keras.callbacks.LearningRateScheduler(plan)"
    imported = read(tmp_path, HEAD + SMALL + plan + FIT.replace("epochs=3", f"epochs=3, callbacks=[{both}]"))
    schedule = imported.experiment.training.schedule
    if takes_rate:
        assert any("LearningRateScheduler" in note and "one schedule" in note for note in imported.differences)
    else:
        assert schedule == LearningRateScheduler(rates=(0.1, 0.01, 0.01))
        assert any("counts for nothing there" in note for note in imported.to_know)


@pytest.mark.parametrize("given", ["calls or None", "calls if calls else None", "[] or calls"])
def test_a_list_of_callbacks_that_may_be_empty_is_known(tmp_path: Path, given: str) -> None:
    code = "calls = []\ncalls.append(keras.callbacks.EarlyStopping('loss'))\n"
    imported = read(tmp_path, HEAD + SMALL + code + FIT.replace("epochs=3", f"epochs=3, callbacks={given}"))
    assert imported.experiment.stop == (StopRule("loss", patience=1),)
    assert imported.differences == ()


def test_what_a_model_with_one_output_has_by_its_name_is_that(tmp_path: Path) -> None:
    code = """
model.compile("sgd", loss={"answer": "sparse_categorical_crossentropy"}, metrics={"answer": ["accuracy"]})
model.fit({"picture": x_train}, {"answer": y_train}, validation_data=({"picture": x_test}, {"answer": y_test}))
"""
    imported = read(tmp_path, HEAD + SMALL + code)
    training = imported.experiment.training
    assert (imported.experiment.dataset, training.validation) == ("fashion_mnist", "test")
    assert (training.loss, training.metrics) == ("sparse_categorical_crossentropy", ("accuracy",))
    assert imported.differences == ()


def test_weights_of_classes_that_are_listed_are_those(tmp_path: Path) -> None:
    fit = FIT.replace("epochs=3", "epochs=3, class_weight=dict(enumerate([1.0, 2.0] * 5))")
    imported = read(tmp_path, HEAD + SMALL + fit)
    assert imported.experiment.training.class_weight == (1.0, 2.0) * 5
    assert imported.differences == ()


MADE = """
def reached(logs):
    return logs["loss"] < 0.3
def stopper(condition, most=0.1):
    class Stop(keras.callbacks.Callback):
        def __init__(self, other):
            super().__init__()
            self.other = other
        def on_epoch_end(self, epoch, logs=None):
            if {}:
                self.model.stop_training = True
    return Stop(condition)
most = 0.5
"""


@pytest.mark.parametrize(
    ("asked", "given", "rule"),
    [
        ("condition(logs)", "lambda logs: logs.get('acc') > 0.8", StopRule("accuracy", above=0.8)),
        ("condition(logs)", "reached", StopRule("loss", below=0.3)),
        ("self.other(logs)", "lambda seen: 0.2 > seen['val_loss']", StopRule("val_loss", below=0.2)),
        ("reached(logs)", "None", StopRule("loss", below=0.3)),
        ("condition(logs)", "lambda logs: logs.get('loss') < most", None),
        ("condition(logs)", "lambda logs: logs.get('acc') > 0.8 and logs.get('loss') < 1", None),
        ("condition(logs)", "elsewhere", None),
    ],
)
def test_a_condition_that_a_callback_is_given_is_a_rule(
    tmp_path: Path, asked: str, given: str, rule: StopRule | None
) -> None:
    fit = f"epochs=4, callbacks=[stopper({given})]"
    made = f"from tensorflow import keras\n{MADE.format(asked)}"
    imported = read(tmp_path, made + compiled("keras.optimizers.Adam(0.02)", fit))
    assert imported.experiment.stop == ((rule,) if rule is not None else ())
    assert any("is left out" in note for note in imported.differences) is (rule is None)
