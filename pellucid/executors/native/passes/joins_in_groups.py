"""Very many arrays are joined in groups, and the groups then.

joined_in_groups    the rule, as simplification takes it

The kernel that joins has a loop for each array, and LLVM takes longer than in proportion for
functions of hundreds of loops. A group costs one more copy, where there are so many arrays.
"""

from pellucid import primitives as p
from pellucid.executors.native.passes.rewriter import Operation
from pellucid.graph import Value

MOST_JOINED = 64  # arrays by one kernel. Chosen: LLVM takes long for hundreds of loops


def joined_in_groups(operation: Operation) -> Value | None:
    """Groups of arrays joined, and joined again, until one kernel can join the rest."""
    primitive, arrays = operation.primitive, operation.inputs
    if not isinstance(primitive, p.Concat) or len(arrays) <= MOST_JOINED:
        return None
    joined: list[Value] = []
    for start in range(0, len(arrays), MOST_JOINED):
        group = arrays[start : start + MOST_JOINED]
        joined.append(operation.instead(primitive, *group))
    return operation.instead(primitive, *joined)
