"""Kept predictions, figures, images and facts of a dataset, written by hand, and a process that answers at once."""

from __future__ import annotations

import array
import math
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Any

from cnn_tui.artifacts import evaluation, kept_epochs, predictions
from cnn_tui.artifacts.evaluation import ClassFigures, Evaluation
from cnn_tui.artifacts.kept_epochs import EpochHeader, KeptArray, epoch_path, weights_path
from cnn_tui.artifacts.predictions import PredictionsHeader, model_stamp
from cnn_tui.data import images, raw_file
from cnn_tui.data.data_facts import FORMAT, DataFacts, PartFacts, facts_path
from cnn_tui.data.dataset import FASHION
from cnn_tui.data.images import ImagesHeader, images_path
from cnn_tui.history.run import Run
from cnn_tui.home import model_path
from cnn_tui.jobs.explain.answers import (
    VARIATIONS,
    Activations,
    DeadFilters,
    DeadLayer,
    Done,
    FilterMap,
    Kernels,
    LayerFacts,
    LayerMaps,
    ModelFacts,
    Nearest,
    NearImage,
    PartDone,
    Prediction,
    Variations,
)
from cnn_tui.jobs.explain.map_protocol import (
    CountOthers,
    DrawMap,
    FeatureMap,
    LookAtPoint,
    MapNeighbour,
    MapPoint,
    OthersCounted,
)
from cnn_tui.jobs.explain.protocol import (
    DescribeModel,
    ExplainError,
    FindDeadFilters,
    FindNearest,
    KeepPredictions,
    PredictPicture,
    Question,
    ShowActivations,
    ShowKernels,
    VaryImage,
    WorkOutFeatures,
)
from cnn_tui.jobs.explain.where_protocol import OF_A_LAYER, LookWhere, Where
from cnn_tui.ui.app import LabApp
from cnn_tui.ui.explain.pane import ExplainPane

COUNT, SIZE = 40, 28
DIGEST = "made-by-hand"
LAYERS = (
    LayerFacts("conv2d", "Conv2D", (26, 26, 4), True, True),
    LayerFacts("pool", "MaxPooling2D", (13, 13, 4), False),
)


def write_images(names: Sequence[str] = FASHION, count: int = COUNT) -> None:
    """Images with a bright square, larger for higher classes."""
    labels = array.array("i", [at % len(names) for at in range(count)])
    pixels = b"".join(_square(label) for label in labels)
    header = ImagesHeader(images.FORMAT, count, count, (SIZE, SIZE, 1), tuple(names))
    raw_file.write(images_path(DIGEST), header, [labels.tobytes(), pixels])


