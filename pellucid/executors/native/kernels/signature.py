"""What the code of a kernel depends on, and nothing else: kernels with one outline share code.

    outline     the outline of a kernel, and the places that its code binds

Networks repeat their layers, and to write the code of a kernel takes longer than to look at it.
"""

from pellucid.executors.native.ir.kernels import Fused
from pellucid.executors.native.schedule.plan import MemoryPlace
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Value

Outline = tuple[object, ...]


def outline(shared: Planned, kernel: Fused) -> tuple[Outline, list[MemoryPlace]]:
    """The outline of a kernel with the places in it, each at its number in the outline."""
    return _Outliner(shared, kernel).run()


class _Outliner:
    """Names and places of one kernel, replaced by numbers in order of appearance."""

    def __init__(self, shared: Planned, kernel: Fused) -> None:
        self.shared, self.kernel = shared, kernel
        self.names: dict[str, int] = {}
        self.places: dict[MemoryPlace, int] = {}

    def run(self) -> tuple[Outline, list[MemoryPlace]]:
        kernel = self.kernel
        nodes = tuple(
            (
                node.primitive,
                tuple(self._operand(value) for value in node.inputs),
                self._buffer(node.output),
                self.kernel.role_of(node.output),
            )
            for node in kernel.nodes
        )
        stores = tuple(self._buffer(value) for value in kernel.stores)
        space = (type(kernel).__name__, kernel.space.shape, sorted(kernel.space.reduced))
        return (str(space), nodes, stores), list(self.places)

    def _operand(self, value: Value) -> object:
        view = self.shared.views[value]
        number = self.shared.numbers.get(view.base.name)
        walk = (view.strides, view.shape, value.shape)
        known = None if number is None else number.tobytes()
        data = self.shared.views.data_of(value)
        if data is not None:
            return (walk, self._buffer(view.base), self._buffer(data, view.offset))
        return (known, walk, self._buffer(view.base, view.offset))

    def _buffer(self, value: Value, offset: int = 0) -> object:
        """A buffer, described: the numbers of its name and place, its dtype, its strides."""
        where = None
        if value.name in self.shared.plan.places:
            place = self.shared.place(value, offset)
            where = self.places.setdefault(place, len(self.places))
        name = self.names.setdefault(value.name, len(self.names))
        own = self.shared.views.own(value)
        return (name, where, value.shape, str(value.dtype), own.strides)
