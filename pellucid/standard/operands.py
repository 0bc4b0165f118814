"""What the functions of the standard are given, as tensors.

array    one operand
pair     two, of which one may be a Python number: it takes the dtype of the other
"""

from typing import Any

from pellucid.tensor import Tensor, tensor


def array(x: Any) -> Tensor:
    """An operand as a tensor."""
    if type(x) is Tensor:  # most are, and there is no quicker question
        return x
    return x.read() if isinstance(x, Tensor) else tensor(x)


def pair(a: Any, b: Any) -> tuple[Tensor, Tensor]:
    """Two operands as tensors."""
    if type(a) is Tensor and type(b) is Tensor:
        return a, b
    if isinstance(b, Tensor) and not isinstance(a, Tensor):
        return b.operand(a), b.read()
    first = array(a)
    return first, first.operand(b)
