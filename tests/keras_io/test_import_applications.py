"""Networks of `keras.applications` in a script, and what a script does before and around them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from cnn_tui.experiment.file import parse, to_toml
from cnn_tui.experiment.presets import load_preset
from cnn_tui.keras_io.script.write import keras_script
from cnn_tui.network.layers import (
    Application,
    Dense,
    Flatten,
    RandomBrightness,
    RandomContrast,
    Rescaling,
    Resizing,
)
from cnn_tui.network.stack import Stack
from cnn_tui.network.summary import summarize
from tests.keras_io.scripts import FIT, HEAD, SMALL, read, refusal, total


def test_layers_that_a_script_freezes_are_frozen(tmp_path: Path) -> None:
    code = (
        HEAD
        + SMALL
        + """
model.layers[0].trainable = False
for layer in model.layers[1:2]:
    layer.trainable = False
"""
        + FIT
    )
    imported = read(tmp_path, code)
    assert [layer.trainable for layer in imported.experiment.layers] == [False, True, True]
    assert "trainable=False" in keras_script(imported.experiment)
    assert not [note for note in imported.notes if "frozen" in note or "trainable" in note]


MIXED = """
from tensorflow.keras.applications.inception_v3 import InceptionV3
from tensorflow.keras.preprocessing.image import ImageDataGenerator
base = InceptionV3(input_shape=(150, 150, 3), include_top=False, weights=None)
base.load_weights("inception.h5")
for layer in base.layers:
    layer.trainable = False
