"""Very many arrays are joined in groups, and the groups then.

joined_in_groups    the rule, as simplification takes it

The kernel that joins has a loop for each array, and LLVM takes longer than in proportion for
functions of hundreds of loops. A group costs one more copy, where there are so many arrays.
"""

from typing import Any

from pellucid import primitives as p
from pellucid.graph import Node, Value

MOST_JOINED = 64  # arrays by one kernel


def joined_in_groups(
    work: Any, primitive: Any, inputs: tuple[Value, ...], like: Node
) -> Value | None:
    """Groups of arrays joined, and joined again, until one kernel can join the rest."""
    if not isinstance(primitive, p.Concat) or len(inputs) <= MOST_JOINED:
        return None
    groups = [inputs[i : i + MOST_JOINED] for i in range(0, len(inputs), MOST_JOINED)]
    joined: Value = work.made(
        primitive, tuple(work.made(primitive, group, like) for group in groups), like
    )
    return joined
