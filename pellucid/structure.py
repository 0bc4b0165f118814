"""Nested arguments and results: tuples, lists and dicts of tensors, taken apart and put back.

flatten     the tensors and arrays of a nest, and the structure around them
row         the structure of a tuple of them
unflatten   the nest again, with other tensors in the places of the first
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from pellucid.errors import GraphError
from pellucid.tensor import Tensor


@dataclass(frozen=True)
class Nest:
    """A tuple, list or dict: its kind, its keys, and the structure of each part."""

    kind: type
    keys: tuple[Any, ...]
    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Fixed:
    """A value that is not a tensor; its type counts, as 1 and True are not the same."""

    kind: type
    value: Any


LEAF = None


@lru_cache(maxsize=64)
def row(count: int) -> Nest:
    """The structure of a tuple of `count` tensors or arrays; the same object each time."""
    return Nest(tuple, (), (LEAF,) * count)


def flatten(nest: Any, leaves: list[Any]) -> Any:
    """Append the tensors, arrays and floats of a nest to `leaves`; the structure around them.

    Integers, booleans, strings and None are part of the structure. Errors: GraphError for an
    object of another kind, as no structure tells it apart from another.
    """
    if isinstance(nest, Tensor | np.ndarray | float | np.generic):
        leaves.append(nest)
        return LEAF
    if isinstance(nest, tuple | list):
        return Nest(type(nest), (), tuple(flatten(part, leaves) for part in nest))
    if isinstance(nest, dict):
        parts = tuple(flatten(part, leaves) for part in nest.values())
        return Nest(dict, tuple(nest), parts)
    if nest is None or isinstance(nest, int | str):
        return Fixed(type(nest), nest)
    raise GraphError(
        f"compile: an argument or result of type {type(nest).__name__}. It may be a tensor, an "
        "array, a number, a string, None, or tuples, lists and dicts of these."
    )


def unflatten(structure: Any, leaves: Any) -> Any:
    """The nest with this structure; `leaves` is an iterator of what goes into its places."""
    if structure is LEAF:
        return next(leaves)
    if isinstance(structure, Fixed):
        return structure.value
    parts = [unflatten(part, leaves) for part in structure.parts]
    if structure.kind is dict:
        return dict(zip(structure.keys, parts, strict=True))
    if issubclass(structure.kind, tuple) and hasattr(structure.kind, "_fields"):
        return structure.kind(*parts)
    return structure.kind(parts)
