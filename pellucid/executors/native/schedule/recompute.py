"""Cheap values computed again where they are used, instead of being kept in memory.

    recomputed  the kernels, with such values made by those that use them

A product of two numbers takes less time than to write it, and to read it later. So where a
kernel keeps a value for others, and those can have what it is made of, they compute it
themselves: the gradient of batch norm, for example, times the normalised input.
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
        self.kernels, self.updated, self.views = kernels, updated, views
        self.kept = {views[value].base.name for value in graph.outputs}
        self.fusion = Fusion(views)
        self.readers: dict[str, set[int]] = {}  # by value: kernels that read it, or once did
        for index, kernel in enumerate(kernels):
            self._note(index, kernel.nodes)

    def _note(self, index: int, nodes: Iterable[Node]) -> None:
        """Note what a kernel reads for some nodes."""
        for node in nodes:
            for value in node.inputs:
                self.readers.setdefault(self.views[value].base.name, set()).add(index)

    def run(self) -> list[Kernel]:
        # The last ones first: what they take over may be what kept a value from moving.
        for index in reversed(range(len(self.kernels))):
            kernel = self.kernels[index]
            if isinstance(kernel, Fused):
                for node in reversed(kernel.nodes):
                    if is_cheap(node) and self._is_for_others(kernel, node):
                        self._give(index, kernel, node)
        return [kernel for kernel in self.kernels if kernel.nodes]

    def _is_for_others(self, kernel: Fused, node: Node) -> bool:
        """Whether a kernel computes a value at each of its points and keeps it for others."""
        value = node.output
        is_kept = value in kernel.stores and value.name not in self.kept
        return is_kept and value.name in kernel.full

    def _reads(self, node: Node, value: Value) -> bool:
        return any(self.views[operand].base.name == value.name for operand in node.inputs)

    def _give(self, index: int, kernel: Fused, node: Node) -> None:
        """Let all users of a value compute it, if they can."""
        given: dict[int, Loop] = {}
        for i in sorted(self.readers.get(node.output.name, ())):
            user = self.kernels[i]
            if i <= index or not any(self._reads(other, node.output) for other in user.nodes):
                continue
            taken = self._taken(user, node) if self._has_all(kernel, user, node) else None
            if taken is None:
                return
            given[i] = taken
        for i, taken in given.items():
            self.kernels[i] = taken
            self._note(i, [node])
        kernel.stores.remove(node.output)
        bases = [self.views[value].base for value in node.inputs]
        kernel.stores += [v for v in bases if v.name in kernel.outer and v not in kernel.stores]
        if not any(self._reads(other, node.output) for other in kernel.nodes):
            kernel.nodes.remove(node)
            kernel.full.discard(node.output.name)

    def _has_all(self, kernel: Fused, user: Kernel, node: Node) -> bool:
        """Whether a user can have what the value is made of, reading no more than before."""
        read = {self.views[value].base.name for n in user.nodes for value in n.inputs}
        more = 0
        for value in node.inputs:
            base = self.views[value].base
            is_only_there = base.name in kernel.full and base not in kernel.stores
            if is_only_there or base.name in self.updated:
                return False
            more += base.shape == node.output.shape and base.name not in read
        return more <= 1

    def _taken(self, user: Kernel, node: Node) -> Loop | None:
        """The user with the value made in it; None where it would be made at other points."""
        if not isinstance(user, Loop) or len(user.nodes) >= MOST_NODES:
            return None
        taken = Loop([], user.stores, Space(user.space.shape))
        if not all(self.fusion.joins(taken, each) for each in (node, *user.nodes)):
            return None
        same = (user.space, user.full | {node.output.name}, user.outer)
        return taken if (taken.space, taken.full, taken.outer) == same else None
