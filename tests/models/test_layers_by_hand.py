"""Layers with a hand-written backward equal automatic differentiation."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import functional
from pellucid.errors import GradientError, ShapeError
from pellucid.models.layers_by_hand import (
    AddLayer,
    AffineLayer,
    IdentityWithLoss,
    MultiplyLayer,
    ReluLayer,
    SigmoidLayer,
    SoftmaxWithLoss,
)

NUMBERS = np.random.default_rng(0)
X = NUMBERS.normal(size=(6, 4))
DOUT = NUMBERS.normal(size=(6, 4))


@pytest.mark.parametrize(
    ("layer", "function"),
    [(ReluLayer(), functional.relu), (SigmoidLayer(), functional.sigmoid)],
)
def test_activations_equal_the_librarys(layer, function):
    y, pull = pc.vjp(function, X)
    np.testing.assert_allclose(layer.forward(X), y.numpy(), atol=1e-15)
    np.testing.assert_allclose(layer.backward(DOUT), pull(DOUT)[0].numpy(), atol=1e-15)


def test_affine_equals_the_librarys():
    w, b = NUMBERS.normal(size=(4, 3)), NUMBERS.normal(size=3)
    layer, dout = AffineLayer(w, b), NUMBERS.normal(size=(6, 3))
    y, pull = pc.vjp(lambda x, w, b: x @ w + b, X, w, b)
    np.testing.assert_allclose(layer.forward(X), y.numpy())
    dx, dw, db = pull(dout)
    np.testing.assert_allclose(layer.backward(dout), dx.numpy())
    np.testing.assert_allclose(layer.dW, dw.numpy())
    np.testing.assert_allclose(layer.db, db.numpy())


def test_affine_flattens_images_and_gives_their_gradient_its_shape():
    layer = AffineLayer(np.ones((12, 2)), np.zeros(2))
    assert layer.forward(np.ones((5, 1, 3, 4))).shape == (5, 2)
    assert layer.backward(np.ones((5, 2))).shape == (5, 1, 3, 4)


@pytest.mark.parametrize("dout", [1.0, -0.5])
@pytest.mark.parametrize("one_hot", [True, False])
def test_softmax_with_loss_equals_the_librarys(one_hot, dout):
    ids = NUMBERS.integers(0, 4, 6)
    layer = SoftmaxWithLoss()
    loss, slope = pc.value_and_grad(lambda x: functional.cross_entropy(x, ids))(X)
    assert layer.forward(X, np.eye(4)[ids] if one_hot else ids) == pytest.approx(loss.item())
    np.testing.assert_allclose(layer.backward(dout), dout * slope.numpy(), atol=1e-15)


def test_identity_with_loss_equals_the_librarys_and_gives_y_minus_t_too():
    t = NUMBERS.normal(size=(6, 4))
    layer = IdentityWithLoss()
    loss, slope = pc.value_and_grad(lambda x: functional.half_squared_error(x, t))(X)
    assert layer.forward(X, t) == pytest.approx(loss.item())
    np.testing.assert_allclose(layer.backward(), slope.numpy())
    np.testing.assert_allclose(layer.backward(), (X - t) / 6)


def test_two_apples_and_three_oranges_cost_715():
    # 100 each, 150 each, 10 % tax: forward and back through four nodes.
    apples, oranges, both, tax = MultiplyLayer(), MultiplyLayer(), AddLayer(), MultiplyLayer()
    price = tax.forward(both.forward(apples.forward(100, 2), oranges.forward(150, 3)), 1.1)
    assert price == pytest.approx(715)
    dsum, dtax = tax.backward(1)
    dapples, doranges = both.backward(dsum)
    assert apples.backward(dapples) == pytest.approx((2.2, 110))
    assert oranges.backward(doranges) == pytest.approx((3.3, 165))
    assert dtax == 650


def test_backward_writes_into_no_ones_gradient():
    layer, dout = ReluLayer(), np.ones(3)
    layer.forward(np.array([-1.0, 0.0, 1.0]))
    assert layer.backward(dout).tolist() == [0.0, 0.0, 1.0]
    assert dout.tolist() == [1.0, 1.0, 1.0]


def test_a_large_score_does_not_overflow():
    layer = SoftmaxWithLoss()
    assert layer.forward(np.array([[1010.0, 1000.0, 990.0]]), np.array([0])) < 1e-4
    np.testing.assert_allclose(layer.backward()[0], [-4.54e-5, 4.54e-5, 2.06e-9], rtol=1e-3)
    sigmoid = SigmoidLayer()
    assert sigmoid.forward(np.array([-1000.0, 1000.0])).tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    "layer",
    [MultiplyLayer(), ReluLayer(), SigmoidLayer(), AffineLayer([[1.0]], [0.0])],
)
def test_backward_needs_forward_first(layer):
    name = type(layer).__name__
    with pytest.raises(GradientError, match=rf"{name}\.backward: nothing went forward yet"):
        layer.backward(np.ones((1, 1)))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ShapeError, match=r"W of shape \(2, 3\), b of shape \(2,\)"):
        AffineLayer(np.ones((2, 3)), np.ones(2))
    with pytest.raises(ShapeError, match=r"x of shape \(5, 4\): 4 numbers per sample.* takes 2"):
        AffineLayer(np.ones((2, 3)), np.ones(3)).forward(np.ones((5, 4)))
    with pytest.raises(ShapeError, match=r"SoftmaxWithLoss: x of shape \(2, 3\), t of shape"):
        SoftmaxWithLoss().forward(np.ones((2, 3)), np.ones((2, 4)))
    with pytest.raises(ShapeError, match=r"IdentityWithLoss: x of shape \(2, 3\), t of shape"):
        IdentityWithLoss().forward(np.ones((2, 3)), np.ones(2))
