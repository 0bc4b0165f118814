"""Fusion: nodes gathered into kernels, so that few values go through memory.

    fuse    the kernels of a graph, in an order in which they can run

Nodes are taken in order. A node joins the latest kernel that makes one of its operands, or a
later loop, if it visits the same points there, with every operand of that kernel at the
point where it is made. That order keeps kernels free of cycles: what a kernel needs is made
before it.
"""

import math
from bisect import bisect_right, insort
from collections.abc import Iterator

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import compares, moves, multiplies, reduces
from pellucid.executors.native.ir.kernels import (
    Access,
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
    without_ones,
)
from pellucid.executors.native.ir.pointwise import is_pointwise
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.passes.traces import Trace, runs_here
from pellucid.graph import Graph, Node, Shape, Value
from pellucid.primitives.base import FLOATS

MOST_NODES = 128  # of a kernel
MOST_TRIED = 64  # kernels that visit as many points as a node


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
        made = {node.output.name for node in graph.nodes}
        self.constants = {value.name for value, _ in graph.constants}
        for node in _numbers_first(graph):
            if moves(node):
                continue
            if isinstance(node.primitive, p.Part | Trace):
                self._give_part(node)
            elif self._waits(node, made):
                self.waiting[node.output.name] = node
                self.turns[node.output.name] = len(self.turns)
            else:
                self._place(node)
        for node in list(self.waiting.values()):
            if node.output.name in self.waiting:
                self._place(self.waiting.pop(node.output.name))
        self._store(graph)
        return self.kernels

    def _give_part(self, node: Node) -> None:
        """A part of a record belongs to the kernel that gives the record."""
        index = self.made_in[node.inputs[0].name]
        self.kernels[index].nodes.append(node)
        self._note(index, [node])

    def _waits(self, node: Node, made: set[str]) -> bool:
        """Whether a consumer will take a node along: it needs nothing that a kernel makes.

        Or it compares with a constant, which costs less than to keep the answer.
        """
        if not is_pointwise(node) or math.prod(node.output.shape) == 1:
            return False
        if compares(node) and node.inputs[1].name in self.constants:
            return True
        bases = (self.views[value].base.name for value in node.inputs)
        return all(name not in made or name in self.waiting for name in bases)

    def _place(self, node: Node) -> None:
        """Put a node into the kernel of its latest operand, or into a new one."""
        along = self._waiting_for(node)
        if len(along) >= MOST_NODES:
            self._place_alone(along)
            along = []
        bases = [self.views[value].base.name for n in (*along, node) for value in n.inputs]
        latest = max((self.made_in.get(name, -1) for name in bases), default=-1)
        for index in self._candidates(node, latest):
            if self._joins_all(self.kernels[index], [*along, node]):
                self._note(index, [*along, node])
                return
        self._found(node, along)

    def _waiting_for(self, node: Node) -> list[Node]:
        """The waiting nodes that a node needs, what they need before them."""
        found: dict[str, Node] = {}
        look = [node]
        while look:
            for value in look.pop().inputs:
                name = self.views[value].base.name
                if name in self.waiting and name not in found:
                    found[name] = self.waiting[name]
                    look.append(found[name])
        return [found[name] for name in sorted(found, key=self.turns.__getitem__)]

    def _note(self, index: int, nodes: list[Node]) -> None:
        for node in nodes:
            self.waiting.pop(node.output.name, None)
            self.made_in[node.output.name] = index
        kernel = self.kernels[index]
        if isinstance(kernel, Loop):
            for shape in (kernel.space.shape, kernel.space.outer):
                if (index, without_ones(shape)) not in self.listed:
                    self.listed.add((index, without_ones(shape)))
                    insort(self.loops.setdefault(without_ones(shape), []), index)

    def _found(self, node: Node, along: list[Node]) -> None:
        """Begin a kernel with a node, and with those that waited for it as far as they fit."""
        if not (is_pointwise(node) or reduces(node)):
            self._place_alone(along)
            along, kernel = [], _new_kernel(node)
        else:
            shape = node.output.shape
            if reduces(node):
                shape = node.inputs[0].shape
            kernel = Loop([], [], Space(shape))
            if not self._joins_all(kernel, [*along, node]):
                self._place_alone(along)
                along, kernel = [], _new_kernel(node)
        self.kernels.append(kernel)
        self._note(len(self.kernels) - 1, [*along, node])

    def _place_alone(self, nodes: list[Node]) -> None:
        for node in nodes:
            if node.output.name in self.waiting:
                self._place(self.waiting.pop(node.output.name))

    def _joins_all(self, kernel: Kernel, nodes: list[Node]) -> bool:
        """Add all nodes to the kernel if all fit there; else leave it as it is."""
        if not isinstance(kernel, Fused) or len(kernel.nodes) + len(nodes) > MOST_NODES:
            return False
        before = (len(kernel.nodes), set(kernel.full), set(kernel.outer), kernel.space)
        if all(self.joins(kernel, node) for node in nodes):
            return True
        del kernel.nodes[before[0] :]
        _, kernel.full, kernel.outer, kernel.space = before
        return False

    def _candidates(self, node: Node, latest: int) -> Iterator[int]:
        """Kernels that may take a node: the one of its latest operand, then loops after it.

        The later ones use nothing of it, but visit the same points: the last one first, as
        what was made last is most likely to meet the node again.
        """
        if latest >= 0:
            yield latest
        if is_pointwise(node) or reduces(node):
            visited = node.inputs[0] if reduces(node) else node.output
            known = self.loops.get(without_ones(visited.shape), [])
            first = max(bisect_right(known, latest), len(known) - MOST_TRIED)
            yield from known[first:][::-1]

    def joins(self, kernel: Kernel, node: Node) -> bool:
        """Add the node to the kernel if it fits there."""
        if isinstance(kernel, Fused) and is_pointwise(node):
            return self._joins_pointwise(kernel, node)
        if isinstance(kernel, Loop) and reduces(node):
            return self._joins_reduction(kernel, node)
        return False

    def _joins_pointwise(self, kernel: Fused, node: Node) -> bool:
        for role in ("outer", "full") if kernel.space.reduced else ("full",):
            target = kernel.shape_of(role)
            if axis_map(node.output.shape, target) is None:
                continue
            if all(self._reaches(kernel, value, node.output.shape, role) for value in node.inputs):
                (kernel.full if role == "full" else kernel.outer).add(node.output.name)
                kernel.nodes.append(node)
                return True
        return False

    def _reaches(self, kernel: Fused, operand: Value, shape: tuple[int, ...], role: str) -> bool:
        """Whether an operand made in the kernel is needed at the very point where it is made."""
        view = self.views[operand]
        if not kernel.has(view.base):
            return True
        made = kernel.role_of(view.base)
        if role == "outer" and made == "full":
            return False
        found = access(view, shape, kernel.shape_of(role))
        own = own_access(self.views, view.base, kernel.shape_of(made))
        return found is not None and own is not None and _same_points(kernel, found, own)

    def _joins_reduction(self, kernel: Loop, node: Node) -> bool:
        (x,) = node.inputs
        axes = axis_map(x.shape, kernel.space.shape)
        if axes is None:
            return False
        reduced = frozenset(
            j for j, i in enumerate(axes) if i is not None and i in node.primitive.axis
        )
        if kernel.space.reduced not in (frozenset(), reduced) or not reduced:
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
        needed = {self.views[value].base.name for value in graph.outputs}
        for index, kernel in enumerate(self.kernels):
            for node in kernel.nodes:
                for value in node.inputs:
                    name = self.views[value].base.name
                    if self.made_in.get(name, index) != index:
                        needed.add(name)
        for kernel in self.kernels:
            kernel.stores = [n.output for n in kernel.nodes if n.output.name in needed]
            if isinstance(kernel, TurnedLoop):
                kernel.stores = [n.output for n in kernel.nodes[1:]]


