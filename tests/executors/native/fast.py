"""Convolutions with fewer multiplications, for tests: drawn ones, and what they should give.

everywhere      inside, every convolution that has a fast form takes it
Drawn           a convolution; `wrong`: what is wrong with its values, or None
drawn, drawn_gradient       ones of drawn shapes
errors, gradient_errors     the errors of a layer, fast and direct, against float64
pooled_errors               those of a gradient that comes back from max pooling
"""

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from executors.native.examples import procedure
from executors.native.guarded import Guarded
from executors.native.guarded_stack import guarded_stack

from pellucid import primitives as p
from pellucid.executors import threads
from pellucid.executors.native.executor import Native
from pellucid.executors.native.ir import fast_convolutions, fast_gradients
from pellucid.executors.native.runtime import program as sharing
from pellucid.executors.native.schedule import work
from pellucid.graph import Procedure

ROUNDINGS = 64  # of the largest sum of the sizes of what is multiplied: more is no rounding
LIMITS = (
    (fast_convolutions, "GAIN", math.inf),
    (fast_gradients, "GAIN", math.inf),
    (work, "SHARED_NANOSECONDS", 0),
    (work, "CHUNK_NANOSECONDS", 1),
    (sharing, "WORTH_WAKING", ((math.inf, 0),)),
)


@contextmanager
def everywhere() -> Iterator[None]:
    """Inside, all fast forms are taken, shared by threads, and nothing is kept on the disk."""
    before = [getattr(module, name) for module, name, _ in LIMITS]
    cache, count = os.environ.get("PELLUCID_CACHE"), threads._Choice.count
    os.environ["PELLUCID_CACHE"] = os.devnull
    for module, name, limit in LIMITS:
        setattr(module, name, limit)
    try:
        with guarded_stack():
            yield
    finally:
        threads._Choice.count = count
        for (module, name, _), limit in zip(LIMITS, before, strict=True):
            setattr(module, name, limit)
        del os.environ["PELLUCID_CACHE"]
        if cache is not None:
            os.environ["PELLUCID_CACHE"] = cache


def plain(before: Any, after: Any) -> p.Convolution:
    """A convolution without strides and gaps."""
    ones = (1, 1)
    return p.Convolution(ones, before, after, ones, ones)


def text(rule: p.Convolution, x: Any, w: Any, dtype: str = "float32", pooled: bool = False) -> str:
    """The graph of a convolution; `pooled`: of what max pooling puts back where a mask says so."""
    y = rule.shape(x, w)
    xs, ws, ys = (",".join(map(str, shape)) for shape in (x, w, y))
    if pooled:
        high, wide = x[3:]
        return (
            f"graph(x: {dtype}[{xs}], k: {dtype}[{ws}], m: bool[{xs},1,1])\n"
            f"  %m: {dtype}[{xs},1,1] = cast(to={dtype}) of (m)\n"
            f"  %0: {dtype}[{xs},1,1] = reshape(to={(*x, 1, 1)}) of (x)\n"
            f"  %1: {dtype}[{xs},1,1] = multiply() of (%0, %m)\n"
            f"  %2: {dtype}[{xs}] = overlap_add(axis=(3, 4), to=({high}, {wide}), stride=(1, 1), "
            "dilation=(1, 1)) of (%1)\n"
            f"  %3: {dtype}[{ys}] = {rule} of (%2, k)\n  return %3"
        )
    return (
        f"graph(x: {dtype}[{xs}], k: {dtype}[{ws}])\n"
        f"  %0: {dtype}[{ys}] = {rule} of (x, k)\n  return %0"
    )


@dataclass(frozen=True)
class Drawn:
    """A convolution of drawn shapes and numbers."""

    rule: p.Convolution
    x: Any
    w: Any
    pooled: bool = False  # whether max pooling has put x there

    @property
    def procedure(self) -> Procedure:
        """Its procedure."""
        return procedure(text(self.rule, self.x.shape, self.w.shape, pooled=self.pooled))

    @property
    def arrays(self) -> list[Any]:
        """What it is called with."""
        mask = [(self.x != 0)[..., None, None]] if self.pooled else []
        return [self.x, self.w, *mask]

    def wrong(self, arena: str | None = None) -> str | None:
        """What is wrong with its values, on guarded memory, on any number of threads."""
        arrays = self.arrays
        if arena is None:
            native = Native(self.procedure)
            runs = [(count, native(arrays, [])[0]) for count in counted_threads()]
        else:
            ready = Guarded(self.procedure, arena)
            runs = [(n, ready.call(arrays, [], "end")[0][0]) for n in counted_threads()]
        first = runs[0][1]
        for count, found in runs:
            if first.tobytes() != found.tobytes():
                return f"other bits on {count} threads"
        wide = [a.astype(np.float64) for a in arrays[:2]]
        exact = self.rule.forward(np, *wide)
        most = self.rule.forward(np, *map(np.abs, wide)).max()
        error = np.abs(first - exact).max()
        bound = ROUNDINGS * 2.0**-24 * most
        return None if error <= bound else f"an error of {error:.3g}, bound {bound:.3g}"


