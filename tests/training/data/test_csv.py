"""Tables of labels and pixels: described, read and exported alike, and every bad line named with its number."""

from __future__ import annotations

import tracemalloc
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from cnn_tui.data import csv_file
from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.experiment.form.settings import change, settings_of
from cnn_tui.experiment.presets import load_preset
from cnn_tui.keras_io.script.data import data_code
from cnn_tui.training.data import csv_reader
from cnn_tui.training.data.datasets import Images, load

GOOD = "0,1,2,3,4\n1,1,2,3,4\n" * 9


def write(path: Path, labels: list[int], pixels: int = 16, header: bool = True, seed: int = 0) -> str:
    """A table of images of random pixels; its lines are those of `numbers`."""
    head = [",".join(["label", *(f"pixel{at}" for at in range(1, pixels + 1))])] if header else []
    rows = [
        ",".join(map(str, [label, *line]))
        for label, line in zip(labels, numbers(len(labels), pixels, seed), strict=True)
    ]
    path.write_text("\n".join([*head, *rows]) + "\n")
    return str(path)


def numbers(count: int, pixels: int = 16, seed: int = 0) -> Any:
    return np.random.default_rng(seed).integers(0, 256, (count, pixels)).tolist()


def quiet(name: str, options: DataOptions = AS_THEY_ARE) -> Images:
    return load(name, options, say=lambda _: None)


def refusal(path: Path, text: str | bytes, options: DataOptions = AS_THEY_ARE) -> str:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DatasetError) as caught:
        quiet(str(path), options)
    sentence = str(caught.value)
    assert sentence.endswith(".") and sentence.isprintable()
    return sentence


def scripted(name: str, options: DataOptions) -> dict[str, Any]:
    """What the exported script loads."""
    data, names = data_code(name, options), dict[str, Any]()
    exec("\n".join([*data.imports, *(line for part in data.parts for line in part)]), names)
    return names


def assert_alike(name: str, options: DataOptions = AS_THEY_ARE) -> Images:
    """A table is described as it is read, and its script loads the same."""
    images, described, script = quiet(name, options), describe(name, options), scripted(name, options)
    assert images.dataset == described
    assert (len(images.x_train), len(images.x_test)) == (described.train_images, described.test_images)
    for half, x, y in (("training", images.x_train, images.y_train), ("test", images.x_test, images.y_test)):
        assert x.shape[1:] == described.input_shape
        assert np.array_equal(np.rint(script[f"{half}_images"] * 255), x)
        assert np.array_equal(script[f"{half}_labels"], y)
    return images


@pytest.mark.parametrize("header", [True, False])
def test_the_table_beside_it_is_tested_on_and_a_label_that_no_image_has_is_known(tmp_path: Path, header: bool) -> None:
    labels = [*range(9), *range(10, 25)]  # sign language, in which J is a movement
    name = write(tmp_path / "sign_mnist_train.csv", labels * 2, header=header)
    write(tmp_path / "sign_mnist_test.csv", labels, header=header, seed=1)
    images = assert_alike(name)
    assert (images.dataset.input_shape, images.dataset.classes, images.dataset.unused) == ((4, 4, 1), 25, (9,))
    assert images.x_train.reshape(48, 16).tolist() == numbers(48)
    assert images.x_test.reshape(24, 16).tolist() == numbers(24, seed=1)
    assert images.y_test.tolist() == labels
    assert images.source.endswith(f"train.csv, and what is tested on from {tmp_path}/sign_mnist_test.csv.")
    (warning,) = images.warnings
    assert "no image has the label 9" in warning and "still needs 25 outputs" in warning and "y_train" not in warning


