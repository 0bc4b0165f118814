"""From a plan to LLVM code: a function for each kernel, equal ones once.

divide      what there is to divide among threads
emit        the code of all kernels
"""

import math
from dataclasses import dataclass

from pellucid.executors.native import loops, products, singles
from pellucid.executors.native.frame import Frame, Layout
from pellucid.executors.native.kernels import Kernel, Loop, Product, Single
from pellucid.executors.native.plan import CopyBack
from pellucid.executors.native.program import Work

POINT_NANOSECONDS = 0.06  # a primitive at a point: half a vector operation and some memory
PRODUCT_RATE = 75  # multiply-adds a nanosecond, of one thread


def divide(shared: Layout) -> list[Work]:
    """What there is to divide among threads, kernel by kernel."""
    return [Work(_units(kernel, shared), _nanoseconds(kernel)) for kernel in shared.plan.kernels]


def _units(kernel: Kernel, shared: Layout) -> int:
    match kernel:
        case Loop():
            nest = loops.loop_nest(kernel, shared.views)
            width = loops.lane_width(kernel, nest, shared.target.vector_bytes)
            return loops.loop_units(nest, width)
        case Product():
            return products.product_units(kernel, shared.views, shared.target)
        case Single():
            return singles.single_units(kernel, shared.views)
    return 1


@dataclass(frozen=True)
class Code:
    """The text of all kernels, each different one once.

    For each kernel, in order: the name of its function, and the bindings that tell it where
    its buffers lie.
    """

    text: str
    names: tuple[str, ...]
    bindings: tuple[tuple[int, ...], ...]


def emit(shared: Layout) -> Code:
    """The code of a whole program."""
    bodies: dict[str, str] = {}
    declarations: dict[str, None] = {}
    names, bindings = [], []
    for number, kernel in enumerate(shared.plan.kernels):
        frame = Frame(shared)
        _emit_kernel(frame, kernel, number)
        text, numbers = frame.finish()
        _, _, body = text.partition("define ")
        declared = [line for line in text.splitlines() if line.startswith("declare ")]
        declarations.update(dict.fromkeys(declared))
        body = body[: body.index("\n}") + 3]
        if body not in bodies:
            bodies[body] = f"kernel_{len(bodies)}"
        names.append(bodies[body])
        bindings.append(tuple(numbers))
    defined = [
        "define " + body.replace('@"kernel"', f'@"{name}"', 1) for body, name in bodies.items()
    ]
    return Code("\n".join([*declarations, *defined]), tuple(names), tuple(bindings))


def _emit_kernel(frame: Frame, kernel: Kernel, number: int) -> None:
    """The code of one kernel."""
    match kernel:
        case Loop():
            nest = loops.loop_nest(kernel, frame.views)
            width = loops.lane_width(kernel, nest, frame.target.vector_bytes)
            loops.emit_loop(frame, kernel, nest, width)
        case Product():
            products.emit_product(frame, kernel)
        case Single():
            singles.emit_single(frame, kernel, number)
        case CopyBack():
            singles.emit_copy(frame, kernel)


def _nanoseconds(kernel: Kernel) -> float:
    """A rough estimate of the time of a kernel."""
    points = max((math.prod(n.output.shape) for n in kernel.nodes), default=1)
    if isinstance(kernel, Loop | Product):
        points = math.prod(kernel.space.shape)
    nanoseconds = POINT_NANOSECONDS * points * len(kernel.nodes)
    if isinstance(kernel, Product):
        nanoseconds += points * kernel.nodes[0].inputs[0].shape[-1] / PRODUCT_RATE
    return nanoseconds
