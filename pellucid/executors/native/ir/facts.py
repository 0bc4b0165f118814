"""What the compiler knows of each primitive: one row for each, and whoever decides asks here.

    Lowering    how a primitive becomes code
    Cost        what it costs at one point, roughly
    Joining     how a reduction begins, and how two partial results become one
    Facts       a row; FACTS: the table; WRITTEN: primitives that passes alone write
    facts_of    the row of a primitive; a user's own has OWN_RULE
    moves, reduces, multiplies, counts, compares, is_cheap, is_costly   the same of a node
    has_code    whether a node that stands by itself has code

A primitive of the library has a row, and nothing falls through: what has none runs through its
rule on NumPy, called from the program, or on lanes if it is elementwise (see `pointwise`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.convolution_cuts import is_native_convolution
from pellucid.executors.native.ir.fast_convolutions import FastConvolution
from pellucid.executors.native.ir.fast_gradients import FastGradient
from pellucid.executors.native.ir.triangles import TriangularMatMul
from pellucid.graph import Node
from pellucid.primitives.base import DType, Primitive


class Lowering(Enum):
    """How a primitive becomes code."""

    POINTWISE = auto()  # its rule, run on lanes, at each point of a loop or a product
    COUNTED = auto()  # the same for numbers that follow from positions alone
    REDUCED = auto()  # many points of a loop joined into one
    MULTIPLIED = auto()  # a matrix product; of integers by its rule
    MOVED = auto()  # a view: the same memory with other strides
    PLANES = auto()  # by itself, plane by plane
    CONVOLVED = auto()  # by itself, as products of windows, as far as these fit a block
    TILED = auto()  # by itself, as products of transformed tiles
    SINGLE = auto()  # by itself, with code of its own
    TURNED = auto()  # its body, turn after turn
    PART = auto()  # an array of those that another node gives
    RULE = auto()  # its rule, on NumPy, called from the program


class Cost(Enum):
    """What a primitive costs at one point."""

    CHEAP = auto()  # an instruction: less than to load what it gives
    USUAL = auto()
    COSTLY = auto()  # tens of instructions: more than to keep what it gives


@dataclass(frozen=True)
class Joining:
    """`join`: two partial results made one, in a namespace; `start`: what joins as nothing.

    `each`: what a number gives, where it is not the number itself. `adds`: whether results are
    sums, whose roundings add up: long ones are added in blocks.
    """

    join: Callable[[Any, Any, Any], Any]
    start: Callable[[DType], Any]
    each: Callable[[Any, Any], Any] | None = None
    adds: bool = False


@dataclass(frozen=True)
class Facts:
    """A row: the lowering, the cost, and for a reduction how it joins."""

    lowering: Lowering
    cost: Cost = Cost.USUAL
    joining: Joining | None = None
    compares: bool = False  # one answer for two numbers, cheaper than to keep it


def _least(dtype: DType) -> Any:
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def _most(dtype: DType) -> Any:
    return np.inf if dtype.kind == "f" else np.iinfo(dtype).max


_CHEAP = Facts(Lowering.POINTWISE, Cost.CHEAP)
_USUAL = Facts(Lowering.POINTWISE)
_COSTLY = Facts(Lowering.POINTWISE, Cost.COSTLY)
_COMPARES = Facts(Lowering.POINTWISE, compares=True)
_MOVED = Facts(Lowering.MOVED)
_PLANES = Facts(Lowering.PLANES)
_SINGLE = Facts(Lowering.SINGLE)
OWN_RULE = Facts(Lowering.RULE)

_SUMMED = Joining(lambda _, a, b: a + b, start=lambda _: 0, adds=True)
_MULTIPLIED = Joining(lambda _, a, b: a * b, start=lambda _: 1)
_LARGEST = Joining(lambda xp, a, b: xp.maximum(a, b), start=_least)
_SMALLEST = Joining(lambda xp, a, b: xp.minimum(a, b), start=_most)

WRITTEN = (FastConvolution, FastGradient, TriangularMatMul)
FACTS: dict[type[Primitive], Facts] = {
    **dict.fromkeys((p.Add, p.Subtract, p.Multiply, p.Negative, p.Abs, p.Cast), _CHEAP),
    **dict.fromkeys((p.Maximum, p.Minimum, p.Where), _CHEAP),
    **dict.fromkeys((p.Divide, p.Sign, p.Floor, p.Sqrt, p.NextAfter, p.Atan2), _USUAL),
    **dict.fromkeys((p.FloorDivide, p.Remainder), _USUAL),
    **dict.fromkeys((p.BitwiseAnd, p.BitwiseOr, p.BitwiseXor), _USUAL),
    **dict.fromkeys((p.BitwiseLeftShift, p.BitwiseRightShift), _USUAL),
    **dict.fromkeys((p.LogicalAnd, p.LogicalOr, p.LogicalNot), _USUAL),
    **dict.fromkeys((p.Identity, p.StopGradient, p.RoundedToBfloat16), _USUAL),
    **dict.fromkeys((p.Equal, p.Less, p.LessEqual), _COMPARES),
    **dict.fromkeys((p.Exp, p.Expm1, p.Log, p.Log1p, p.Power, p.Sin, p.Cos), _COSTLY),
    **dict.fromkeys((p.Tanh, p.Sigmoid, p.LogisticDensity, p.Erf), _COSTLY),
    **dict.fromkeys((p.Gaussian, p.NormalCdf), _COSTLY),
    p.Arange: Facts(Lowering.COUNTED),
    p.RandomBits: Facts(Lowering.COUNTED, Cost.COSTLY),
    p.Sum: Facts(Lowering.REDUCED, joining=_SUMMED),
    p.Prod: Facts(Lowering.REDUCED, joining=_MULTIPLIED),
    p.Max: Facts(Lowering.REDUCED, joining=_LARGEST),
    p.Min: Facts(Lowering.REDUCED, joining=_SMALLEST),
    **dict.fromkeys((p.MatMul, TriangularMatMul), Facts(Lowering.MULTIPLIED)),
    p.Convolution: Facts(Lowering.CONVOLVED),
    **dict.fromkeys((p.Reshape, p.PermuteDims, p.BroadcastTo, p.Slice, p.Flip), _MOVED),
    p.Windows: _MOVED,
    **dict.fromkeys((p.Pad, p.Concat, p.OverlapAdd), _PLANES),
    **dict.fromkeys((p.Take, p.ScatterAdd, p.CheckedIds, p.CumulativeSum), _SINGLE),
    **dict.fromkeys((p.Argmax, p.Argmin), _SINGLE),
    p.Argsort: OWN_RULE,
    **dict.fromkeys((FastConvolution, FastGradient), Facts(Lowering.TILED)),
    p.Scan: Facts(Lowering.TURNED),
    **dict.fromkeys((p.Part, p.Split), Facts(Lowering.PART)),
}


def facts_of(primitive: Primitive) -> Facts:
    """The row of a primitive."""
    return FACTS.get(type(primitive), OWN_RULE)


def moves(node: Node) -> bool:
    """Whether a node is a view of its input."""
    return facts_of(node.primitive).lowering is Lowering.MOVED


def reduces(node: Node) -> bool:
    """Whether a node joins many points into one; over axes of size 1 a reduction is pointwise."""
    is_reduction = facts_of(node.primitive).lowering is Lowering.REDUCED
    return is_reduction and node.inputs[0].shape != node.output.shape


def multiplies(node: Node) -> bool:
    """Whether a node is a matrix product."""
    return facts_of(node.primitive).lowering is Lowering.MULTIPLIED


def counts(node: Node) -> bool:
    """Whether a node makes its elements of their positions, and reads no array."""
    return facts_of(node.primitive).lowering is Lowering.COUNTED


def compares(node: Node) -> bool:
    """Whether a node compares two numbers."""
    return facts_of(node.primitive).compares


def is_cheap(node: Node) -> bool:
    """Whether a node costs less than to keep its result."""
    return facts_of(node.primitive).cost is Cost.CHEAP


def is_costly(node: Node) -> bool:
    """Whether a node costs more than to keep its result."""
    return facts_of(node.primitive).cost is Cost.COSTLY


def has_code(node: Node) -> bool:
    """Whether there is code for a node that stands by itself; others run through Python."""
    lowering = facts_of(node.primitive).lowering
    if lowering is Lowering.CONVOLVED:
        return is_native_convolution(node)
    return lowering in {Lowering.SINGLE, Lowering.PLANES, Lowering.TILED}