last_output = base.get_layer("mixed7").output
x = layers.Flatten()(last_output)
x = layers.Dense(1024, activation="relu")(x)
x = layers.Dense(10, activation="softmax")(x)
model = keras.Model(base.input, x)
"""


SCALED = """
base = keras.applications.MobileNetV2((96, 96, 3), include_top=False, pooling="avg")
base.trainable = False
inputs = keras.Input((96, 96, 3))
x = layers.RandomFlip("horizontal")(inputs)
x = keras.applications.mobilenet_v2.preprocess_input(x)
x = base(x, training=False)
model = keras.Model(inputs, layers.Dense(10, "softmax")(x))
"""


IN_A_ROW = """
base = tf.keras.applications.VGG16(weights="imagenet", include_top=False, input_shape=(64, 64, 3))
model = keras.Sequential([layers.Rescaling(1 / 255), base, layers.Flatten(), layers.Dense(10, activation="softmax")])
"""


@pytest.mark.parametrize(
    ("code", "expected", "kinds"),
    [
        (
            MIXED,
            Application(
                architecture="InceptionV3", weights="inception.h5", cut="mixed7", preprocessing="none", trainable=False
            ),
            ["Application", "Flatten", "Dense", "Dense"],
        ),
        (
            SCALED,
            Application(architecture="MobileNetV2", trainable=False, training=False),
            ["RandomFlip", "Application", "GlobalAveragePooling2D", "Dense"],
        ),
        (
            IN_A_ROW,
            Application(architecture="VGG16", preprocessing="none"),
            ["Application", "Flatten", "Dense"],
        ),
    ],
    ids=["cut", "functional", "in a row"],
)
def test_a_network_that_was_trained_before_is_one_layer(
    tmp_path: Path, code: str, expected: Application, kinds: list[str]
) -> None:
    head = HEAD if code is MIXED else HEAD.replace("x_train, x_test = x_train / 255.0, x_test / 255.0", "")
    imported = read(tmp_path, head + code + FIT)
    layers = imported.experiment.layers
    assert [layer.type for layer in layers] == kinds
    (base,) = [layer for layer in layers if isinstance(layer, Application)]
    assert base == expected
    assert parse(to_toml(imported.experiment)).layers == layers


FINE_TUNED = """
base = tf.keras.applications.MobileNetV2(input_shape=(32, 32, 3), include_top=False)
base.trainable = True
{freezing}
model = keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(2, activation="softmax")])
"""


@pytest.mark.parametrize(
    ("freezing", "frozen"),
    [
        ("for layer in base.layers[:100]:\n    layer.trainable = False", 100),
        ("base.layers[0].trainable = False", 0),
        ("for at, layer in enumerate(base.layers):\n    layer.trainable = at >= 100", 100),
        ("base.trainable = False\nfor layer in base.layers[-10:]:\n    layer.trainable = True", 144),
        ("for layer in base.layers:\n    if layer.name == 'block_3_expand': break\n    layer.trainable = False", 27),
        (
            "ready = False\nfor layer in base.layers:\n    if layer.name == 'block_3_expand':\n        ready = True\n"
            "    layer.trainable = ready",
            27,
        ),
        (
            "for layer in base.layers:\n    if layer.name.startswith(('block_4', 'Conv_1')): break\n"
            "    layer.trainable = False",
            36,
        ),
        ("for layer in base.layers:\n    layer.trainable = isinstance(layer, layers.Conv2D)", None),
        ("for layer in base.layers:\n    if layer.name == 'block_13_expand':\n        layer.trainable = False", None),
    ],
)
def test_a_network_is_frozen_up_to_where_a_script_freezes_it(tmp_path: Path, freezing: str, frozen: int | None) -> None:
    imported = read(tmp_path, HEAD + FINE_TUNED.format(freezing=freezing) + FIT)
    base = imported.experiment.layers[0]
    assert isinstance(base, Application)
    assert base.trainable
    assert base.frozen_layers == (frozen or 0)
    assert any("trainable at line" in note or "are trained" in note for note in imported.notes) is (frozen is None)


@pytest.mark.parametrize(
    ("asked", "frozen"),
    [
        ("layer.name == 'mixed7'", 228),
        ("layer.name in ['mixed7', 'mixed8']", 228),
        ("layer.name == 'conv2d_93'", None),
        ("layer.name.endswith('_93')", None),
    ],
)
def test_a_network_whose_layers_are_numbered_is_frozen_up_to_one_with_a_name(
    tmp_path: Path, asked: str, frozen: int | None
) -> None:
    freezing = (
        f"ready = False\nfor layer in base.layers:\n    if {asked}:\n        ready = True\n    layer.trainable = ready"
    )
    made = FINE_TUNED.format(freezing=freezing).replace("MobileNetV2", "InceptionV3").replace("32, 32", "96, 96")
    imported = read(tmp_path, HEAD + made + FIT)
    base = imported.experiment.layers[0]
    assert isinstance(base, Application)
    assert base.frozen_layers == (frozen or 0)
    assert any("trainable at line" in note for note in imported.notes) is (frozen is None)


@pytest.mark.parametrize(
    ("function", "layers"),
    [
        ("lambda x: x * 2 - 1", (Rescaling(scale=2.0), Rescaling(scale=1.0, offset=-1.0))),
        ("lambda x: x", ()),
        ("double", (Rescaling(scale=2.0),)),
    ],
)
def test_a_lambda_that_is_arithmetic_is_a_rescaling(
    tmp_path: Path, function: str, layers: tuple[Rescaling, ...]
) -> None:
    model = f"""
def double(x):
    return 2 * x
model = keras.Sequential()
model.add(keras.layers.Lambda({function}, input_shape=(28, 28, 1)))
model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(10, activation="softmax"))
"""
    imported = read(tmp_path, HEAD + model + FIT)
    assert imported.experiment.layers[:-2] == layers
    assert imported.differences == ()


@pytest.mark.parametrize("function", ["lambda x: tf.sin(x)", "lambda x: x[:, 2:]", "lambda x: tf.nn.relu(x) + x"])
def test_a_lambda_that_is_more_is_refused(tmp_path: Path, function: str) -> None:
    model = f"model = keras.Sequential([keras.layers.Lambda({function}), layers.Flatten(), layers.Dense(10)])"
    assert "Lambda: code is never imported" in refusal(tmp_path, HEAD + model + FIT)


def test_images_that_are_not_prepared_for_a_network_come_as_they_do_there(tmp_path: Path) -> None:
    code = """
