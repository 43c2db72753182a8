"""What every test starts from: a machine sealed off, so that no test reads or writes anything of the user's."""

from __future__ import annotations

import gc
import itertools
import os
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

import tests.properties  # noqa: F401 - chooses how many examples a property has, before tests are read
from cnn_tui import locks
from cnn_tui.history.history import History
from tests.training.trained_run import trained_once

gc.set_threshold(50_000, 20, 20)

# Several tests run at once, each on small networks: TensorFlow's threads would only wait for each other.
for number_of in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(number_of, "1")


def pytest_collection_finish() -> None:
    """What is loaded by now stays. To look through it for garbage, again and again, is a fifth of all the time."""
    gc.collect()
    gc.freeze()


_keras_stays = False


def pytest_runtest_teardown() -> None:
    """Keras stays as well, once a test has loaded it: each `clear_session` looks for garbage in all of TensorFlow."""
    global _keras_stays
    if "keras" in sys.modules and not _keras_stays:
        _keras_stays = True
        gc.collect()
        gc.freeze()


def pytest_sessionfinish() -> None:
    """Pytest ends with five looks for garbage; one will do."""
    gc.collect()
    gc.freeze()


def pytest_xdist_auto_num_workers() -> int:
    """Half as many processes again as there are cores: many a test waits for a process or for a slow line."""
    return (os.cpu_count() or 1) * 3 // 2


@pytest.fixture(scope="session", autouse=True)
def nothing_stays(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests start ends with them, even if they are killed."""
    sweeper = [sys.executable, str(Path(__file__).with_name("sweeper.py")), str(tmp_path_factory.getbasetemp())]
    with subprocess.Popen(sweeper, stdin=subprocess.PIPE, start_new_session=True):
        yield


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of runs that were really trained, the same for all processes of tests; see `trained_once`."""
    folder = tmp_path_factory.getbasetemp()
    return trained_once((folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder) / "trained")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Places for homes, in a folder of their own: pytest looks through all there are in its own, for each test."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in itertools.count(1))


@pytest.fixture(autouse=True)
def sealed_machine(homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for each test, no network, no colours; gives the home."""
    home = next(homes)
    home.mkdir()
    monkeypatch.setenv("CNN_TUI_HOME", str(home))
    monkeypatch.setenv("CNN_TUI_OFFLINE", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("CNN_TUI_DATA", raising=False)
    return home


@pytest.fixture
def history(sealed_machine: Path) -> Iterator[History]:
    """The history of the test's home, empty; what the test starts has it open on connections of its own."""
    with History() as opened:
        yield opened


@pytest.fixture
def no_worker(sealed_machine: Path) -> Iterator[None]:
    """Labs that are opened start no worker, which would load TensorFlow for nothing: this test holds its lock."""
    lock = locks.take(locks.worker_lock())
    assert lock is not None
    yield
    locks.release(lock)


@pytest.fixture
def default_precision() -> Iterator[None]:
    """What a test sets as Keras's precision does not stay."""
    yield
    import keras

    keras.config.set_dtype_policy("float32")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Escape what is no text in what a test printed, as a file name in Latin-1: xdist could not send its report."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report
