"""Matrix products as LLVM code, with the elementwise work that follows them fused in.

ProductKind     their units, time, code and words (`matmul` writes the product itself)
contraction     the product of one batch: sizes, dtype and strides
"""

import math
from typing import Any

from llvmlite import ir

from pellucid.executors.native.ir.facts import counts, is_costly, multiplies
from pellucid.executors.native.ir.kernels import Access, Product, own_reach, reach
from pellucid.executors.native.ir.views import Views, stretched
from pellucid.executors.native.kernels.evaluate import Level, Members
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.kernel_kind import PRODUCT_RATE, KernelKind
from pellucid.executors.native.llvm.counted_loops import Interval, counted
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.matmul.contraction import emit_contraction, tiles
from pellucid.executors.native.matmul.cuts import Contraction
from pellucid.executors.native.matmul.matrices import Scattered
from pellucid.executors.native.matmul.panels import Operand
from pellucid.executors.native.matmul.tiles import Finish
from pellucid.executors.native.schedule.nest import Dim, LoopNest, stages
from pellucid.executors.native.schedule.planned import Planned

I64 = ir.IntType(64)

LIGHT_NODES = 4  # a product, a bias, a comparison and a choice


def contraction(kernel: Product, views: Views) -> Contraction:
    """The product of one batch: sizes, dtype and strides of both matrices."""
    node = kernel.nodes[0]
    a, b = (views[value] for value in node.inputs)
    return Contraction(
        m=node.output.shape[-2],
        n=node.output.shape[-1],
        k=a.shape[-1],
        dtype=node.output.dtype,
        a_strides=(a.strides[-2], a.strides[-1]),
        b_strides=(b.strides[-2], b.strides[-1]),
        light=_is_light(kernel),
    )


def _is_light(kernel: Product) -> bool:
    """Whether little code follows the product, like a bias and ReLU."""
    return len(kernel.nodes) <= LIGHT_NODES and not any(
        is_costly(node) for node in kernel.nodes[1:]
    )


class ProductKind(KernelKind[Product]):
    """A matrix product, or a batch of them, with elementwise work on the result."""

    def units(self, kernel: Product, shared: Planned) -> int:
        """Tiles of one product, times the number of products."""
        batches = math.prod(kernel.space.shape[:-2])
        return batches * tiles(contraction(kernel, shared.views), shared.target)

    def points(self, kernel: Product) -> int:
        """The elements of the result."""
        return math.prod(kernel.space.shape)

    def nanoseconds(self, kernel: Product) -> float:
        """The time of the work on the result, and of the multiply-adds."""
        k = kernel.nodes[0].inputs[0].shape[-1]
        return super().nanoseconds(kernel) + self.points(kernel) * k / PRODUCT_RATE

    def flops(self, kernel: Product) -> int:
        """A multiplication and an addition for each k."""
        return 2 * self.points(kernel) * kernel.nodes[0].inputs[0].shape[-1]

    def described(self, kernel: Product) -> str:
        """The shape of the result."""
        return f"product {list(kernel.space.shape)}"

    def emit(self, frame: Frame, kernel: Product, number: int) -> None:
        """Product by product of a batch."""
        del number
        if 0 in kernel.space.shape:
            return
        spec = contraction(kernel, frame.views)
        count = tiles(spec, frame.target)
        batch_shape = kernel.space.shape[:-2]
        if math.prod(batch_shape) == 1:
            indices = (I64(0),) * len(batch_shape)
            _emit_batch(frame, kernel, spec, indices, (frame.units.begin, frame.units.end))
            return
        b = frame.builder
        first, last = b.udiv(frame.units.begin, I64(count)), b.udiv(frame.units.end, I64(count))
        reach_end = b.select(
            b.icmp_signed("<", b.mul(last, I64(count)), frame.units.end), b.add(last, I64(1)), last
        )
        with counted(b, first, reach_end) as batch:
            start = b.sub(frame.units.begin, b.mul(batch, I64(count)))
            end = b.sub(frame.units.end, b.mul(batch, I64(count)))
            start = b.select(b.icmp_signed("<", start, I64(0)), I64(0), start)
            end = b.select(b.icmp_signed(">", end, I64(count)), I64(count), end)
            place: list[Any] = []
            rest = batch
            for size in reversed(batch_shape):
                place.append(b.urem(rest, I64(size)))
                rest = b.udiv(rest, I64(size))
            _emit_batch(frame, kernel, spec, tuple(place[::-1]), (start, end))


