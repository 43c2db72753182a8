"""Settings that a script keeps on an object: what is set there is what it reads later."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnn_tui.network.layers import Conv2D
from tests.keras_io.scripts import HEAD, read, refusal

USES = """
model = keras.Sequential([
    layers.Conv2D({0}.filters, ({0}.size, {0}.size), input_shape=(28, 28, 1)),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer={0}.optimizer, loss="sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs={0}.epochs)
"""
TABLE = '{"filters": 6, "size": 5, "optimizer": "sgd", "epochs": 7}'
BY_NAME = 'filters=6, size=5, optimizer="sgd", epochs=7'
TABLES = (
    "c = {'filters': 6, 'size': 5}\nc.update({'optimizer': 'sgd'}, epochs=7)",
    "c = {'filters': 6, 'epochs': 3}\nc = {**c, 'size': 5, **{'optimizer': 'sgd', 'epochs': 7}}",
    "c = {'filters': 6, 'size': 5}\nc |= {'optimizer': 'sgd', 'epochs': 7}",
    "c = {'filters': 6, 'size': 5, 'epochs': 1, 'optimizer': 'sgd'}\nc['epochs'] += 6",
    "c = {}\nfor name, value in " + TABLE + ".items():\n    c[name] = value",
    "c = " + TABLE + ".copy()\nc.setdefault('size', 9)",
)
SET = '{0}.filters = 6\n{0}.size = 5\n{0}.optimizer = "sgd"\n{0}.epochs = 7\n'


@pytest.mark.parametrize(
    "code",
    [
        "import wandb\nrun = wandb.init()\nconfig = run.config\n" + SET.format("config") + USES.format("config"),
        "import wandb\nwandb.init()\n" + SET.format("wandb.config") + USES.format("wandb.config"),
        f"import wandb\nwandb.init(project='p', config={TABLE})\n" + USES.format("wandb.config"),
        f"import wandb\nrun = wandb.init(config={TABLE})\nc = wandb.config\n" + USES.format("run.config"),
        f"import wandb\nwandb.init()\nwandb.config.update({TABLE})\n" + USES.format("wandb.config"),
        f"import wandb\nwandb.config = {TABLE}\n" + re.sub(r"c\.(\w+)", r"wandb.config['\1']", USES.format("c")),
        f"c = {TABLE}\n" + re.sub(r"c\.(\w+)", r"c['\1']", USES.format("c")),
        "import settings\nc = settings.made()\n" + SET.format("c") + USES.format("c"),
        SET.format("FLAGS") + USES.format("FLAGS"),
        "class Config:\n    pass\n" + SET.format("Config") + USES.format("Config"),
        "class Config:\n    size = 1\nc = Config()\n" + SET.format("c") + USES.format("c"),
        "class Config:\n    size = 1\n    epochs = 3\n" + SET.format("Config") + "c = Config()\n" + USES.format("c"),
        f"class Config:\n    def __init__(self, **more):\n        self.__dict__.update(more)\nc = Config({BY_NAME})\n"
        + USES.format("c"),
        "class Config:\n    def __init__(self, **more):\n        for name, value in more.items():\n"
        f"            setattr(self, name, value)\nc = Config({BY_NAME})\n" + USES.format("c"),
        "from dataclasses import dataclass\n@dataclass\nclass Config:\n    filters: int\n    size: int\n"
        "    optimizer: str = 'adam'\n    epochs: int = 7\nc = Config(6, 5, 'sgd')\n" + USES.format("c"),
        "class Config:\n    filters, optimizer, epochs = 6, 'sgd', 7\n    @property\n    def size(self):\n"
        "        return self.filters - 1\nc = Config()\n" + USES.format("c"),
        "import os\nclass c:\n    filters = int(os.getenv('MANY', '6'))\n    size, optimizer = 5, 'sgd'\n"
        "    epochs = int(os.environ.get('EPOCHS', 7))\n" + USES.format("c"),
        *(f"{made}\n" + re.sub(r"c\.(\w+)", r"c['\1']", USES.format("c")) for made in TABLES),
        f"from types import SimpleNamespace\nc = SimpleNamespace({BY_NAME})\n" + USES.format("c"),
        f"import argparse\nc = argparse.Namespace(**{TABLE})\n" + USES.format("c"),
        f"from easydict import EasyDict\nc = EasyDict({TABLE})\n" + USES.format("c"),
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--size', default=3)\nc = p.parse_args()\n"
        + SET.format("c")
        + USES.format("c"),
        "from absl import flags\nflags.DEFINE_integer('filters', 6, 'many')\nflags.DEFINE_integer('size', default=5)\n"
        "flags.DEFINE_string('optimizer', 'sgd', '')\nflags.DEFINE_integer('epochs', 7, '')\nF = flags.FLAGS\n"
        + USES.format("F"),
        "tf.compat.v1.flags.DEFINE_integer('size', 1, '')\n"
        + SET.format("tf.compat.v1.flags.FLAGS")
        + USES.format("tf.compat.v1.flags.FLAGS"),
    ],
)
def test_settings_on_an_object_are_what_is_read_of_it(tmp_path: Path, code: str) -> None:
    experiment = read(tmp_path, HEAD + code).experiment
    assert experiment.layers[0] == Conv2D(filters=6, kernel_size=(5, 5))
    assert (experiment.training.optimizer, experiment.training.epochs) == ("sgd", 7)


def test_what_is_set_or_not_is_not_known(tmp_path: Path) -> None:
    code = "import settings\nc = settings.made()\n" + SET.format("c")
    maybe = "if settings.is_small():\n    c.size = 3\n"
    words = refusal(tmp_path, HEAD + code + maybe + USES.format("c"))
    assert "kernel_size is (c.size (line 14), c.size (line 14))" in words
    assert "class_name" not in words


def test_a_setting_can_be_made_from_the_one_before(tmp_path: Path) -> None:
    code = "import settings\nc = settings.made()\n" + SET.format("c") + "c.epochs += 2\n"
    assert read(tmp_path, HEAD + code + USES.format("c")).experiment.training.epochs == 9


def test_two_objects_have_settings_of_their_own(tmp_path: Path) -> None:
    two = "import settings\na = settings.made()\nb = settings.made()\n"
    code = two + SET.format("a") + SET.format("b").replace("7", "8") + USES.format("a")
    assert read(tmp_path, HEAD + code).experiment.training.epochs == 7


def test_layers_with_one_problem_are_refused_in_one_sentence(tmp_path: Path) -> None:
    network = "import settings\nc = settings.made()\nmodel = keras.Sequential([\n"
    network += "    layers.Conv2D(8, (c.size, 3)),\n" * 6 + "    layers.Flatten(),\n    layers.Dense(10),\n])\n"
    (problem,) = refusal(tmp_path, HEAD + network).splitlines()
    place = "settings.made().size (line 8)"
    assert problem.startswith(f"layer 1 (line 10) (Conv2D): kernel_size is ({place}, 3); it can be ")
    assert problem.endswith("; so it is in layer 2 (line 11), layer 3 (line 12), layer 4 (line 13) and 2 more")


def test_what_is_not_known_of_an_object_is_said_as_the_script_has_it(tmp_path: Path) -> None:
    words = refusal(tmp_path, f"{HEAD}class Config:\n    filters = 6\nc = Config()\n{USES.format('c')}")
    assert "kernel_size is (Config.size, Config.size); it can be" in words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("made", "made"),
        ("Own", "Own"),
        ("Own()", "Own"),
        ("Own().size", "Own.size"),
        ("first", "first"),
        ("first.size", "first.size"),
        ("functools.partial(made, 3)", "partial(made)"),
        ("x_train", "the images of fashion_mnist"),
        ("tf.keras.utils.image_dataset_from_directory('gone')", "pictures in batches"),
    ],
)
def test_no_sentence_shows_how_a_value_is_kept_here(tmp_path: Path, value: str, words: str) -> None:
    head = f"import functools\n{HEAD}def made(size):\n    return size\nclass Own:\n    pass\n"
    head += "first = keras.Sequential([layers.Flatten(), layers.Dense(3)])\n"
    network = USES.replace("{0}.epochs", "3").replace("{0}.optimizer", "'sgd'").replace("({0}.size, {0}.size)", "5")
    assert f"filters is {words}; it can be" in refusal(tmp_path, head + network.replace("{0}.filters", value))
    known = network.replace("{0}.filters", "6").replace("epochs=3", f"epochs={value}")
    notes = read(tmp_path, head + known, chosen="model").differences
    assert any(note.startswith(f"epochs is {words}, which is not known: 5 stands in") for note in notes)
