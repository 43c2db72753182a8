"""The wheel, installed in an empty environment away from the checkout, works as the checkout does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that holds the wheel, and sees this one's third-party packages."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "env")], check=True)
    made = folder / "env" / "bin" / "python"
    # TensorFlow is not installed a second time: a path entry is searched after the environment's own packages,
    # and the checkout itself, which is not a folder of site-packages, cannot be found through it.
    pip = [sys.executable, "-m", "pip", "--python", str(made)]
    subprocess.run([*pip, "install", "--quiet", "--no-deps", "--no-index", "--no-compile", str(wheel)], check=True)
    packages = next((folder / "env").glob("lib/*/site-packages"))
    (packages / "third-party.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return made


def call(python: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command outside the checkout."""
    command = python.with_name("cnn-tui")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [command, *arguments], cwd=python.parent, env=env, capture_output=True, text=True, timeout=120
    )


def test_it_does_not_run_the_checkout(python: Path) -> None:
    code = "import cnn_tui; print(cnn_tui.__file__)"
    found = subprocess.run([python, "-c", code], cwd=python.parent, capture_output=True, text=True, check=True)
    assert found.stdout.startswith(str(python.parent.parent))


def test_presets_are_in_the_wheel(python: Path) -> None:
    done = call(python, "presets", "--json")
    assert done.returncode == 0, done.stderr
    assert "lab1-baseline" in [json.loads(line)["name"] for line in done.stdout.splitlines()]


def test_every_file_of_the_package_is_in_the_wheel(python: Path) -> None:
    def files(package: Path) -> set[str]:
        found = (file for file in package.rglob("*") if file.is_file() and file.suffix != ".pyc")
        return {str(file.relative_to(package)) for file in found}

    (installed,) = python.parent.parent.glob("lib/*/site-packages/cnn_tui")
    presets = {f"presets/{file.name}" for file in (REPOSITORY / "presets").iterdir()}
    assert files(installed) == files(REPOSITORY / "cnn_tui") | presets


@pytest.mark.long
def test_it_trains(python: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNN_TUI_WORKER_IDLE", "0")
    done = call(python, "run", "lab1-baseline", "--dataset", "fashion_mnist_sample", "--epochs", "1", "--json")
    assert done.returncode == 0, done.stderr
    run = json.loads(done.stdout)
    assert run["status"] == "finished" and run["dataset"] == "fashion_mnist_sample" and run["test_accuracy"] > 0.5
