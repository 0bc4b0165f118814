"""Where long sums are cut into blocks, so that rounding costs what a block does.

BLOCK       how many numbers are added one after the other
SumSplit    which loop over reduced points is cut into blocks, and into which
split       the same for a nest
lost_beside where what sums in memory have lost lies, if they are long
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid import primitives as p
from pellucid.executors.native.schedule.nest import Dim
from pellucid.graph import Node, Value

# Six operations for each block keep what it loses (docs/decisions/0014). Chosen: few sums of
# training steps are longer.
BLOCK = 256


@dataclass(frozen=True)
class SumSplit:
    """Loop number `loop` is run in pieces of `points` of its points: together a block."""

    loop: int
    points: int


def split(dims: Sequence[Dim], width: int) -> SumSplit | None:
    """Where the sums of a nest are cut into blocks; None where no lane adds more than one block.

    `width`: how many points the last loop takes at a time, where it is reduced.
    """
    inside, last = 1, len(dims) - 1
    for loop in range(last, -1, -1):
        if not dims[loop].reduced:
            continue
        step = width if loop == last else 1
        turns = -(-dims[loop].size // step)
        if inside * turns > BLOCK:
            return SumSplit(loop, max(1, BLOCK // inside) * step)
        inside *= turns
    return None


def lost_beside(node: Node) -> list[Value]:
    """Memory for what the sums of a node lose, if many numbers may meet in one of them."""
    match node.primitive:
        case p.ScatterAdd():
            count = math.prod(node.inputs[1].shape)
        case p.OverlapAdd():
            count = math.prod(node.primitive.windows(node.inputs[0].shape).size)
        case _:
            return []
    output = node.output
    is_long = output.dtype.kind == "f" and count > BLOCK
    return [Value(f"{output.name}/lost", output.shape, output.dtype)] if is_long else []