def write_facts(dataset: str = "fashion_mnist_sample", names: Sequence[str] = FASHION) -> None:
    """What is known of a dataset of those images; they have to be written too."""
    part = PartFacts(COUNT, tuple(COUNT // len(names) for _ in names), 0, 255, 70.0)
    shape = (SIZE, SIZE, 1)
    facts = DataFacts(FORMAT, dataset, dataset, "by hand", (), shape, tuple(names), part, part, DIGEST, "", (), "")
    raw_file.write(facts_path(dataset), facts, [])


def write_predictions(
    run_id: int,
    names: Sequence[str] = FASHION,
    count: int = COUNT,
    *,
    model: bool = True,
    epoch: int = 0,
    of_five: int = 4,
) -> None:
    """Predictions of which every fifth is wrong: the class after the true one; without `model` it has been deleted.

    Those of epoch 1 have two fifths more wrong, those of epoch 2 one; at the end `of_five` of five are right.
    """
    if model and not epoch:
        model_path(run_id).parent.mkdir(parents=True, exist_ok=True)
        model_path(run_id).write_bytes(b"a model")
    classes, stamp = len(names), model_stamp(weights_path(run_id, epoch))
    right = min(4, epoch + 1) if epoch else of_five
    labels = [at % classes for at in range(count)]
    said = [(label + 1) % classes if at % 5 >= right else label for at, label in enumerate(labels)]
    margins = [0.5 + at / (2 * count) for at in range(count)]
    rows = [[0.7 if at == one else 0.3 / (classes - 1) for at in range(classes)] for one in said]
    header = PredictionsHeader(predictions.FORMAT, count, classes, tuple(names), (SIZE, SIZE, 1), DIGEST, stamp)
    parts: list[array.array[Any]] = [array.array("i", labels), array.array("i", said), array.array("f", margins)]
    parts.append(array.array("f", [share for row in rows for share in row]))
    raw_file.write(predictions.predictions_path(run_id, epoch), header, [part.tobytes() for part in parts])
    cells: dict[tuple[int, int], int] = {}
    for true, guessed in zip(labels, said, strict=True):
        cells[true, guessed] = cells.get((true, guessed), 0) + 1
    figures = tuple(ClassFigures(name, 0.8, 0.75, 0.774, count // classes) for name in names)
    confused = tuple((*cell, images) for cell, images in cells.items())
    found = Evaluation(evaluation.FORMAT, count, 0.5, right / 5, figures, confused, stamp)
    raw_file.write(evaluation.evaluation_path(run_id, epoch), found, [])


def write_epochs(run: Run, *epochs: int) -> None:
    """Weights of a run's epochs; what they say of images is worked out when it is asked for."""
    for epoch in epochs:
        header = EpochHeader(kept_epochs.FORMAT, run.created, epoch, (KeptArray((10,), "float32", 40),))
        raw_file.write(epoch_path(run.id, epoch), header, [bytes(40)])


class FakeExplainClient:
    """Stands where the explain process stands; answers with made-up maps at once, or refuses with `refusal`."""

    def __init__(self, refusal: str = "") -> None:
        self.asked: list[Question] = []
        self.closed = False
        self.refusal = refusal
        self.stuck = False
        """Whether a long answer stays without its second part."""

    def submit(self, question: Question, answer: type[Any], topic: str = "") -> Future[Any]:
        """A future that is done, unless it is stuck."""
        self.asked.append(question)
        future: Future[Any] = Future()
        if self.stuck and isinstance(question, LookWhere | CountOthers) and question.first:
            return future
        if self.stuck and isinstance(question, KeepPredictions) and question.before:
            return future
        if isinstance(question, DrawMap) and question.method == "t-sne":
            asked = sum(isinstance(one, DrawMap) and one.method == "t-sne" for one in self.asked)
            if asked == 1:
                future.set_result(_map(question, at_work=2.0))
            elif not self.stuck:
                future.set_result(_map(question))
            return future
        if isinstance(question, DrawMap) and question.method == "umap":
            future.set_exception(ExplainError("UMAP takes umap-learn, which is not installed"))
            return future
        if self.refusal:
            future.set_exception(ExplainError(self.refusal))
        else:
            future.set_result(_answer(question))
        return future

    def close(self) -> None:
        """Remember it."""
        self.closed = True


def _answer(question: Question) -> Any:
    match question:
        case DescribeModel():
            return ModelFacts((SIZE, SIZE, 1), FASHION, LAYERS)
        case ShowActivations():
            return _activations(question)
        case KeepPredictions(run, epoch) if epoch:
            if question.before:
                write_predictions(run, epoch=epoch)
            return PartDone(COUNT if question.before else COUNT // 4, COUNT)
        case ShowKernels():
            weights = array.array("f", [math.sin(at + question.epoch) for at in range(36)]).tobytes()
            biases = array.array("f", [0.1, 0.2, 0.3, 0.4]).tobytes()
            return Kernels("conv2d", "Conv2D", (3, 3, 1, 4), weights, biases, (1, 1), "valid", "relu")
        case FindDeadFilters():
            return DeadFilters(COUNT, (DeadLayer("conv2d", 4, (2,)), DeadLayer("pool", 4, ())))
        case PredictPicture():
            steps = ("resized from 200x100 to 28x28", "made grey")
            return Prediction((SIZE, SIZE, 1), _square(5), (0.1,) * 10, (1, 10), steps)
        case LookWhere():
            return _where(question)
        case WorkOutFeatures():
            return PartDone(min(60, question.before + 20), 60)
        case FindNearest():
            near = tuple(NearImage(7 + at, 5 if at else 6, 0.01 * (at + 1), _square(5)) for at in range(question.most))
            return Nearest("dense_1", True, 128, 60, 60, (SIZE, SIZE, 1), near)
        case DrawMap():
            return _map(question)
        case CountOthers(_, first):
            return OthersCounted(bytes([3, 0, 9, 1][first : first + 2]), first + 2, 4)
        case LookAtPoint(_, image):
            label = image % 3
            around = tuple(MapNeighbour(at, 2 if at < 9 else label, 0.1) for at in range(10))
            said = tuple(0.7 if at == (2 if image == 10 else label) else 0.3 / 9 for at in range(10))
            return MapPoint((SIZE, SIZE, 1), _square(label), label, said, around)
        case VaryImage():
            return Variations(question.shape, (question.pixels,) * VARIATIONS)
        case _:
            return Done()


def _activations(question: ShowActivations) -> Activations:
    count = len(question.images) + bool(question.picture)
    layers = []
    for layer in LAYERS:
        if question.layers and layer.name not in question.layers:
            continue
        size = layer.shape[:2]
        maps = tuple(
            FilterMap(0.0, 1.0, bytes((at * 5 + number * 40) % 256 for at in range(size[0] * size[1])))
            for number in range(question.first, min(4, question.first + question.most))
        )
        layers.append(LayerMaps(layer.name, layer.kind, layer.shape, size, question.first, (maps,) * count))
    return Activations((SIZE, SIZE, 1), tuple(_square(at) for at in range(count)), tuple(layers))


def _map(question: DrawMap, at_work: float = 0.0) -> FeatureMap:
    """60 images of three classes, each class on a ring of its own; 10, 20, 30 and 40 lie near another class."""
    numbers = range(60)
    rings = [(at % 3, at * 2 * math.pi / 60) for at in numbers]
    across = array.array("f", [3 * label + math.cos(angle) for label, angle in rings])
    up = array.array("f", [label % 2 + math.sin(angle) for label, angle in rings])
    return FeatureMap(
        question.method,
        "dense_1",
        True,
        128,
        60,
        60,
        FASHION,
        images=array.array("i", numbers).tobytes(),
        labels=array.array("i", [label for label, _ in rings]).tobytes(),
        across=across.tobytes(),
        up=up.tobytes(),
        distances=array.array("f", [at / 60 for at in numbers]).tobytes(),
        leads=array.array("f", [-at / 60 for at in numbers]).tobytes(),
        near_others=array.array("i", [10, 20, 30, 40]).tobytes(),
        far_out=array.array("i", range(59, 29, -1)).tobytes(),
        variance=(0.5 - question.epoch / 10, 0.25) if question.method == "pca" else (),
        at_work=at_work,
    )


def _where(question: LookWhere) -> Where:
    """A map that is strongest in the upper left of the image; what asks for many images answers in four parts."""
    rows, columns = (26, 26) if question.method in OF_A_LAYER else (SIZE, SIZE)
    numbers = array.array("f", [2.0 - (y + x) / 10 for y in range(rows) for x in range(columns)])
    predicted = (question.image + 1) % 10 if question.image % 5 == 4 else question.image % 10  # as `write_predictions`
    label = predicted if question.label is None else question.label
    return Where(
        question.method,
        (question.layer or LAYERS[0].name) if question.method in OF_A_LAYER else "",
        label,
        FASHION,
        tuple(0.7 if at == predicted else 0.3 / 9 for at in range(10)),
        5.0 if label == predicted else 1.0,
        (rows, columns),
        numbers.tobytes(),
        done=1 if question.method in OF_A_LAYER else question.first + 1,
        total=1 if question.method in OF_A_LAYER else 4,
        shape=(SIZE, SIZE, 1),
        pixels=_square(question.image),
        blank_score=-1.0,
        side=4,
    )


def _square(label: int) -> bytes:
    half = 2 + label % 10
    middle = SIZE // 2
    inside = range(middle - half, middle + half)
    return bytes(220 if y in inside and x in inside else 0 for y in range(SIZE) for x in range(SIZE))


def asked_of(app: LabApp) -> FakeExplainClient:
    """Let the pane ask a process that answers at once."""
    client = FakeExplainClient()
    app.lab.query_one(ExplainPane).explained.client = client  # type: ignore[assignment]
    return client
