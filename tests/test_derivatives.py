"""Derivatives of functions against analytic ones, and the checks that find wrong ones."""

import re

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import GradientError, OptionError, ShapeError

A = np.array([[2.0, -1.0, 0.5], [0.3, 1.0, 4.0]])


def test_the_gradient_of_a_square_is_twice_its_base():
    value, slope = pc.value_and_grad(lambda x: (x * x).sum())(A)
    assert value.item() == pytest.approx((A**2).sum())
    np.testing.assert_array_equal(slope.numpy(), 2 * A)


def test_gradients_by_several_arguments():
    f = pc.grad(lambda a, n, b: (a * b).sum() * n, argument=(0, 2))
    da, db = f(A, 3, A + 1)
    np.testing.assert_allclose(da.numpy(), 3 * (A + 1))
    np.testing.assert_allclose(db.numpy(), 3 * A)


def test_an_argument_without_influence_has_the_gradient_zero():
    assert pc.grad(lambda a, b: a.sum(), argument=1)(pc.tensor([1.0]), [2.0, 3.0]).tolist() == [
        0.0,
        0.0,
    ]
    assert pc.grad(lambda a: pc.tensor(1.0))([2.0]).tolist() == [0.0]


def test_derivatives_of_any_order():
    f = lambda x: x**5.0  # noqa: E731
    expected = [32.0, 80.0, 160.0, 240.0, 240.0, 120.0, 0.0]
    for order in range(7):
        assert f(pc.tensor(2.0)).item() == pytest.approx(expected[order])
        f = pc.grad(f)


def test_vjp_and_jvp_are_the_two_sides_of_one_matrix():
    w = np.array([[1.0, 2.0, -1.0], [0.5, 0.0, 3.0]])
    x, v, u = np.array([0.2, -0.4, 0.9]), np.array([1.0, 2.0, 3.0]), np.array([-1.0, 0.5])

    def f(x):
        return (pc.tensor(w) @ x).tanh()

    jacobian = (1 - np.tanh(w @ x) ** 2)[:, None] * w
    y, pull = pc.vjp(f, x)
    np.testing.assert_allclose(y.numpy(), np.tanh(w @ x))
    np.testing.assert_allclose(pull(u)[0].numpy(), u @ jacobian)
    y, along = pc.jvp(f, [x], [v])
    np.testing.assert_allclose(y.numpy(), np.tanh(w @ x))
    np.testing.assert_allclose(along.numpy(), jacobian @ v)


def test_a_jvp_can_be_differentiated():
    def slope(x):
        return pc.jvp(lambda x: x**3.0, [x], [1.0])[1]

    assert pc.grad(slope)(2.0).item() == pytest.approx(12.0)


def test_jvp_by_several_arguments_adds_up():
    _, along = pc.jvp(lambda a, b: a * b, [3.0, 4.0], [1.0, 10.0])
    assert along.item() == 34.0


def test_directions_and_weights_must_fit():
    with pytest.raises(ShapeError, match=r"jvp: a direction of shape \(2,\) for one of \(3,\)"):
        pc.jvp(lambda x: x, [np.ones(3)], [np.ones(2)])
    with pytest.raises(ShapeError, match=r"vjp: dy of shape \(2,\)"):
        pc.vjp(lambda x: x, np.ones(3))[1](np.ones(2))
    with pytest.raises(GradientError, match="jvp: no arguments"):
        pc.jvp(lambda: pc.tensor(1.0), [], [])


def test_the_hessian_of_a_quadratic_form_is_its_matrix():
    q = np.array([[4.0, 1.0], [1.0, 6.0]])
    found = pc.hessian(lambda x: (x * (pc.tensor(q) @ x)).sum() * 0.5)(np.array([0.3, 0.7]))
    np.testing.assert_allclose(found.numpy(), q)


def test_the_hessian_has_the_shape_of_its_argument_twice():
    found = pc.hessian(lambda x: (x * x * x).sum())(A)
    assert found.shape == (2, 3, 2, 3)
    np.testing.assert_allclose(found.numpy().reshape(6, 6), np.diag(6 * A.ravel()))
    linear = pc.hessian(lambda x: x.sum())(A)
    np.testing.assert_array_equal(linear.numpy(), np.zeros((2, 3, 2, 3)))