base = keras.applications.Xception(include_top=False, weights=None, input_shape=(150, 150, 3))
pictures = keras.utils.image_dataset_from_directory("nowhere", image_size=(150, 150))
model = keras.Sequential([base, layers.Flatten(), layers.Dense(2, activation="softmax")])
"""
    imported = read(tmp_path, HEAD + code + FIT.replace("x_train, y_train", "pictures"))
    first, base = imported.experiment.layers[:2]
    assert first == Rescaling(scale=255.0)
    assert base == Application(architecture="Xception", weights="none", preprocessing="none")
    assert any("gets images from 0 to 255 there" in note for note in imported.to_know)


@pytest.mark.parametrize("freezing", ["layers.trainable = False", "if ask():\n        layers.trainable = False"])
def test_freezing_a_module_is_said_to_do_nothing(tmp_path: Path, freezing: str) -> None:
    code = f"""
base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3))
for layer in base.layers:
    {freezing}
model = keras.Sequential([base, layers.Flatten(), layers.Dense(10, activation="softmax")])
"""
    imported = read(tmp_path, HEAD + code + FIT)
    line = next(at for at, text in enumerate((HEAD + code).splitlines(), 1) if "layers.trainable" in text)
    assert (
        f"layers.trainable (line {line}) does nothing, there as here: layers is no layer of the model"
        in imported.to_know
    )
    assert not any("trainable" in note for note in imported.differences)
    assert all(layer.trainable for layer in imported.experiment.layers)


def test_layers_of_a_model_that_goes_on_from_a_network_are_counted_with_it(tmp_path: Path) -> None:
    code = """
base = keras.applications.InceptionV3(include_top=False, weights=None, input_shape=(150, 150, 3))
x = layers.GlobalAveragePooling2D()(base.output)
model = keras.Model(inputs=base.input, outputs=layers.Dense(2, activation="softmax")(x))
for layer in model.layers[:249]:
    layer.trainable = False
for layer in model.layers[249:]:
    layer.trainable = True
"""
    imported = read(tmp_path, HEAD + code + FIT)
    base = imported.experiment.layers[0]
    assert isinstance(base, Application)
    assert base.frozen_layers == 249
    stack = Stack((150, 150, 3), imported.experiment.layers)
    assert summarize(stack).trainable_params == 11_118_978  # as Keras counts them


@pytest.mark.parametrize(("weights", "frozen"), [("'imagenet'", 208), ("None", 207)])
def test_the_rescaling_that_imagenet_brings_is_among_the_layers_of_efficientnet(
    tmp_path: Path, weights: str, frozen: int
) -> None:
    """Of EfficientNetB0, Keras makes 238 layers for ImageNet's weights, and 237 without."""
    base = f"base = keras.applications.EfficientNetB0(include_top=False, weights={weights}, input_shape=(64, 64, 3))\n"
    freezing = "for layer in base.layers[:-30]:\n    layer.trainable = False\n"
    model = "model = keras.Sequential([base, layers.Flatten(), layers.Dense(10, activation='softmax')])\n"
    found = read(tmp_path, HEAD + base + freezing + model + FIT).experiment.layers[0]
    assert isinstance(found, Application)
    assert found.frozen_layers == frozen
    assert found.learned() == 1_496_160  # as Keras counts the last 30


def test_a_network_with_its_top_is_refused(tmp_path: Path) -> None:
    code = HEAD + "model = keras.Sequential([keras.applications.VGG16(), layers.Dense(10)])\n" + FIT
    assert "include_top" in refusal(tmp_path, code)


@pytest.mark.parametrize(
    ("architecture", "total_params"),
    [
        *(("VGG16", 134_268_738), ("ResNet50", 23_591_810), ("EfficientNetB0", 4_052_133), ("MobileNetV2", 2_260_546)),
        *(("EfficientNetB3", 10_786_609), ("DenseNet201", 18_325_826), ("ResNet152V2", 58_335_746)),
    ],
)
def test_a_top_that_begins_at_random_is_layers_of_its_own(tmp_path: Path, architecture: str, total_params: int) -> None:
    network = f"keras.applications.{architecture}(weights=None, classes=2, input_shape=(224, 224, 3))"
    code = f"from tensorflow import keras\nmodel = {network}\nmodel.compile('adam', 'categorical_crossentropy')\n"
    assert total(read(tmp_path, code)) == total_params  # as Keras counts them


