"""The primitives: every operation of the library, each defined once, in one class.

Whatever composes from these is not a primitive: see `pellucid.functional`.
"""

from pellucid.primitives.arithmetic import (
    Abs,
    Add,
    Divide,
    Floor,
    Maximum,
    Minimum,
    Multiply,
    Negative,
    Power,
    Sign,
    Subtract,
)
from pellucid.primitives.base import Elementwise, Primitive
from pellucid.primitives.contraction import MatMul
from pellucid.primitives.exponential import (
    Cos,
    Erf,
    Exp,
    Expm1,
    Log,
    Log1p,
    Sigmoid,
    Sin,
    Sqrt,
    Tanh,
)
from pellucid.primitives.indexing import ScatterAdd, Take
from pellucid.primitives.logic import (
    Cast,
    Equal,
    Identity,
    Less,
    LessEqual,
    LogicalAnd,
    LogicalNot,
    LogicalOr,
    StopGradient,
    Where,
)
from pellucid.primitives.movement import (
    BroadcastTo,
    Concat,
    Flip,
    Pad,
    PermuteDims,
    Reshape,
    Slice,
)
from pellucid.primitives.random import Arange, RandomBits
from pellucid.primitives.reduction import Argmax, Argmin, CumulativeSum, Max, Min, Prod, Sum

PRIMITIVES: tuple[type[Primitive], ...] = (
    # arithmetic
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Negative,
    Abs,
    Sign,
    Floor,
    Maximum,
    Minimum,
    # exponential
    Exp,
    Expm1,
    Log,
    Log1p,
    Sqrt,
    Sin,
    Cos,
    Tanh,
    Sigmoid,
    Erf,
    # logic
    Equal,
    Less,
    LessEqual,
    LogicalAnd,
    LogicalOr,
    LogicalNot,
    Where,
    Cast,
    Identity,
    StopGradient,
    # reduction
    Sum,
    Max,
    Min,
    Prod,
    Argmax,
    Argmin,
    CumulativeSum,
    # movement
    Reshape,
    PermuteDims,
    BroadcastTo,
    Slice,
    Pad,
    Flip,
    Concat,
    # contraction
    MatMul,
    # indexing
    Take,
    ScatterAdd,
    # arrays from positions
    Arange,
    RandomBits,
)

__all__ = ["PRIMITIVES", "Elementwise", "Primitive"]
