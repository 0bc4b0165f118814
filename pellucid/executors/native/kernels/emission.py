"""From a plan to LLVM code: a function for each kernel, equal ones once.

divide      what there is to divide among threads
emit        the code of all kernels
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.errors import UnavailableError
from pellucid.executors.native.ir.facts import is_costly
from pellucid.executors.native.ir.kernels import (
    Fused,
)
from pellucid.executors.native.ir.repeats import Item
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.kernels.kinds import kind_of
from pellucid.executors.native.kernels.rule_functions import PREFIX, Rules
from pellucid.executors.native.kernels.signature import Outline, outline
from pellucid.executors.native.schedule.loop_bodies import Coded, coded
from pellucid.executors.native.schedule.plan import MemoryPlace
from pellucid.executors.native.schedule.planned import Planned
from pellucid.executors.native.schedule.work import Work

MOST_WRITTEN_OUT = 512  # rules of many instructions in a program; where there are more, it calls


def divide(shared: Planned) -> list[Work]:
    """What there is to divide among threads, kernel by kernel."""
    return [_work(each) for each in coded(shared)[0]]


def _work(each: Coded) -> Work:
    kind = kind_of(each.kernel)
    units = kind.units(each.kernel, each.shared)
    return Work(units, kind.nanoseconds(each.kernel), each.strips)


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
        self.outlines: dict[int, tuple[Outline, list[MemoryPlace]]] = {}
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
        """How many rules of tens of instructions there are; kernels that share code count once."""
        different = {
            self._outline(each, each.kernel)[0]: each.kernel.nodes
            for each in kernels
            if isinstance(each.kernel, Fused)
        }
        return sum(is_costly(n) for nodes in different.values() for n in nodes)

    def _outline(self, each: Coded, kernel: Fused) -> tuple[Outline, list[MemoryPlace]]:
        """The outline of a kernel, found once."""
        if id(each) not in self.outlines:
            self.outlines[id(each)] = outline(each.shared, kernel)
        return self.outlines[id(each)]

    def _kernel(self, number: int, each: Coded) -> tuple[str, list[MemoryPlace]]:
        """The function of a kernel, and the places that it binds."""
        if not isinstance(each.kernel, Fused):
            return self._emitted(number, each)
        sketch, places = self._outline(each, each.kernel)
        if sketch not in self.known:
            name, bound = self._emitted(number, each)
            self.known[sketch] = name, [places.index(place) for place in bound]
        name, order = self.known[sketch]
        return name, [places[i] for i in order]

    def _emitted(self, number: int, each: Coded) -> tuple[str, list[MemoryPlace]]:
        """Write the code of a kernel: the name of its function, and the places that it binds."""
        frame = Frame(each.shared, each.program, self.rules)
        kind_of(each.kernel).emit(frame, each.kernel, number)
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
