"""The gradient of a scan: another scan, from the last step to the first.

    scan_gradients      the gradients of all inputs, from those of what a scan gives

The chain rule runs once over the body, with symbols. What it needs of the steps forward is
saved: the scan is extended by further traces and results (`tidy` makes one of a scan and its
extension). Movements are not saved, but made again from what is.

The gradient of a constant is a sum over all steps. Where the constant is an operand of a matrix
product or a sum, the steps only give the gradient of that product, stacked, and one product over
all steps and rows follows outside (`scan_uses`). Elsewhere the sum is carried from step to step.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from pellucid.autodiff import pulled
from pellucid.graph import Node, Value, is_symbolic
from pellucid.primitives.base import FLOATS
from pellucid.primitives.loop import Scanned, SymbolicLoop
from pellucid.primitives.movement import BroadcastTo, Flip, PermuteDims, Reshape, Slice
from pellucid.primitives.parts import Parts
from pellucid.primitives.recurrence import Recurrence
from pellucid.primitives.scan_uses import Use, use_of
from pellucid.primitives.symbols import symbol, zeros
from pellucid.scopes import scope

MOVEMENTS = (BroadcastTo, Flip, PermuteDims, Reshape, Slice)


def scan_gradients(scan: Recurrence, dy: Parts, inputs: Sequence[Any]) -> tuple[Any, ...]:
    """The gradients of all inputs of a scan; None for those without."""
    return _Backwards(scan, dy, inputs).run()


class _Body:
    """The body, evaluated with a symbol for each input.

    A constant used as `Use` tells is another symbol there, through which no gradient goes.
    """

    def __init__(self, scan: Recurrence, like: Sequence[Any]) -> None:
        body = scan.body
        self.holding = like[0].holding
        self.inputs = [symbol(self.holding(value)) for value in body.inputs]
        self.twins = [symbol(x) for x in self.inputs[: scan.constants]]
        self.numbers = {v.name: i for i, v in enumerate(body.inputs[: scan.constants])}
        self.varying = {id(x) for x in self.inputs[scan.constants :]}
        self.made: dict[int, Value] = {}
        self.is_moved: set[int] = set()
        self.uses: list[Use] = []
        self.known = {v.name: x for v, x in zip(body.inputs, self.inputs, strict=True)}
        self.known |= {value.name: self.holding(array) for value, array in body.constants}
        for node in body.nodes:
            with scope(node.scope, absolute=True):
                self._make(node)
        self.outputs = [self.known[value.name] for value in body.outputs]

    def _make(self, node: Node) -> None:
        operands = [self.known[value.name] for value in node.inputs]
        varies = [id(x) in self.varying for x in operands]
        use = use_of(node, self.numbers, varies)
        if use is not None:
            operands[use.operand] = self.twins[use.constant]
        if operands:
            y = operands[0].apply(node.primitive, *operands[1:])
        else:
            y = self.holding(np.asarray(node.primitive.forward(np)))
        self.known[node.output.name] = y
        self.made[id(y)] = node.output
        if any(varies):
            self.varying.add(id(y))
        if isinstance(node.primitive, MOVEMENTS):
            self.is_moved.add(id(y))
        if use is not None:
            self.uses.append(replace(use, y=y, other=operands[1 - use.operand]))

    def needed(self, tensors: Iterable[Any]) -> list[Any]:
        """What of the body, its symbols among it, the given tensors were computed from."""
        stops = {id(x) for x in (*self.inputs, *self.twins)} | set(self.made) - self.is_moved
        found: dict[int, Any] = {}
        seen: set[int] = set()
        waiting = list(tensors)
        while waiting:
            x = waiting.pop()
            if id(x) in seen or not is_symbolic(x):
                continue
            seen.add(id(x))
            if id(x) in stops:
                found[id(x)] = x
            else:
                waiting.extend(x.origin.inputs)
        return list(found.values())


class _Forward:
    """Where the values of the steps forward are found: in the extended scan."""

    def __init__(self, scan: Recurrence, body: _Body, inputs: Sequence[Any]) -> None:
        self.scan = scan
        self.body = body
        self.inputs = inputs
        self.place = {id(x): i for i, x in enumerate(body.inputs)}
        self.place |= {id(x): i for i, x in enumerate(body.twins)}
        self.carry = {v.name: k for k, v in enumerate(scan.body.outputs[: scan.carries])}

    def extend(self, needed: Iterable[Any]) -> None:
        """Extend the scan by what is needed of its steps."""
        scan = self.scan
        results = list(self.scan.results)
        before = set(scan.before)
        after = set(scan.after)
        for x in needed:
            value = self.body.made.get(id(x))
            if value is None:
                k = self.place[id(x)] - scan.constants
                before |= {k} & set(range(scan.carries))
            elif value.name in self.carry:
                after.add(self.carry[value.name])
            elif value not in results:
                results.append(value)
        outputs = (*scan.body.outputs[: scan.carries], *results)
        body = replace(scan.body, outputs=outputs)
        wider = replace(
            scan,
            body=body,
            before=tuple(sorted(before)),
            after=tuple(sorted(after)),
        )
        first, *others = self.inputs
        self.found = Scanned(wider, first.apply(wider, *others))

    def add(self, loop: SymbolicLoop, x: Any) -> None:
        """Let a loop see a value of the body: at each step what it was there."""
        place = self.place.get(id(x))
        if place is not None and place < self.scan.constants:
            loop.constants.append((x, self.inputs[place]))
        else:
            loop.sequences.append((x, self.stacked(x)))

    def stacked(self, x: Any) -> Any:
        """A value of the body at all steps."""
        value = self.body.made.get(id(x))
        if value is None:
            k = self.place[id(x)] - self.scan.constants
            if k >= self.scan.carries:
                return self.inputs[self.place[id(x)]]
            return self.found.before(k)
        if value.name in self.carry:
            return self.found.after(self.carry[value.name])
        return self.found.result(self.found.scan.results.index(value))


class _Backwards:
    """The scan backwards: symbols for gradients, the chain rule, and what follows outside."""

    def __init__(self, scan: Recurrence, dy: Parts, inputs: Sequence[Any]) -> None:
        self.scan = scan
        self.dy = dy
        self.inputs = inputs
        self.body = _Body(scan, inputs)
        self.forward = _Forward(scan, self.body, inputs)
        self.loop = SymbolicLoop(type(scan), scan.steps, not scan.reverse)
        self.is_captured = any(is_symbolic(x) for x in inputs)
        values = scan.body.inputs
        self.floats = [i for i, value in enumerate(values) if value.dtype in FLOATS]
        end = scan.constants + scan.carries
        self.carried = [i for i in self.floats if scan.constants <= i < end]
        self.sliced = [i for i in self.floats if i >= end]

    def run(self) -> tuple[Any, ...]:
        """The gradients of all inputs."""
        pairs = self._upstream()
        symbols = self.body.inputs
        uses = self.body.uses
        found = pulled(pairs, [symbols[i] for i in self.floats] + [use.y for use in uses])
        slopes = dict(zip(self.floats, found, strict=False))
        summed = [i for i in self.floats if i < self.scan.constants and slopes[i] is not None]
        left = self._left(slopes, summed)
        pulls = zip(uses, found[len(self.floats) :], strict=True)
        used = [(use, d) for use, d in pulls if d is not None]
        results = [slopes[i] for i in self.sliced if slopes[i] is not None]
        results += [d for _, d in used]
        needed = self.body.needed([*left, *results])
        self.forward.extend([*needed, *(use.other for use, _ in used if use.is_product)])
        for x in needed:
            self.forward.add(self.loop, x)
        return self._gradients(self.loop.scanned(left, results), slopes, summed, used)

    def _left(self, slopes: dict[int, Any], summed: Sequence[int]) -> list[Any]:
        """What a step leaves: the gradients of the carries, and sums over the steps so far."""
        symbols = self.body.inputs
        left = [
            zeros(symbols[i], symbolic=True) if slopes[i] is None else slopes[i]
            for i in self.carried
        ]
        for i in summed:
            total = symbol(symbols[i])
            self.loop.carries.append((total, zeros(symbols[i], symbolic=self.is_captured)))
            left.append(total + slopes[i])
        return left

    def _upstream(self) -> list[tuple[Any, Any]]:
        """Outputs of the body with symbols for their gradients."""
        pairs = []
        outputs = self.body.outputs
        given = self.dy.given
        count = self.scan.carries
        for i in self.carried:
            k = i - self.scan.constants
            d = symbol(self.body.inputs[i])
            start = given.get(k)
            if start is None:
                start = zeros(d, symbolic=self.is_captured)
            self.loop.carries.append((d, start))
            pairs.append((outputs[k], d))
        for index, dy in given.items():
            if index < count:
                continue
            y = outputs[index - 2 * count]
            if index < 2 * count:
                y = self.body.inputs[self.scan.constants + index - count]
            d = symbol(y)
            self.loop.sequences.append((d, dy))
            pairs.append((y, d))
        return pairs

    def _gradients(
        self,
        back: Scanned,
        slopes: dict[int, Any],
        summed: Sequence[int],
        used: Sequence[tuple[Use, Any]],
    ) -> tuple[Any, ...]:
        """The gradients of all inputs, from what the scan backwards gave."""
        total: list[Any] = [None] * len(self.inputs)
        for number, i in enumerate([*self.carried, *summed]):
            total[i] = back.final(number)
        for i in self.sliced:
            total[i] = None if slopes[i] is None else back.stacked(slopes[i])
        for use, d in used:
            other = self.forward.stacked(use.other) if use.is_product else None
            part = use.gradient(back.stacked(d), other)
            before = total[use.constant]
            total[use.constant] = part if before is None else before + part
        return tuple(total)
