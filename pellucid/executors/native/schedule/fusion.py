"""Fusion: nodes gathered into kernels, so that few values go through memory.

    fuse    the kernels of a graph, in an order in which they can run

Nodes are taken in order. A node joins the latest kernel that makes one of its operands, or a
later loop, if it visits the same points there, with every operand of that kernel at the
point where it is made. That order keeps kernels free of cycles: what a kernel needs is made
before it.
"""

import math
from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import compares, moves, multiplies, reduces
from pellucid.executors.native.ir.kernels import (
    Fused,
    Kernel,
    Loop,
    Product,
    Single,
    Space,
    TurnedLoop,
    access,
    axis_map,
    own_access,
    same_points,
    without_ones,
)
from pellucid.executors.native.ir.pointwise import is_pointwise
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.passes.traces import Trace, runs_here
from pellucid.executors.native.schedule.numbers_first import numbers_first
from pellucid.graph import Graph, Node, Shape, Value
from pellucid.primitives.base import FLOATS

# Of a kernel. LLVM's work on a function grows faster than the function; the largest kernel of the
# benchmarks has 93 (28 Nov 2026, docs/decisions/0016).
MOST_NODES = 128
MOST_TRIED = 64  # kernels that visit as many points as a node; chosen: the search stays short


def fuse(graph: Graph, views: Views) -> list[Kernel]:
    """The kernels of a graph; each value that is used elsewhere is among its stores."""
    return Fusion(views).run(graph)