def _numbers_first(graph: Graph) -> list[Node]:
    """The nodes in order, but first those that compute single numbers from inputs alone.

    Step sizes and the like are then there when a product is made, and what follows the
    product can be fused to it.
    """
    known = {value.name for value in graph.inputs} | {value.name for value, _ in graph.constants}
    first, rest = [], []
    for node in graph.nodes:
        # A record has no axes, but is no number: what is taken out of it stays behind its traces.
        is_number = math.prod(node.output.shape) == 1 and node.output.dtype.names is None
        if is_number and all(v.name in known for v in node.inputs):
            first.append(node)
            known.add(node.output.name)
        else:
            rest.append(node)
    return first + rest


def _same_points(kernel: Fused, found: Access, own: Access) -> bool:
    """Whether two walks are one, on all axes that have more than one point."""
    sizes = kernel.space.shape
    return found.offset == own.offset and all(
        n == 1 or a == b for n, a, b in zip(sizes, found.strides, own.strides, strict=True)
    )


def _new_kernel(node: Node) -> Kernel:
    output = node.output
    if multiplies(node) and output.dtype in FLOATS:
        return Product([node], [], Space(output.shape), {output.name})
    if reduces(node):
        (x,) = node.inputs
        return Loop(
            [node], [], Space(x.shape, frozenset(node.primitive.axis)), set(), {output.name}
        )
    if is_pointwise(node):
        return Loop([node], [], Space(output.shape), {output.name})
    is_loop = isinstance(node.primitive, p.Scan) and runs_here(node.primitive)
    return TurnedLoop([node], []) if is_loop else Single([node], [])
