"""What a script has done to pictures by a function, which network it is for, and which of its models is meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from cnn_tui.network.layers import Activation, Application, Dense, Rescaling, Resizing
from tests.keras_io.scripts import FIT, HEAD, READ, read, refusal

PLAIN = """
model = keras.Sequential([keras.Input((8, 8, 3)), layers.Flatten(), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(pictures)
"""
ON_A_BASE = """
base = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3))
base.trainable = False
model = keras.Sequential([base, layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
model.fit(pictures)
"""


def flow(arguments: str) -> str:
    return f"""{READ}
from keras.applications.xception import preprocess_input as prepare
def halved(x):
    return x / 2
def noisy(x):
    return cv2.blur(x, (5, 5))
pictures = ImageDataGenerator({arguments}).flow_from_directory("pets", target_size=(8, 8))
"""


@pytest.mark.parametrize(
    ("arguments", "layers", "note"),
    [
        ("preprocessing_function=keras.applications.mobilenet_v2.preprocess_input", [Rescaling(2.0, -1.0)], ""),
        (
            "preprocessing_function=lambda x: keras.applications.xception.preprocess_input(x)",
            [Rescaling(2.0, -1.0)],
            "",
        ),
        ("preprocessing_function=lambda x: x / 127.5 - 1", [Rescaling(2.0, -1.0)], ""),
        (
            "rescale=0.5, preprocessing_function=keras.applications.mobilenet_v2.preprocess_input",
            [Rescaling(1.0, -0.5)],
            "",
        ),
        ("preprocessing_function=lambda x: x / 255", [], ""),
        ("rescale=2 / 255, preprocessing_function=halved", [], ""),
        ("preprocessing_function=keras.applications.efficientnet.preprocess_input", [Rescaling(255.0)], ""),
        (
            "preprocessing_function=keras.applications.vgg16.preprocess_input",
            [Rescaling(255.0, -114.799)],
            "takes the mean of each colour away there and blue comes before green and red: here one for all",
        ),
        ("rescale=1 / 255, preprocessing_function=noisy", [], "preprocessing_function is noisy: what it does"),
        ("preprocessing_function=noisy", [], "of pictures is not known: here they go in as 0 to 1"),
    ],
)
def test_a_network_that_has_learned_nothing_gets_what_a_function_makes_of_pictures(
    pets: Path, arguments: str, layers: list[Rescaling], note: str
) -> None:
    imported = read(pets.parent, flow(arguments) + PLAIN)
    assert [layer for layer in imported.experiment.layers if isinstance(layer, Rescaling)] == layers
    differs = " ".join(imported.differences)
    assert note in differs
    assert bool(note) is bool(differs)


@pytest.mark.parametrize(
    ("function", "preprocessing", "scales", "note"),
    [
        ("mobilenet_v2", "own", [], ""),
        ("inception_v3", "own", [], ""),
        ("efficientnet", "none", [Rescaling(255.0)], ""),
        ("resnet50", "none", [Rescaling(255.0, -114.799)], "takes the mean of each colour away"),
    ],
)
def test_a_pre_trained_network_gets_what_the_function_of_another_makes_of_pictures(
    pets: Path, function: str, preprocessing: str, scales: list[Rescaling], note: str
) -> None:
    of = f"keras.applications.{function}.preprocess_input"
    imported = read(pets.parent, flow(f"preprocessing_function={of}") + ON_A_BASE)
    (base,) = (layer for layer in imported.experiment.layers if isinstance(layer, Application))
    assert base.preprocessing == preprocessing
    assert [layer for layer in imported.experiment.layers if isinstance(layer, Rescaling)] == scales
    assert note in " ".join(imported.differences)
    # and so in the model itself, of pictures that were scaled before
    inside = ON_A_BASE.replace("[base,", f"[keras.Input((32, 32, 3)), layers.Lambda({of}), base,")
    imported = read(pets.parent, flow("") + inside)
    (base,) = (layer for layer in imported.experiment.layers if isinstance(layer, Application))
    assert base.preprocessing == preprocessing


def test_weights_are_loaded_into_a_pre_trained_network_by_the_name_of_the_argument_too(pets: Path) -> None:
    made = ON_A_BASE.replace("base.trainable", "base.load_weights(filepath='a.weights.h5')\nbase.trainable")
    imported = read(pets.parent, flow("rescale=1 / 255") + made)
    (base,) = (layer for layer in imported.experiment.layers if isinstance(layer, Application))
    assert base.weights == "a.weights.h5"


def test_numbers_that_a_generator_yields_and_are_not_known_are_no_claim(tmp_path: Path) -> None:
    code = f"""{READ}
def some():
    while True:
        yield open_some("a"), to_categorical(open_some("b"))
pictures = some()
{ON_A_BASE}"""
    imported = read(tmp_path, code)
    assert not any(isinstance(layer, Rescaling) for layer in imported.experiment.layers)
    assert any("in which numbers images are yielded" in note for note in imported.notes)


@pytest.mark.parametrize(
    ("names", "note"),
    [("['cat', 'dog', 'fish']", ""), ("['dog', 'cat']", "1 class of the folder is not read there, and is here")],
)
def test_classes_that_a_script_names_are_held_to_those_of_the_folder(pets: Path, names: str, note: str) -> None:
    code = flow("rescale=1 / 255").replace("target_size", f"classes={names}, target_size") + PLAIN
    assert [*read(pets.parent, code).differences] == ([note] if note else [])
    gone = read(pets.parent, code.replace('"pets"', '"gone"'))
    assert any("it reads the classes" in note and "no others" in note for note in gone.to_know)


def test_pictures_that_are_held_out_of_another_folder_are_not_those_of_its_own(pets: Path) -> None:
    code = f"""{READ}
shared = ImageDataGenerator(rescale=1 / 255, validation_split=0.4)
pictures = shared.flow_from_directory("pets", target_size=(8, 8), subset="training")
others = shared.flow_from_directory("others", target_size=(8, 8), subset="validation")
{PLAIN.replace("fit(pictures)", "fit(pictures, validation_data=others)")}"""
    imported = read(pets.parent, code)
    assert imported.experiment.training.validation == "test"
    assert any("40% of the pictures to train on are left out there" in note for note in imported.notes)
    assert any("only a part of the pictures to validate on" in note for note in imported.notes)


def test_an_argument_that_fit_does_not_have_is_said(tmp_path: Path) -> None:
    imported = read(tmp_path, HEAD + SMALL_NET + FIT.replace("epochs=", "epoch="))
    assert imported.experiment.training.epochs == 3
    assert any("epoch (" in note and "no argument of fit" in note for note in imported.notes)


SMALL_NET = """
model = keras.Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(10, activation="softmax")])
"""


def test_the_training_of_a_model_that_is_not_known_is_said(tmp_path: Path) -> None:
    trained = "other = keras.models.load_model('a.keras')\nother.fit(x_train, y_train, epochs=9)\n"
    imported = read(tmp_path, HEAD + SMALL_NET + FIT + trained)
    assert imported.experiment.training.epochs == 3
    (note,) = imported.differences
    assert note.startswith("the training of keras.models.load_model('a.keras') (line ")
    fitted = "scaler = make()\nscaler.fit(x_train)\n"
    assert read(tmp_path, HEAD + SMALL_NET + FIT + fitted).differences == ()


# Which of several models


MADE = """
def made(side, rate):
    model = keras.Sequential([keras.Input((side, side, 1)), layers.Conv2D(4, 3), layers.GlobalMaxPooling2D()])
    model.add(layers.Dense(10, activation="softmax"))
    model.compile(keras.optimizers.SGD(rate), "sparse_categorical_crossentropy")
    return model
