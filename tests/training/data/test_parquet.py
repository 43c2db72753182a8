"""Parquet files of labels and images: described, read and exported alike, and what is wrong with one is named."""

from __future__ import annotations

import builtins
import io
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_tui.data.dataset import AS_THEY_ARE, DataOptions, DatasetError
from cnn_tui.data.describe import describe
from cnn_tui.data.parquet import parquet_table
from cnn_tui.data.parquet.parquet_rows import LARGE
from cnn_tui.experiment.form.settings import change, settings_of
from cnn_tui.experiment.presets import load_preset
from tests.training.data.test_csv import assert_alike, quiet, scripted

pyarrow = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def write(path: Path, columns: dict[str, Any], names: list[str] | None = None) -> str:
    """A table; with `names` of its classes, as Hugging Face notes them."""
    table = pyarrow.table(columns)
    if names is not None:
        features = {"label": {"names": names, "_type": "ClassLabel"}, "image": {"_type": "Image"}}
        notes = json.dumps({"info": {"features": features}})
        table = table.replace_schema_metadata({"huggingface": notes})
    parquet.write_table(table, path, row_group_size=7)
    return str(path)


def pixels(labels: list[int], count: int = 16, seed: int = 0) -> dict[str, Any]:
    values = np.random.default_rng(seed).integers(0, 256, (len(labels), count), dtype=np.uint8)
    return {"label": labels, **{f"pixel{at}": values[:, at] for at in range(count)}}


def picture(label: int, form: str = "PNG", size: tuple[int, int] = (9, 7), mode: str = "RGB") -> bytes:
    noise = np.random.default_rng(label).integers(0, 256, (*size[::-1], len(mode)), dtype=np.uint8)
    kept = io.BytesIO()
    Image.fromarray(noise.squeeze(), mode).save(kept, form)
    return kept.getvalue()


def pictures(labels: list[int], contents: list[bytes]) -> dict[str, Any]:
    return {"image": [{"bytes": one, "path": None} for one in contents], "label": labels}


def refusal(name: str, options: DataOptions = AS_THEY_ARE) -> str:
    with pytest.raises(DatasetError) as caught:
        quiet(name, options)
    sentence = str(caught.value)
    assert sentence.endswith(".") and sentence.isprintable()
    return sentence


def test_columns_of_pixels_are_images(tmp_path: Path) -> None:
    labels = [0, 1, 2] * 5
    name = write(tmp_path / "train.parquet", pixels(labels))
    images = assert_alike(name)
    assert (images.dataset.input_shape, images.dataset.train_images, images.dataset.test_images) == ((4, 4, 1), 12, 3)
    write(tmp_path / "test.parquet", pixels([2, 0, 1], seed=1))
    images = assert_alike(name)
    assert (len(images.x_train), images.y_test.tolist()) == (15, [2, 0, 1])
    assert "and what is tested on from" in images.source
    wide = assert_alike(name, DataOptions(image_size=(2, 8)))
    assert wide.dataset.input_shape == (2, 8, 1)
    assert "color and fit are for pictures" in refusal(name, DataOptions(color="rgb"))


def test_pictures_as_hugging_face_keeps_them(tmp_path: Path) -> None:
    labels = [1, 0, 1, 0, 1, 0, 1, 0, 1, 0]
    contents = [picture(at, "JPEG" if at % 2 else "PNG", (9 + at, 7)) for at in range(10)]
    names = ["cat", "dog"]
    first = write(tmp_path / "train-00000-of-00002.parquet", pictures(labels, contents), names)
    write(tmp_path / "train-00001-of-00002.parquet", pictures([0], [picture(20)]), names)
    write(tmp_path / "validation-00000-of-00001.parquet", pictures([1, 0], [picture(30), picture(31)]), names)
    images = assert_alike(first)
    assert (images.dataset.input_shape, images.dataset.class_names) == ((7, 9, 3), ("cat", "dog"))
    assert images.y_train.tolist() == [*labels, 0]
    assert images.x_train[0].tolist() == np.asarray(Image.open(io.BytesIO(contents[0]))).tolist()
    small = assert_alike(first, DataOptions((4, 6), "grayscale", "crop"))
    assert small.x_train.shape == (11, 4, 6, 1)
    again = quiet(first, DataOptions((4, 6), "grayscale", "crop"))
    np.testing.assert_array_equal(again.x_train, small.x_train)
    (tmp_path / "train-00001-of-00002.parquet").unlink()
    assert "train-00001-of-00002.parquet' is missing" in refusal(first)


