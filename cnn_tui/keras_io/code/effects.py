"""What functions and methods leave of what they are given: the one table of them, by their names, that readers ask.

A name means the same wherever it comes from: `reshape` is NumPy's, TensorFlow's and an array's own.
"""

from __future__ import annotations

import ast

import msgspec


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What a function or a method leaves of images, labels, rows of a table, counts and paths; else it changes them."""

    numbers: bool = False
    """The numbers themselves, but for what is rounded off."""
    ends: bool = False
    """Black and white, as 0 and 255 are, though not the numbers between them."""
    shape: bool = False
    """The shape of each image."""
    rows: bool = False
    """Which images, labels or rows there are, and their order."""
    classes: bool = False
    """Which class each label is."""
    count: bool = False
    """A number of things, but for what is rounded off."""
    items: bool = False
    """What is in a list, or a table of a script's."""
    path: bool = False
    """The place that a path leads to."""
    makes_array: bool = False
    """Whether it makes one array, also of a list of images or of a table of pandas'."""

    @property
    def leaves_all(self) -> bool:
        """Whether it gives the same numbers, in the same shape or in another."""
        return self.numbers and self.rows

    @property
    def changes_each(self) -> bool:
        """Whether it makes as many images of images, which show something else."""
        return self.rows and not self.numbers and not self.classes


_NONE = Effect()
_AS_IT_IS = Effect(numbers=True, ends=True, shape=True, rows=True, classes=True)
_AS_ARRAY = msgspec.structs.replace(_AS_IT_IS, makes_array=True)
_ARRANGED = msgspec.structs.replace(_AS_IT_IS, shape=False)
_OTHER_ORDER = msgspec.structs.replace(_AS_IT_IS, rows=False)
_FILTER = Effect(ends=True, shape=True, rows=True)
_TABLE = (
    (
        _AS_IT_IS,
        "array_to_img astype cast copy deepcopy ensure_shape fromarray identity int32 int64 numpy tolist uint8",
    ),
    (
        _AS_ARRAY,
        "array asanyarray asarray ascontiguousarray asfarray as_matrix constant convert_to_tensor float16 float32 "
        "float64 stack to_numpy",
    ),
    (_ARRANGED, "expand_dims flatten img_to_array ravel reshape squeeze"),
    (_OTHER_ORDER, "permutation shuffle"),
    (Effect(classes=True, rows=True, makes_array=True), "one_hot to_categorical"),
    (Effect(classes=True), "stop_gradient"),  # in a network it keeps layers from learning
    (
        _FILTER,
        "GaussianBlur abs around bilateralFilter bitwise_not blur clip clip_by_value equalizeHist "
        "equalize_hist fastNlMeansDenoising fastNlMeansDenoisingColored filter2D flip fliplr flipud gaussian_filter "
        "invert medianBlur nan_to_num random_noise rint roll",
    ),
    (msgspec.structs.replace(_FILTER, count=True), "ceil floor round"),
    (msgspec.structs.replace(_FILTER, path=True), "absolute"),  # NumPy's, and pathlib's
    (Effect(shape=True, rows=True), "exp log log1p maximum minimum power sign sqrt square tanh where"),
    (Effect(rows=True), "moveaxis rollaxis rot90 swapaxes transpose"),
    (Effect(count=True), "float int item"),
    (Effect(items=True), "list set sorted to_dict tuple"),
    (
        Effect(numbers=True),  # of rows that it leaves, takes, adds or reads
        "extract DataFrame Series append array_split batch boolean_mask compress concat concatenate delete drop "
        "drop_duplicates dropna fillna fit flow format get groupby head hsplit join next open pop read_csv "
        "read_parquet reader reset_index sample split tail take train_test_split vstack",
    ),
    (Effect(numbers=True, makes_array=True), "fromstring genfromtxt loadtxt"),
    (
        Effect(path=True),
        "Path PosixPath PurePath abspath as_posix expanduser fspath normpath realpath resolve str",
    ),
)
EFFECTS = {name: effect for effect, names in _TABLE for name in names.split()}
_METHODS = ("astype", "item", "numpy", "to_dict", "to_numpy", "tolist")
"""Those of them that are no functions."""


def effect_of(name: str) -> Effect:
    """What a function or a method of this name leaves: nothing, where it is not known."""
    return EFFECTS.get(name, _NONE)


def called_name(call: ast.Call) -> str:
    """The name of what is called, without what stands in front of it; "" where it has none."""
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def given_to(call: ast.Call) -> ast.expr | None:
    """What a call is of: its first argument, or what stands in front of the dot of a method; None without both."""
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    return owner if not call.args or called_name(call) in _METHODS else call.args[0]
