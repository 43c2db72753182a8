"""Where runs are to be trained: what the command line and the settings say, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.cli.running.place import chosen_place
from cnn_tui.cli.streams import UserError
from cnn_tui.history.history import History
from cnn_tui.history.run import Run
from cnn_tui.jobs.clusters import ray_options
from cnn_tui.ui.preferences import Preferences
from tests.cli.command import Inside

RUN = ("run", "lab1-baseline", "--dataset", "fashion_mnist_sample", "--detach")


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of programs that are found; none of SLURM's are at first."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def login(programs: Path) -> None:
    """The programs that a login node has."""
    for name in ("sbatch", "srun"):
        (programs / name).write_text("#!/bin/sh\nexit 1\n")
        (programs / name).chmod(0o755)


@pytest.mark.usefixtures("login", "no_worker")
def test_a_run_keeps_where_it_is_to_be_trained_and_what_is_asked_for(inside: Inside, sealed_machine: Path) -> None:
    (sealed_machine / "settings.toml").write_text('[slurm]\npartition = "gpu"\ntime = 60\n')
    assert inside(*RUN).status == 0
    assert inside(*RUN, "--on", "slurm", "--slurm", "time=5", "--slurm=--constraint=a100").status == 0
    with History() as history:
        here, there = history.runs()
        assert (here.executor, there.executor, history.next_queued()) == ("here", "slurm", here.id)
        assert options(history, there) == '{"partition":"gpu","time":5,"sbatch":["--constraint=a100"]}'
        assert options(history, here) == "{}"


def options(history: History, run: Run) -> str:
    return str(history.store.execute("SELECT job_options FROM runs WHERE id = ?", (run.id,)).fetchone()[0])


@pytest.mark.usefixtures("login")
def test_what_is_asked_of_slurm_is_looked_at_first() -> None:
    assert chosen_place(None, None) == ("here", {})
    assert chosen_place("slurm", ["cpus=4"]) == ("slurm", {"cpus": 4})
    for words, said in (
        (("moon", None), 'found "moon"; allowed: here, slurm, ray'),
        (("here", ["time=5"]), "--slurm is for runs --on slurm"),
        (("slurm", ["partitio=gpu"]), "Did you mean partition?"),
        (("slurm", ["time=soon"]), 'time: found "soon"'),
        (("slurm", ["time=0"]), "time: found 0; allowed: a whole number from 1 to 525,600"),
        (("slurm", ["--job-name=mine"]), "--slurm: sbatch: found --job-name=mine; cnn-tui names its jobs itself"),
    ):
        with pytest.raises(UserError) as caught:
            chosen_place(*words)
        assert said in str(caught.value)


def test_what_is_asked_of_ray_is_looked_at_first(sealed_machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ray_options, "obstacle", str)
    asked = chosen_place("ray", ray=["address=10.0.0.1:6379", "cpus=4", "gpus=0.5"])
    assert asked == ("ray", {"address": "10.0.0.1:6379", "cpus": 4, "gpus": 0.5})
    for place, words, said in (
        ("ray", None, "no cluster is named: --ray address=HOST:6379"),
        ("ray", ["cpu=4"], "Did you mean cpus?"),
        ("ray", ["address=auto"], 'address: found "auto"; allowed: HOST:PORT'),
        ("ray", ["address=ray://head:10001"], 'address: found "ray://head:10001"; allowed: HOST:PORT'),
        ("ray", ["address=local", "cpus=0"], "cpus: found 0; allowed: a whole number from 1 to 10,000"),
        ("ray", ["address=local", "gpus=1.5"], "gpus: found 1.5; allowed: a part of one, or a whole number"),
        ("here", ["address=local"], "--ray is for runs --on ray"),
    ):
        with pytest.raises(UserError) as caught:
            chosen_place(place, ray=words)
        assert said in str(caught.value)
    (sealed_machine / "settings.toml").write_text('on = "ray"\n[ray]\naddress = "local"\nresources = {a100 = 1}\n')
    assert chosen_place(None) == ("ray", {"address": "local", "resources": {"a100": 1.0}})
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.1:6379")
    with pytest.raises(UserError, match="no cluster is named"):
        chosen_place("ray", preferences=Preferences())


@pytest.mark.usefixtures("programs")
def test_without_sbatch_nothing_is_queued(inside: Inside) -> None:
    done = inside(*RUN, "--on", "slurm")
    assert (done.status, "there is no sbatch here" in done.err) == (2, True)
    with History() as history:
        assert history.count() == 0
