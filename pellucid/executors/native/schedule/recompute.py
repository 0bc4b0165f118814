"""Cheap values computed again where they are used, instead of being kept in memory.

    recomputed  the kernels, with such values made by those that use them

A product of two numbers takes less time than to write it, and to read it later. So where a
kernel keeps a value for others, and those can have what it is made of, they compute it
themselves: the gradient of batch norm, for example, times the normalised input. But not where that
means to read more: x + y of two arrays that they do not read anyway is kept. Else each block of a
deep network with ways round would add up what all blocks before it gave.
"""

from collections.abc import Iterable

from pellucid.executors.native.ir.facts import is_cheap
from pellucid.executors.native.ir.kernels import Fused, Kernel, Loop, Space
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.schedule.fusion import MOST_NODES, Fusion
from pellucid.graph import Graph, Node, Value


def recomputed(
    kernels: list[Kernel], graph: Graph, updated: set[str], views: Views
) -> list[Kernel]:
    """The kernels. What is made of values that are `updated` in the program stays where it is."""
    return _Sharing(list(kernels), graph, updated, views).run()


class _Sharing:
    """Kernels that give values away, one by one."""

    def __init__(
        self, kernels: list[Kernel], graph: Graph, updated: set[str], views: Views
    ) -> None:
        self.kernels = kernels
        self.updated = updated
        self.views = views
        self.kept = {views.buffer(value) for value in graph.outputs}
        self.fusion = Fusion(views)
        self.readers: dict[str, set[int]] = {}  # by value: kernels that read it, or once did
        for index, kernel in enumerate(kernels):
            self._note(index, kernel.operands())

    def _note(self, index: int, operands: Iterable[Value]) -> None:
        """Note that a kernel reads some values."""
        for value in operands:
            name = self.views.buffer(value)
            self.readers.setdefault(name, set()).add(index)

    def run(self) -> list[Kernel]:
        # The last ones first: what they take over may be what kept a value from moving.
        for index in reversed(range(len(self.kernels))):
            kernel = self.kernels[index]
            if isinstance(kernel, Fused):
                self._give_all(index, kernel)
        return [kernel for kernel in self.kernels if kernel.nodes]

    def _give_all(self, index: int, kernel: Fused) -> None:
        """Give away what a kernel computes cheaply for others."""
        for node in reversed(kernel.nodes):
            if is_cheap(node) and self._is_for_others(kernel, node.output):
                self._give(index, kernel, node)

    def _is_for_others(self, kernel: Fused, value: Value) -> bool:
        """Whether a kernel computes a value at each of its points and keeps it for others."""
        if value not in kernel.stores or value.name in self.kept:
            return False
        return value.name in kernel.full

    def _reads(self, kernel: Kernel, value: Value) -> bool:
        """Whether a kernel reads a value."""
        return any(self.views.buffer(operand) == value.name for operand in kernel.operands())

    def _give(self, index: int, kernel: Fused, node: Node) -> None:
        """Let all users of a value compute it, if they can."""
        taken: dict[int, Loop] = {}
        readers = [
            number
            for number in sorted(self.readers.get(node.output.name, ()))
            if number > index and self._reads(self.kernels[number], node.output)
        ]
        more = 0
        for number in readers:
            user = self.kernels[number]
            changed = self._taken(user, node) if self._has_all(kernel, node) else None
            if changed is None:
                return
            taken[number] = changed
            more += self._more_bytes(user, node)
        # It would be written once, and read by each.
        if more >= node.output.nbytes * (len(readers) + 1):
            return
        for number, changed in taken.items():
            self.kernels[number] = changed
            self._note(number, node.inputs)
        self._keep_no_more(kernel, node)

    def _keep_no_more(self, kernel: Fused, node: Node) -> None:
        """Let a kernel keep, instead of a value, what it is made of: numbers of rows, or a mask."""
        kernel.stores.remove(node.output)
        for value in node.inputs:
            base = self.views[value].base
            if kernel.has(base) and base not in kernel.stores:
                kernel.stores.append(base)
        if not self._reads(kernel, node.output):
            kernel.nodes.remove(node)
            kernel.full.discard(node.output.name)

    def _has_all(self, kernel: Fused, node: Node) -> bool:
        """Whether others can have what a value is made of."""
        for value in node.inputs:
            base = self.views[value].base
            is_only_there = base.name in kernel.full and base not in kernel.stores
            is_smaller = base.nbytes < node.output.nbytes  # as a mask is, which is kept instead
            if (is_only_there and not is_smaller) or base.name in self.updated:
                return False
        return True

    def _more_bytes(self, user: Kernel, node: Node) -> int:
        """What a user reads, beside what it reads anyway, to compute a value."""
        read = {self.views.buffer(value) for value in user.operands()}
        bases = {self.views[value].base for value in node.inputs}
        new = [base for base in bases if base.name not in read]
        return sum(base.nbytes for base in new if base.size >= node.output.size)

    def _taken(self, user: Kernel, node: Node) -> Loop | None:
        """The user with the value computed in it; None where the value belongs to other points."""
        if not isinstance(user, Loop) or len(user.nodes) >= MOST_NODES:
            return None
        changed = Loop([], user.stores, Space(user.space.shape))
        if not all(self.fusion.joins(changed, each) for each in (node, *user.nodes)):
            return None
        if changed.space != user.space or changed.outer != user.outer:
            return None
        full = user.full | {node.output.name}
        return changed if changed.full == full else None