@pytest.mark.parametrize(
    ("code", "trainable", "frozen", "is_whole"),
    [
        ("base.trainable = False", False, 0, True),
        ("for layer in base.layers:\n    layer.trainable = False", False, 0, True),
        ("for layer in base.layers[:100]:\n    layer.trainable = False", False, 0, True),
        ("for layer in base.layers:\n    if 'block5' in layer.name:\n        layer.trainable = False", True, 0, False),
        ("base.trainable = False\nfor layer in base.layers[-5:]:\n    layer.trainable = True", True, 14, True),
    ],
)
@pytest.mark.parametrize("more", ["", ", pooling='avg'"])
def test_a_pooling_is_among_the_layers_of_a_network_that_ends_with_one(
    tmp_path: Path, code: str, trainable: bool, frozen: int, is_whole: bool, more: str
) -> None:
    base = f"base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(64, 64, 3){more})\n"
    model = "\nmodel = keras.Sequential([base, layers.Flatten(), layers.Dense(10, activation='softmax')])\n"
    imported = read(tmp_path, HEAD + base + code + model + FIT)
    found = imported.experiment.layers[0]
    assert isinstance(found, Application)
    assert found.trainable is trainable
    assert found.frozen_layers == (frozen + 1 if more and frozen else frozen)
    assert any("are trained" in note for note in imported.notes) is not is_whole


def test_a_script_of_the_lab_with_a_network_comes_back(tmp_path: Path) -> None:
    for base in (
        Application(architecture="MobileNetV2", cut="block_13_expand_relu", trainable=False),
        Application(architecture="VGG16", weights="none", preprocessing="none"),
        Application(architecture="EfficientNetB0"),
        Application(architecture="VGG16", frozen_layers=15),
        Application(architecture="InceptionV3", cut="mixed7", frozen_layers=100),
        Application(architecture="DenseNet121"),
    ):
        layers = (Resizing(height=96, width=96), base, Flatten(), Dense(units=10, activation="softmax"))
        experiment = msgspec.structs.replace(load_preset("lab1-baseline"), layers=layers)
        assert read(tmp_path, keras_script(experiment)).experiment.layers == layers


def test_what_varies_the_light_in_front_of_a_network_does_so_for_images_as_they_come_here(tmp_path: Path) -> None:
    code = (
        HEAD.replace(" / 255.0", "")
        + """
inputs = keras.Input((96, 96, 3))
x = layers.RandomContrast(0.2)(layers.RandomBrightness(0.2)(inputs))
x = keras.applications.mobilenet_v2.preprocess_input(x)
x = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(96, 96, 3))(x)
model = keras.Model(inputs, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling2D()(x)))
"""
    )
    brightness, contrast, base, *_ = read(tmp_path, code + FIT).experiment.layers
    assert isinstance(brightness, RandomBrightness) and brightness.value_range == (0, 1)
    assert isinstance(contrast, RandomContrast) and contrast.value_range == (0, 1)
    assert isinstance(base, Application) and base.preprocessing == "own"


def test_how_images_of_no_known_dataset_are_prepared_is_not_told(tmp_path: Path) -> None:
    code = """
from tensorflow import keras
from pictures import load
x_train, y_train = load()
base = keras.applications.MobileNet(include_top=False, weights=None, input_shape=(96, 96, 3))
model = keras.Sequential([base, keras.layers.Flatten(), keras.layers.Dense(2, activation="softmax")])
"""
    notes = read(tmp_path, code + FIT).to_know
    assert any("how images are prepared for MobileNet (line 5) is not known" in note for note in notes)


