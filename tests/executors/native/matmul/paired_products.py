"""Products of bfloat16 for tests: operands, the order of pairs, and what is asked of every way.

paired              such a product
made_of_bfloat16    its operands
in_order            its sums in the order of pairs
check_bits          whether code gives the bits of an order
check_edges         whether it touches nothing outside, and writes each place once
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from executors.native.matmul.product_programs import DTYPES, check_of, laid_out, operands, run

from pellucid.executors.native.llvm.vectors import block_of
from pellucid.executors.native.machine import target as targets
from pellucid.executors.native.matmul.contraction import tiles
from pellucid.executors.native.matmul.cuts import Contraction


def paired(m: int, k: int, n: int, form: str = "rows", gap: int = 0) -> Contraction:
    return replace(laid_out(m, k, n, DTYPES[0], form, gap), pairs=True)


def made_of_bfloat16(spec: Contraction, side: str = "end") -> list[Any]:
    """Operands whose lower halves are 0; of different sizes, so that the order counts."""
    made = operands(spec, side)
    rng = np.random.default_rng(1)
    for view, _ in made[:2]:
        view[...] *= 2.0 ** rng.integers(-6, 6, view.shape)
        view[...] = (np.array(view).view(np.uint32) & 0xFFFF0000).view(np.float32)
    return made


def in_order(a: Any, b: Any) -> Any:
    """The sums as specified: from pair to pair, the second product first, in blocks of k."""
    k = a.shape[1]
    depth = block_of(k, 2) or max(k, 1)
    total = np.zeros((len(a), b.shape[1]), np.float32)
    for begin in range(0, k, depth):
        end = min(begin + depth, k)
        sums = np.zeros_like(total)
        for first in range(begin, end, 2):
            for each in (first + 1, first):
                if each < end:  # products are exact, so this is rounded once
                    sums += np.outer(a[:, each], b[each])
        total = sums if begin == 0 else total + sums
    return total


def check_bits(spec: Contraction, name: str, order: Callable[[Any, Any], Any] = in_order) -> None:
    """Whether the code for a CPU gives the bits of an order."""
    made = made_of_bfloat16(spec)
    found = run(spec, name, made, [(0, tiles(spec, targets.forced(name)))])
    wanted = order(np.array(made[0][0]), np.array(made[1][0]))
    np.testing.assert_array_equal(found.view(np.uint32), wanted.view(np.uint32))


def check_edges(spec: Contraction, name: str, side: str = "end") -> None:
    """Whether it touches nothing outside of its operands, which lie at the end or begin."""
    made = made_of_bfloat16(spec, side)
    check_of(spec, name, made, made[1][0])
