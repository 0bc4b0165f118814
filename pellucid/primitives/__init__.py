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
from pellucid.primitives.convolution import Convolution
from pellucid.primitives.exponential import (
    Cos,
    Erf,
    Exp,
    Expm1,
    Gaussian,
    Log,
    Log1p,
    NormalCdf,
    Sigmoid,
    Sin,
    Sqrt,
    Tanh,
)
from pellucid.primitives.indexing import CheckedIds, ScatterAdd, Take
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
from pellucid.primitives.parts import Part, Split
from pellucid.primitives.random import Arange, RandomBits
from pellucid.primitives.reduction import Argmax, Argmin, CumulativeSum, Max, Min, Prod, Sum
from pellucid.primitives.scan import Scan
from pellucid.primitives.windows import OverlapAdd, Windows

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
    Gaussian,
    NormalCdf,
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
    Windows,
    OverlapAdd,
    # contraction
    MatMul,
    Convolution,
    # indexing
    Take,
    ScatterAdd,
    CheckedIds,
    # arrays from positions
    Arange,
    RandomBits,
)

# What gives several arrays, and takes out one of them. A scan runs graphs of primitives.
RECORDS: tuple[type[Primitive], ...] = (Scan, Split, Part)

__all__ = [
    "PRIMITIVES",
    "RECORDS",
    "Abs",
    "Add",
    "Arange",
    "Argmax",
    "Argmin",
    "BroadcastTo",
    "Cast",
    "CheckedIds",
    "Concat",
    "Convolution",
    "Cos",
    "CumulativeSum",
    "Divide",
    "Elementwise",
    "Equal",
    "Erf",
    "Exp",
    "Expm1",
    "Flip",
    "Floor",
    "Gaussian",
    "Identity",
    "Less",
    "LessEqual",
    "Log",
    "Log1p",
    "LogicalAnd",
    "LogicalNot",
    "LogicalOr",
    "MatMul",
    "Max",
    "Maximum",
    "Min",
    "Minimum",
    "Multiply",
    "Negative",
    "NormalCdf",
    "OverlapAdd",
    "Pad",
    "Part",
    "PermuteDims",
    "Power",
    "Primitive",
    "Prod",
    "RandomBits",
    "Reshape",
    "Scan",
    "ScatterAdd",
    "Sigmoid",
    "Sign",
    "Sin",
    "Slice",
    "Split",
    "Sqrt",
    "StopGradient",
    "Subtract",
    "Sum",
    "Take",
    "Tanh",
    "Where",
    "Windows",
]
