"""Constants of a scan whose gradient is one contraction over all steps.

Use         how a node of the body uses such a constant, and the gradient that follows
use_of      the use that a node makes of a constant, if it is of this kind
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid.autodiff import sum_to
from pellucid.graph import Node
from pellucid.primitives.arithmetic import Add, Subtract
from pellucid.primitives.base import FLOATS
from pellucid.primitives.contraction import MatMul


@dataclass(frozen=True)
class Use:
    """A node with a constant as operand number `operand`.

    `y` is what it makes, `other` its other operand, in the body.
    """

    node: Node
    constant: int
    operand: int
    y: Any = None
    other: Any = None

    @property
    def is_product(self) -> bool:
        """Whether the other operand is needed for the gradient."""
        return isinstance(self.node.primitive, MatMul)

    def gradient(self, dy: Any, other: Any) -> Any:
        """The gradient of the constant, from dy and the other operand of all steps, stacked."""
        shape = self.node.inputs[self.operand].shape
        if not self.is_product:
            negative = isinstance(self.node.primitive, Subtract) and self.operand == 1
            total = sum_to(dy, shape)
            return -total if negative else total
        if self.operand == 1:
            return _rows(other).mT @ _rows(dy)
        # dy (time, m, n) and b (time, k, n): all columns of all steps side by side.
        columns = dy.permute_dims((1, 0, 2)).reshape(shape[0], -1)
        return columns @ other.permute_dims((0, 2, 1)).reshape(-1, shape[1])


def _rows(x: Any) -> Any:
    """A matrix of all rows."""
    return x.reshape(-1, x.shape[-1])


def use_of(node: Node, constants: Mapping[str, int], varies: Sequence[bool]) -> Use | None:
    """The use of one constant by a node whose other operand varies from step to step."""
    if not isinstance(node.primitive, MatMul | Add | Subtract):
        return None
    if sorted(varies) != [False, True]:
        return None
    operand = list(varies).index(False)
    value = node.inputs[operand]
    if value.name not in constants or value.dtype not in FLOATS:
        return None
    if isinstance(node.primitive, MatMul):
        columns = operand == 0 and len(node.output.shape) != 2
        if len(value.shape) != 2 or columns or 0 in node.output.shape or 0 in value.shape:
            return None
    return Use(node, constants[value.name], operand)