def counted_threads() -> Iterator[int]:
    """One thread, two, three and four, each set in turn."""
    for count in (1, 2, 3, 4):
        threads.set_threads(count)
        yield count


def drawn(seed: int) -> Drawn:
    """A convolution of 3 x 3 with shapes that fill no vector and no tile, one of two pooled."""
    rng = np.random.default_rng(seed)
    batch, channels, out = (int(n) for n in rng.integers(1, (9, 40, 40)))
    before, after = ((int(a), int(b)) for a, b in rng.integers(0, 4, (2, 2)))
    sizes = [int(rng.integers(max(1, 3 - a - b), 24)) for a, b in zip(before, after, strict=True)]
    x = rng.normal(size=(batch, 1, channels, *sizes)).astype(np.float32)
    w = rng.normal(size=(1, out, channels, 3, 3)).astype(np.float32)
    return Drawn(plain(before, after), x, w, bool(rng.integers(2)))


def drawn_gradient(seed: int) -> Drawn:
    """A gradient by kernels of 3 x 3: images in the place of channels, results of 3 x 3."""
    rng = np.random.default_rng(seed)
    batch, channels, out = (int(n) for n in rng.integers(1, (12, 70, 40)))
    before, after = ((int(a), int(b)) for a, b in rng.integers(0, 4, (2, 2)))
    sizes = [int(rng.integers(max(4, 6 - a - b), 24)) for a, b in zip(before, after, strict=True)]
    counts = [n + a + b - 2 for n, a, b in zip(sizes, before, after, strict=True)]
    x = rng.normal(size=(channels, 1, batch, *sizes)).astype(np.float32)
    dy = rng.normal(size=(1, out, batch, *counts)).astype(np.float32)
    return Drawn(plain(before, after), x, dy)


def errors(batch: int, channels: int, out: int, size: int) -> tuple[float, float]:
    """Root mean square errors of a layer after relu with He's weights: fast, and direct."""
    rng = np.random.default_rng(0)
    x = np.maximum(rng.normal(size=(batch, 1, channels, size, size)), 0)
    w = rng.normal(size=(1, out, channels, 3, 3), scale=math.sqrt(2 / (9 * channels)))
    return _errors(x, w)


def pooled_errors(batch: int, channels: int, out: int, size: int) -> tuple[float, float]:
    """Those of a layer whose data come back from max pooling: one number of four is not 0."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(batch, 1, channels, size, size))
    largest = rng.integers(0, 4, (batch, 1, channels, size // 2, size // 2))
    places = np.arange(size) % 2
    x *= largest.repeat(2, 3).repeat(2, 4) == 2 * places[:, None] + places
    w = rng.normal(size=(1, out, channels, 3, 3), scale=math.sqrt(2 / (9 * channels)))
    return _errors(x, w, pooled=True)


def gradient_errors(batch: int, channels: int, out: int, size: int) -> tuple[float, float]:
    """Those of the gradient by the kernels of such a layer."""
    rng = np.random.default_rng(0)
    x = np.maximum(rng.normal(size=(channels, 1, batch, size, size)), 0)
    return _errors(x, rng.normal(size=(1, out, batch, size, size)))


def _errors(*arrays: Any, pooled: bool = False) -> tuple[float, float]:
    """Root mean square errors of a padded convolution, fast and direct."""
    x, w = (a.astype(np.float32) for a in arrays)
    case = Drawn(plain((1, 1), (1, 1)), x, w, pooled)
    exact = case.rule.forward(np, x.astype(np.float64), w.astype(np.float64))
    found = []
    for direct in (False, True):
        program = Native(replace(case.procedure, exact=direct))
        (y,) = program(case.arrays, [])
        found.append(float(np.sqrt(np.mean((y - exact) ** 2))))
    return found[0], found[1]
