"""Matrix products as LLVM code, with the elementwise work that follows them fused in.

ProductKind     their units, time, code and words (`matmul` writes the product itself)
contraction     the product of one batch: sizes, dtype and strides
"""

import math
from collections.abc import Iterable, Iterator
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.facts import counts, is_costly, multiplies
from pellucid.executors.native.ir.kernels import Access, Product, own_reach, reach
from pellucid.executors.native.ir.triangles import TriangularMatMul
from pellucid.executors.native.ir.views import Views, stretched
from pellucid.executors.native.kernels.evaluate import Members
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.kernel_kind import PRODUCT_RATE, KernelKind
from pellucid.executors.native.kernels.levels import Indices, Level
from pellucid.executors.native.llvm.counted_loops import Interval
from pellucid.executors.native.llvm.indices import Index, unraveled
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.matmul.contraction import emit_contraction, tiles
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.matrices import Scattered
from pellucid.executors.native.matmul.panels import Operand
from pellucid.executors.native.matmul.tiles import Finish
from pellucid.executors.native.schedule.nest import Dim, LoopNest, stages
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Node, Shape, Value

# Bytes a nanosecond of a matrix that few rows meet. Chosen: a core reads 90 where its second cache
# does not hold the matrix (29 Nov 2026, Zen 4), and less elsewhere.
READ_RATE = 40
LIGHT_NODES = 4  # chosen: a product, a bias, a comparison and a choice


def contraction(kernel: Product, views: Views) -> Contraction:
    """The product of one batch: sizes, dtype and strides of both matrices."""
    node = kernel.nodes[0]
    left, right = node.inputs
    a, b = views[left], views[right]
    block = 0 if kernel.rows is None else kernel.rows.height
    return Contraction(
        m=node.output.shape[-2],
        n=node.output.shape[-1],
        k=a.shape[-1],
        dtype=node.output.dtype,
        a_strides=(a.strides[-2], a.strides[-1]),
        b_strides=(b.strides[-2], b.strides[-1]),
        light=_is_light(kernel),
        block=block,
        lower=_triangle(node).lower,
        veiled=_triangle(node).veiled,
        pairs=not block and {left.name, right.name} <= views.in_bfloat16,
    )


def _triangle(node: Node) -> TriangularMatMul:
    """What half of a product can be left out, if any."""
    primitive = node.primitive
    return primitive if isinstance(primitive, TriangularMatMul) else TriangularMatMul(None)


def _is_light(kernel: Product) -> bool:
    """Whether little code follows the product, like a bias and ReLU."""
    following = kernel.nodes[1:]
    is_short = len(kernel.nodes) <= LIGHT_NODES
    return is_short and not any(map(is_costly, following))


def _batch_shape(kernel: Product) -> Shape:
    """How many products there are, along each axis of the batch."""
    return kernel.space.shape[:-2]


class ProductKind(KernelKind[Product]):
    """A matrix product, or a batch of them, with elementwise work on the result."""

    def units(self, kernel: Product, shared: Planned) -> int:
        """Tiles of one product, times the number of products."""
        spec = contraction(kernel, shared.views)
        of_one = tiles(spec, shared.target)
        batch = math.prod(_batch_shape(kernel))
        return batch * of_one

    def points(self, kernel: Product) -> int:
        """The elements of the result."""
        return math.prod(kernel.space.shape)

    def nanoseconds(self, kernel: Product) -> float:
        """The time of the work on the result, and of the multiply-adds or to read the matrices."""
        of_rest = super().nanoseconds(kernel)
        read = sum(value.nbytes for value in kernel.nodes[0].inputs)
        return of_rest + max(self._multiply_adds(kernel) / PRODUCT_RATE, read / READ_RATE)

    def flops(self, kernel: Product) -> int:
        """A multiplication and an addition for each k."""
        return 2 * self._multiply_adds(kernel)

    def _multiply_adds(self, kernel: Product) -> int:
        a = kernel.nodes[0].inputs[0]
        k = a.shape[-1]
        return self.points(kernel) * k

    def described(self, kernel: Product) -> str:
        """The shape of the result."""
        return f"product {list(kernel.space.shape)}"

    def emit(self, frame: Frame, kernel: Product, number: int) -> None:
        """Product by product of a batch."""
        del number
        if 0 not in kernel.space.shape:
            _Products(frame, kernel).emit()


