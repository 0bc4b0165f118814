"""What differs between kinds of kernels: one class for each kind says all of it.

KernelKind      how a kernel is divided, how long it takes, its code, and what to tell of it
POINT_NANOSECONDS, PRODUCT_RATE     what the estimates of time are made of
"""

import math
from abc import ABC, abstractmethod
from typing import Generic, TypeVar

from pellucid.executors.native.ir.kernels import Kernel
from pellucid.executors.native.kernels.frame import Frame
from pellucid.executors.native.schedule.planned import Planned
from pellucid.graph import Shape

# Rough, for one thread: they decide only how work is shared, and whether LLVM may take its time.
# By the report of W1 to W5 (AMD EPYC, Zen 4, AVX-512, beside other work, 28 Nov 2026) kernels take
# 0.003 to 0.3 ns a point and primitive, and products do 24 to 57 multiply-adds a nanosecond.
POINT_NANOSECONDS = 0.06  # a primitive at a point: half a vector operation and some memory
PRODUCT_RATE = 75  # multiply-adds a nanosecond

K = TypeVar("K", bound=Kernel)


class KernelKind(ABC, Generic[K]):
    """A kind of kernels that have code. It holds nothing: there is one object of each."""

    @abstractmethod
    def emit(self, frame: Frame, kernel: K, number: int) -> None:
        """Write its code, for units from `begin` to `end`; `number` names it to the call back."""

    @abstractmethod
    def described(self, kernel: K) -> str:
        """What it is, in a few words, for the text of a schedule."""

    def units(self, kernel: K, shared: Planned) -> int:
        """How many independent pieces of work there are."""
        del kernel, shared
        return 1

    def points(self, kernel: K) -> int:
        """How many points it visits."""
        sizes = (math.prod(node.output.shape) for node in kernel.nodes)
        return max(sizes, default=1)

    def nanoseconds(self, kernel: K) -> float:
        """A rough estimate of its time on one thread."""
        return POINT_NANOSECONDS * self.points(kernel) * len(kernel.nodes)

    def flops(self, kernel: K) -> int:
        """Floating-point operations of products; others are not counted."""
        del kernel
        return 0

    def bytes(self, kernel: K, shared: Planned) -> int:
        """What it reads and writes: each buffer once."""
        read = {shared.views[v].base for node in kernel.nodes for v in node.inputs}
        outputs = {node.output for node in kernel.nodes}
        met = (read - outputs) | set(kernel.stores)
        return sum(value.nbytes for value in met)

    def name(self, kernel: K) -> str:
        """What a report calls it."""
        return kernel.name

    def scope(self, kernel: K) -> str:
        """The part of the model that it computes."""
        return kernel.nodes[0].scope

    def shape(self, kernel: K) -> Shape:
        """The shape of what it makes."""
        return kernel.nodes[-1].output.shape

    def calls_python(self, kernel: K) -> bool:
        """Whether the program calls Python for it."""
        del kernel
        return False