def test_of_one_table_a_share_of_each_class_is_tested_on(tmp_path: Path) -> None:
    name = write(tmp_path / "digits.csv", [0, 1] * 10)
    images = assert_alike(name)
    assert images.x_test.reshape(-1, 16).tolist() == [numbers(20)[at] for at in (8, 9, 18, 19)]
    assert len(assert_alike(name, DataOptions(test=0.5)).x_test) == 10
    other = write(tmp_path / "others.csv", [1, 0, 2], seed=2)
    assert assert_alike(name, DataOptions(test=other)).y_test.tolist() == [1, 0, 2]
    experiment = msgspec.structs.replace(load_preset("lab1-baseline"), dataset=name)
    assert [row.value for row in settings_of(experiment) if row.name == "test"] == ["from the dataset"]
    assert change(experiment, "test", other).data.test_images == 3


def test_a_table_without_labels_beside_it_is_said_not_to_be_tested_on(tmp_path: Path) -> None:
    name, said = write(tmp_path / "train.csv", [0, 1] * 10), list[str]()
    (tmp_path / "test.csv").write_text(",".join(f"pixel{at}" for at in range(16)) + "\n" + ",".join("7" * 16) + "\n")
    assert len(load(name, say=said.append).x_test) == 4
    assert said == [
        f"'{tmp_path}/test.csv' has no labels, as it seems, so it is not tested on: every fifth image of a class is."
    ]


@pytest.mark.parametrize("names", [[f"pixel{at}" for at in range(1, 17)], [*map(str, range(16))]])
def test_a_table_of_numbered_images_beside_it_has_no_labels(tmp_path: Path, names: list[str]) -> None:
    """Its numbers, which may be higher than any label, are no classes, however the columns of pixels are called."""
    name, ids = write(tmp_path / "train.csv", [0, 1] * 10), Path(write(tmp_path / "test.csv", [999_999, 7], seed=1))
    ids.write_text("\n".join([",".join(["id", *names]), *ids.read_text().splitlines()[1:]]))
    said = list[str]()
    loaded = load(name, say=said.append)
    assert (loaded.dataset.classes, len(loaded.x_test)) == (2, 4)
    assert [line.partition(",")[0] for line in said] == [f"'{ids}' has no labels"]
    with pytest.raises(DatasetError, match="has no column 'label'"):
        describe(name, DataOptions(test=str(ids)))


def test_tables_whose_first_columns_are_called_alike_are_two_halves(tmp_path: Path) -> None:
    for half, labels in (("train", [0, 1] * 10), ("test", [1, 0])):
        table = Path(write(tmp_path / f"{half}.csv", labels))
        table.write_text(table.read_text().replace("label", "Digit" if half == "test" else "digit"))
    assert describe(str(tmp_path / "train.csv")).test_images == 2


@pytest.mark.parametrize(
    ("head", "row", "ends"),
    [
        ("emotion,pixels,Usage", '2,"{}",Training', ["table.groupby('Usage')", "to_csv(f'{part}.csv', index=False)"]),
        (
            "id,pixels",
            "2,{}",
            ["table['id'].rename('label'), table['pixels']", "to_csv('faces-pixels.csv', index=False)"],
        ),
        ("", "2,{}", ["one called label."]),
    ],
)
def test_pixels_in_one_text_are_said_to_be_with_what_parts_them(
    tmp_path: Path, head: str, row: str, ends: list[str]
) -> None:
    rows = [row.format(" ".join(map(str, line))) for line in numbers(4)]
    said = refusal(tmp_path / "faces.csv", "\n".join([*([head] if head else []), *rows]))
    assert "has all pixels of an image in one text, in its column 2" in said
    assert all(end in said for end in ends)
    for code in said.split("`")[3::2]:
        compile(code, "said", "exec")


def test_sizes_are_told_where_images_are_square_and_asked_for_else(tmp_path: Path) -> None:
    colours = write(tmp_path / "colours.csv", [0, 1] * 5, 12)
    assert assert_alike(colours).dataset.input_shape == (2, 2, 3)
    oblong = tmp_path / "oblong.csv"
    name = write(oblong, [0, 1] * 5, 6)
    assert assert_alike(name, DataOptions((2, 3))).dataset.input_shape == (2, 3, 1)
    assert assert_alike(name, DataOptions((1, 2))).dataset.input_shape == (1, 2, 3)
    text = oblong.read_text()
    assert "has 6 pixels in a line, which make no square image" in refusal(oblong, text)
    assert "make no image of 4x4" in refusal(oblong, text, DataOptions((4, 4)))
    assert "color and fit are for folders" in refusal(oblong, text, DataOptions((2, 3), "rgb"))