class _Products:
    """The emission of the products of a batch."""

    def __init__(self, frame: Frame, kernel: Product) -> None:
        self.frame = frame
        self.kernel = kernel
        self.spec = contraction(kernel, frame.views)

    def emit(self) -> None:
        """The units of all of them, product after product."""
        batch_shape = _batch_shape(self.kernel)
        units = self.frame.units
        if math.prod(batch_shape) == 1:
            self._product((0,) * len(batch_shape), units)
            return
        count = tiles(self.spec, self.frame.target)
        with self._batches(count).loop() as batch:
            own = _own_units(units, batch, count)
            indices = [*unraveled(batch, batch_shape)]
            self._product(tuple(reversed(indices)), own)

    def _batches(self, count: int) -> Interval:
        """Which products have units here, of `count` each."""
        units = self.frame.units
        first = units.begin // count
        last = units.end // count
        is_begun = last * count < units.end
        after = (last + 1).where(is_begun, last)
        return Interval(first, after)

    def _product(self, batch: Indices, units: Interval) -> None:
        """Some units of one product of the batch."""
        left = self._operand(batch, 0)
        copied = self.kernel.panels
        right = self._operand(batch, 1) if copied is None else self.frame.pointer(copied)
        operands = left, right
        epilogue = _Epilogue(self.frame, self.kernel, batch)
        finish = Finish(epilogue.store, epilogue.claim)
        site = self.frame.site
        emit_contraction(site, self.spec, operands, units, finish)

    def _operand(self, batch: Indices, which: int) -> Operand:
        """Where an operand of one product begins, or itself where it is scattered."""
        frame = self.frame
        value = self.kernel.nodes[0].inputs[which]
        view = frame.views[value]
        data = frame.views.data_of(value)
        batch_shape = _batch_shape(self.kernel)
        of_all = (*batch_shape, *value.shape[-2:])
        strides = stretched(view, of_all).strides
        of_batch = strides[: len(batch)]
        element = frame.element(0, batch, of_batch)
        if data is None:
            return frame.address(view.base, element, view.offset)
        place = frame.address(data, element, view.offset)
        apart = max(strides[-2:])
        starts = frame.pointer(view.base)
        own = (apart, 1)
        rows = Scattered(frame.builder, place, value.dtype, own, starts)
        return rows if strides[-1] == 1 else rows.turned()


def _own_units(units: Interval, batch: Index, count: int) -> Interval:
    """Those of some units that are of one product, counted from its first."""
    first = Index(batch.b, 0)
    most = Index(batch.b, count)
    begin = units.begin - batch * count
    end = units.end - batch * count
    begin = first.where(begin < 0, begin)
    end = most.where(end > count, end)
    return Interval(begin, end)


class _Epilogue:
    """What is done with each finished vector of the product."""

    def __init__(self, frame: Frame, kernel: Product, batch: Indices) -> None:
        self.frame = frame
        self.kernel = kernel
        self.batch = batch
        shape = kernel.space.shape
        accesses = self._accesses()
        strides = {access: access.strides for access in accesses}
        dims = tuple(Dim(n, False) for n in shape)
        nest = LoopNest(dims, strides)
        stage = stages(kernel, frame.views)
        self.members = Members(frame, kernel, nest, stage)
        nothing_known = (None,) * len(shape)
        self.entry = Level(None, nothing_known, 1)
        self.members.load_invariant(self.entry)

    def _accesses(self) -> Iterator[Access]:
        """How buffers are walked over: those that are written, and those that are read."""
        yield from map(self._own_reach, self.kernel.stores)
        for node in self.kernel.nodes:
            if counts(node):
                yield self._own_reach(node.output)
            elif not multiplies(node):
                yield from self._reads(node)

    def _reads(self, node: Node) -> Iterator[Access]:
        views = self.frame.views
        for value in node.inputs:
            base = views[value].base
            if not self.kernel.has(base):
                yield reach(self.kernel, views, node, value)

    def _own_reach(self, value: Value) -> Access:
        return own_reach(self.kernel, self.frame.views, value)

    def _level(self, row: Index, column: Index, width: int, mask: Any = None) -> Level:
        """A vector of the result."""
        indices = (*self.batch, row, column)
        return Level(self.entry, indices, width, mask)

    def claim(self, row: Index, column: Index, rows: range, columns: range) -> None:
        """Ask for the cache lines of results long before these are there."""
        level = self._level(row, column, 1)
        for value in self.kernel.stores:
            access = self._own_reach(value)
            strides = self.members.nest.strides[access]
            further = _further(strides, rows, columns)
            first = self.members.element(access, level)
            self.frame.claim(value, first, further)

    def store(self, row: Index, column: Index, vector: ir.Value, mask: Any) -> None:
        """Compute what follows the product, and write what is needed elsewhere."""
        product = self.kernel.nodes[0].output
        lanes = Lanes(self.frame.builder, vector, product.dtype)
        level = self._level(row, column, lanes.width, mask)
        level.values[product.name] = lanes
        # All before the first store: one may be written over what another reads.
        results = []
        for value in self.kernel.stores:
            result = self.members.value(value, level, 0)
            results.append((value, level.fit(result)))
        for value, result in results:
            self.members.write(value, result, level)


def _further(strides: tuple[int, ...], rows: range, columns: range) -> Iterable[int]:
    """How far elements of some rows and columns lie behind the first of them."""
    down, along = strides[-2:]
    for i in rows:
        for j in columns:
            yield i * down + j * along
