"""Which elementwise primitives have native code: those whose rule can be run on lanes.

    is_pointwise    whether a node can be computed point by point in machine code

The library's own all can. A user's primitive can if its `forward` asks only for names that
the native namespace has; otherwise it runs as it is, on NumPy, from inside the program.
"""

import numpy as np
from llvmlite import ir

from pellucid.executors.native.ir.facts import FACTS, Lowering, facts_of, reduces
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.types import VOID, lanes_type
from pellucid.executors.native.math.namespace import XP
from pellucid.graph import Node
from pellucid.primitives.base import Elementwise

TRIAL_LANES = 2


def is_pointwise(node: Node) -> bool:
    """Whether a node can be computed point by point in machine code."""
    if type(node.primitive) in FACTS:
        lowering = facts_of(node.primitive).lowering
        is_of_one = lowering is Lowering.REDUCED and not reduces(node)
        return is_of_one or lowering in {Lowering.POINTWISE, Lowering.COUNTED}
    return isinstance(node.primitive, Elementwise) and _can_be_emitted(node)


def _can_be_emitted(node: Node) -> bool:
    """Try the rule on lanes, in a function that is thrown away."""
    kinds = [lanes_type(value.dtype, TRIAL_LANES) for value in node.inputs]
    trial = ir.FunctionType(VOID, kinds)
    function = ir.Function(ir.Module(), trial, "trial")
    b = ir.IRBuilder(function.append_basic_block())
    operands = []
    for argument, value in zip(function.args, node.inputs, strict=True):
        operands.append(Lanes(b, argument, value.dtype))
    try:
        with np.errstate(all="ignore"):
            result = node.primitive.forward(XP(b), *operands)
    except Exception:  # whatever a rule of another library makes of numbers that it does not know
        return False
    if not isinstance(result, Lanes) or result.dtype != node.output.dtype:
        return False
    wanted = lanes_type(node.output.dtype, TRIAL_LANES)
    return bool(result.value.type == wanted)