def test_nested_derivatives_do_not_confuse_their_variables():
    # d/dx [x d/dy (x + y)] = 1 at any point, as d/dy (x + y) = 1: Siskind and Pearlmutter 2005
    def inner(x):
        return x * pc.grad(lambda y: x + y)(1.0)

    assert pc.grad(inner)(1.0).item() == 1.0
    # the same tensor on both levels
    assert pc.grad(lambda x: x * pc.grad(lambda y: x * y)(x))(3.0).item() == 6.0
    assert pc.grad(lambda x, y: x * y)(*[pc.tensor(3.0)] * 2).item() == 3.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: pc.grad(lambda x: x)([1.0, 2.0]), r"gave shape \(2,\). Only a single number"),
        (lambda: pc.grad(lambda x: 3.0)(1.0), "gave float, not a tensor"),
        (lambda: pc.grad(lambda x: x)(1), "argument 0 is int64. Only floats"),
        (lambda: pc.check_gradients(lambda i: i, [1]), "no input of floats"),
    ],
)
def test_what_has_no_gradient_is_refused(make, message):
    with pytest.raises(GradientError, match=message):
        make()


def test_stop_gradient_makes_a_constant():
    assert pc.grad(lambda x: x * x.stop_gradient())(3.0).item() == 3.0


def test_a_straight_through_estimator():
    def rounded(x):
        return x + (x.floor() - x).stop_gradient()

    value, slope = pc.value_and_grad(lambda x: rounded(x) * 5.0)(2.7)
    assert value.item() == pytest.approx(10.0)
    assert slope.item() == 5.0


# ---- differences -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "x", [np.array([[3, 4], [5, 6]]), np.array([[3.0, 4.0]]), np.array(2.0), [1, 2]]
)
def test_differences_work_for_any_shape_and_never_change_their_input(x):
    before = np.array(x)
    found = pc.numerical_gradient(lambda x: (x * x).sum(), x)
    np.testing.assert_allclose(found, 2 * before, atol=1e-8)
    assert found.dtype == np.float64
    np.testing.assert_array_equal(x, before)
    assert np.asarray(x).dtype == before.dtype


def test_differences_are_central_with_a_step_of_one_ten_thousandth():
    # ((1 + h)^3 - (1 - h)^3) / 2h = 3 + h^2
    found = pc.numerical_gradient(lambda x: x * x * x, 1.0)
    assert found - 3.0 == pytest.approx(1e-8, rel=1e-3)


def test_differences_take_functions_of_numpy_too():
    found = pc.numerical_gradient(lambda x: np.sum(np.asarray(x) ** 3), [2.0])
    assert found == pytest.approx([12.0], abs=1e-6)


def test_differences_of_something_else_than_a_number_are_refused():
    with pytest.raises(GradientError, match=r"gave shape \(2,\). Only a single number"):
        pc.numerical_gradient(lambda x: x, [1.0, 2.0])


class WrongSquare(pc.Elementwise):
    """Its gradient rule lacks the factor 2 where x is above 2."""

    formula = "y = x^2"

    def forward(self, xp, x):
        return x * x

    def backward(self, dy, y, x):
        return ((x > 2.0).where(dy * x, dy * x * 2.0),)


def squared(a, x):
    return a + pc.apply(WrongSquare(), x)


def test_a_wrong_rule_is_named_with_function_argument_index_and_both_values():
    with pytest.raises(GradientError) as caught:
        pc.check_gradients(squared, [[0.0, 0.0], [0.0, 0.0]], [[1.0, 2.0], [0.5, 3.0]])
    message = str(caught.value)
    assert message.startswith(
        "check_gradients: squared, argument 1, index (1, 1): the gradient is "
    )
    slope, difference = map(float, re.findall(r"(?:is|difference) (\d+\.\d+)", message))
    assert difference == pytest.approx(2 * slope)


class WrongCube(pc.Elementwise):
    """Its gradient is right, but the gradient of its gradient is not."""

    formula = "y = x^3"

    def forward(self, xp, x):
        return x * x * x

    def backward(self, dy, y, x):
        return (dy * x.stop_gradient() * x * 3.0,)


def test_a_rule_that_is_wrong_at_second_order_only_is_found():
    def cubed(x):
        return pc.apply(WrongCube(), x)

    pc.check_gradients(cubed, [0.5, 2.0], order=1)
    with pytest.raises(GradientError, match="gradient of cubed by argument 0, argument 0, index"):
        pc.check_gradients(cubed, [0.5, 2.0])


def test_a_nan_gradient_is_found():
    with np.errstate(all="ignore"), pytest.raises(GradientError, match="the gradient is nan"):
        pc.check_gradients(lambda x: (x > -1.0).where(x, (x * 0.0).log()), [2.0], order=1)


def test_each_argument_of_jvp_has_a_direction():
    with pytest.raises(OptionError, match=r"jvp: 1 arguments and 0 directions\. Each has one"):
        pc.jvp(lambda x: x, (1.0,), ())
