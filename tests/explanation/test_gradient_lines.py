"""Lines of gradients: the shortest reading, in the order of the backward pass."""

import numpy as np

from pellucid.explanation.backward_pass import backward_pass

X, W, V = np.ones((5, 3)), np.ones((3, 4)), np.ones((4, 1))


def lines(function, *inputs, **options):
    return [str(line) for line in backward_pass(function, *inputs, **options).backward]


def test_a_line_that_nobody_needs_is_left_out():
    def loss(x, w):
        a = (x @ w).sigmoid()
        return -(1.0 - a).log().mean()

    found = lines(loss, X, V[:3])
    assert not any(line.startswith("da") for line in found)


def test_parameters_come_before_the_step_behind_them():
    found = lines(lambda x, W, V: ((x @ W).tanh() @ V).sum(), X, W, V)
    left = [line.partition(" ")[0] for line in found]
    assert left.index("dV") < left.index("da1") < left.index("dz1") < left.index("dW")


def test_one_over_m_moves_to_the_end_where_every_start_has_it():
    def loss(x, w):
        return ((x @ w) ** 2.0).mean()

    assert any("/ m" in line for line in lines(loss, X, V[:3], averaged="last"))
    both = lines(lambda x, w: loss(x, w) + ((x @ w) ** 2.0).sum(), X, V[:3], averaged="last")
    first = lines(lambda x, w: loss(x, w) + ((x @ w) ** 2.0).sum(), X, V[:3], averaged="first")
    assert both == first
