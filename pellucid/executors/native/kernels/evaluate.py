"""The values of a kernel at one point: what is loaded, computed and remembered where.

Members     computes the members of a kernel at a level
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from pellucid import primitives as p
from pellucid.executors.native.ir.facts import counts, facts_of, is_costly, multiplies, reduces
from pellucid.executors.native.ir.kernels import Access, Fused, own_reach, reach
from pellucid.executors.native.ir.views import View
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.levels import Level
from pellucid.executors.native.kernels.reductions import contribution
from pellucid.executors.native.llvm.indices import Index, known_number
from pellucid.executors.native.llvm.lanes import Lanes
from pellucid.executors.native.llvm.loads_and_stores import Interleaved, load_interleaved
from pellucid.executors.native.math.namespace import XP
from pellucid.executors.native.schedule.nest import LoopNest, shared_by_rows
from pellucid.graph import Node, Value
from pellucid.primitives.base import UINT32
from pellucid.primitives.random import threefry_2x32

INT64 = np.dtype(np.int64)


@dataclass
class _Begun:
    """A node whose operands are being collected."""

    node: Node
    operands: list[Lanes] = field(default_factory=list)


class Members:
    """The members of a kernel, computed where they are needed."""

    def __init__(self, frame: Frame, kernel: Fused, nest: LoopNest, stage: dict[str, int]) -> None:
        self.frame = frame
        self.kernel = kernel
        self.nest = nest
        self.stage = stage
        self.made_by = {node.output.name: node for node in kernel.nodes}
        self.stored = {value.name for value in kernel.stores}
        self.loads = self._loads()

    def _loads(self) -> dict[Access, Value]:
        """What is read of buffers that others fill."""
        loads: dict[Access, Value] = {}
        for node in self.kernel.nodes:
            if counts(node) or multiplies(node):
                continue
            for value in node.inputs:
                base = self._base(value)
                is_own = self.kernel.has(base)
                if not is_own and self.frame.number(base) is None:
                    loads[self._reach(node, value)] = base
        return loads

    # ---- where values lie ------------------------------------------------------------------

    def _base(self, value: Value) -> Value:
        return self.frame.views[value].base

    def _reach(self, node: Node, value: Value) -> Access:
        return reach(self.kernel, self.frame.views, node, value)

    def own_reach(self, value: Value) -> Access:
        """How the kernel walks over the buffer of a member."""
        return own_reach(self.kernel, self.frame.views, value)

    def element(self, access: Access, level: Level) -> Index:
        """The position that an access has reached, counted from where it begins."""
        strides = self.nest.strides[access]
        return self.frame.element(0, level.indices, strides)

    def own_element(self, value: Value, level: Level) -> Index:
        """The position that is reached in the buffer of a member."""
        return self.element(self.own_reach(value), level)

    def write(self, value: Value, lanes: Lanes, level: Level) -> None:
        """Write a member to its place."""
        element = self.own_element(value, level)
        fitting = level.fit(lanes)
        self.frame.store(value, element, fitting, level.mask)

    # ---- loading ---------------------------------------------------------------------------

    def load_invariant(self, level: Level) -> None:
        """Load here the operands that are the same at all points of the loops further inside."""
        for access, base in self.loads.items():
            is_new = level.find(access) is None
            if is_new and self._is_fixed(access, level):
                loaded = self._load(access, base, level)
                level.values[access] = loaded
        if level.parent is None:
            self._load_keys(level)

    def _load_keys(self, level: Level) -> None:
        """The keys of random draws."""
        for node in self.kernel.nodes:
            if isinstance(node.primitive, p.RandomBits):
                name = node.output.name
                level.keys[name] = self._draw_key(node)

    def _is_fixed(self, access: Access, level: Level) -> bool:
        """Whether it is known at a level where an access leads."""
        strides = self.nest.strides[access]
        pairs = zip(level.indices, strides, strict=True)
        return all(index is not None or stride == 0 for index, stride in pairs)

    def _load(self, access: Access, base: Value, level: Level) -> Lanes:
        element = self.element(access, level)
        is_along_lanes = level.indices[-1] is not None
        along = 0
        if is_along_lanes:
            along = self.nest.strides[access][-1]
        if not along or level.width == 1:
            return self.frame.load(base, element, 1, along, None, access.offset)
        width, mask = level.width, level.mask
        loop = self._loop_of_parts(access)
        if loop is None:
            return self.frame.load(base, element, width, along, mask, access.offset)
        return self._load_interleaved(access, base, level, loop)

    def _loop_of_parts(self, access: Access) -> int | None:
        """The loop, if it is written out, whose points lie side by side between the lanes."""
        strides = self.nest.strides[access]
        for loop in self.nest.written_out:
            if strides[loop] == 1 and self.nest.dims[loop].size == strides[-1]:
                return loop
        return None

    def _load_interleaved(self, access: Access, base: Value, level: Level, loop: int) -> Lanes:
        """What such a point loads: a part of what all points of its loop load together."""
        b = self.frame.builder
        first = level.at(loop, Index(b, 0))
        element = self.element(access, first)
        address = self.frame.address(base, element, access.offset)
        part = Interleaved(known_number(level.indices[loop]), self.nest.strides[access][-1])
        return load_interleaved(b, address, base.dtype, level.width, part, level.mask)

    def share(self, first: Level, level: Level) -> None:
        """Take over from another row, at the same point, values that do not depend on the row."""
        for access in self.loads:
            if access in first.values and shared_by_rows(self.nest, access):
                level.values[access] = first.values[access]

    # ---- computing -------------------------------------------------------------------------

    def operand(self, node: Node, value: Value, level: Level, now: int) -> Lanes:
        """An operand of a node, as a number or as lanes."""
        base = self._base(value)
        number = self.frame.number(base)
        if number is not None:
            builder = self.frame.builder
            return Lanes.constant(builder, number, base.dtype)
        if base.name in self.kernel.full:
            return self.value(base, level, now)
        if base.name in self.kernel.outer:
            return self.known(base, level)
        access = self._reach(node, value)
        lanes = level.find(access)
        if lanes is None:
            lanes = self._load(access, base, level)
            level.values[access] = lanes
        return lanes

    def known(self, value: Value, level: Level) -> Lanes:
        """An outer member, which was computed further outside."""
        lanes = level.find(value.name)
        if lanes is None:
            raise AssertionError(f"{value} is needed before it is ready")
        return lanes

    def value(self, value: Value, level: Level, now: int) -> Lanes:
        """A full member at this point: remembered, read back, or computed.

        What it is made of is computed first, from a list: calls within calls could go too deep.
        """
        lanes = self._at_hand(value, level, now)
        begun: list[_Begun] = []
        if lanes is None:
            begun.append(_Begun(self.made_by[value.name]))
        while begun:
            work = begun[-1]
            missing = self._missing(work, level, now)
            if missing is not None:
                begun.append(_Begun(self.made_by[missing.name]))
                continue
            lanes = self._applied(work.node, work.operands, level)
            level.values[work.node.output.name] = lanes
            begun.pop()
        if lanes is None:
            raise AssertionError(f"{value} was not computed")
        return lanes

    def _at_hand(self, value: Value, level: Level, now: int) -> Lanes | None:
        """A full member that need not be computed."""
        lanes = level.find(value.name)
        if lanes is not None:
            return lanes
        is_stored = value.name in self.stored
        if not is_stored or self.stage[value.name] >= now:
            return None
        lanes = self._load(self.own_reach(value), value, level)
        level.values[value.name] = lanes
        return lanes

    def _missing(self, work: "_Begun", level: Level, now: int) -> Value | None:
        """Collect operands in order. The first that must be computed before, or None."""
        if isinstance(work.node.primitive, p.RandomBits | p.Arange):
            return None
        collected = len(work.operands)
        for value in work.node.inputs[collected:]:
            base = self._base(value)
            is_full = base.name in self.kernel.full
            if is_full and self._at_hand(base, level, now) is None:
                return base
            operand = self.operand(work.node, value, level, now)
            work.operands.append(operand)
        return None

    def _applied(self, node: Node, operands: list[Lanes], level: Level) -> Lanes:
        """The primitive of a node applied to its operands."""
        if isinstance(node.primitive, p.RandomBits):
            return self._random(node, level)
        if isinstance(node.primitive, p.Arange):
            return self._counted(node, level)
        if facts_of(node.primitive).joining is not None:
            return contribution(node, operands[0])  # of one number: nothing is joined
        widths = (lanes.width for lanes in operands)
        width = max(widths)
        fitting = []
        for lanes in operands:
            fitting.append(lanes.splat(width) if lanes.width < width else lanes)
        rules = self.frame.rules
        if rules is not None and is_costly(node):
            return rules.applied(self.frame.builder, node.primitive, fitting)
        xp = XP(self.frame.builder)
        result: Lanes = node.primitive.forward(xp, *fitting)
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
                result = self._applied(node, work.operands, level)
                level.values[name] = result

    # ---- numbers from positions --------------------------------------------------------------

    def _position(self, node: Node, level: Level, dtype: Any) -> Lanes:
        """The row-major position of each lane's point."""
        b = self.frame.builder
        access = self.own_reach(node.output)
        along = self.nest.strides[access][-1]
        element = self.element(access, level)
        first = Lanes(b, element.raw, INT64).astype(dtype)
        if level.width == 1 or not along:
            return first
        steps = Lanes.counting(b, level.width, along, dtype)
        return first.splat(level.width) + steps

    def _counted(self, node: Node, level: Level) -> Lanes:
        """The number of a range at each lane's point."""
        arange = node.primitive
        position = self._position(node, level, INT64)
        position = position.astype(arange.of)
        step = arange.of.type(arange.step)
        start = arange.of.type(arange.start)
        counted: Lanes = position * step + start
        return counted

    def _draw_key(self, node: Node) -> Any:
        """The key of a draw: the cipher of its number under the generator's key."""
        views = self.frame.views
        key, draw = (views[value] for value in node.inputs)
        first = self._word(key, 0)
        second = self._word(key, 1)
        number = self._word(draw, 0)
        zero = self.frame.constant(0, UINT32)
        return threefry_2x32((first, second), zero, number)

    def _word(self, view: View, i: int) -> Lanes:
        """An element of a view of one axis, or of none."""
        strides = view.strides or (0,)
        element = i * strides[0]
        return self.frame.load(view.base, element, offset=view.offset)

    def _random(self, node: Node, level: Level) -> Lanes:
        """Random bits: the cipher of each lane's position under the key of the draw."""
        keys = level.outermost.keys
        first, second = keys[node.output.name]
        low = self._position(node, level, UINT32)
        width = low.width
        words = (first.splat(width), second.splat(width))
        zero = self.frame.constant(0, UINT32)
        high = zero.splat(low.width)
        word: Lanes = threefry_2x32(words, high, low)[0]
        return word >> np.uint32(32 - node.primitive.bits)
