"""From a plan to LLVM code: a function for each kernel, equal ones once.

divide      what there is to divide among threads
emit        the code of all kernels
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.errors import UnavailableError
from pellucid.executors.native.ir.facts import is_costly
from pellucid.executors.native.ir.kernels import (
    Fused,
    Kernel,
    Loop,
    Product,
    Single,
    Start,
    Steps,
)
from pellucid.executors.native.ir.repeats import Item
from pellucid.executors.native.kernels import loops, products, standalone
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.rule_functions import PREFIX, Rules
from pellucid.executors.native.kernels.signature import Outline, outline
from pellucid.executors.native.schedule import granularity
from pellucid.executors.native.schedule.loop_bodies import Coded, coded, first_row
from pellucid.executors.native.schedule.nest import loop_nest
from pellucid.executors.native.schedule.plan import CopyBack, Place
from pellucid.executors.native.schedule.planned import Planned
from pellucid.executors.native.schedule.work import Work

POINT_NANOSECONDS = 0.06  # a primitive at a point: half a vector operation and some memory
PRODUCT_RATE = 75  # multiply-adds a nanosecond, of one thread
MOST_WRITTEN_OUT = 512  # rules of many instructions in a program; where there are more, it calls


def divide(shared: Planned) -> list[Work]:
    """What there is to divide among threads, kernel by kernel."""
    return [
        Work(_units(each.kernel, each.shared), _nanoseconds(each.kernel), each.strips)
        for each in coded(shared)[0]
    ]


def _units(kernel: Kernel, shared: Planned) -> int:
    match kernel:
        case Loop():
            nest = loop_nest(kernel, shared.views)
            width = granularity.lane_width(kernel, nest, shared.target.vector_bytes)
            return granularity.loop_units(nest, width)
        case Product():
            return products.product_units(kernel, shared.views, shared.target)
        case Single():
            return standalone.single_units(kernel, shared.views)
    return 1


@dataclass(frozen=True)
class Code:
    """The text of all kernels, each different one once.

    For each kernel, in order: the name of its function, and the bindings that tell it where
    its buffers lie; for each kernel of the plan what is run.
    """

    text: str
    names: tuple[str, ...]
    bindings: tuple[tuple[int, ...], ...]
    items: tuple[tuple[Item, ...], ...]


def emit(shared: Planned) -> Code:
    """The code of a whole program."""
    return _Emission(shared).run()


class _Emission:
    """The code so far: functions by their bodies, and what kernels of one outline share."""

    def __init__(self, shared: Planned) -> None:
        self.shared = shared
        self.bodies: dict[str, str] = {}
        self.declarations: dict[str, None] = {}
        self.known: dict[Outline, tuple[str, list[int]]] = {}
        self.outlines: dict[int, tuple[Outline, list[Place]]] = {}
        self.rules: Rules | None = None

    def run(self) -> Code:
        kernels, items = coded(self.shared)
        if self._costly(kernels) > MOST_WRITTEN_OUT:
            self.rules = Rules()
        found = [self._kernel(*numbered) for numbered in enumerate(kernels)]
        defined = [
            "define " + body.replace('@"kernel"', f'@"{name}"', 1)
            for body, name in self.bodies.items()
        ]
        rows = zip(kernels, found, strict=True)
        bindings = tuple(each.shared.bindings(places) for each, (_, places) in rows)
        if self.rules is not None:
            self.declarations.update(self.rules.declarations)
            defined += self.rules.definitions
        text = "\n".join([*self.declarations, *defined])
        return Code(text, tuple(name for name, _ in found), bindings, items)

    def _costly(self, kernels: Sequence[Coded]) -> int:
        """How many rules of many instructions there are to write, in kernels that share no code."""
        different = {
            self._outline(each, each.kernel)[0]: each.kernel.nodes
            for each in kernels
            if isinstance(each.kernel, Fused)
        }
        return sum(is_costly(n) for nodes in different.values() for n in nodes)

    def _outline(self, each: Coded, kernel: Fused) -> tuple[Outline, list[Place]]:
        """The outline of a kernel, found once."""
        if id(each) not in self.outlines:
            self.outlines[id(each)] = outline(each.shared, kernel)
        return self.outlines[id(each)]

    def _kernel(self, number: int, each: Coded) -> tuple[str, list[Place]]:
        """The function of a kernel, and the places that it binds."""
        if not isinstance(each.kernel, Fused):
            return self._emitted(number, each)
        sketch, places = self._outline(each, each.kernel)
        if sketch not in self.known:
            name, bound = self._emitted(number, each)
            self.known[sketch] = name, [places.index(place) for place in bound]
        name, order = self.known[sketch]
        return name, [places[i] for i in order]

    def _emitted(self, number: int, each: Coded) -> tuple[str, list[Place]]:
        """The same, by writing its code."""
        frame = Frame(each.shared, each.program, self.rules)
        _emit_kernel(frame, each.kernel, number)
        if frame.stack_bytes > frame.target.stack_bytes:
            raise UnavailableError(
                f"a kernel takes {frame.stack_bytes} bytes of the stack, and may take "
                f"{frame.target.stack_bytes}"
            )
        text, places = frame.finish()
        _, _, body = text.partition("define ")
        declared = [
            line
            for line in text.splitlines()
            if line.startswith("declare ") and f'@"{PREFIX}' not in line
        ]
        self.declarations.update(dict.fromkeys(declared))
        body = body[: body.index("\n}") + 3]
        return self.bodies.setdefault(body, f"kernel_{len(self.bodies)}"), places


def _emit_kernel(frame: Frame, kernel: Kernel, number: int) -> None:
    """The code of one kernel."""
    match kernel:
        case Loop():
            nest = loop_nest(kernel, frame.views)
            width = granularity.lane_width(kernel, nest, frame.target.vector_bytes)
            loops.emit_loop(frame, kernel, nest, width)
        case Product():
            products.emit_product(frame, kernel)
        case Single():
            standalone.emit_single(frame, kernel, number)
        case CopyBack():
            standalone.emit_copy(frame, kernel)
        case Start():
            _emit_start(frame, kernel.loop)


def _emit_start(frame: Frame, loop: Steps) -> None:
    """What the carries of a loop are at first, in the first rows of their traces."""
    first = loop.scan.constants
    given = loop.nodes[0].inputs[first : first + loop.scan.carries]
    with frame.builder.if_then(frame.builder.icmp_signed("<", frame.begin, frame.end)):
        for carry, (value, trace) in enumerate(zip(given, loop.traces, strict=True)):
            view, count = frame.views[value], math.prod(value.shape)
            target = frame.pointer(trace, first_row(loop, carry) * count)
            source = frame.pointer(view.base, view.offset)
            standalone.copy(frame, target, source, count * value.dtype.itemsize)


def _nanoseconds(kernel: Kernel) -> float:
    """A rough estimate of the time of a kernel."""
    points = max((math.prod(n.output.shape) for n in kernel.nodes), default=1)
    if isinstance(kernel, Loop | Product):
        points = math.prod(kernel.space.shape)
    nanoseconds = POINT_NANOSECONDS * points * len(kernel.nodes)
    if isinstance(kernel, Product):
        nanoseconds += points * kernel.nodes[0].inputs[0].shape[-1] / PRODUCT_RATE
    if kernel.name == "convolution":
        nanoseconds += points * math.prod(kernel.nodes[0].inputs[1].shape[2:]) / PRODUCT_RATE
    return nanoseconds
