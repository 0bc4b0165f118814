"""Families of programs: pieces of networks that one primitive after the other would seldom make.

FAMILIES        by name, how a program grows by one
FEATURES        what is to be met of them: the kernels and plans that they are there for
family_features what the plan of a program has of that
"""

from collections.abc import Callable, Iterator
from typing import Any

from executors.native.network_growth import convolved, multiplied, pooled, strided
from executors.native.recurrence_growth import CELLS, recurrent

from pellucid import primitives as p
from pellucid.executors.native.ir import fast_convolutions
from pellucid.executors.native.ir.fast_convolutions import FastConvolution, tile_cut
from pellucid.executors.native.ir.fast_gradients import FastGradient, gradient_cut
from pellucid.executors.native.ir.kernels import Kernel, Loop, PanelCopy, Product, TurnedLoop
from pellucid.executors.native.kernels.products import contraction
from pellucid.executors.native.schedule.planned import Planned
from pellucid.executors.native.schedule.weaving import woven_nest
from pellucid.graph import Graph, Node
from pellucid.tensor import Tensor

Feature = tuple[str, str]

FAMILIES: dict[str, Callable[[Any], Tensor | None]] = {
    "fast convolution": convolved,
    "strided convolution": strided,
    "pooling": pooled,
    "recurrent layer": recurrent,
    "product": multiplied,
}

LABELS: dict[str, tuple[str, ...]] = {
    "fast convolution": (
        "forced", "chosen", "kernels turned", "of bfloat16", "tiles of 4 rows", "tiles of 2 rows",
        "several images a unit", "several units an image", "the last unit smaller",
    ),
    "fast gradient": (
        "forced", "chosen", "one part", "parts", "channels in groups", "of bfloat16",
        "several images a block", "several blocks an image",
    ),
    "left as it stands": ("a convolution of 3 x 3",),
    "convolution by phases": ("4", "2", "6", "9"),
    "woven": ("2 points", "3 points", "4 points", "reduced"),
    "rows without meetings": (
        "blocks of 2", "blocks of 4", "blocks of 8", "the last block smaller", "matrices copied",
        "backwards", "joined in place", "of bfloat16",
    ),
    "recurrent layer": (*CELLS, "free", "both ways", "backwards"),
    "product of bfloat16": (
        "odd k", "even k", "one row", "turned, left", "turned, right", "a batch", "many columns",
    ),
}  # fmt: skip
FEATURES: tuple[Feature, ...] = tuple((name, each) for name in LABELS for each in LABELS[name])


def family_features(graph: Graph, shared: Planned, exact: bool) -> Iterator[Feature]:
    """What the plan of a program has of all that; `graph`: as it was before all passes."""
    yield from _phases(graph, shared)
    for inner, kernel in kernels_of(shared):
        for node in kernel.nodes:
            if isinstance(node.primitive, FastConvolution):
                yield from (("fast convolution", each) for each in _of_values(inner, node))
            if isinstance(node.primitive, FastGradient):
                yield from (("fast gradient", each) for each in _of_gradient(inner, node))
            if exact and _is_3x3(node):
                yield "left as it stands", "a convolution of 3 x 3"
        if isinstance(kernel, Loop):
            nest = woven_nest(kernel, inner.views)
            if nest.unrolled:
                label = f"{nest.dims[-2].size} points" if nest.kind != "columns" else "reduced"
                yield "woven", label
        if isinstance(kernel, Product) and contraction(kernel, inner.views).pairs:
            yield from (("product of bfloat16", each) for each in _of_pairs(inner, kernel))
        if isinstance(kernel, TurnedLoop):
            yield from (("rows without meetings", each) for each in _of_rows(kernel))


def kernels_of(shared: Planned) -> Iterator[tuple[Planned, Kernel]]:
    """All kernels of a program with the plan that each is in, those of bodies of loops too."""
    for kernel in shared.plan.kernels:
        yield shared, kernel
        if isinstance(kernel, TurnedLoop):
            yield from kernels_of(kernel.body)


