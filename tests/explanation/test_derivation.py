"""Derivations: terms that add up to the gradient, numbers that are checked, local Jacobians."""

import numpy as np
import pytest
from explanation.networks import names, network

from pellucid.explanation.derivation import LARGEST_JACOBIAN, derivation, local_jacobian
from pellucid.explanation.differences import Widened
from pellucid.explanation.trace import bridge, trace
from pellucid.tensor import Tensor


def of(found, path, places=()):
    return derivation(found, Widened(found), found.find(path), places)


@pytest.mark.parametrize("name", names())
def test_terms_add_up_to_the_gradient_and_checks_agree(name):
    net = network(name)
    found = trace(net, *net.batch)
    key = next(key for key, v in found.variables.items() if v.trainable)
    shown = of(found, key)
    assert shown.gradient is found.gradients[key]
    parts = [np.float64(term.part) for term in shown.terms]
    assert np.allclose(sum(parts), shown.gradient, rtol=1e-5, atol=1e-7)
    largest = np.abs(shown.gradient).max()
    assert abs(shown.checks[0].gradient) == largest
    for check in shown.checks:
        assert check.kink or check.error <= 2e-4 * max(largest, 1e-3), (name, check)


def test_each_use_is_a_term():
    found = trace(lambda a, b, c: 3.0 * (a + b * c) * a, 5, 3, 2)
    shown = of(found, "a")
    assert [term.part.item() for term in shown.terms] == [15.0, 33.0]
    assert shown.gradient == 48.0
    (check,) = shown.checks
    assert (check.place, check.value, check.gradient) == ((), 5.0, 48.0)
    assert check.difference == pytest.approx(48.0, rel=1e-8)
    assert not check.kink


def test_the_places_asked_for_are_checked():
    found = trace(lambda x: (x * x).sum(), np.array([[1.0, 2.0], [3.0, 4.0]], np.float32))
    shown = of(found, "x", [(0, 1), (1, 0)])
    assert [check.place for check in shown.checks] == [(0, 1), (1, 0)]
    assert [check.difference for check in shown.checks] == pytest.approx([4.0, 6.0], rel=1e-6)


def test_what_is_not_differentiated_has_a_gradient_of_zero():
    found = trace(lambda x, y: x + (y > 1.0).astype("float32"), 1.0, 2.0)
    shown = of(found, "y")
    assert (shown.gradient.item(), shown.terms) == (0.0, ())


def test_local_jacobians_give_what_is_handed_back():
    x, w = np.ones((2, 3), np.float32), np.arange(12, dtype=np.float32).reshape(3, 4)
    found = trace(lambda x, w: ((x @ w).tanh() ** 2.0).sum(), x, w)
    node = found.graph.nodes[0]
    for position, value in enumerate(node.inputs):
        matrix = local_jacobian(found, node, position)
        assert matrix.shape == (8, value.shape[0] * value.shape[1])
        dy = found.upstream[node.output.name]
        part = bridge(found, node, position, dy)
        assert isinstance(part, Tensor)
        product = dy.array.reshape(-1) @ matrix
        assert np.allclose(product, part.array.reshape(-1), rtol=1e-5)
    # d tanh(x) / d x is diagonal.
    slope = local_jacobian(found, found.graph.nodes[1], 0)
    assert np.array_equal(slope, np.diag(np.diag(slope)))


def test_a_jacobian_that_is_too_large_is_not_written_out():
    n = int(LARGEST_JACOBIAN**0.5) + 1
    found = trace(lambda x: x.tanh().sum(), np.ones(n, np.float32))
    assert local_jacobian(found, found.graph.nodes[0], 0) is None


def test_a_derivation_prints_and_shows_itself():
    found = trace(lambda a, b, c: 3.0 * (a + b * c), 5, 3, 2)
    shown = of(found, "b")
    assert str(shown).splitlines()[:3] == ["b: float32[]", "value: 3", "gradient: 6"]
    assert repr(shown) == str(shown)
    page = shown._repr_html_()
    assert all(text in page for text in ("b: float32[]", "central difference", "da = dy * b"))
