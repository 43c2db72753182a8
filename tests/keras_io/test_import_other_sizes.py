"""A network that is made for pictures of another size, or of other colours, than those that it gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.keras_io.scripts import READ, pets, read, total

CODE = """
MODEL
model.compile("adam", "categorical_crossentropy")
plain = ImageDataGenerator(rescale=1 / 255)
learn = plain.flow_from_directory("pets/train", LEARN)
watch = plain.flow_from_directory("pets/test", WATCH)
model.fit(learn, validation_data=watch, epochs=2)
"""
FLAT = "[layers.Conv2D(4, 3), layers.Flatten(), layers.Dense(2, activation='softmax')]"
POOLED = FLAT.replace("Flatten", "GlobalAveragePooling2D")
FUNCTIONAL = """
seen = keras.Input((8, 8, 3))
maps = layers.GlobalAveragePooling2D()(layers.Conv2D(4, 3)(seen))
model = keras.Model(seen, layers.Dense(2, activation='softmax')(maps))
"""
OWN = "the network is made for pictures of"
STOPS = "where Keras stops: here they come as it is made for"


@pytest.fixture
def birds(tmp_path: Path) -> Path:
    """A folder with a folder of pictures to learn from, and one to test on."""
    pets(tmp_path)
    return tmp_path


def script(model: str, learn: str = "target_size=(16, 16)", watch: str = "") -> str:
    """One that trains a model on such pictures."""
    return READ + CODE.replace("MODEL", model).replace("LEARN", learn).replace("WATCH", watch or learn)


@pytest.mark.parametrize(
    "model",
    [
        f"model = keras.Sequential([keras.Input((8, 8, 3)), *{FLAT}])",
        f"model = keras.Sequential({FLAT.replace('4, 3', '4, 3, input_shape=(8, 8, 3)')})",
        FUNCTIONAL,
    ],
    ids=["Input", "input_shape", "Functional"],
)
@pytest.mark.parametrize("size", ["target_size=(16, 16)", ""], ids=["told", "Keras's own"])
def test_a_network_of_one_size_is_as_the_script_has_it(birds: Path, model: str, size: str) -> None:
    imported = read(birds, script(model, size))
    there = "16x16" if size else "256x256"
    assert (imported.experiment.image_size, imported.experiment.stack.input_shape) == ((8, 8), (8, 8, 3))
    line = 11 + model.count("\n")
    assert imported.differences == (f"{OWN} 8x8 there, and gets them as {there} (line {line}), {STOPS}",)


def test_a_network_of_keras_is_as_large_as_the_script_has_it(birds: Path) -> None:
    model = "model = keras.applications.VGG16(weights=None, input_shape=(32, 32, 3), classes=2)"
    imported = read(birds, script(model))
    assert imported.experiment.image_size == (32, 32)
    assert total(imported) == 14_714_688 + (512 * 4096 + 4096) + (4096 * 4096 + 4096) + (4096 * 2 + 2)
    assert any(STOPS in note for note in imported.differences)


@pytest.mark.parametrize(
    "model",
    [
        f"model = keras.Sequential([keras.Input((8, 8, 3)), *{POOLED}])",
        f"model = keras.Sequential([keras.Input((None, None, 3)), *{POOLED}])",
        f"model = keras.Sequential([layers.Rescaling(1.0), *{FLAT.replace('4, 3', '4, 3, input_shape=(8, 8, 3)')}])",
        f"model = keras.Sequential([keras.Input((16, 16, 3)), *{FLAT}])",
    ],
    ids=["no layer asks", "any size", "what a later layer says", "the same"],
)
def test_a_network_that_takes_the_pictures_as_they_are_read_gets_them_so(birds: Path, model: str) -> None:
    imported = read(birds, script(model))
    assert (imported.experiment.image_size, imported.differences) == ((16, 16), ())


def test_a_network_for_grey_pictures_gets_them_so(birds: Path) -> None:
    imported = read(birds, script(f"model = keras.Sequential([keras.Input((16, 16, 1)), *{POOLED}])"))
    assert (imported.experiment.color, imported.experiment.stack.input_shape) == ("grayscale", (16, 16, 1))
    assert imported.differences == (f"{OWN} 16x16 in grey there, and gets them as 16x16 (line 11), {STOPS}",)


def test_pictures_that_are_resized_on_their_way_are_of_that_size(birds: Path) -> None:
    code = f"""{READ}
def smaller(seen, kind):
    return tf.image.resize(seen, (8, 8)), kind
learn = keras.utils.image_dataset_from_directory("pets/train", image_size=(16, 16)).map(smaller)
model = keras.Sequential([keras.Input((8, 8, 3)), *{FLAT}])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(learn, epochs=2)
"""
    assert not any(STOPS in note for note in read(birds, code).notes)


def test_pictures_to_validate_on_of_another_size_are_said(birds: Path) -> None:
    model = f"model = keras.Sequential([keras.Input((None, None, 3)), *{POOLED}])"
    imported = read(birds, script(model, watch="target_size=(8, 8)"))
    assert imported.experiment.image_size == (16, 16)
    assert imported.differences == (
        "pictures to validate on are read as 8x8 there (line 12), and those that it learns from as others: here all as "
        "the latter",
    )