def is_fast(shared: Planned) -> bool:
    """Whether a program has convolutions with fewer multiplications."""
    kinds = FastConvolution | FastGradient
    nodes = (node for _, kernel in kernels_of(shared) for node in kernel.nodes)
    return any(isinstance(node.primitive, kinds) for node in nodes)


def _is_3x3(node: Node) -> bool:
    return isinstance(node.primitive, p.Convolution) and node.inputs[1].shape[3:] == (3, 3)


def _choice() -> str:
    return "chosen" if fast_convolutions.GAIN < 1 else "forced"


def _of_values(shared: Planned, node: Node) -> Iterator[str]:
    yield _choice()
    yield f"tiles of {node.primitive.tile_rows} rows"
    cut, batch = tile_cut(node, node.primitive.tile_rows), node.output.shape[0]
    if cut.images > 1:
        yield "several images a unit"
    if cut.units_of_image > 1:
        yield "several units an image"
    if batch % cut.images or cut.high % cut.rows:
        yield "the last unit smaller"
    made_by = {each.output.name: each for each in shared.graph.nodes}
    if node.inputs[0].name in shared.views.in_bfloat16:
        yield "of bfloat16"
    if any(isinstance(each.primitive, p.Flip) for each in _before(node.inputs[1].name, made_by)):
        yield "kernels turned"


def _before(name: str, made_by: dict[str, Node]) -> Iterator[Node]:
    """What transformed kernels are made of, step by step back to what they were."""
    while name in made_by:
        node = made_by[name]
        yield node
        name = node.inputs[-1].name


def _of_gradient(shared: Planned, node: Node) -> Iterator[str]:
    yield _choice()
    cut = gradient_cut(node)
    yield "parts" if cut.parts > 1 else "one part"
    if cut.groups > 1:
        yield "channels in groups"
    if cut.tiles.images > 1:
        yield "several images a block"
    if cut.tiles.units_of_image > 1:
        yield "several blocks an image"
    if node.inputs[0].name in shared.views.in_bfloat16:
        yield "of bfloat16"


def _phases(graph: Graph, shared: Planned) -> Iterator[Feature]:
    """Convolutions of what is dilated that are none in the plan."""
    left = {n.output.name for n in shared.graph.nodes if isinstance(n.primitive, p.Convolution)}
    for node in graph.nodes:
        if isinstance(node.primitive, p.Convolution) and node.output.name not in left:
            phases = node.primitive.phases(*(value.shape for value in node.inputs))
            if phases:
                yield "convolution by phases", str(len(phases))


def _of_pairs(shared: Planned, kernel: Product) -> Iterator[str]:
    node = kernel.nodes[0]
    k = node.inputs[0].shape[-1]
    yield "odd k" if k % 2 else "even k"
    if node.output.shape[-2] == 1:
        yield "one row"
    if len(node.output.shape) > 2:
        yield "a batch"
    if node.output.shape[-1] > 64:
        yield "many columns"
    for value, side in zip(node.inputs, ("left", "right"), strict=True):
        if shared.views[value].strides[-1] > 1:
            yield f"turned, {side}"


def _of_rows(loop: TurnedLoop) -> Iterator[str]:
    for kernel in loop.body.plan.kernels:
        if kernel.rows is None:
            continue
        yield f"blocks of {kernel.rows.height}"
        if kernel.rows.count % kernel.rows.height:
            yield "the last block smaller"
        if loop.scan.reverse:
            yield "backwards"
        if getattr(kernel, "in_place", ()):
            yield "joined in place"
        if isinstance(kernel, Product) and kernel.nodes[0].inputs[0].name in (
            loop.body.views.in_bfloat16
        ):
            yield "of bfloat16"
    if any(isinstance(kernel, PanelCopy) for kernel in loop.body.plan.kernels):
        yield "matrices copied"
