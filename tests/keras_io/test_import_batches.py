"""Of how many images a script's batches are, how many batches are an epoch, and how many it validates on."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.experiment.training.phase import Phase
from tests.keras_io.scripts import ALL_LEARNED, FIT, HEAD, NETWORK, READ, SMALL, read


def test_training_that_goes_on_counts_its_epochs_by_the_first(tmp_path: Path) -> None:
    fit = FIT.replace("model.fit", "first = model.fit")
    more = "model.fit(x_train, y_train, epochs=7, initial_epoch=first.epoch[-1] + 1)\n"
    assert read(tmp_path, HEAD + SMALL + fit + more).experiment.training.epochs == 7
    again = "model.compile('adam', 'sparse_categorical_crossentropy')\n"
    assert read(tmp_path, HEAD + SMALL + fit + again + more).experiment.then == (Phase(4),)
    unknown = read(tmp_path, HEAD + SMALL + fit + more.replace("first.epoch[-1] + 1", "there()"))
    assert any(note.startswith("initial_epoch is there()") for note in unknown.notes)


def test_a_generator_of_the_script_gives_the_images_that_it_yields(tmp_path: Path) -> None:
    code = f"""{HEAD}{SMALL}
def batches(images, labels, size=50):
    while True:
        for start in range(0, len(images), size):
            yield images[start : start + size], labels[start : start + size]
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(batches(x_train, y_train), steps_per_epoch=1200, epochs=2)
"""
    imported = read(tmp_path, code)
    assert (imported.experiment.dataset, imported.experiment.training.batch_size) == ("fashion_mnist", 50)
    assert imported.notes == ()


@pytest.mark.parametrize(("steps", "is_epoch"), [(7, True), (8, True), (5, False)])
def test_steps_that_show_every_picture_of_a_folder_once_are_an_epoch(pets: Path, steps: int, is_epoch: bool) -> None:
    code = f"""{READ}
scaled = ImageDataGenerator(rescale=1 / 255)
pictures = scaled.flow_from_directory("pets", (8, 8), batch_size=4)
{NETWORK}model.fit(pictures, steps_per_epoch={steps})
"""
    imported = read(pets.parent, code)
    assert imported.experiment.training.steps_per_epoch == (None if is_epoch else steps)  # of 4 of the 30
    assert imported.notes == (ALL_LEARNED.format("pets"),)


@pytest.mark.parametrize(("steps", "said"), [("2", 2), ("3", None), ("watched.n // 2", None)])
def test_batches_to_validate_on_that_are_all_of_a_folder_are_not_said(pets: Path, steps: str, said: int | None) -> None:
    code = f"""{READ}
scaled = ImageDataGenerator(rescale=1 / 255, validation_split=0.2)
pictures = scaled.flow_from_directory("pets", (8, 8), batch_size=2, subset="training")
watched = scaled.flow_from_directory("pets", (8, 8), batch_size=2, subset="validation")
{NETWORK}model.fit(pictures, validation_data=watched, validation_steps={steps})
"""
    imported = read(pets.parent, code)  # 6 of 30 are held out
    assert imported.experiment.training.validation_steps == said
    assert imported.differences == ()


@pytest.mark.parametrize(
    ("data", "size"),
    [
        ("ImageDataGenerator().flow(x_train, y_train, batch_size=128)", 128),
        ("ImageDataGenerator().flow(x_train, y_train)", 32),
        ("tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(9).batch(64)", 64),
        ("x_train, y_train", 20),
    ],
)
def test_the_batch_size_of_a_fit_counts_for_arrays_alone(tmp_path: Path, data: str, size: int) -> None:
    code = f"""{HEAD}
from tensorflow.keras.preprocessing.image import ImageDataGenerator
{SMALL}
model.compile("adam", "sparse_categorical_crossentropy")
model.fit({data}, batch_size=20, epochs=3)
"""
    imported = read(tmp_path, code)
    assert imported.experiment.training.batch_size == size
    noted = [note for note in imported.to_know if "batch_size of fit" in note]
    assert len(noted) == (size != 20)
    assert all(f"of {size}" in note and f"line {len(code.splitlines())}" in note for note in noted)


@pytest.mark.parametrize(
    ("watched", "steps"),
    [
        ("validation_data=(x_test, y_test), validation_steps=10", 10),
        ("validation_data=(x_test[:50], y_test[:50])", 3),
        ("validation_data=(x_test, y_test), validation_steps=len(x_test) // 20", None),
        ("validation_data=(x_test, y_test)", None),
        ("validation_data=ImageDataGenerator().flow(x_test, y_test, batch_size=100), validation_steps=100", None),
        ("validation_data=ImageDataGenerator().flow(x_test, y_test, batch_size=100), validation_steps=50", 250),
        ("validation_data=(x_test, y_test), nb_epoch=3, nb_val_samples=2010", 101),
        ("validation_data=(x_test, y_test), nb_epoch=3, nb_val_samples=10000", None),
        ("validation_data=(x_test, y_test), epochs=3, nb_val_samples=50", 50),  # Keras 2 renames it
        ("validation_data=(x_test, y_test), nb_epoch=3, steps_per_epoch=9, nb_val_samples=50", 50),
        ("validation_data=(x_test, y_test), nb_epoch=3, samples_per_epoch=9, nb_val_samples=50", 3),
        ("validation_data=(x_test, y_test), validation_steps=499", 499),
        ("validation_split=0.1, validation_steps=30", 30),
        ("validation_split=0.1, validation_steps=300", None),
        ("validation_data=(x_test, y_test), validation_steps=many()", "validation_steps (line "),
        ("validation_steps=10", None),  # of nothing
    ],
)
def test_so_many_batches_are_measured_as_there(tmp_path: Path, watched: str, steps: int | str | None) -> None:
    code = f"""{HEAD}
