"""Loops that keep the rows of a batch apart: a thread takes its rows through all of their turns.

    in_row_blocks   the kernels of a body, in blocks of rows where no kernel mixes them

Where every kernel of a body computes row i of its results from row i of what the loop makes, and
else from what it does not change, a thread needs nothing of others: it meets them behind the
last turn, instead of behind each kernel of each turn. A matrix that every row is multiplied by is
then read by every thread, and copied once, in panels as products read it.
"""

import math
from collections.abc import Sequence

from pellucid import primitives as p
from pellucid.executors.native.counting import padded
from pellucid.executors.native.ir.facts import counts
from pellucid.executors.native.ir.kernels import (
    Access,
    Fused,
    Kernel,
    Loop,
    PanelCopy,
    Product,
    RowBlocks,
    Single,
    own_reach,
    reach,
)
from pellucid.executors.native.ir.views import View, Views
from pellucid.graph import Graph, Shape, Value
from pellucid.memory import LINE

# Chosen: with fewer, to copy matrices costs more than meetings.
FEWEST_TURNS = 4
# Of a block, from so many rows of the batch on. Chosen: two or four threads get equally many, and
# tiles of so many rows and two or three vectors keep the multiply-adds of AVX2 and AVX-512 busy.
# Of 4 rows there would be one block: one thread would do all (docs/decisions/0040).
HEIGHTS = ((64, 8), (8, 4))


def in_row_blocks(
    kernels: Sequence[Kernel], graph: Graph, views: Views, scan: p.Scan
) -> list[Kernel]:
    """The kernels of a body, before them the copies of matrices, if rows are kept apart."""
    rows = _blocks(scan)
    if rows is None:
        return list(kernels)
    body = _Body(kernels, graph, views, scan, rows.count)
    if not body.keeps_rows_apart():
        return list(kernels)
    copies: list[Kernel] = []
    for kernel in kernels:
        kernel.rows = rows
        if isinstance(kernel, Single):
            kernel.in_place = body.made_in_place(kernel)
        if isinstance(kernel, Product):
            kernel.panels = _panels(kernel)
            copies.append(PanelCopy([], [kernel.panels], kernel))
    return [*copies, *kernels]


def _blocks(scan: p.Scan) -> RowBlocks | None:
    """Blocks of the rows that all carries of a loop have, if they have some, and enough."""
    shapes = [value.shape for value in scan.carried]
    if scan.steps < FEWEST_TURNS or not shapes or () in shapes:
        return None
    counts_of_rows = {shape[0] for shape in shapes}
    count = max(counts_of_rows)
    heights = [height for least, height in HEIGHTS if count >= least]
    return RowBlocks(count, heights[0]) if heights and len(counts_of_rows) == 1 else None


