"""Constants of a loop whose gradient is one contraction over all steps, outside of the loop."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.primitives import Scan

DRAW = np.random.default_rng(0)
W, B = DRAW.normal(size=(3, 3)), DRAW.normal(size=(2, 3))
S, X = DRAW.normal(size=(2, 3)), DRAW.normal(size=(4, 2, 3))

# What a step does with the constant w, and whether its gradient leaves the loop.
USES = {
    "product on the right": (lambda s, w: s @ w, W, True),
    "product on the left": (lambda s, w: (w @ s.mT).mT, W, True),
    "sum": (lambda s, w: s + w, B, True),
    "difference": (lambda s, w: s - w, B, True),
    "taken away from": (lambda s, w: w - s, B, True),
    "scaled": (lambda s, w: s * w, B, False),
}


def total(step):
    def run(w):
        return pc.scan(lambda s, x: ((0.5 * step(s, w) + x).tanh(), None), S, X)[0].sum()

    return run


@pytest.mark.parametrize("use", USES)
def test_the_gradient_is_that_of_differences(use):
    step, w, _ = USES[use]
    found = pc.compile(pc.grad(total(step)), executor="reference")(w)
    expected = np.zeros_like(w)
    for place in np.ndindex(w.shape):
        change = np.zeros_like(w)
        change[place] = 1e-6
        above, below = (total(step)(pc.tensor(v)).item() for v in (w + change, w - change))
        expected[place] = (above - below) / 2e-6
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("use", USES)
def test_a_sum_over_steps_is_taken_once_outside_where_it_can_be(use):
    step, w, is_outside = USES[use]
    graph = pc.capture(pc.grad(total(step)))(w)
    loops = [n.primitive for n in graph.nodes if isinstance(n.primitive, Scan)]
    # Backwards the state is carried; beside it the sum, where each step adds to it.
    assert loops[-1].carries == (1 if is_outside else 2)
