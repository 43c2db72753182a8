"""A network of `keras.applications` inside a saved model is what it was there: as frozen, prepared for and called."""

from __future__ import annotations

from typing import Any

import pytest

from cnn_tui.keras_io.imported.inside import taken_apart
from cnn_tui.keras_io.imported.model import ImportProblem
from cnn_tui.network.kinds.application import facts_of


@pytest.mark.parametrize(
    ("frozen", "depth"), [(range(15), 15), (range(19), 0), ((), 0), ((*range(14), 14, 18), 15), ((3, 4), None)]
)
def test_a_network_inside_a_saved_model_is_frozen_as_deep_as_there(frozen: Any, depth: int | None) -> None:
    inside = [
        {"class_name": "Conv2D", "config": {"name": name or "input_layer", "trainable": at not in frozen}}
        for at, (name, _) in enumerate(facts_of("VGG16").layers)
    ]
    config = {"name": "vgg16", "layers": inside, "output_layers": [["block5_pool", 0, 0]]}
    model: list[dict[str, Any]] = [{"class_name": "Functional", "config": config}]
    if depth is None:
        with pytest.raises(ImportProblem, match="VGG16 inside the model, has single layers that are frozen"):
            taken_apart(model, lambda *_: [])
        return
    (base,) = taken_apart(model, lambda *_: [])
    assert base["config"]["frozen_layers"] == depth
    assert base["config"]["trainable"] is (len(frozen) < 19)


@pytest.mark.parametrize("weights", ["imagenet", "none"])
def test_a_saved_efficientnet_is_told_by_its_rescaling_from_one_without_imagenet(weights: str) -> None:
    facts = facts_of("EfficientNetB0", weights)
    inside = [
        {"class_name": "Conv2D", "config": {"name": name or f"layer_{at}", "trainable": at >= 100}}
        for at, (name, _) in enumerate(facts.layers)
    ]
    config = {"name": "efficientnetb0", "layers": inside, "output_layers": [[facts.last, 0, 0]]}
    (base,) = taken_apart([{"class_name": "Functional", "config": config}], lambda *_: [])
    assert (base["config"]["weights"], base["config"]["frozen_layers"]) == (weights, 100)


def test_a_network_inside_a_saved_model_is_called_as_after_training_where_it_is_there() -> None:
    import keras

    images = keras.Input((8, 8, 3))
    base = keras.Model(images, keras.layers.BatchNormalization()(images), name="base")
    at_rest, plain = (keras.Model(images, base(images, training=mode)).get_config() for mode in (False, None))
    of_keras_2 = [[["images", 0, 0, {"training": False}]]]
    facts = facts_of("MobileNetV2")
    inside = [{"class_name": "Conv2D", "config": {"name": name}} for name, _ in facts.layers]
    config = {"name": "mobilenetv2_1.00_96", "layers": inside, "output_layers": [[facts.last, 0, 0]]}
    for nodes, rests in (
        (at_rest["layers"][-1]["inbound_nodes"], True),
        (of_keras_2, True),
        (plain["layers"][-1]["inbound_nodes"], False),
        ([[["images", 0, 0, {}]]], False),
    ):
        (one,) = taken_apart([{"class_name": "Functional", "config": config, "inbound_nodes": nodes}], lambda *_: [])
        assert ("training" in one["config"]) is rests, nodes
