"""What the code of a kernel depends on, and nothing else: kernels with one outline share code.

    outline     the outline of a kernel, and the places that its code binds

Networks repeat their layers, and to write the code of a kernel takes longer than to look at it.
"""

from pellucid.executors.native.ir.kernels import Fused, Product
from pellucid.executors.native.schedule.plan import MemoryPlace
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Node, Value

Outline = tuple[object, ...]


def outline(shared: Planned, kernel: Fused) -> tuple[Outline, list[MemoryPlace]]:
    """The outline of a kernel with the places in it, each at its number in the outline."""
    return _Outliner(shared, kernel).run()


class _Outliner:
    """Names and places of one kernel, replaced by numbers in order of appearance."""

    def __init__(self, shared: Planned, kernel: Fused) -> None:
        self.shared = shared
        self.kernel = kernel
        self.names: dict[str, int] = {}
        self.places: dict[MemoryPlace, int] = {}

    def run(self) -> tuple[Outline, list[MemoryPlace]]:
        kernel = self.kernel
        nodes = tuple(map(self._node, kernel.nodes))
        stores = tuple(map(self._buffer, kernel.stores))
        reduced = sorted(kernel.space.reduced)
        space = (type(kernel).__name__, kernel.space.shape, reduced, kernel.rows)
        copied = kernel.panels if isinstance(kernel, Product) else None
        panels = None if copied is None else self._buffer(copied)
        sketch = (str(space), nodes, stores, panels)
        return sketch, list(self.places)

    def _node(self, node: Node) -> object:
        operands = tuple(map(self._operand, node.inputs))
        role = self.kernel.role_of(node.output)
        output = self._buffer(node.output)
        return (node.primitive, operands, output, role)

    def _operand(self, value: Value) -> object:
        views = self.shared.views
        view = views[value]
        data = views.data_of(value)
        walk = (view.strides, view.shape, value.shape)
        if data is not None:
            starts = self._buffer(view.base)
            return (walk, starts, self._buffer(data, view.offset))
        number = self.shared.numbers.get(view.base.name)
        known = None if number is None else number.tobytes()
        buffer = self._buffer(view.base, view.offset)
        return (known, walk, buffer)

    def _buffer(self, value: Value, offset: int = 0) -> object:
        """A buffer, described: the numbers of its name and place, dtype, strides, rounding."""
        where = None
        if value.name in self.shared.plan.places:
            place = self.shared.place(value, offset)
            where = self.places.setdefault(place, len(self.places))
        name = self.names.setdefault(value.name, len(self.names))
        strides = self.shared.views.own(value).strides
        dtype = str(value.dtype)
        # Products whose operands are all rounded have code of their own.
        is_rounded = value.name in self.shared.views.in_bfloat16
        return (name, where, value.shape, dtype, strides, is_rounded)
