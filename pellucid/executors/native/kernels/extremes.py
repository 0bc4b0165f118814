"""The position of the largest or smallest number along an axis.

extreme_position    the code for argmax and argmin
"""

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.kernels.elements import get, put, walk, with_index, without_axis
from pellucid.executors.native.kernels.frame import Frame, Slot
from pellucid.executors.native.llvm.counted_loops import counted
from pellucid.executors.native.llvm.indices import Index
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.math.namespace import XP
from pellucid.graph import Node

INT64 = np.dtype(np.int64)


def extreme_position(frame: Frame, node: Node, number: int) -> None:
    """The first position of the extreme along the axis; a nan counts as the extreme."""
    del number
    axis = node.primitive.axis
    x = frame.views[node.inputs[0]]
    with walk(frame, without_axis(x.shape, axis)) as others:
        first = get(frame, x, with_index(others, axis, 0))
        extreme = _Extreme(frame, node, first)
        size = x.shape[axis]
        with counted(frame.builder, 1, size) as i:
            now = get(frame, x, with_index(others, axis, i))
            extreme.meet(now, i)
        place = with_index(others, axis, 0)
        put(frame, node.output, place, extreme.position.get())


class _Extreme:
    """The largest or smallest number so far, and its position."""

    def __init__(self, frame: Frame, node: Node, first: Lanes) -> None:
        self.b = frame.builder
        self.is_largest = isinstance(node.primitive, p.Argmax)
        self.number = Slot(frame, first)
        self.position = Slot(frame, frame.constant(0, INT64))
        self._keep(first, frame.constant(0, INT64))

    def _keep(self, number: Lanes, position: Lanes) -> None:
        self.number.put(number)
        self.position.put(position)

    def meet(self, number: Lanes, index: Index) -> None:
        """One more number: it is the extreme now, or is not."""
        wins = self._wins(number, self.number.get())
        with self.b.if_then(wins.value):
            self._keep(number, Lanes(self.b, index.raw, INT64))

    def _wins(self, number: Lanes, best: Lanes) -> Lanes:
        """Whether a number is better than the best so far; a nan is, beside numbers."""
        wins = number > best if self.is_largest else number < best
        if number.dtype.kind != "f":
            return wins
        xp = XP(self.b)
        is_nan = xp.logical_not(number == number)  # noqa: PLR0124 (nan alone differs from itself)
        was_nan = xp.logical_not(best == best)  # noqa: PLR0124
        is_first_nan = xp.logical_and(is_nan, xp.logical_not(was_nan))
        result: Lanes = xp.logical_or(wins, is_first_nan)
        return result
