"""The values of a kernel at one point: what is loaded, computed and remembered where.

Level       a depth of the loop nest: the indices known there, and values computed there
Members     computes the members of a kernel at a level
joined      two partial results of a reduction made one
identity    what a reduction starts from; contribution: what a number gives to it
is_rounded  whether it is a sum whose additions round
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from llvmlite import ir

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import (
    Joining,
    counts,
    facts_of,
    is_costly,
    multiplies,
    reduces,
)
from pellucid.executors.native.ir.kernels import Access, Fused, own_reach, reach
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.math.namespace import XP
from pellucid.executors.native.schedule.nest import LoopNest, shared_by_rows
from pellucid.graph import Node, Value
from pellucid.primitives.base import UINT32
from pellucid.primitives.random import threefry_2x32

I64 = ir.IntType(64)


@dataclass
class Level:
    """A depth of the nest. `indices`: one for each loop, None for loops further inside."""

    parent: "Level | None"
    indices: tuple[Any, ...]
    width: int
    mask: Any = None
    values: dict[Any, Lanes] = field(default_factory=dict)
    keys: dict[str, tuple[Lanes, Lanes]] = field(default_factory=dict)  # of random draws

    def inner(self, index: Any, width: int, mask: Any) -> "Level":
        """Inside the last loop, along the lanes."""
        return Level(self, (*self.indices[:-1], index), width, mask)

    def at(self, loop: int, index: Any) -> "Level":
        """Inside another loop."""
        indices = (*self.indices[:loop], index, *self.indices[loop + 1 :])
        return Level(self, indices, self.width, self.mask)

    def find(self, key: Any) -> Lanes | None:
        """A value computed here or further outside."""
        level: Level | None = self
        while level is not None:
            if key in level.values:
                return level.values[key]
            level = level.parent
        return None

    def fit(self, lanes: Lanes) -> Lanes:
        """A single number repeated for all lanes of this level."""
        return lanes.splat(self.width) if lanes.width == 1 else lanes


@dataclass
class _Begun:
    """A node whose operands are being collected."""

    node: Node
    operands: list[Lanes] = field(default_factory=list)


class Members:
    """The members of a kernel, computed where they are needed."""

    def __init__(self, frame: Frame, kernel: Fused, nest: LoopNest, stage: dict[str, int]) -> None:
        self.frame, self.kernel, self.nest, self.stage = frame, kernel, nest, stage
        self.made = {node.output.name: node for node in kernel.nodes}
        self.stored = {value.name for value in kernel.stores}
        self.loads = self._loads()

    def _loads(self) -> dict[Access, Value]:
        found: dict[Access, Value] = {}
        for node in self.kernel.nodes:
            if counts(node) or multiplies(node):
                continue
            for value in node.inputs:
                base = self.frame.views[value].base
                if not self.kernel.has(base) and self.frame.number(base) is None:
                    found[reach(self.kernel, self.frame.views, node, value)] = base
        return found

    # ---- loading ---------------------------------------------------------------------------

    def load_invariant(self, level: Level) -> None:
        """Load here the operands that are the same at all points of the loops further inside."""
        for access, base in self.loads.items():
            if level.find(access) is None and self._is_fixed(access, level):
                level.values[access] = self._load(access, base, level)
        if level.parent is None:
            for node in self.kernel.nodes:
                if isinstance(node.primitive, p.RandomBits):
                    level.keys[node.output.name] = self._draw_key(node)

    def _is_fixed(self, access: Access, level: Level) -> bool:
        strides = self.nest.strides[access]
        return all(
            index is not None or stride == 0
            for index, stride in zip(level.indices, strides, strict=True)
        )

    def _load(self, access: Access, base: Value, level: Level) -> Lanes:
        strides = self.nest.strides[access]
        element = self.element(access, level)
        along = strides[-1] if level.indices[-1] is not None else 0
        width = level.width if along else 1
        mask = level.mask if width > 1 else None
        return self.frame.load(base, element, width, along, mask, access.offset)

    def element(self, access: Access, level: Level) -> ir.Value:
        """The position that an access has reached, counted from where it begins."""
        return self.frame.element(0, level.indices, self.nest.strides[access])

    def share(self, first: Level, level: Level) -> None:
        """Take over from another row, at the same point, values that do not depend on the row."""
        for access in self.loads:
            if access in first.values and shared_by_rows(self.nest, access):
                level.values[access] = first.values[access]

    # ---- computing -------------------------------------------------------------------------

    def operand(self, node: Node, value: Value, level: Level, now: int) -> Lanes:
        """An operand of a node, as a number or as lanes."""
        base = self.frame.views[value].base
        number = self.frame.number(base)
        if number is not None:
            return Lanes.constant(self.frame.builder, number, base.dtype)
        if base.name in self.kernel.full:
            return self.value(base, level, now)
        if base.name in self.kernel.outer:
            return self.known(base, level)
        access = reach(self.kernel, self.frame.views, node, value)
        found = level.find(access)
        if found is None:
            found = level.values[access] = self._load(access, base, level)
        return found

    def known(self, value: Value, level: Level) -> Lanes:
        """An outer member, which was computed further outside."""
        found = level.find(value.name)
        if found is None:
            raise AssertionError(f"{value} is needed before it is ready")
        return found

    def value(self, value: Value, level: Level, now: int) -> Lanes:
        """A full member at this point: remembered, read back, or computed.

        What it is made of is computed first, from a list: calls within calls could go too deep.
        """
        found = self._at_hand(value, level, now)
        begun = [] if found is not None else [_Begun(self.made[value.name])]
        while begun:
            work = begun[-1]
            missing = self._missing(work, level, now)
            if missing is not None:
                begun.append(_Begun(self.made[missing.name]))
                continue
            found = self._applied(work.node, work.operands, level)
            level.values[work.node.output.name] = found
            begun.pop()
        if found is None:
            raise AssertionError(f"{value} was not computed")
        return found

    def _at_hand(self, value: Value, level: Level, now: int) -> Lanes | None:
        """A full member that need not be computed."""
        found = level.find(value.name)
        if found is None and self.stage[value.name] < now and value.name in self.stored:
            access = own_reach(self.kernel, self.frame.views, value)
            found = level.values[value.name] = self._load(access, value, level)
        return found

    def _missing(self, work: "_Begun", level: Level, now: int) -> Value | None:
        """Collect operands in order. The first that must be computed before, or None."""
        if isinstance(work.node.primitive, p.RandomBits | p.Arange):
            return None
        for value in work.node.inputs[len(work.operands) :]:
            base = self.frame.views[value].base
            if base.name in self.kernel.full and self._at_hand(base, level, now) is None:
                return base
            work.operands.append(self.operand(work.node, value, level, now))
        return None

    def _applied(self, node: Node, operands: list[Lanes], level: Level) -> Lanes:
        """The primitive of a node applied to its operands."""
        if isinstance(node.primitive, p.RandomBits):
            return self._random(node, level)
        if isinstance(node.primitive, p.Arange):
            return self._counted(node, level)
        width = max(lanes.width for lanes in operands)
        operands = [x.splat(width) if x.width < width else x for x in operands]
        rules = self.frame.rules
        if rules is not None and is_costly(node):
            return rules.applied(self.frame.builder, node.primitive, operands)
        result: Lanes = node.primitive.forward(XP(self.frame.builder), *operands)
        return result

    def outer_members(self, level: Level, now: int) -> None:
        """Compute the outer members that are ready at a stage."""
        for node in self.kernel.nodes:
            name = node.output.name
            if name not in self.kernel.outer or reduces(node):
                continue
            if self.stage[name] == now:
                work = _Begun(node)
                self._missing(work, level, now)
                level.values[name] = self._applied(node, work.operands, level)

    # ---- numbers from positions --------------------------------------------------------------

    def _position(self, node: Node, level: Level, dtype: Any) -> Lanes:
        """The row-major position of each lane's point."""
        access = own_reach(self.kernel, self.frame.views, node.output)
        b, along = self.frame.builder, self.nest.strides[access][-1]
        first = Lanes(b, self.element(access, level), np.dtype(np.int64)).astype(dtype)
        if level.width == 1 or not along:
            return first
        steps = Lanes.counting(b, level.width, along, dtype)
        return first.splat(level.width) + steps

    def _counted(self, node: Node, level: Level) -> Lanes:
        of = node.primitive.of
        position = self._position(node, level, np.dtype(np.int64)).astype(of)
        counted: Lanes = position * of.type(node.primitive.step) + of.type(node.primitive.start)
        return counted

    def _draw_key(self, node: Node) -> Any:
        """The key of a draw: the cipher of its number under the generator's key."""
        b = self.frame.builder
        key, draw = (self.frame.views[value] for value in node.inputs)
        words = [
            self.frame.load(key.base, I64(i * key.strides[0]), 1, 0, None, key.offset)
            for i in range(2)
        ]
        number = self.frame.load(draw.base, I64(0), 1, 0, None, draw.offset)
        zero = Lanes.constant(b, np.uint32(0), UINT32)
        return threefry_2x32((words[0], words[1]), zero, number)

    def _random(self, node: Node, level: Level) -> Lanes:
        outermost = level
        while outermost.parent is not None:
            outermost = outermost.parent
        first, second = outermost.keys[node.output.name]
        low = self._position(node, level, UINT32)
        words = (first.splat(low.width), second.splat(low.width))
        high = Lanes.constant(self.frame.builder, np.uint32(0), UINT32).splat(low.width)
        word: Lanes = threefry_2x32(words, high, low)[0]
        return word >> np.uint32(32 - node.primitive.bits)


def joined(node: Node, a: Lanes, b: Lanes) -> Lanes:
    """Two partial results of a reduction made one."""
    result: Lanes = _joining(node).join(XP(a.builder), a, b)
    return result


def contribution(node: Node, x: Lanes) -> Lanes:
    """What numbers are joined as: their squares, in a sum of squares."""
    each = _joining(node).each
    result: Lanes = x if each is None else each(XP(x.builder), x)
    return result


def identity(frame: Frame, node: Node, width: int) -> Lanes:
    """What a reduction starts from."""
    dtype = node.output.dtype
    number = _joining(node).start(dtype)
    return Lanes.constant(frame.builder, dtype.type(number), dtype).splat(width)


def is_rounded(node: Node) -> bool:
    """Whether a reduction is a sum whose additions round."""
    return _joining(node).adds and node.output.dtype.kind == "f"


def _joining(node: Node) -> Joining:
    """How a reduction begins, and how its partial results become one."""
    joining = facts_of(node.primitive).joining
    if joining is None:
        raise AssertionError(f"{node} is no reduction")
    return joining
