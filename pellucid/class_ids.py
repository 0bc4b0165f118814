"""Class ids: integers that count classes from 0.

one_hot      a number for each class, 1 at that of the id
is_class     whether each id is each class
check_ids    the ids, once it is sure that each is a class
"""

from typing import Any

import numpy as np

from pellucid.creation import arange
from pellucid.errors import DTypeError, PositionError
from pellucid.primitives import CheckedIds
from pellucid.primitives.base import FLOAT32, INT64, INTEGERS
from pellucid.strict import strict
from pellucid.tensor import Tensor, tensor


@strict
def one_hot(ids: Any, classes: int, *, dtype: Any = FLOAT32) -> Tensor:
    """One number per class: 1 at the class of the id, 0 elsewhere.

    Shapes: ids (...) of integers -> (..., classes).
    Errors: PositionError for an id outside 0 to classes - 1.

    >>> one_hot([2, 0], 3)
    tensor([[0., 0., 1.],
            [1., 0., 0.]], float32)
    """
    ids = check_ids("one_hot", ids if isinstance(ids, Tensor) else tensor(ids), classes)
    return is_class(ids, classes).astype(dtype)


def is_class(ids: Tensor, classes: int) -> Tensor:
    """Whether each id is each class: (...) of integers -> (..., classes) of bool.

    A comparison with 0, 1, 2, ..., so that it joins the elementwise work around it.
    """
    if ids.dtype == np.uint8 and classes > 256:
        ids = ids.astype(INT64)
    return ids.expand_dims(-1) == arange(classes, dtype=ids.dtype)


def check_ids(where: str, ids: Tensor, count: int) -> Tensor:
    """The ids, once it is sure that each is one of 0 to count - 1.

    In a compiled function they are checked when it runs.
    Errors: DTypeError for ids that are no integers, PositionError for one outside.
    """
    if ids.dtype not in INTEGERS:
        raise DTypeError(
            f"{where}: ids of {ids.dtype}. Ids count from 0: use integers, as with "
            "ids.astype('int64')."
        )
    try:
        return ids.apply(CheckedIds(count))
    except PositionError as error:
        raise PositionError(f"{where}: {error}") from None
