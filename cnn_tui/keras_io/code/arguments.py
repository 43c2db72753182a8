"""The names of arguments: which one stands where when a call does not name it, and what Keras called them before.

So too of the optimizers of TensorFlow 1.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import Instance, Named

_CONV = (
    "filters kernel_size strides padding data_format dilation_rate groups activation use_bias "
    "kernel_initializer bias_initializer kernel_regularizer"
)
_POOL = "pool_size strides padding data_format name"
_ALONE = "data_format keepdims"
ALIASES = {
    "Convolution2D": "Conv2D",
    "SeparableConvolution2D": "SeparableConv2D",
    "Deconvolution2D": "Conv2DTranspose",
    "Convolution2DTranspose": "Conv2DTranspose",
    "MaxPool2D": "MaxPooling2D",
    "AvgPool2D": "AveragePooling2D",
    "GlobalAvgPool2D": "GlobalAveragePooling2D",
    "GlobalMaxPool2D": "GlobalMaxPooling2D",
    "l1": "L1",
    "l2": "L2",
    "l1_l2": "L1L2",
    "L1_L2": "L1L2",
}
"""Names of classes that Keras has under another name too."""
OPTIMIZERS = {
    name.lower(): name for name in ("SGD", "Adam", "RMSprop", "Nadam", "Adamax", "Adagrad", "Adadelta", "AdamW")
}
"""Keras's optimizers by the names that functions had for them."""
_INITIALIZERS = (
    *("RandomUniform", "RandomNormal", "TruncatedNormal", "Constant", "VarianceScaling", "Orthogonal", "Zeros", "Ones"),
    *("HeNormal", "HeUniform", "GlorotNormal", "GlorotUniform", "LecunNormal", "LecunUniform"),
)
_OF_TENSORFLOW = "_initializer"
"""How TensorFlow's own names of initializers end."""
_OLD = {
    "generator": "x",
    "nb_filter": "filters",
    "border_mode": "padding",
    "subsample": "strides",
    "output_dim": "units",
    "init": "kernel_initializer",
    "W_regularizer": "kernel_regularizer",
    "b_regularizer": "bias_regularizer",
    "bias": "use_bias",
    "p": "rate",
    "dim_ordering": "data_format",
    "sigma": "stddev",
    "nb_epoch": "epochs",
    "epoch": "epochs",
    "input": "inputs",
    "output": "outputs",
}
_OF_FACTORS = {"L1": "l1", "L2": "l2"}
"""What Keras 2 called `l`: the factor of a regularizer."""
_OLD_VALUES = {"tf": "channels_last", "th": "channels_first"}
_OF_TENSORFLOW_1 = {
    "AdamOptimizer": "Adam",
    "GradientDescentOptimizer": "SGD",
    "MomentumOptimizer": "SGD",
    "RMSPropOptimizer": "RMSprop",
    "AdagradOptimizer": "Adagrad",
}


