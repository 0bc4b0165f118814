"""Long sums of small products, cut into parts that threads can keep to themselves.

    in_parts    the graph with such products as a sum of a few products side by side

Where k is long and the result is small, as between many features and a few units, a thread
that computes some rows of the result needs all of the weights, and next step finds half of
them, new, in the cache of another CPU; each of its lines takes longer to come than to use.
So where the features are used again, turned, for the gradient of the weights, k is cut: a part
meets its own features with its own weights, those that the same thread updates later. The
parts are the same for any number of threads, and so is their sum.

Where a few rows meet a large matrix, as when one image is predicted, the time is that of reading
the matrix: each thread then reads a part of it, which its own cache keeps from call to call.

A k of hundreds of thousands is cut as well, so that what rounding costs grows no further: the
parts are added as a sum of its own, in blocks (`sums`).
"""

from pellucid import primitives as p
from pellucid.executors.native.passes.expansion import Expansion, rewritten
from pellucid.graph import Graph, Node
from pellucid.primitives.base import FLOATS

PARTS = (4, 2)  # chosen: more parts than two threads, and few sums
SHORTEST = 128  # of k in a part. Chosen: a tile begins and ends once for so many steps
# Of a matrix that few rows meet, and how many these are at most. With its 4320 x 100 in parts the
# simple convnet predicts one image in 31 microseconds on two threads instead of 41; on one it takes
# 1 per cent more (29 Nov 2026, Zen 4, 1 MiB of second cache). Chosen: what a second cache holds,
# halved.
LARGE_BYTES = 1 << 19
FEW_ROWS = 4
# The same of weights, which are there from call to call. Chosen: with more rows, multiply-adds take
# much longer than reading. 32 rows and 4320 x 100 take 137 microseconds on two threads instead of
# 164, on one 252 instead of 254 (the same machine).
ROWS_OF_WEIGHTS = 128
# Of k in one sum. Chosen: 256 blocks of 1024 (docs/decisions/0014), whose sums are rounded as often
# as the numbers of a block of a reduction.
LONGEST = 1 << 18


def in_parts(graph: Graph) -> Graph:
    """The graph with its long products cut."""
    turned = {n.inputs[0].name for n in graph.nodes if isinstance(n.primitive, p.PermuteDims)}
    given = {value.name for value in graph.inputs}
    nodes: list[Node] = []
    for node in graph.nodes:
        length = _part_length(node, turned, given)
        if length is None:
            nodes.append(node)
        else:
            nodes += _in_parts(node, length)
    return rewritten(graph, nodes)


def _part_length(node: Node, turned: set[str], given: set[str]) -> int | None:
    """How much of k is a part; None where it is not cut."""
    if not isinstance(node.primitive, p.MatMul) or node.output.dtype not in FLOATS:
        return None
    a, b = node.inputs
    k = a.shape[-1]
    few = ROWS_OF_WEIGHTS if b.name in given else FEW_ROWS
    parts = _part_count(node) if a.name in turned or _is_read(node, few) else 1
    if k > LONGEST * parts:
        return LONGEST
    return None if parts == 1 else k // parts


def _is_read(node: Node, few: int) -> bool:
    """Whether a large second matrix is read for few rows."""
    a, b = node.inputs
    return len(a.shape) == 2 and a.shape[0] <= few and b.nbytes >= LARGE_BYTES


def _part_count(node: Node) -> int:
    """Into how many parts k is cut: as many as save more memory traffic than their sums cost."""
    a, b = node.inputs
    if len(a.shape) != 2 or len(b.shape) != 2:
        return 1
    m, k = a.shape
    n = b.shape[1]
    for parts in PARTS:
        is_long = k % parts == 0 and k // parts >= SHORTEST
        numbers_of_sums = 4 * parts * m * n
        if is_long and numbers_of_sums <= k * (m + n):
            return parts
    return 1


def _in_parts(node: Node, length: int) -> list[Node]:
    """The product as a sum over parts of k, and over what is left of it."""
    a, b = node.inputs
    k, n = b.shape[-2:]
    parts, k_left = divmod(k, length)
    whole = k - k_left
    expansion = Expansion(node)
    left_parts = p.Reshape((*a.shape[:-1], parts, length))
    right_parts = p.Reshape((*b.shape[:-2], parts, length, n))
    left = expansion.then(left_parts, expansion.some(a, -1, 0, whole))
    *batch, row, part, column = range(len(left.shape))
    left = expansion.then(p.PermuteDims((*batch, part, row, column)), left)
    right = expansion.then(right_parts, expansion.some(b, -2, 0, whole))
    total = expansion.then(p.MatMul(), left, right)
    if parts > 1:
        axis_of_parts = len(node.output.shape) - 2
        total = expansion.then(p.Sum((axis_of_parts,)), total)
    total = expansion.then(p.Reshape(node.output.shape), total)
    if k_left:
        last_columns = expansion.some(a, -1, whole, k_left)
        last_rows = expansion.some(b, -2, whole, k_left)
        last = expansion.then(p.MatMul(), last_columns, last_rows)
        expansion.then(p.Add(), total, last)
    return expansion.finished()
