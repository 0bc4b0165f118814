"""Work behind a product that another kernel does as well, as it then reads less.

    handed_on   the kernels, with such work done by the loop that asks for it

What follows a product joins it, as its results are in registers there. But where that makes several
arrays of one, all for the same loop, the product writes them and the loop reads them: the gradient
of softmax asks for that of its weights twice, each time divided. The loop reads the product itself
then, and computes the rest from it.
"""

from pellucid.executors.native.ir.facts import is_costly
from pellucid.executors.native.ir.kernels import Kernel, Loop, Product, Space
from pellucid.executors.native.ir.views import Views
from pellucid.executors.native.schedule.fusion import MOST_NODES, Fusion
from pellucid.graph import Graph


def handed_on(kernels: list[Kernel], graph: Graph, updated: set[str], views: Views) -> list[Kernel]:
    """The kernels; what follows a product is in a loop behind it where that reads less.

    What is made of values that are `updated` in the program stays where it is.
    """
    fusion = Fusion(views)
    kept = {views.buffer(value) for value in graph.outputs}
    readers: dict[str, list[int]] = {}
    for number, kernel in enumerate(kernels):
        for name in {views.buffer(value) for value in kernel.operands()}:
            readers.setdefault(name, []).append(number)
    result = list(kernels)
    for number, kernel in enumerate(kernels):
        if not isinstance(kernel, Product) or len(kernel.stores) < 2:
            continue
        asking = {n for v in kernel.stores for n in readers.get(v.name, ()) if n != number}
        if len(asking) != 1 or kept.intersection(v.name for v in kernel.stores):
            continue
        if updated.intersection(map(views.buffer, kernel.operands())):
            continue
        (user,) = asking
        loop = _with_work(result[number], result[user], fusion)
        if loop is not None:
            product = kernel.nodes[0]
            result[user] = loop
            full = {product.output.name}
            result[number] = Product([product], [product.output], kernel.space, full)
    return result


def _with_work(product: Kernel, user: Kernel, fusion: Fusion) -> Loop | None:
    """The loop with what follows a product; None where it is at other points, or costly."""
    work = product.nodes[1:]
    if not isinstance(user, Loop) or len(work) + len(user.nodes) > MOST_NODES:
        return None
    if any(map(is_costly, work)):
        return None
    changed = Loop([], user.stores, Space(user.space.shape))
    if not all(fusion.joins(changed, node) for node in (*work, *user.nodes)):
        return None
    is_same = changed.space == user.space and changed.outer == user.outer
    return changed if is_same else None