def _in_order(names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {kind: tuple(words.split()) for kind, words in names.items()}


ORDER = _in_order(
    {
        "Conv2D": _CONV,
        "DepthwiseConv2D": "kernel_size strides padding depth_multiplier data_format dilation_rate activation use_bias",
        "SeparableConv2D": "filters kernel_size strides padding data_format dilation_rate depth_multiplier activation "
        "use_bias",
        "Conv2DTranspose": "filters kernel_size strides padding output_padding data_format dilation_rate activation "
        "use_bias",
        "MaxPooling2D": _POOL,
        "AveragePooling2D": _POOL,
        "GlobalAveragePooling2D": _ALONE,
        "GlobalMaxPooling2D": _ALONE,
        "Dense": "units activation use_bias kernel_initializer bias_initializer kernel_regularizer",
        "Dropout": "rate noise_shape seed",
        "SpatialDropout2D": "rate data_format seed",
        "GaussianNoise": "stddev seed",
        "BatchNormalization": "axis momentum epsilon center scale",
        "LayerNormalization": "axis epsilon center scale",
        "Flatten": "data_format",
        "Reshape": "target_shape",
        "UpSampling2D": "size data_format interpolation",
        "ZeroPadding2D": "padding data_format",
        "Cropping2D": "cropping data_format",
        "Activation": "activation",
        "ReLU": "max_value negative_slope threshold",
        "LeakyReLU": "negative_slope",
        "ELU": "alpha",
        "PReLU": "alpha_initializer alpha_regularizer alpha_constraint shared_axes",
        "Softmax": "axis",
        "Rescaling": "scale offset",
        "RandomFlip": "mode seed",
        "RandomRotation": "factor fill_mode interpolation seed fill_value",
        "RandomZoom": "height_factor width_factor fill_mode interpolation seed fill_value",
        "RandomTranslation": "height_factor width_factor fill_mode interpolation seed fill_value",
        "RandomContrast": "factor value_range seed",
        "RandomBrightness": "factor value_range seed",
        "RandomShear": "x_factor y_factor interpolation fill_mode fill_value",
        "RandomCrop": "height width seed",
        "CenterCrop": "height width",
        "Resizing": "height width interpolation crop_to_aspect_ratio",
        "Normalization": "axis mean variance invert",
        "UnitNormalization": "axis",
        "InputLayer": "shape batch_size dtype",
        "Input": "shape batch_size dtype",
        "L1": "l1",
        "L2": "l2",
        "L1L2": "l1 l2",
        "RandomUniform": "minval maxval seed",
        "RandomNormal": "mean stddev seed",
        "TruncatedNormal": "mean stddev seed",
        "Constant": "value",
        "VarianceScaling": "scale mode distribution seed",
        "Orthogonal": "gain seed",
        **dict.fromkeys(
            ("HeNormal", "HeUniform", "GlorotNormal", "GlorotUniform", "LecunNormal", "LecunUniform"), "seed"
        ),
        "Sequential": "layers trainable name",
        "Model": "inputs outputs name",
        "EarlyStopping": "monitor min_delta patience verbose mode baseline",
        "ReduceLROnPlateau": "monitor factor patience verbose mode min_delta cooldown min_lr",
        "ModelCheckpoint": "filepath monitor verbose save_best_only",
        "LearningRateScheduler": "schedule verbose",
        "ImageDataGenerator": "featurewise_center samplewise_center featurewise_std_normalization "
        "samplewise_std_normalization zca_whitening zca_epsilon rotation_range width_shift_range height_shift_range "
        "brightness_range shear_range zoom_range channel_shift_range",
        "SGD": "learning_rate momentum nesterov weight_decay clipnorm",
        "Adam": "learning_rate beta_1 beta_2 epsilon amsgrad weight_decay clipnorm",
        "RMSprop": "learning_rate rho momentum epsilon centered weight_decay clipnorm",
        "AdamW": "learning_rate weight_decay beta_1 beta_2 epsilon amsgrad clipnorm",
        "Nadam": "learning_rate beta_1 beta_2 epsilon weight_decay clipnorm",
        "Adamax": "learning_rate beta_1 beta_2 epsilon weight_decay clipnorm",
        "Adagrad": "learning_rate initial_accumulator_value epsilon weight_decay clipnorm",
        "Adadelta": "learning_rate rho epsilon weight_decay clipnorm",
        "LossScaleOptimizer": "inner_optimizer",
        "ExponentialDecay": "initial_learning_rate decay_steps decay_rate staircase",
        "CosineDecay": "initial_learning_rate decay_steps alpha name warmup_target warmup_steps",
        "CosineDecayRestarts": "initial_learning_rate first_decay_steps t_mul m_mul alpha",
        "PiecewiseConstantDecay": "boundaries values",
        "PolynomialDecay": "initial_learning_rate decay_steps end_learning_rate power cycle",
        "InverseTimeDecay": "initial_learning_rate decay_steps decay_rate staircase",
        "SparseCategoricalCrossentropy": "from_logits ignore_class",
        "CategoricalCrossentropy": "from_logits label_smoothing",
        "BinaryCrossentropy": "from_logits label_smoothing",
        "BinaryAccuracy": "name dtype threshold",
        **dict.fromkeys(("TopKCategoricalAccuracy", "SparseTopKCategoricalAccuracy"), "k name dtype"),
        "AUC": "num_thresholds curve summation_method name dtype",
        "Precision": "thresholds top_k class_id name dtype",
        "Recall": "thresholds top_k class_id name dtype",
    }
)
"""Names that may stand unnamed, in their order, as in Keras 3. What is not here has to be named."""

METHODS = _in_order(
    {
        "compile": "optimizer loss loss_weights metrics",
        "fit": "x y batch_size epochs verbose callbacks validation_split validation_data shuffle class_weight "
        "sample_weight",
        "fit_generator": "x steps_per_epoch epochs verbose callbacks validation_data",
        "flow_from_directory": "directory target_size color_mode classes class_mode batch_size",
        "flow_from_dataframe": "dataframe directory x_col y_col weight_col target_size color_mode classes "
        "class_mode batch_size",
        "flow": "x y batch_size",
        "image_dataset_from_directory": "directory labels label_mode class_names color_mode batch_size image_size "
        "shuffle seed validation_split subset",
    }
)
"""The same for methods and functions."""


def named(kind: str, call: Call) -> dict[str, Any]:
    """The arguments of a call by the names that they have in Keras 3.

    Of a class that is not known here, they are called `argument 1` and so on.
    """
    arguments = {_OLD.get(name, name): value for name, value in call.given.items()}
    if "data_format" in arguments and isinstance(arguments["data_format"], str):
        arguments["data_format"] = _OLD_VALUES.get(arguments["data_format"], arguments["data_format"])
    if kind in _OF_FACTORS and "l" in arguments:
        arguments[_OF_FACTORS[kind]] = arguments.pop("l")
    if "nb_row" in arguments and "nb_col" in arguments:
        arguments["kernel_size"] = (arguments.pop("nb_row"), arguments.pop("nb_col"))
    order = ORDER.get(kind) or METHODS.get(kind, ())
    names = (*order, *(f"argument {number}" for number in range(len(order) + 1, len(call.unnamed) + 1)))
    return {**dict(zip(names, call.unnamed, strict=False)), **arguments}


def initializer_of(callee: Named) -> str:
    """Keras's class of initializers that is called, be it by the name of a function; "" for anything else."""
    is_one = callee.is_keras or (callee.path.startswith("tensorflow.") and callee.name.endswith(_OF_TENSORFLOW))
    plain = callee.name.removesuffix(_OF_TENSORFLOW).replace("_", "").lower()
    return next((kind for kind in _INITIALIZERS if kind.lower() == plain), "") if is_one else ""


def older_optimizer(call: Call) -> Instance | None:
    """An optimizer of TensorFlow 1 as Keras's, whose arguments stand in the same order; None for anything else."""
    kind = _OF_TENSORFLOW_1.get(call.name)
    if kind is None or not call.path.startswith("tensorflow."):
        return None
    if kind == "RMSprop":
        call = call.but(given={"rho" if name == "decay" else name: value for name, value in call.given.items()})
    return Instance(kind, named(kind, call), call.place)
