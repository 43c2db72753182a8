"""An experiment whose dataset is not set yet: what the commands say of it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.command import Inside, write_dataset
from tests.experiment.test_unset_dataset import FILE


def test_summary_run_and_export_say_it(inside: Inside, tmp_path: Path) -> None:
    file = tmp_path / "faces.toml"
    file.write_text(FILE)
    said = inside("summary", str(file))
    assert (said.status, said.err) == (0, "")
    assert "dataset not set, input (None, 48, 40, 1)" in said.out
    assert "No dataset is set: this network is for images of 48x40x1 and 7 classes." in said.out
    (plain,) = inside("summary", str(file), "--json").objects
    assert (plain["dataset"], plain["classes"], plain["input_shape"]) == (None, 7, [48, 40, 1])
    assert (plain["total_params"], plain["problems"]) == (13_447, [])
    refused = inside("run", str(file))
    assert refused.status == 1
    assert (
        "no dataset is set: this network is for images of 48x40x1 and 7 classes; give one with --dataset" in refused.err
    )
    wrong = inside("run", str(file), "--dataset", str(write_dataset(tmp_path / "two.npz")))
    assert "the data has" in wrong.err
    exported = inside("export", str(file))
    assert (exported.status, "no dataset is set" in exported.err) == (0, True)
    assert "(count, 48, 40, 1)" in exported.out