def _emit_batch(
    frame: Frame, kernel: Product, spec: Contraction, batch: tuple[Any, ...], units: tuple[Any, Any]
) -> None:
    """One product of the batch."""
    operands = (_operand(frame, kernel, batch, 0), _operand(frame, kernel, batch, 1))
    epilogue = _Epilogue(frame, kernel, batch)
    finish = Finish(epilogue.store, epilogue.claim)
    interval = Interval.of(frame.builder, *units)
    emit_contraction(frame.site, spec, operands, interval, finish)


def _operand(frame: Frame, kernel: Product, batch: tuple[Any, ...], which: int) -> Operand:
    """Where an operand of one product of the batch begins, or itself where it is scattered."""
    value = kernel.nodes[0].inputs[which]
    view, data = frame.views[value], frame.views.data_of(value)
    strides = stretched(view, (*kernel.space.shape[:-2], *value.shape[-2:])).strides
    element = frame.element(0, batch, strides[: len(batch)])
    if data is None:
        return frame.address(view.base, element, view.offset)
    place = frame.address(data, element, view.offset)
    apart = max(strides[-2:])
    rows = Scattered(frame.builder, place, value.dtype, (apart, 1), frame.pointer(view.base))
    return rows if strides[-1] == 1 else rows.turned()


class _Epilogue:
    """What is done with each finished vector of the product."""

    def __init__(self, frame: Frame, kernel: Product, batch: tuple[Any, ...]) -> None:
        self.frame, self.kernel, self.batch = frame, kernel, batch
        views = frame.views
        accesses: list[Access] = [own_reach(kernel, frame.views, value) for value in kernel.stores]
        for node in kernel.nodes:
            if counts(node):
                accesses.append(own_reach(kernel, frame.views, node.output))
            elif not multiplies(node):
                accesses += [
                    reach(kernel, views, node, value)
                    for value in node.inputs
                    if not kernel.has(views[value].base)
                ]
        nest = LoopNest(
            tuple(Dim(n, False) for n in kernel.space.shape),
            {access: access.strides for access in accesses},
        )
        self.members = Members(frame, kernel, nest, stages(kernel, views))
        self.entry = Level(None, (None,) * len(kernel.space.shape), 1)
        self.members.load_invariant(self.entry)

    def claim(self, row: Any, column: Any, rows: range, columns: range) -> None:
        """Ask for the cache lines of results long before these are there."""
        level = Level(self.entry, (*self.batch, row, column), 1)
        for value in self.kernel.stores:
            reach_ = own_reach(self.kernel, self.frame.views, value)
            down, along = self.members.nest.strides[reach_][-2:]
            further = (i * down + j * along for i in rows for j in columns)
            self.frame.claim(value, self.members.element(reach_, level), further)

    def store(self, row: Any, column: Any, vector: Any, mask: Any) -> None:
        """Compute what follows the product, and write what is needed elsewhere."""
        product = self.kernel.nodes[0].output
        lanes = Lanes(self.frame.builder, vector, product.dtype)
        level = Level(self.entry, (*self.batch, row, column), lanes.width, mask)
        level.values[product.name] = lanes
        # All before the first store: one may be written over what another reads.
        results = [(v, level.fit(self.members.value(v, level, 0))) for v in self.kernel.stores]
        for value, result in results:
            element = self.members.element(own_reach(self.kernel, self.frame.views, value), level)
            self.frame.store(value, element, result, mask)
