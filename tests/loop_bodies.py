"""Loops over time, written as bodies of a scan, and the same loops written out step by step."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional as f
from pellucid.executors import EXECUTORS

each_executor = pytest.mark.parametrize("executor", EXECUTORS)


def numbers(*shape, seed=0, dtype=np.float64):
    return np.random.default_rng(seed).uniform(-1.0, 1.0, shape).astype(dtype)


def by_steps(body, state, x, *, reverse=False):
    """The loop written out, with nothing but Python and `stack`."""
    ys = []
    for t in reversed(range(x.shape[0])) if reverse else range(x.shape[0]):
        state, y = body(state, x[t])
        ys.append(y)
    ys = ys[::-1] if reverse else ys
    if isinstance(ys[0], tuple):
        return state, tuple(pc.stack(column) for column in zip(*ys, strict=True))
    return state, pc.stack(ys)


# ---- bodies ------------------------------------------------------------------------------
# Each is (number of states, body of (weights, state, x)); weights are (3, 3), (3,) and (2, 2).


def plain(w, state, x):
    (h,) = state
    h = f.tanh(x @ w[0] + h @ w[0] + w[1])
    return (h,), h


def gated(w, state, x):
    h, c = state
    gate = f.sigmoid(x + h @ w[0].T - w[1])
    c = gate * c + (1.0 - gate) * x * w[1]
    h = gate * f.tanh(c)
    return (h, c), (h, c * 2.0)


def from_the_left(w, state, x):
    (h,) = state
    h = w[2] @ h + x
    return (h,), h.sum(axis=0)


def found_before(w, state, x):
    (h,) = state
    return ((h * 0.5 + x) @ w[0],), (h, x - w[1])


def forgotten(w, state, x):
    h, c = state
    return (x * w[1], c + h), (x * x, c)


def batched(w, state, x):
    (h,) = state
    two = pc.stack([h, x]) @ w[0]
    return (two.sum(axis=0),), two.max(axis=0)


def loop_inside(w, state, x):
    (h,) = state
    h, inner = pc.scan(lambda s, row: (s * 0.5 + row @ w[0], s), h[0], x)
    return (pc.stack([h, h * x[0]]),), inner


BODIES = {1: (plain, from_the_left, found_before, batched, loop_inside), 2: (gated, forgotten)}
CASES = [(body, count) for count, bodies in BODIES.items() for body in bodies]
each_body = pytest.mark.parametrize(
    ("body", "count"), CASES, ids=lambda x: getattr(x, "__name__", x)
)


def arguments(count, steps, dtype=np.float64):
    weights = [numbers(3, 3, seed=1), numbers(3, seed=2), numbers(2, 2, seed=3)]
    states = [numbers(2, 3, seed=10 + i) for i in range(count)]
    return [a.astype(dtype) for a in (*weights, *states, numbers(steps, 2, 3, seed=5))]


def outputs_of(loop, body, count, *, reverse=False):
    """A function of weights, states and inputs that gives all that a loop gives, weighted."""

    def run(*arrays):
        xs = [x if isinstance(x, pc.Tensor) else pc.tensor(x) for x in arrays]
        w, state, x = xs[:3], tuple(xs[3 : 3 + count]), xs[-1]
        state, y = loop(lambda s, row: body(w, s, row), state, x, reverse=reverse)
        ys = y if isinstance(y, tuple) else (y,)
        return (*state, *ys)

    return run


def weighted(run):
    def total(*xs):
        found = run(*xs)
        sums = [(y * numbers(*y.shape, seed=20 + i)).sum() for i, y in enumerate(found)]
        return sum(sums[1:], sums[0])

    return total


def slopes(run, arguments):
    return pc.grad(weighted(run), argument=tuple(range(len(arguments))))


def close(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-11)


def second(run, xs):
    """The gradient of a weighted gradient."""
    first = slopes(run, xs)

    def total(*arrays):
        found = first(*arrays)
        return sum((dx * numbers(*dx.shape, seed=40 + i)).sum() for i, dx in enumerate(found))

    return pc.grad(total, argument=tuple(range(len(xs))))