def _panels(kernel: Product) -> Value:
    """The copy of the right matrix of a product: whole vectors of columns, whatever their width."""
    product = kernel.nodes[0]
    k, columns = product.inputs[1].shape[-2:]
    width = padded(columns, LINE // product.output.dtype.itemsize)
    return Value(f"{product.output.name}/panels", (k, width), product.output.dtype)


class _Body:
    """The kernels of a body, and what the turns of its loop make: its carries, and their values."""

    def __init__(
        self, kernels: Sequence[Kernel], graph: Graph, views: Views, scan: p.Scan, count: int
    ) -> None:
        self.kernels = kernels
        self.views = views
        self.count = count
        self.outputs = graph.outputs
        after = scan.constants + scan.carries
        self.constants = {value.name for value in graph.inputs[: scan.constants]}
        self.of_turn = {value.name for value in graph.inputs[scan.constants : after]}
        for kernel in kernels:
            self.of_turn.update(value.name for value in kernel.stores)

    def keeps_rows_apart(self) -> bool:
        """Whether every kernel computes a row from the same row of what turns make."""
        return all(map(self._keeps, self.kernels))

    def _keeps(self, kernel: Kernel) -> bool:
        match kernel:
            case Product():
                return self._is_of_rows(kernel) and self._multiplies_rows(kernel)
            case Loop():
                return self._is_of_rows(kernel)
            case Single():
                return self._joins_rows(kernel)
        return False

    # ---- elementwise work --------------------------------------------------------------------

    def _is_of_rows(self, kernel: Fused) -> bool:
        """Whether the first axis of a kernel is that of rows, in all that it writes and reads."""
        axis = _first_axis(kernel.space.shape)
        if kernel.space.shape[axis : axis + 1] != (self.count,) or axis in kernel.space.reduced:
            return False
        accesses = [own_reach(kernel, self.views, value) for value in kernel.stores]
        first = 1 if isinstance(kernel, Product) else 0
        for node in kernel.nodes[first:]:
            if counts(node):
                continue
            for value in node.inputs:
                base = self.views[value].base
                if base.name in self.of_turn and not kernel.has(base):
                    accesses.append(reach(kernel, self.views, node, value))
        shape = kernel.space.shape
        return all(self._is_within_rows(access, shape, axis) for access in accesses)

    def _is_within_rows(self, access: Access, shape: Shape, axis: int) -> bool:
        """Whether a walk meets row i of a buffer where the index along an axis is i."""
        own = self.views.own(access.base)
        rows = _first_axis(own.shape)
        if own.shape[rows : rows + 1] != (self.count,):
            return False
        others = [i for i in range(len(shape)) if i != axis]
        reached = [(shape[i] - 1) * access.strides[i] for i in others]
        lowest = access.offset + sum(min(0, far) for far in reached)
        highest = access.offset + sum(max(0, far) for far in reached)
        pitch = own.strides[rows]
        return access.strides[axis] == pitch and lowest >= 0 and highest < pitch

    # ---- products, and arrays joined ---------------------------------------------------------

    def _multiplies_rows(self, kernel: Product) -> bool:
        """Whether each row is multiplied by a matrix that is the same in every turn."""
        product = kernel.nodes[0]
        left, right = product.inputs
        *batch, _, columns = product.output.shape
        is_one = math.prod(batch) == 1 and min(left.shape[-1], columns) > 0
        if not is_one or self.views.buffer(right) not in self.constants:
            return False
        if any(self.views.data_of(value) is not None for value in product.inputs):
            return False
        return self._is_seen_by_rows(self.views[left], len(left.shape) - 2)

    def _joins_rows(self, kernel: Kernel) -> bool:
        """Whether a kernel puts arrays side by side, row by row."""
        (node,) = kernel.nodes
        primitive = node.primitive
        if not isinstance(primitive, p.Concat) or not primitive.axis:
            return False
        if node.output.shape[0] != self.count:
            return False
        return all(self._is_seen_by_rows(self.views[value], 0) for value in node.inputs)

    def made_in_place(self, kernel: Kernel) -> tuple[Value, ...]:
        """Which arrays can be made at their places in the rows that a kernel joins: where they go.

        They are asked for nowhere else, so nobody finds out that their rows lie far apart.
        """
        (node,) = kernel.nodes
        if node.primitive.axis != len(node.output.shape) - 1:
            return ()
        free = tuple(value for value in node.inputs if self._is_free(value))
        pitch = self.views.own(node.output).strides[-2]
        for value in free:
            self.views.set_pitch(value, pitch)
        return free

    def _is_free(self, value: Value) -> bool:
        """Whether an array is made here, whole, and only joined with others."""
        asked = [v for kernel in self.kernels for v in kernel.operands()]
        uses = [v for v in (*asked, *self.outputs) if self.views.buffer(v) == value.name]
        stored = {v.name for k in self.kernels for v in k.stores if isinstance(k, Fused)}
        return value.name in stored and len(uses) == 1

    def _is_seen_by_rows(self, view: View, axis: int) -> bool:
        """Whether a view of what turns make meets row i of it where the index of an axis is i."""
        if view.base.name not in self.of_turn:
            return True
        access = Access(view.base, view.offset, view.strides)
        return self._is_within_rows(access, view.shape, axis)


def _first_axis(shape: Shape) -> int:
    """The first axis that has more than one point; how many axes there are if none has."""
    return next((axis for axis, size in enumerate(shape) if size != 1), len(shape))