"""


def test_a_model_that_is_written_twice_is_the_one_that_is_trained(tmp_path: Path) -> None:
    again = SMALL_NET + "model.compile('adam', 'sparse_categorical_crossentropy')\n"
    assert read(tmp_path, HEAD + again + again + FIT.partition("\n")[2]).experiment.training.epochs == 3


@pytest.mark.parametrize(
    ("calls", "said"),
    [
        ("for side in (28, 32):\n    model = made(side, 0.1)\n    model.fit(x_train, y_train)", "3 layers on 32x32x1"),
        ("for rate in (0.1, 0.2):\n    model = made(28, rate)\n    model.fit(x_train, y_train)", "makes 2 models"),
    ],
)
def test_models_that_a_loop_trains_in_other_ways_are_several(tmp_path: Path, calls: str, said: str) -> None:
    assert said in refusal(tmp_path, HEAD + MADE + calls)


def test_a_model_that_a_loop_trains_again_in_the_same_way_is_one(tmp_path: Path) -> None:
    calls = "for fold in (1, 2):\n    model = made(28, 0.1)\n    model.fit(x_train, y_train, epochs=2)"
    assert read(tmp_path, HEAD + MADE + calls).experiment.training.epochs == 2


# Activations of the script's own


@pytest.mark.parametrize(
    ("function", "activation"),
    [
        ("def own(x):\n    'Swish.'\n    return keras.backend.sigmoid(x) * x", "silu"),
        ("own = lambda x: x * tf.nn.sigmoid(x)", "silu"),
        ("def own(x):\n    return x * tf.math.tanh(tf.math.softplus(x))", "mish"),
        ("own = lambda x: tf.nn.relu(x)", "relu"),
    ],
)
def test_an_activation_of_the_script_is_the_one_of_keras_that_it_is(
    tmp_path: Path, function: str, activation: str
) -> None:
    code = (
        f"{HEAD}import tensorflow as tf\n{function}\n{SMALL_NET}model.add(layers.Dense(10, activation=own))\n{COMPILE}"
    )
    last = read(tmp_path, code).experiment.layers[-1]
    assert isinstance(last, Dense)
    assert last.activation == activation


COMPILE = "model.compile('adam', 'sparse_categorical_crossentropy')\n"


@pytest.mark.parametrize(
    "function", ["def own(x):\n    return x * x", "def own(x):\n    return tf.nn.relu(x, 1)", "own = lambda x: x"]
)
def test_an_activation_that_is_none_of_keras_is_refused_by_its_name(tmp_path: Path, function: str) -> None:
    code = (
        f"{HEAD}import tensorflow as tf\n{function}\n{SMALL_NET}model.add(layers.Dense(10, activation=own))\n{COMPILE}"
    )
    said = refusal(tmp_path, code)
    assert "activation is " in said
    assert "ast." not in said


@pytest.mark.parametrize(
    ("architecture", "divided", "layers", "preparation"),
    [
        ("MobileNetV2", "/ 127.5 - 1", [], "own"),
        ("VGG16", "/ 127.5 - 1", [Rescaling(2.0, -1.0)], "none"),
        ("VGG16", "/ 0.255", [Rescaling(1000.0)], "none"),
        ("VGG16", "/ 255", [], "none"),
        ("VGG16", "* 1.0", [Rescaling(255.0)], "none"),
    ],
)
def test_a_network_gets_arrays_in_the_numbers_that_a_script_makes_of_them(
    tmp_path: Path, architecture: str, divided: str, layers: list[Rescaling], preparation: str
) -> None:
    code = f"""from tensorflow import keras