@pytest.mark.parametrize(
    ("freezing", "second_on", "words"),
    [
        ("", "base.output", "MobileNetV2 (line 8) has learned before, in the training of first (line 12)"),
        ("base.trainable = False\n", "base.output", ""),
        ("base.trainable = False\n", "hidden", "1 layer of the model has learned before, in the training of first"),
        ("", "other.output", ""),
    ],
)
def test_what_another_model_has_trained_before_is_said(
    tmp_path: Path, freezing: str, second_on: str, words: str
) -> None:
    make = "keras.applications.MobileNetV2(include_top=False, weights=None, pooling='avg', input_shape=(32, 32, 3))"
    start = "other" if "other" in second_on else "base"
    code = f"""{HEAD}
base = {make}
{freezing}hidden = layers.Dense(32, activation="relu")(base.output)
first = keras.Model(base.input, layers.Dense(10, activation="softmax")(hidden))
first.compile("adam", "sparse_categorical_crossentropy")
first.fit(x_train, y_train)
other = {make}
second = keras.Model({start}.input, layers.Dense(10, activation="softmax")({second_on}))
second.compile("adam", "sparse_categorical_crossentropy")
second.fit(x_train, y_train, epochs=2)
"""
    assert not any("learned before" in note for note in read(tmp_path, code, "first").notes)
    notes = [note for note in read(tmp_path, code, "second").differences if "learned before" in note]
    assert len(notes) == bool(words)
    assert not words or words in notes[0]


@pytest.mark.parametrize(("given", "is_said"), [(", drop_connect_rate=0.4", True), (", drop_connect_rate=0.2", False)])
def test_what_a_network_leaves_out_of_its_blocks_while_it_learns_is_said(
    tmp_path: Path, given: str, is_said: bool
) -> None:
    base = f"base = keras.applications.EfficientNetB0(include_top=False, input_shape=(64, 64, 3){given})\n"
    model = "model = keras.Sequential([base, layers.Flatten(), layers.Dense(10, activation='softmax')])\n"
    notes = read(tmp_path, HEAD + base + model + FIT).differences
    assert any("drop_connect_rate 0.4 is left out" in note for note in notes) is is_said


@pytest.mark.parametrize(
    ("which", "freezing", "cut", "trainable", "frozen"),
    [
        ("base.layers", "for layer in model.layers:\n    layer.trainable = False", "", False, 0),
        ("base.layers[:-1]", "", "block5_conv3", True, 0),
        ("base.layers[:-4]", "for layer in base.layers:\n    layer.trainable = False", "block4_pool", False, 0),
        ("base.layers", "for layer in model.layers[:-4]:\n    layer.trainable = False", "", True, 15),
        ("base.layers", "for layer in model.layers[:14]:\n    layer.trainable = False", "", True, 15),
    ],
)
def test_a_network_whose_layers_are_added_one_by_one_is_one_layer(
    tmp_path: Path, which: str, freezing: str, cut: str, trainable: bool, frozen: int
) -> None:
    """A Sequential counts the layers without their input, which base.layers has."""
    code = f"""
base = keras.applications.VGG16(include_top=False, weights=None, input_shape=(64, 64, 3))
model = keras.Sequential()
for layer in {which}:
    model.add(layer)
{freezing}
model.add(layers.Flatten())
model.add(layers.Dense(10, activation="softmax"))
"""
    imported = read(tmp_path, HEAD + code + FIT)
    found = imported.experiment.layers[0]
    assert isinstance(found, Application)
    assert (found.cut, found.trainable, found.frozen_layers) == (cut, trainable, frozen)
    assert len(imported.experiment.layers) == 3


@pytest.mark.parametrize(
    "added",
    [
        "for layer in keras.applications.ResNet50(include_top=False, weights=None).layers:\n    model.add(layer)",
        "base = keras.applications.VGG16(include_top=False, weights=None)\nmodel.add(base.layers[5])",
        "for layer in keras.applications.VGG16(include_top=False, weights=None).layers[::2]:\n    model.add(layer)",
    ],
)
def test_layers_of_a_network_that_do_not_follow_one_another_are_refused(tmp_path: Path, added: str) -> None:
    code = f"model = keras.Sequential()\n{added}\nmodel.add(layers.Flatten())\nmodel.add(layers.Dense(10))\n"
    said = refusal(tmp_path, HEAD + code + FIT)
    assert "no layer that is known" in said or "which only running tells" in said


INSIDE = """
base = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3){pooling})
aug = keras.Sequential([layers.RandomFlip("horizontal"), layers.RandomRotation(0.1)])
inputs = keras.Input((32, 32, 3))
"""
TOP = "layers.Flatten(), layers.Dense(10, activation='softmax')"


