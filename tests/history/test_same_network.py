"""Runs of the same network are found, however the network was written."""

from __future__ import annotations

import msgspec

from cnn_tui.experiment.experiment import Experiment
from cnn_tui.experiment.presets import load_preset
from cnn_tui.experiment.training.stop_rules import StopRule
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.history.same_network import Same, first_runs, in_words, same_network
from cnn_tui.history.versions import migrations
from cnn_tui.network.layers import Dropout

BASELINE = load_preset("lab1-baseline").with_training(seed=1)
WRITTEN_OUT = BASELINE.with_stack(BASELINE.stack.change(1, strides=(2, 2)).insert(5, Dropout(rate=0.5, enabled=False)))


def run_of(history: History, experiment: Experiment, **columns: object) -> Run:
    """A run of the experiment, with its columns as given."""
    run_id = history.add(experiment)
    for name, value in columns.items():
        history.store.execute(f"UPDATE runs SET {name} = ? WHERE id = ?", (value, run_id))
    run = history.run(run_id)
    assert run is not None
    return run


def test_the_same_network_written_otherwise_is_found(history: History) -> None:
    first = run_of(history, BASELINE)
    run_of(history, load_preset("lab1-16-filters"))
    again = run_of(history, WRITTEN_OUT)
    assert same_network(history, first) == ()
    assert same_network(history, again) == (Same(1, dataset=True, training=True, seed=True),)
    assert same_network(history, msgspec.structs.replace(BASELINE, name="mine")) == (
        Same(1, True, True, True),
        Same(3, True, True, True),
    )
    assert same_network(history, load_preset("lab1-64-filters")) == ()


def test_what_else_is_the_same_is_told_apart(history: History) -> None:
    run_of(history, BASELINE)
    run_of(history, BASELINE.with_training(seed=2))
    run_of(history, BASELINE.with_training(epochs=9))
    run_of(history, msgspec.structs.replace(BASELINE, stop=(StopRule("loss", below=0.3),)))
    run_of(history, msgspec.structs.replace(BASELINE, dataset="mnist"))
    run_of(history, BASELINE, dataset="fashion_mnist_sample")  # it stood in for the whole set
    last = run_of(history, BASELINE)
    assert [one[1:] for one in same_network(history, last)] == [
        (True, True, True),
        (True, True, False),
        (True, False, True),
        (True, False, True),
        (False, True, True),
        (False, True, True),
    ]


def test_it_is_said_in_words() -> None:
    assert in_words(()) == ""
    assert in_words([Same(4, False, True, True)]) == "same network as run 4, other data"
    assert in_words([Same(4, True, False, False)]) == "same network as run 4, other training"
    assert in_words([Same(4, False, False, False)]) == "same network as run 4, other data and training"
    twice = [Same(4, True, False, True), Same(6, True, True, False), Same(7, True, True, False)]
    assert in_words(twice) == "same network, data and training as run 6, another seed (3 runs have it)"
    same = "same network, data and training as run 4, even the seed: the figures will be the same"
    assert in_words([Same(4, True, True, True)]) == same


def test_the_rows_of_a_table_know_the_first_run_of_their_network(history: History) -> None:
    for name in ("lab1-baseline", "lab1-16-filters", "lab1-baseline", "lab1-baseline"):
        run_of(history, load_preset(name))
    assert first_runs(history, history.lines()) == {3: 1, 4: 1}
    assert first_runs(history, history.lines(1)) == {4: 1}
    assert first_runs(history, []) == {}


def test_an_older_history_gets_the_fingerprints_of_today(history: History) -> None:
    """Version 1 told strides written out from strides left alone."""
    run_of(history, WRITTEN_OUT, fingerprint="0123456789ab")
    gone = msgspec.structs.replace(BASELINE, dataset="mnist")
    run_of(history, gone, fingerprint="ba9876543210")
    text = msgspec.json.encode(msgspec.structs.replace(gone, dataset="/nowhere/gone.npz")).decode()
    history.store.execute("UPDATE runs SET experiment = ? WHERE id = 2", (text,))
    history.store._db.create_function("fingerprint_of", 2, migrations._fingerprint_of)
    (step,) = [line for line in migrations._TABLES_2.split(";") if "fingerprint_of" in line]
    history.store.execute(step)
    assert [line.fingerprint for line in history.lines()] == ["ba9876543210", BASELINE.stack.fingerprint()]
