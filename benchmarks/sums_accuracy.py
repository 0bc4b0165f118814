"""The errors of long sums beside their bounds, and beside those of NumPy and PyTorch.

    PYTHONPATH=. python benchmarks/sums_accuracy.py [--small]

One line a sum in float32: the bound, then what was found by the native executor, the reference,
NumPy, and PyTorch where it is installed. All in roundings of the sum of sizes: units of 2^-24 of
sum |x|, the larger one of equal numbers, whose errors point the same way, and of random ones.
What is exact was added in float64, whose own error is below a thousandth of that.
"""

import argparse
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import pellucid as pc
from pellucid.executors.native.llvm.vectors import BLOCK as BLOCK_OF_K
from pellucid.executors.native.passes.long_products import LONGEST
from pellucid.executors.native.schedule.sum_blocks import BLOCK
from pellucid.functional import cross_correlation
from pellucid.primitives import OverlapAdd
from pellucid.primitives.contraction import DEPTH
from pellucid.primitives.summation import LONG, PART

try:
    import torch
except ImportError:
    torch = None

Array = np.ndarray[Any, Any]
Rule = Callable[..., Any]
LANES = 10  # pairs of lanes, and what else is added at the end


@dataclass(frozen=True)
class Case:
    """A sum: the shapes of its inputs, what it is in each library, and its bounds."""

    name: str
    shapes: tuple[tuple[int, ...], ...]
    ours: Rule
    theirs: Rule  # of NumPy, and in float64 what is exact
    torchs: Rule | None
    native_bound: float
    reference_bound: float


def folds(n: int) -> float:
    """The bound of a sum on NumPy along one axis."""
    bound = 0
    while n > LONG:
        bound, n = bound + 2 * PART, n // PART
    return bound + n


def reductions(n: int) -> list[Case]:
    """Sums over axes of all kinds."""
    in_pairs = 16 + math.log2(n)

    def over(shape: tuple[int, ...], axes: tuple[int, ...], bound: float) -> Case:
        return Case(
            f"sum over {axes} of {shape}",
            (shape,),
            lambda a: a.sum(axis=axes),
            lambda a: a.sum(axis=axes),
            lambda a: a.sum(axes),
            BLOCK + LANES,
            bound,
        )

    return [
        over((n, 2), (0,), folds(n)),
        over((2, n), (1,), in_pairs),
        over((n,), (0,), in_pairs),
        over((n // 49, 4, 7, 7), (0, 2, 3), folds(n // 49) + 49),
        over((n // 64, 64), (0,), folds(n // 64)),
    ]


def growing(n: int) -> list[Case]:
    """Sums in memory: cumulative, scattered, of windows, of a convolution over its samples."""
    places = np.arange(n) % 3 // 2
    samples, windows = n // 100, 2500
    rule = OverlapAdd((0,), (2 * windows - 1,), (1,), (1,))
    image = ((samples, 1, 6, 6), (samples, 1, 5, 5))

    def scattered(a: Any) -> Any:
        y = np.zeros(2, a.dtype)
        np.add.at(y, places, a)
        return y

    def kernel(x: Any, g: Any) -> Any:
        parts = [[(x[:, 0, i : i + 5, j : j + 5] * g[:, 0]).sum() for j in (0, 1)] for i in (0, 1)]
        return np.array(parts)[None, None]

    return [
        Case(
            f"cumulative sum of {n}",
            ((n,),),
            lambda a: a.cumulative_sum(axis=0),
            np.cumsum,
            lambda a: a.cumsum(0),
            BLOCK + 2,
            2 * LONG + math.log2(n),
        ),
        Case(
            f"{n} numbers scattered to 2 places",
            ((n,),),
            lambda a: a.scatter_add(pc.tensor(places), axis=0, size=2),
            scattered,
            lambda a: torch.zeros(2, dtype=a.dtype).index_add(0, torch.from_numpy(places), a),
            3,
            2,
        ),
        Case(
            f"{windows} windows of as many elements",
            ((windows, windows),),
            lambda a: a.apply(rule),
            lambda a: np.array([np.flip(a, 0).trace(i) for i in range(1 - windows, windows)]),
            None,
            3,
            LONG + 4,
        ),
        Case(
            f"gradient of a 2x2 kernel over {samples} samples",
            image,
            lambda x, g: pc.grad(lambda w: (cross_correlation(x, w) * g).sum())(_kernel(x)),
            kernel,
            None,
            25 + BLOCK,
            DEPTH + 10,
        ),
    ]


def _kernel(x: Any) -> Any:
    return pc.zeros((1, 1, 2, 2), dtype=x.dtype)


def products(k: int) -> list[Case]:
    """Products of matrices that are narrow, wide and lie across."""
    bound = 1.5 * BLOCK_OF_K + 4 * min(k, LONGEST) / BLOCK_OF_K + LANES

    def product(m: int, n: int, *, turned: bool = False) -> Case:
        shapes = ((k, m) if turned else (m, k), (k, n))

        def rule(a: Any, b: Any) -> Any:
            return (a.mT if turned else a) @ b

        name = f"product ({m}, {k}) by ({k}, {n}){', the first turned' if turned else ''}"
        return Case(name, shapes, rule, rule, rule, bound, DEPTH + math.log2(max(k / DEPTH, 2)))

    return [product(8, 8), product(64, 50), product(64, 50, turned=True), product(1, 1)]


def largest(case: Case, run: Rule | None) -> float:
    """The largest error, in roundings of the sum of sizes; nan where there is no such library."""
    if run is None:
        return math.nan
    rng = np.random.default_rng(0)
    worst = 0.0
    for kind in ("equal", "random", "signed"):
        arrays = [_numbers(kind, shape, rng) for shape in case.shapes]
        exact = case.theirs(*(a.astype(np.float64) for a in arrays))
        sizes = case.theirs(*(np.abs(a).astype(np.float64) for a in arrays))
        found = np.asarray(run(*arrays), np.float64)
        apart = np.abs(found - exact) / np.maximum(sizes, 1e-300)
        worst = max(worst, float(apart.max()) * 2.0**24)
    return worst


def _numbers(kind: str, shape: tuple[int, ...], rng: Any) -> Array:
    if kind == "equal":
        return np.full(shape, 0.1, np.float32)
    low = -1.0 if kind == "signed" else 0.0
    return np.asarray(rng.uniform(low, 1.0, shape), np.float32)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--small", action="store_true", help="a tenth of the numbers")
    n = 400_000 if parser.parse_args().small else 4_000_000
    print(f"{'roundings of the sum of sizes':<52}{'native':>16}{'reference':>16}", end="")
    print(f"{'NumPy':>10}{'PyTorch':>10}")
    for case in (*reductions(n), *growing(n // 4), *products(n // 20)):
        native = largest(case, lambda *a, c=case: pc.compile(c.ours)(*a).numpy())
        reference = largest(case, lambda *a, c=case: c.ours(*map(pc.tensor, a)).numpy())
        numpys = largest(case, case.theirs)
        torchs = largest(case, _on_torch(case))
        print(f"{case.name:<52}{native:8.1f} ({case.native_bound:4.0f}) ", end="")
        print(f"{reference:8.1f} ({case.reference_bound:4.0f}) {numpys:10.1f}{torchs:10.1f}")


def _on_torch(case: Case) -> Rule | None:
    rule = case.torchs
    if torch is None or rule is None:
        return None
    return lambda *arrays: rule(*map(torch.from_numpy, arrays)).numpy()


if __name__ == "__main__":
    main()