(x, y), (other_x, other_y) = keras.datasets.cifar10.load_data()
x, other_x = x {divided}, other_x {divided}
base = keras.applications.{architecture}(include_top=False, weights=None, input_shape=(32, 32, 3))
model = keras.Sequential([base, keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, validation_data=(other_x, other_y))
"""
    made = read(tmp_path, code)
    *front, base, _, _ = made.experiment.layers
    assert isinstance(base, Application)
    assert (front, base.preprocessing) == (layers, preparation)
    said = " ".join(made.to_know)
    assert ("from 0 to 255 there" in said) == (divided == "* 1.0")
    assert ("the images go in as" in said) == (divided != "* 1.0" and bool(layers))


def test_a_generator_that_divides_by_another_number_gives_a_network_its_own(tmp_path: Path) -> None:
    made = read(tmp_path, flow("rescale=1/.255") + ON_A_BASE)
    assert made.experiment.layers[0] == Rescaling(1000.0)
    assert any("the images go in as 0 to 1000 there" in note for note in made.to_know)


@pytest.mark.parametrize(
    ("function", "first"),
    [
        ("lambda x: tf.image.resize(x, (48, 48))", Resizing(height=48, width=48)),
        ("tf.image.resize, arguments={'size': (48, 48)}", Resizing(height=48, width=48)),
        ("lambda x: tf.nn.relu(x)", Activation("relu")),
        ("lambda x: x / 127.5 - 1", Rescaling(1.0, -1.0)),
        ("lambda x: tf.image.random_flip_left_right(x)", None),
        ("tf.image.rgb_to_yuv", None),
        ("lambda x: tf.image.grayscale_to_rgb(x)", None),
    ],
)
def test_a_lambda_is_the_layers_that_do_the_same_at_all_times(tmp_path: Path, function: str, first: object) -> None:
    code = f"""import tensorflow as tf
from tensorflow import keras
(x, y), _ = keras.datasets.mnist.load_data()
model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Lambda({function}), keras.layers.Flatten(),
    keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y)
