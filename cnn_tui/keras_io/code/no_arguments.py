"""Arguments that a script gives by names which Keras does not know, so that it stops there, or leaves them aside."""

from __future__ import annotations

from cnn_tui.keras_io.code.arguments import METHODS
from cnn_tui.keras_io.code.call import Call
from cnn_tui.keras_io.code.values import CodeModel, Instance, Method, Named

_SAVED = "save_to_dir save_prefix save_format"
_WORKERS = "max_queue_size workers use_multiprocessing max_q_size nb_worker pickle_safe"
_OF_ANY_FIT = f"initial_epoch validation_steps validation_freq samples_per_epoch nb_epoch nb_val_samples {_WORKERS}"
_KNOWN = {
    "compile": "weighted_metrics run_eagerly steps_per_execution jit_compile auto_scale_loss sample_weight_mode "
    "target_tensors distribute class_mode pss_evaluation_shards experimental_run_tf_function "
    "experimental_steps_per_execution",
    "fit": f"steps_per_epoch validation_batch_size {_OF_ANY_FIT}",
    "fit_generator": f"generator class_weight shuffle {_OF_ANY_FIT}",
    "flow": f"shuffle sample_weight seed ignore_class_split subset {_SAVED}",
    "flow_from_directory": f"shuffle seed follow_links subset interpolation keep_aspect_ratio {_SAVED}",
    "image_dataset_from_directory": "interpolation follow_links crop_to_aspect_ratio pad_to_aspect_ratio data_format "
    "format verbose smart_resize",
    "ReduceLROnPlateau": "monitor factor patience verbose mode min_delta cooldown min_lr epsilon",
    "ModelCheckpoint": "filepath monitor verbose save_best_only save_weights_only mode save_freq period options "
    "initial_value_threshold load_weights_on_restart",
    "train_test_split": "test_size train_size random_state shuffle stratify",
}
"""The names that a call takes in any version, without those that may stand unnamed."""
_ASIDE = "ReduceLROnPlateau"
"""What takes any other name, and does nothing with it."""
_READ_AS = {"epoch": "epochs"}


def notes_of_names(call: Call) -> list[str]:
    """What is said of the arguments of a call that have names which it does not know; nothing of other calls."""
    name, callee = call.name, call.callee
    is_methods = isinstance(callee, Method) and isinstance(callee.owner, CodeModel | Instance)
    is_known = call.is_keras or is_methods or call.root == "sklearn"
    if name not in _KNOWN or not is_known or (isinstance(callee, Named) and name in ("fit", "compile", "flow")):
        return []
    names = {*_KNOWN[name].split(), *METHODS.get(name, ())}
    does = "leaves aside" if name == _ASIDE else "refuses"
    owner = "scikit-learn" if call.root == "sklearn" else "Keras"
    return [
        f"{other} ({call.place}) is no argument of {name}, which {owner} {does}: it is "
        + (f"read as {_READ_AS[other]}" if other in _READ_AS and name.startswith("fit") else "left out")
        for other in call.given
        if other.isidentifier() and other not in names
    ]