from tensorflow.keras.preprocessing.image import ImageDataGenerator
{SMALL}
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, batch_size=20, {watched})
"""
    imported = read(tmp_path, code)
    notes = [note for note in imported.differences if "validation_steps" in note]
    if isinstance(steps, str):
        assert [note.startswith(steps) and "all images" in note for note in notes] == [True]
    else:
        assert not notes
        assert imported.experiment.training.validation_steps == steps


def test_as_many_images_to_validate_on_as_are_whole_batches_are_told(tmp_path: Path) -> None:
    fit = 'model.compile("adam", "sparse_categorical_crossentropy")\nmodel.fit(x_train, y_train, batch_size=20, {})'
    for watched, many in (
        ("x_test[:50], y_test[:50]", "60, which are whole batches,"),
        ("x_test[:40], y_test[:40]", "as many"),
    ):
        imported = read(tmp_path, HEAD + SMALL + fit.format(f"validation_data=({watched})"))
        assert f"images there, and here on {many} drawn at random" in imported.to_know[0]


DRAWN = "gone = np.random.choice(range(0, len(x_test)), int(len(x_test) * 0.3), replace=False)"


@pytest.mark.parametrize(
    ("left", "many"),
    [
        (f"{DRAWN}\nv, w = np.delete(x_test, gone, axis=0), np.delete(y_test, gone, axis=0)", 7000),
        (f"{DRAWN}\nv, w = x_test[gone], y_test[gone]", 3000),
        (
            "gone = np.random.permutation(10000)[:4000]\nv, w = np.delete(x_test, gone, 0), np.delete(y_test, gone)",
            6000,
        ),
        ("v, w = np.delete(x_test, [3, 5, 3], axis=0), np.delete(y_test, [3, 5, 3])", 9998),
    ],
)
def test_as_many_of_the_images_to_test_on_validate_as_a_script_leaves(tmp_path: Path, left: str, many: int) -> None:
    compiled = 'model.compile("adam", "sparse_categorical_crossentropy")\n'
    code = f"{HEAD}import numpy as np\n{left}\n{SMALL}{compiled}"
    imported = read(tmp_path, f"{code}model.fit(x_train, y_train, batch_size=50, epochs=2, validation_data=(v, w))")
    assert imported.experiment.training.validation_steps == -(-many // 50)
    assert any(f"the model is validated on {many:,} images there" in note for note in imported.to_know)
    assert not imported.differences


@pytest.mark.parametrize(
    ("flow", "steps", "part"),
    [
        ("ImageDataGenerator().flow(v, w)", "len(v) // 64", "0.5"),
        ("ImageDataGenerator().flow(v, w)", "v.shape[0] // size", "0.5"),
        ("ImageDataGenerator().flow(v, w, batch_size=16)", "len(v) / size", "0.25"),
        ("ImageDataGenerator().flow(v, w, batch_size=size)", "len(v) // 64", None),
        ("ImageDataGenerator().flow(v, w)", "len(v) // 32", None),
        ("ImageDataGenerator().flow(v, w)", "len(v) // 16", None),  # twice all
        ("tf.data.Dataset.from_tensor_slices((v, w)).batch(32)", "len(v) // size", "0.5"),
        ("(v, w)", "len(v) // size", None),  # whose batches are those that it trains by
    ],
)
def test_of_images_that_are_not_here_the_part_that_is_measured_is_said(
    tmp_path: Path, flow: str, steps: str, part: str | None
) -> None:
    code = f"""{HEAD}
import numpy as np
from tensorflow.keras.preprocessing.image import ImageDataGenerator
x, y, v, w = (np.load(name) for name in ("a.npy", "b.npy", "c.npy", "d.npy"))
size = 64
{SMALL}
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, batch_size=size, epochs=3, validation_data={flow}, validation_steps={steps})
"""
    told = [note for note in read(tmp_path, code).differences if note.startswith("validation_steps")]
    assert [f"measures {part} of the images to validate on there" in note for note in told] == [True] * bool(part)


def test_steps_by_another_size_than_the_batches_are_of_show_a_part(tmp_path: Path) -> None:
    code = f"""{HEAD}
import numpy as np
from tensorflow.keras.preprocessing.image import ImageDataGenerator
x, y, size = np.load("a.npy"), np.load("b.npy"), 64
{SMALL}
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(ImageDataGenerator().flow(x, y), epochs=3, steps_per_epoch=len(x) // size)
"""
    assert "an epoch shows every image 0.5 times there, and once here" in read(tmp_path, code).differences
    same = read(tmp_path, code.replace("flow(x, y)", "flow(x, y, batch_size=size)"))
    assert not any("an epoch" in note or "steps" in note for note in same.differences)