@pytest.mark.parametrize(
    ("model", "pooling", "at"),
    [
        (f"keras.Sequential([inputs, aug, layers.Rescaling(2.0, -1.0), base, {TOP}])", "", 2),
        (f"keras.Sequential([base, {TOP}])", ", pooling='avg'", 0),
        ("keras.Model(inputs, layers.Dense(10)(layers.Flatten()(base(inputs))))", "", 1),
        ("keras.Model(inputs, layers.Dense(10)(base(aug(inputs), training=False)))", ", pooling='max'", 2),
        ("keras.Model(inputs, layers.Dense(10)(layers.Flatten()(base(layers.Rescaling(2.0)(aug(inputs))))))", "", 3),
    ],
)
def test_a_network_among_the_layers_of_a_model_is_counted_as_keras_counts_it(
    tmp_path: Path, model: str, pooling: str, at: int
) -> None:
    made = f"{HEAD}{INSIDE.format(pooling=pooling)}model = {model}\n"
    frozen = read(tmp_path, f"{made}model.layers[{at}].trainable = False\n{FIT}")
    (base,) = (layer for layer in frozen.experiment.layers if isinstance(layer, Application))
    assert base.trainable is False
    ends = f"for layer in model.layers[{at}].layers[:100]:\n    layer.trainable = False\n"
    (base,) = (layer for layer in read(tmp_path, made + ends + FIT).experiment.layers if isinstance(layer, Application))
    assert base.frozen_layers == 100


def test_layers_that_versions_of_keras_count_otherwise_are_said(tmp_path: Path) -> None:
    prepared = "keras.applications.mobilenet_v2.preprocess_input(inputs)"
    model = f"model = keras.Model(inputs, layers.Dense(10)(layers.Flatten()(base({prepared}))))\n"
    code = HEAD + INSIDE.format(pooling="") + model + "model.layers[1].trainable = False\n" + FIT
    assert any("trainable at line" in note for note in read(tmp_path, code).differences)


@pytest.mark.parametrize(
    ("model", "pooling"),
    [
        (f"keras.Sequential([inputs, aug, base, {TOP}])", ""),
        (f"keras.Sequential([base, {TOP}])", ", pooling='avg'"),
        ("keras.Model(inputs, layers.Dense(10)(layers.Flatten()(base(inputs))))", ""),
    ],
)
@pytest.mark.parametrize("asked", ["'mobilenetv2_1.00_32'", "name='mobilenetv2_1.00_32'"])
def test_a_network_is_found_by_the_name_that_keras_gives_it(
    tmp_path: Path, model: str, pooling: str, asked: str
) -> None:
    made = f"{HEAD}{INSIDE.format(pooling=pooling)}model = {model}\nmodel.get_layer({asked}).trainable = False\n"
    imported = read(tmp_path, made + FIT)
    (base,) = (layer for layer in imported.experiment.layers if isinstance(layer, Application))
    assert base.trainable is False
    assert not any("trainable" in note for note in imported.differences)


def test_a_layer_is_found_by_the_name_that_a_script_gives_it(tmp_path: Path) -> None:
    named = SMALL.replace("layers.Flatten()", "layers.Flatten(), layers.Dense(20, name='hidden')")
    code = "model.get_layer('hidden').trainable = False\nmodel.get_layer(index=0).trainable = False\n"
    imported = read(tmp_path, HEAD + named + code + FIT)
    frozen = [at for at, layer in enumerate(imported.experiment.layers) if not getattr(layer, "trainable", True)]
    assert frozen == [0, 2]


def test_a_file_of_weights_lies_beside_the_script_or_is_said_not_to_be_there(tmp_path: Path) -> None:
    network = "keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(10)])"
    base = 'keras.applications.VGG16(weights="mine.h5", include_top=False, input_shape=(64, 64, 3))'
    code = HEAD + f"base = {base}\nmodel = {network}\n" + FIT
    said = "layer 1 begins with the weights of mine.h5, which is not there: put the file there, or set weights"
    gone = read(tmp_path, code)
    assert any(one.startswith(said) for one in gone.to_know)
    (tmp_path / "mine.h5").touch()
    there = read(tmp_path, code)
    assert there.experiment.layers[0].weights == str(tmp_path / "mine.h5")  # type: ignore[union-attr]
    assert not any("mine.h5" in one for one in there.to_know)
