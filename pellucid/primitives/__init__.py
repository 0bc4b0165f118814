"""The primitives: every operation of the library, each defined once, in one class.

    PRIMITIVES      all of them: a class that is imported here is one
    RECORDS         what gives several arrays, and takes out one of them; a scan runs graphs

In: arrays. Out: an array, or the gradients of the inputs. `X as X` says to type checkers that users
may import X from here (PEP 484). What composes from primitives is none: see `functional`.
"""

from pellucid.primitives.arithmetic import (
    Abs as Abs,
    Add as Add,
    Divide as Divide,
    Floor as Floor,
    Maximum as Maximum,
    Minimum as Minimum,
    Multiply as Multiply,
    Negative as Negative,
    NextAfter as NextAfter,
    Power as Power,
    Sign as Sign,
    Subtract as Subtract,
)
from pellucid.primitives.base import (
    Elementwise as Elementwise,
    Primitive as Primitive,
)
from pellucid.primitives.contraction import MatMul as MatMul
from pellucid.primitives.convolution import Convolution as Convolution
from pellucid.primitives.exponential import (
    Atan2 as Atan2,
    Cos as Cos,
    Erf as Erf,
    Exp as Exp,
    Expm1 as Expm1,
    Gaussian as Gaussian,
    Log as Log,
    Log1p as Log1p,
    LogisticDensity as LogisticDensity,
    NormalCdf as NormalCdf,
    Sigmoid as Sigmoid,
    Sin as Sin,
    Sqrt as Sqrt,
    Tanh as Tanh,
)
from pellucid.primitives.indexing import (
    CheckedIds as CheckedIds,
    ScatterAdd as ScatterAdd,
    Take as Take,
)
from pellucid.primitives.integers import (
    Argsort as Argsort,
    BitwiseAnd as BitwiseAnd,
    BitwiseLeftShift as BitwiseLeftShift,
    BitwiseOr as BitwiseOr,
    BitwiseRightShift as BitwiseRightShift,
    BitwiseXor as BitwiseXor,
    FloorDivide as FloorDivide,
    Remainder as Remainder,
)
from pellucid.primitives.logic import (
    Cast as Cast,
    Equal as Equal,
    Identity as Identity,
    Less as Less,
    LessEqual as LessEqual,
    LogicalAnd as LogicalAnd,
    LogicalNot as LogicalNot,
    LogicalOr as LogicalOr,
    StopGradient as StopGradient,
    Where as Where,
)
from pellucid.primitives.movement import (
    BroadcastTo as BroadcastTo,
    Concat as Concat,
    Flip as Flip,
    Pad as Pad,
    PermuteDims as PermuteDims,
    Reshape as Reshape,
    Slice as Slice,
)
from pellucid.primitives.parts import (
    Part as Part,
    Split as Split,
)
from pellucid.primitives.random import (
    Arange as Arange,
    RandomBits as RandomBits,
)
from pellucid.primitives.reduction import (
    Argmax as Argmax,
    Argmin as Argmin,
    CumulativeSum as CumulativeSum,
    Max as Max,
    Min as Min,
    Prod as Prod,
    Sum as Sum,
)
from pellucid.primitives.rounding import RoundedToBfloat16 as RoundedToBfloat16
from pellucid.primitives.scan import Scan as Scan
from pellucid.primitives.windows import (
    OverlapAdd as OverlapAdd,
    Windows as Windows,
)

RECORDS: tuple[type[Primitive], ...] = (Scan, Split, Part)

PRIMITIVES: tuple[type[Primitive], ...] = tuple(
    kind
    for kind in tuple(globals().values())
    if isinstance(kind, type)
    and issubclass(kind, Primitive)
    and kind not in (Primitive, Elementwise, *RECORDS)
)
