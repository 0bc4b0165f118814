"""The primitives: every operation of the library, each defined once, in one class.

    PRIMITIVES      all of them: a class that is imported here is one
    RECORDS         what gives several arrays, and takes out one of them; a scan runs graphs

In: arrays. Out: an array, or the gradients of the inputs. `X as X` says to type checkers that users
may import X from here (PEP 484). What composes from primitives is none: see `functional`.
"""

from pellucid.primitives.arithmetic import Abs as Abs
from pellucid.primitives.arithmetic import Add as Add
from pellucid.primitives.arithmetic import Divide as Divide
from pellucid.primitives.arithmetic import Floor as Floor
from pellucid.primitives.arithmetic import Maximum as Maximum
from pellucid.primitives.arithmetic import Minimum as Minimum
from pellucid.primitives.arithmetic import Multiply as Multiply
from pellucid.primitives.arithmetic import Negative as Negative
from pellucid.primitives.arithmetic import NextAfter as NextAfter
from pellucid.primitives.arithmetic import Power as Power
from pellucid.primitives.arithmetic import Sign as Sign
from pellucid.primitives.arithmetic import Subtract as Subtract
from pellucid.primitives.base import Elementwise as Elementwise
from pellucid.primitives.base import Primitive as Primitive
from pellucid.primitives.contraction import MatMul as MatMul
from pellucid.primitives.convolution import Convolution as Convolution
from pellucid.primitives.exponential import Atan2 as Atan2
from pellucid.primitives.exponential import Cos as Cos
from pellucid.primitives.exponential import Erf as Erf
from pellucid.primitives.exponential import Exp as Exp
from pellucid.primitives.exponential import Expm1 as Expm1
from pellucid.primitives.exponential import Gaussian as Gaussian
from pellucid.primitives.exponential import Log as Log
from pellucid.primitives.exponential import Log1p as Log1p
from pellucid.primitives.exponential import LogisticDensity as LogisticDensity
from pellucid.primitives.exponential import NormalCdf as NormalCdf
from pellucid.primitives.exponential import Sigmoid as Sigmoid
from pellucid.primitives.exponential import Sin as Sin
from pellucid.primitives.exponential import Sqrt as Sqrt
from pellucid.primitives.exponential import Tanh as Tanh
from pellucid.primitives.indexing import CheckedIds as CheckedIds
from pellucid.primitives.indexing import ScatterAdd as ScatterAdd
from pellucid.primitives.indexing import Take as Take
from pellucid.primitives.integers import Argsort as Argsort
from pellucid.primitives.integers import BitwiseAnd as BitwiseAnd
from pellucid.primitives.integers import BitwiseLeftShift as BitwiseLeftShift
from pellucid.primitives.integers import BitwiseOr as BitwiseOr
from pellucid.primitives.integers import BitwiseRightShift as BitwiseRightShift
from pellucid.primitives.integers import BitwiseXor as BitwiseXor
from pellucid.primitives.integers import FloorDivide as FloorDivide
from pellucid.primitives.integers import Remainder as Remainder
from pellucid.primitives.logic import Cast as Cast
from pellucid.primitives.logic import Equal as Equal
from pellucid.primitives.logic import Identity as Identity
from pellucid.primitives.logic import Less as Less
from pellucid.primitives.logic import LessEqual as LessEqual
from pellucid.primitives.logic import LogicalAnd as LogicalAnd
from pellucid.primitives.logic import LogicalNot as LogicalNot
from pellucid.primitives.logic import LogicalOr as LogicalOr
from pellucid.primitives.logic import StopGradient as StopGradient
from pellucid.primitives.logic import Where as Where
from pellucid.primitives.movement import BroadcastTo as BroadcastTo
from pellucid.primitives.movement import Concat as Concat
from pellucid.primitives.movement import Flip as Flip
from pellucid.primitives.movement import Pad as Pad
from pellucid.primitives.movement import PermuteDims as PermuteDims
from pellucid.primitives.movement import Reshape as Reshape
from pellucid.primitives.movement import Slice as Slice
from pellucid.primitives.parts import Part as Part
from pellucid.primitives.parts import Split as Split
from pellucid.primitives.random import Arange as Arange
from pellucid.primitives.random import RandomBits as RandomBits
from pellucid.primitives.reduction import Argmax as Argmax
from pellucid.primitives.reduction import Argmin as Argmin
from pellucid.primitives.reduction import CumulativeSum as CumulativeSum
from pellucid.primitives.reduction import Max as Max
from pellucid.primitives.reduction import Min as Min
from pellucid.primitives.reduction import Prod as Prod
from pellucid.primitives.reduction import Sum as Sum
from pellucid.primitives.scan import Scan as Scan
from pellucid.primitives.windows import OverlapAdd as OverlapAdd
from pellucid.primitives.windows import Windows as Windows

RECORDS: tuple[type[Primitive], ...] = (Scan, Split, Part)

PRIMITIVES: tuple[type[Primitive], ...] = tuple(
    kind
    for kind in tuple(globals().values())
    if isinstance(kind, type)
    and issubclass(kind, Primitive)
    and kind not in (Primitive, Elementwise, *RECORDS)
)
