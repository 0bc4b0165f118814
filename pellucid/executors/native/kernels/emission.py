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
from pellucid.executors.native.kernels.rule_functions import PREFIX, RuleFunctions
from pellucid.executors.native.kernels.signature import Outline, outline
from pellucid.executors.native.schedule.loop_bodies import Coded, coded
from pellucid.executors.native.schedule.plan import MemoryPlace
from pellucid.executors.native.schedule.planned import Planned
from pellucid.executors.native.schedule.work import Work

# Rules of many instructions in a program; where there are more, it calls. Chosen: training steps
# have fewer. 1,000 of them then ran for 2,054 microseconds instead of 1,986, and their code took a
# third of the time (28 Nov 2026, Zen 4, one thread of a busy machine, minima of 60 rounds).
MOST_WRITTEN_OUT = 512


def divide(shared: Planned) -> list[Work]:
    """What there is to divide among threads, kernel by kernel."""
    loops: dict[int, int] = {}  # those that keep rows apart, by their plans
    work = []
    for each in coded(shared)[0]:
        loop = 0
        if each.kernel.rows is not None:
            loop = loops.setdefault(id(each.shared), len(loops) + 1)
        work.append(_work(each, loop))
    return work


def _work(each: Coded, loop: int) -> Work:
    kind = kind_of(each.kernel)
    units = kind.units(each.kernel, each.shared)
    return Work(units, kind.nanoseconds(each.kernel), each.strips, loop)


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


@dataclass(frozen=True)
class _Function:
    """The function of a kernel, and the places that it binds."""

    name: str
    places: list[MemoryPlace]


class _Emission:
    """The code so far: functions by their bodies, and what kernels of one outline share."""

    def __init__(self, shared: Planned) -> None:
        self.shared = shared
        self.names: dict[str, str] = {}  # of functions, by their bodies
        self.declarations: dict[str, None] = {}
        self.known: dict[Outline, tuple[str, list[int]]] = {}
        self.outlines: dict[int, tuple[Outline, list[MemoryPlace]]] = {}
        self.rules: RuleFunctions | None = None

    def run(self) -> Code:
        kernels, items = coded(self.shared)
        if self._costly(kernels) > MOST_WRITTEN_OUT:
            self.rules = RuleFunctions()
        names, bindings = [], []
        for number, each in enumerate(kernels):
            function = self._kernel(number, each)
            names.append(function.name)
            bindings.append(each.shared.bindings(function.places))
        return Code(self._text(), tuple(names), tuple(bindings), items)

    def _text(self) -> str:
        """All functions, and declarations of what they call."""
        defined = []
        for body, name in self.names.items():
            renamed = body.replace('@"kernel"', f'@"{name}"', 1)
            defined.append(f"define {renamed}")
        if self.rules is not None:
            self.declarations.update(self.rules.declarations)
            defined += self.rules.definitions
        return "\n".join([*self.declarations, *defined])

    def _costly(self, kernels: Sequence[Coded]) -> int:
        """How many rules of tens of instructions there are; kernels that share code count once."""
        different: dict[Outline, int] = {}
        for each in kernels:
            if isinstance(each.kernel, Fused):
                sketch, _ = self._outline(each, each.kernel)
                different[sketch] = sum(map(is_costly, each.kernel.nodes))
        return sum(different.values())

    def _outline(self, each: Coded, kernel: Fused) -> tuple[Outline, list[MemoryPlace]]:
        """The outline of a kernel, found once."""
        if id(each) not in self.outlines:
            self.outlines[id(each)] = outline(each.shared, kernel)
        return self.outlines[id(each)]

    def _kernel(self, number: int, each: Coded) -> _Function:
        """The function of a kernel, which others of its outline share."""
        if not isinstance(each.kernel, Fused):
            return self._emitted(number, each)
        sketch, places = self._outline(each, each.kernel)
        if sketch not in self.known:
            function = self._emitted(number, each)
            order = [places.index(place) for place in function.places]
            self.known[sketch] = function.name, order
        name, order = self.known[sketch]
        return _Function(name, [places[i] for i in order])

    def _emitted(self, number: int, each: Coded) -> _Function:
        """Write the code of a kernel."""
        frame = Frame(each.shared, each.program, self.rules)
        kind_of(each.kernel).emit(frame, each.kernel, number)
        taken, most = frame.stack_bytes, frame.target.stack_bytes
        if taken > most:
            raise UnavailableError(
                f"a kernel takes {taken} bytes of the stack, and may take {most}"
            )
        text, places = frame.finish()
        self._declare(text)
        _, _, body = text.partition("define ")
        end = body.index("\n}") + 3
        number_of_next = len(self.names)
        name = self.names.setdefault(body[:end], f"kernel_{number_of_next}")
        return _Function(name, places)

    def _declare(self, text: str) -> None:
        """Keep the declarations of a module, but those of rules, which are defined here."""
        for line in text.splitlines():
            if line.startswith("declare ") and f'@"{PREFIX}' not in line:
                self.declarations[line] = None