def test_quotes_blanks_and_a_label_at_the_end_are_understood(tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    rows = "".join(f'"{at}", 2.0,255,{at},"{at % 2}"\r\n' for at in range(10))
    path.write_bytes(("\ufeffa,b,c,d,Label\r\n\r\n" + rows).encode())
    images = assert_alike(str(path))
    assert images.x_train[3].reshape(-1).tolist() == [3, 2, 255, 3]
    assert images.y_train[:4].tolist() == [0, 1, 0, 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "has no images"),
        ("label,a,b,c,d\n", "has no images"),
        ("label\n1\n", "has one column"),
        ("0;1;2;3;4\n", "has one column"),
        ("0,1,2,3,4\n1,1,2,3\n", "Line 2 of '{}' has 4 values, and the first one 5"),
        ("label,a,b,c,d\ncat,1,2,3,4\n", "Line 2 of '{}' has the label 'cat'"),
        ("label,a,b,c,d\ncat,1,2,3,4\n", "`table['label'] = table['label'].factorize(sort=True)[0]`"),
        ("0,1,2,3,4\n-1,1,2,3,4\n", "Line 2 of '{}' has the label '-1'"),
        ("0,1,2,3,4\n99999999999999999999,1,2,3,4\n", "Line 2 of '{}' has the label 99999999999999999999, but"),
        (
            "0,1,2,3,4\n\n1,1,2,x\x1b[2J,4\n" + GOOD,
            "Line 3 of '{}' has 'x\\x1b[2J' in column 4",
        ),
        ("0,1,2,3,4\n1,1,2,3,256\n" + GOOD, "Line 2 of '{}' has '256' in column 5"),
        ("0,1,2,3,0.5\n1,1,2,3,4\n" + GOOD, "Line 1 of '{}' has '0.5' in column 5"),
        ("0,1,2,3,nan\n1,1,2,3,4\n" + GOOD, "'nan'"),
        ("0,1,2,3,1e999\n1,1,2,3,4\n" + GOOD, "'1e999'"),
        ("0,1,2,3,4\n" * 9, "every label is 0"),
        ("0,1,2,3,4\n1,1,2,3,4\n", "No class in '{}' has enough images"),
        (b"\x89PNG\r\n\x1a\n" + bytes(99), "has one column"),
    ],
)
def test_what_is_no_table_of_images_is_named_with_its_line(tmp_path: Path, text: str | bytes, expected: str) -> None:
    path = tmp_path / "bad.csv"
    assert expected.format(path) in refusal(path, text)


def test_a_line_that_never_ends_takes_no_more_memory_than_an_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_file, "LONGEST_LINE", 100_000)
    with (tmp_path / "long.csv").open("wb") as file:
        file.write(b"label,a,b,c,d\n0,")
        file.truncate(1_000_000_000)  # holes: it takes no room
    tracemalloc.start()
    with pytest.raises(DatasetError, match=r"Line 2 of '.*' has more than 100,000 bytes"):
        describe(str(tmp_path / "long.csv"))
    assert tracemalloc.get_traced_memory()[1] < 2_000_000
    tracemalloc.stop()


def test_many_lines_become_numbers_as_one_by_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = write(tmp_path / "many.csv", [at % 300 for at in range(3_000)], 9)
    whole = quiet(name)
    monkeypatch.setattr(csv_reader, "_plain", lambda table, lines: None)
    monkeypatch.setattr(csv_reader, "AT_ONCE", 1_000)
    slow = quiet(name)
    assert np.array_equal(whole.x_train, slow.x_train) and np.array_equal(whole.x_test, slow.x_test)