"""
    if first is None:
        assert "Lambda" in refusal(tmp_path, code) or "grey for all three channels" in refusal(tmp_path, code)
        return
    assert first in read(tmp_path, code).experiment.layers


@pytest.mark.parametrize(
    "threefold",
    [
        "keras.layers.Lambda(tf.image.grayscale_to_rgb)(inputs)",
        "keras.layers.Lambda(lambda x: tf.repeat(x, 3, axis=-1))(inputs)",
        "keras.layers.Concatenate()([inputs, inputs, inputs])",
    ],
)
@pytest.mark.parametrize("is_pretrained", [True, False])
def test_grey_for_three_channels_is_what_a_network_of_keras_does_itself(
    tmp_path: Path, threefold: str, is_pretrained: bool
) -> None:
    base = "keras.applications.VGG16(include_top=False, weights=None, input_shape=(56, 56, 3))"
    code = f"""import tensorflow as tf
from tensorflow import keras
(x, y), _ = keras.datasets.mnist.load_data()
inputs = keras.Input((56, 56, 1))
x2 = {base if is_pretrained else "keras.layers.Conv2D(8, 3)"}({threefold})
model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(keras.layers.Flatten()(x2)))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y)
"""
    if not is_pretrained:  # whose kernels have three channels there
        assert "grey for all three channels" in refusal(tmp_path, code)
        return
    imported = read(tmp_path, code)
    assert isinstance(imported.experiment.layers[-3], Application)
    assert not any("channels" in note for note in imported.differences)


def test_each_of_several_unknown_steps_of_a_pipeline_is_said(tmp_path: Path) -> None:
    code = f"""{READ}import tensorflow as tf
def varied(x, y):
    x = tf.image.random_hue(x, 0.1)
    return tf.image.random_crop(x, (4, 8, 8, 3)), y
pictures = keras.utils.image_dataset_from_directory("pets", image_size=(8, 8)).map(varied)
{PLAIN}"""
    (note,) = (note for note in read(tmp_path, code).differences if "random_crop" in note)
    assert "random_hue" in note


def test_images_that_are_prepared_twice_are_so_here(tmp_path: Path) -> None:
    code = f"""{READ}import tensorflow as tf
pictures = keras.utils.image_dataset_from_directory("pets", image_size=(32, 32), label_mode="categorical")
pictures = pictures.map(lambda x, y: (keras.applications.mobilenet_v2.preprocess_input(x), y))
base = keras.applications.MobileNetV2(include_top=False, weights=None, input_shape=(32, 32, 3))
model = keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 127.5, offset=-1), base,
    layers.GlobalAveragePooling2D(), layers.Dense(3, activation="softmax")])
model.compile("adam", "categorical_crossentropy")
model.fit(pictures)
"""
    first, second, base = read(tmp_path, code).experiment.layers[:3]
    assert (first, second) == (Rescaling(2.0, -1.0), Rescaling(1 / 127.5, -1.0))
    assert isinstance(base, Application)
    assert base.preprocessing == "none"