class Fusion:
    """The kernels so far, where each value is made, and nodes that wait for their consumer."""

    def __init__(self, views: Views) -> None:
        self.views = views
        self.kernels: list[Kernel] = []
        self.made_in: dict[str, int] = {}
        self.waiting: dict[str, Node] = {}
        self.turns: dict[str, int] = {}  # of nodes that wait: which came first
        self.loops: dict[Shape, list[int]] = {}  # by the sizes that they visit, or keep, in order
        self.listed: set[tuple[int, Shape]] = set()  # these loops there
        self.constants: set[str] = set()

    def run(self, graph: Graph) -> list[Kernel]:
        """Place every node."""
        computed = {node.output.name for node in graph.nodes}
        self.constants = {value.name for value, _ in graph.constants}
        for node in numbers_first(graph):
            if moves(node):
                continue
            if isinstance(node.primitive, p.Part | Trace):
                self._give_part(node)
            elif self._waits(node, computed):
                self.waiting[node.output.name] = node
                self.turns[node.output.name] = len(self.turns)
            else:
                self._place(node)
        self._place_alone(list(self.waiting.values()))
        self._store(graph)
        return self.kernels

    def _give_part(self, node: Node) -> None:
        """A part of a record belongs to the kernel that gives the record."""
        (record,) = node.inputs
        index = self.made_in[record.name]
        self.kernels[index].nodes.append(node)
        self._note(index, [node])

    def _waits(self, node: Node, computed: set[str]) -> bool:
        """Whether a node is to be computed where it is used: it needs nothing that a kernel makes.

        So does a comparison with a constant: to compare again costs less than to keep the answer.
        """
        if not is_pointwise(node) or math.prod(node.output.shape) == 1:
            return False
        if compares(node) and node.inputs[1].name in self.constants:
            return True
        buffers = [self.views.buffer(value) for value in node.inputs]
        by_kernels = [name for name in buffers if name in computed]
        return all(name in self.waiting for name in by_kernels)

    def _place(self, node: Node) -> None:
        """Put a node into the kernel of its latest operand, or into a new one."""
        along = self._waiting_for(node)
        if len(along) >= MOST_NODES:
            self._place_alone(along)
            along = []
        together = [*along, node]
        for index in self._candidates(node, self._latest_maker(together)):
            if self._joins_all(self.kernels[index], together):
                self._note(index, together)
                return
        self._begin(node, along)

    def _latest_maker(self, nodes: Iterable[Node]) -> int:
        """The latest kernel that makes something that some nodes need; -1 if none does."""
        latest = -1
        for node in nodes:
            for value in node.inputs:
                maker = self.made_in.get(self.views.buffer(value), -1)
                latest = max(latest, maker)
        return latest

    def _waiting_for(self, node: Node) -> list[Node]:
        """The waiting nodes that a node needs, what they need before them."""
        needed: set[str] = set()
        unread = [node]
        while unread:
            for value in unread.pop().inputs:
                name = self.views.buffer(value)
                if name in self.waiting and name not in needed:
                    needed.add(name)
                    unread.append(self.waiting[name])
        in_turn = sorted(needed, key=self.turns.__getitem__)
        return [self.waiting[name] for name in in_turn]

    def _note(self, index: int, nodes: list[Node]) -> None:
        """Note that a kernel makes some nodes, and which points it visits now."""
        for node in nodes:
            self.waiting.pop(node.output.name, None)
            self.made_in[node.output.name] = index
        kernel = self.kernels[index]
        if isinstance(kernel, Loop):
            self._list(index, kernel.space.shape)
            self._list(index, kernel.space.outer)

    def _list(self, index: int, shape: Shape) -> None:
        """List a loop among those that visit a shape."""
        sizes = without_ones(shape)
        if (index, sizes) not in self.listed:
            self.listed.add((index, sizes))
            insort(self.loops.setdefault(sizes, []), index)

    def _begin(self, node: Node, along: list[Node]) -> None:
        """Begin a kernel with a node, and with those that waited for it as far as they fit."""
        kernel = self._loop_of([*along, node])
        if kernel is None:
            self._place_alone(along)
            along = []
            kernel = _new_kernel(node)
        self.kernels.append(kernel)
        self._note(len(self.kernels) - 1, [*along, node])

    def _loop_of(self, nodes: list[Node]) -> Kernel | None:
        """A loop that computes some nodes at the points of the last one, if they fit together."""
        last = nodes[-1]
        if not (is_pointwise(last) or reduces(last)):
            return None
        kernel = Loop([], [], Space(_visited(last).shape))
        return kernel if self._joins_all(kernel, nodes) else None

    def _place_alone(self, nodes: list[Node]) -> None:
        for node in nodes:
            if node.output.name in self.waiting:
                self._place(self.waiting.pop(node.output.name))

    def _joins_all(self, kernel: Kernel, nodes: list[Node]) -> bool:
        """Add all nodes to the kernel if all fit there; else leave it as it is."""
        if not isinstance(kernel, Fused) or len(kernel.nodes) + len(nodes) > MOST_NODES:
            return False
        count, space = len(kernel.nodes), kernel.space
        full, outer = set(kernel.full), set(kernel.outer)
        if all(self.joins(kernel, node) for node in nodes):
            return True
        del kernel.nodes[count:]
        kernel.space = space
        kernel.full, kernel.outer = full, outer
        return False

    def _candidates(self, node: Node, latest: int) -> Iterator[int]:
        """Kernels that may take a node: the one of its latest operand, then loops after it.

        The later ones use nothing of it, but visit the same points: the last one first, as
        what was made last is most likely to meet the node again.
        """
        if latest >= 0:
            yield latest
        if is_pointwise(node) or reduces(node):
            sizes = without_ones(_visited(node).shape)
            visiting = self.loops.get(sizes, [])
            first_later = bisect_right(visiting, latest)
            first = max(first_later, len(visiting) - MOST_TRIED)
            yield from reversed(visiting[first:])

    def joins(self, kernel: Kernel, node: Node) -> bool:
        """Add the node to the kernel if it fits there."""
        if isinstance(kernel, Fused) and is_pointwise(node):
            return self._joins_pointwise(kernel, node)
        if isinstance(kernel, Loop) and reduces(node):
            return self._joins_reduction(kernel, node)
        return False

    def _joins_pointwise(self, kernel: Fused, node: Node) -> bool:
        if kernel.space.reduced and self._all_reach(kernel, node, "outer"):
            kernel.outer.add(node.output.name)
        elif self._all_reach(kernel, node, "full"):
            kernel.full.add(node.output.name)
        else:
            return False
        kernel.nodes.append(node)
        return True

    def _all_reach(self, kernel: Fused, node: Node, role: str) -> bool:
        """Whether a node can be computed at the points of a role, with all of its operands."""
        shape = node.output.shape
        if axis_map(shape, kernel.shape_of(role)) is None:
            return False
        if isinstance(node.primitive, p.RandomBits):  # its key is made before the loops begin
            return not any(kernel.has(self.views[value].base) for value in node.inputs)
        return all(self._reaches(kernel, value, shape, role) for value in node.inputs)

    def _reaches(self, kernel: Fused, operand: Value, shape: Shape, role: str) -> bool:
        """Whether an operand made in the kernel is needed at the very point where it is made."""
        view = self.views[operand]
        if not kernel.has(view.base):
            return True
        own_role = kernel.role_of(view.base)
        if role == "outer" and own_role == "full":
            return False
        read = access(view, shape, kernel.shape_of(role))
        written = own_access(self.views, view.base, kernel.shape_of(own_role))
        if read is None or written is None:
            return False
        return same_points(kernel, read, written)

    def _joins_reduction(self, kernel: Loop, node: Node) -> bool:
        (x,) = node.inputs
        axes = axis_map(x.shape, kernel.space.shape)
        if axes is None:
            return False
        reduced = frozenset(j for j, axis in enumerate(axes) if axis in node.primitive.axis)
        if not reduced or kernel.space.reduced not in (frozenset(), reduced):
            return False
        if not self._reaches(kernel, x, x.shape, "full"):
            return False
        if kernel.role_of(self.views[x].base) == "outer":
            return False
        kernel.space = Space(kernel.space.shape, reduced)
        kernel.nodes.append(node)
        kernel.outer.add(node.output.name)
        return True

    def _store(self, graph: Graph) -> None:
        """Note for each kernel the values that other kernels or the outputs need."""
        needed = {self.views.buffer(value) for value in graph.outputs}
        for index, kernel in enumerate(self.kernels):
            for value in kernel.operands():
                name = self.views.buffer(value)
                if self.made_in.get(name, index) != index:
                    needed.add(name)
        for kernel in self.kernels:
            outputs = [node.output for node in kernel.nodes]
            if isinstance(kernel, TurnedLoop):
                kernel.stores = outputs[1:]
            else:
                kernel.stores = [value for value in outputs if value.name in needed]


def _visited(node: Node) -> Value:
    """The value whose points a loop visits to compute a node."""
    if reduces(node):
        return node.inputs[0]
    return node.output


def _new_kernel(node: Node) -> Kernel:
    """A kernel of one node."""
    output = node.output
    if multiplies(node) and output.dtype in FLOATS:
        return Product([node], [], Space(output.shape), {output.name})
    if reduces(node):
        space = Space(node.inputs[0].shape, frozenset(node.primitive.axis))
        return Loop([node], [], space, outer={output.name})
    if is_pointwise(node):
        return Loop([node], [], Space(output.shape), {output.name})
    if isinstance(node.primitive, p.Scan) and runs_here(node.primitive):
        return TurnedLoop([node], [])
    return Single([node], [])