def test_words_are_labels_numbered_by_the_alphabet(tmp_path: Path) -> None:
    words = ["dog", "ant", "cat"] * 5
    name = write(tmp_path / "train.parquet", {**pixels([0] * 15), "label": pyarrow.array(words).dictionary_encode()})
    images = assert_alike(name)
    assert images.dataset.class_names == ("ant", "cat", "dog")
    assert sorted(images.y_train.tolist()) == [0] * 4 + [1] * 4 + [2] * 4
    write(tmp_path / "test.parquet", {**pixels([0] * 3, seed=1), "label": ["cat", "dog", "cat"]})
    assert assert_alike(name).y_test.tolist() == [1, 2, 1]
    write(tmp_path / "test.parquet", {**pixels([0] * 2, seed=1), "label": ["cat", "cow"]})
    assert "has the label 'cow', which" in refusal(name)
    write(tmp_path / "test.parquet", pixels([0, 1], seed=1))
    assert "are words, and those of the other numbers" in refusal(name)
    alone = write(tmp_path / "one.parquet", {**pixels([0] * 9), "label": ["cat"] * 9})
    assert "every label is 'cat'" in refusal(alone)
    gap = write(tmp_path / "gap.parquet", {**pixels([0] * 2), "label": ["cat", None]})
    assert "Row 2 of" in refusal(gap) and "has no label" in refusal(gap)


def test_a_folder_of_parts_is_the_table_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "flowers" / "data"
    folder.mkdir(parents=True)
    some = [picture(at) for at in range(4)]
    for part in (0, 1):
        columns = pictures([0] * 2, some[2 * part : 2 * part + 2]) | {"label": ["rose", "lily"]}
        write(folder / f"train-0000{part}-of-00002.parquet", columns)
    write(folder / "test-00000-of-00001.parquet", pictures([0], some[:1]) | {"label": ["rose"]})
    images = assert_alike(str(folder.parent))
    assert (images.dataset.title, images.dataset.class_names) == ("flowers", ("lily", "rose"))
    assert (images.y_train.tolist(), images.y_test.tolist()) == ([1, 0, 1, 0], [1])
    assert quiet(str(folder)).y_train.tolist() == [1, 0, 1, 0]
    write(folder / "train_small.parquet", pixels([0, 1]))
    assert "No class" in refusal(str(folder)) or "no folder" in refusal(str(folder))


