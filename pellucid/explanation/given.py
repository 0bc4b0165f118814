"""What `explain` is given: frames, lists and arrays of other libraries as arrays of numbers.

given           the inputs of a model, with its targets behind them
given_function  the inputs of a function
refuse_call     refuses inputs that a function does not take
"""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from pellucid.columns import columns, is_text, plain
from pellucid.data.tables import feature_table, read
from pellucid.errors import CallError, DataError, OptionError
from pellucid.nn import Embedding
from pellucid.nn.base import BaseModule
from pellucid.nn.calls import as_computed
from pellucid.refusals import shown
from pellucid.tensor import Tensor

NO_INPUT = (
    "explain: the {which} is {what}. Give arrays, tensors, or tables or lists of numbers, a row "
    "for each sample."
)
TEXTS = (
    "explain: the {which} is {what}. A network reads numbers: the ids of characters, as from "
    "pellucid.data.Vocabulary(text).encode(text)[None]."
)
NAMES = (
    "explain: the targets are of type {dtype}. They are numbers: names of classes become class "
    "numbers with pellucid.data.from_arrays(features, names).labels."
)


def given(model: BaseModule, inputs: tuple[Any, ...], names: list[str]) -> tuple[Any, ...]:
    """The inputs as a model takes them; the last of more inputs than names are the targets.

    Tables and lists become float32; of integers, ids where the model begins with an embedding.
    Errors: OptionError for what is no data; DataError for what is not all numbers.
    """
    pairs = zip(names, inputs, strict=False)
    arrays = [_input(model, name, x, is_first=i == 0) for i, (name, x) in enumerate(pairs)]
    if arrays and getattr(arrays[0], "shape", (1,))[:1] == (0,):
        raise DataError(
            f"explain: the input {names[0]} has no samples: its shape is {arrays[0].shape}. Give "
            "at least one row."
        )
    targets = [_targets(model, x) for x in inputs[len(names) :]]
    return (*arrays, *targets)


def given_function(inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """The inputs as a function takes them: tables and foreign arrays as arrays."""
    return tuple(plain(x) if _is_foreign(x) else x for x in inputs)


def refuse_call(function: Callable[..., Any], inputs: tuple[Any, ...]) -> None:
    """Raise CallError for inputs that a function does not take."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # of what is written in C, Python knows no signature
        return
    try:
        signature.bind(*inputs)
    except TypeError as error:
        takes = ", ".join(signature.parameters) or "none"
        raise CallError(
            f"explain: the inputs of the function: {error}. It takes {takes}."
        ) from None


def _input(model: BaseModule, name: str, x: Any, *, is_first: bool) -> Any:
    which = f"input {name}"
    if isinstance(x, str | bytes) or _is_texts(x):
        raise OptionError(TEXTS.format(which=which, what=shown(x)))
    if (x is None and is_first) or isinstance(x, dict | set):
        raise OptionError(NO_INPUT.format(which=which, what=shown(x)))
    if x is None or isinstance(x, Tensor | tuple | np.ndarray):
        return as_computed(model, x) if isinstance(x, np.ndarray) else x
    if isinstance(x, list) or columns(x) is not None:
        return _table(model, which, x)
    return as_computed(model, x) if _is_foreign(x) else x


def _is_texts(x: Any) -> bool:
    return isinstance(x, list) and bool(x) and all(isinstance(each, str) for each in x)


def _table(model: BaseModule, which: str, x: Any) -> Any:
    """The rows of a table or list as float32, or as ids."""
    where = f"explain: the {which}"
    begins = any(isinstance(module, Embedding) for module in model.modules().values())
    if begins and read(where, "rows", plain, x).dtype.kind in "iu":
        return feature_table(where, x, 1)
    return feature_table(where, x, 0)


def _targets(model: BaseModule, x: Any) -> Any:
    """Targets: class numbers stay integers."""
    if isinstance(x, Tensor | tuple):
        return x
    if x is None or isinstance(x, str | dict | set):
        raise OptionError(NO_INPUT.format(which="target", what=shown(x)))
    array = read("explain", "targets", plain, x)
    if is_text(array):
        raise DataError(NAMES.format(dtype=array.dtype))
    return as_computed(model, array)


def _is_foreign(x: Any) -> bool:
    """Whether it is an array or a table of another library than NumPy."""
    return hasattr(x, "__array__") and not isinstance(x, Tensor | np.ndarray | np.generic)