def test_bytes_alone_clear_parts_and_deep_ones_will_do_and_broken_ones_are_counted(tmp_path: Path) -> None:
    deep = io.BytesIO()
    Image.fromarray(np.arange(63, dtype=np.uint16).reshape(7, 9) * 900).save(deep, "PNG")
    contents = [picture(0, mode="L"), picture(1, mode="RGBA"), deep.getvalue(), b"no picture", picture(4, mode="L")]
    name = write(tmp_path / "all.parquet", {"img": contents * 4, "fine_label": [0, 1, 0, 1, 1] * 4})
    images, script = quiet(name), scripted(name, AS_THEY_ARE)
    assert np.array_equal(np.rint(script["training_images"] * 255), images.x_train)
    assert np.array_equal(script["test_labels"], images.y_test)
    assert (images.dataset.input_shape, len(images.x_train), len(images.x_test)) == ((7, 9, 3), 14, 2)
    assert images.x_train.min() == 0 and images.x_train.max() == 255
    assert [(one.why, one.count, one.first) for one in images.dataset.left_out] == [
        ("no picture", 4, "row 4 of all.parquet")
    ]


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    def wrong(columns: dict[str, Any]) -> str:
        return refusal(write(tmp_path / "wrong.parquet", columns))

    assert "has no column of labels: whole numbers from 0" in wrong({"text": ["a"], "image": [b"x"]})
    assert "Row 3 of" in wrong(pixels([0, 1, -1])) and "has the label -1" in wrong(pixels([0, 1, -1]))
    assert "set test to a share" in wrong(pixels([0, 1, -1]))
    assert "at most" in wrong(pixels([0, 1, 2_000_000]))
    assert "neither a picture's file nor a number" in wrong({"label": [0, 1], "name": ["a", "b"]})
    assert "has labels and no images" in wrong({"label": [0, 1]})
    assert "every label is 0" in wrong(pixels([0] * 9))
    assert "has no rows" in wrong({"label": np.zeros(0, int), "p0": np.zeros(0, int)})
    assert "make no square image" in wrong(pixels([0, 1], 15))
    assert "Row 2 of" in wrong({"label": [0, 1] * 9, **{f"p{at}": [0, 256] * 9 for at in range(4)}})
    assert "in the column 'p0'" in wrong({"label": [0, 1] * 9, **{f"p{at}": [0, 0.5] * 9 for at in range(4)}})
    assert "No picture in the column 'image'" in wrong(pictures([0, 1] * 9, [b"x"] * 18))
    assert "There is no table" in refusal(
        write(tmp_path / "a.parquet", pixels([0, 1] * 9)), DataOptions(test="b.parquet")
    )


def test_columns_of_one_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.parquet"
    parquet.write_table(pyarrow.Table.from_arrays([pyarrow.array([0, 1])] * 3, names=["label", "p\x1b", "p\x1b"]), path)
    assert "has more than one column 'p\\x1b'" in refusal(str(path))


def test_any_bytes_end_in_a_sentence(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "whole.parquet", pixels([0, 1] * 10)))
    whole, rng = path.read_bytes(), random.Random(3)
    for kept in (b"", b"PAR1", whole[:-20], whole[: len(whole) // 2]):
        path.write_bytes(kept)
        assert "no Parquet file, or a broken one" in refusal(str(path))
    for _ in range(150):
        broken = bytearray(whole)
        for _ in range(rng.randint(1, 8)):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        path.write_bytes(broken)
        parquet_table._looked_at.cache_clear()
        try:
            quiet(str(path))
        except DatasetError as error:
            assert str(error).isprintable()


def test_a_table_that_is_made_to_fill_the_memory_is_refused(tmp_path: Path) -> None:
    """Zeros, which take a thousandth of their memory in the file; and what shrinks as far, but is small, is read."""
    for count, refused in ((LARGE // 10, False), (LARGE + 1, True)):
        contents = [picture(0), bytes(count), *map(picture, range(1, 12))]
        table = pyarrow.table(pictures([at % 2 for at in range(13)], contents))
        parquet.write_table(table, tmp_path / "bomb.parquet", compression="zstd")
        if refused:
            assert "seems to be made to fill it. Fetch the file again" in refusal(str(tmp_path / "bomb.parquet"))
        else:
            assert len(quiet(str(tmp_path / "bomb.parquet")).x_train) == 10


def test_without_pyarrow_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = write(tmp_path / "all.parquet", pixels([0, 1] * 9))
    load = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return load(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(DatasetError, match=r"not installed: pip install 'cnn-tui\[parquet\]'\."):
        describe(name)


def test_the_form_has_its_settings(tmp_path: Path) -> None:
    name = write(tmp_path / "all.parquet", pictures([0, 1] * 9, [picture(at) for at in range(18)]))
    experiment = change(load_preset("lab1-baseline"), "dataset", name)
    assert {"test", "image_size", "color", "fit"} <= {row.name for row in settings_of(experiment)}
    assert change(experiment, "image_size", "20x30").stack.input_shape == (20, 30, 3)
