"""Derivatives through compiled functions are those of the functions, or refused: never 0."""

import numpy as np
import pytest

import pellucid as pc
from pellucid import nn
from pellucid.errors import GradientError
from pellucid.functional import softmax

X = np.array([0.5, -1.0, 2.0])
V = np.array([1.0, 0.5, -2.0])


def cubes(x):
    return (x**3.0).sum()


def test_gradients_of_every_order_go_through(compiled):
    f = compiled(cubes)
    np.testing.assert_allclose(pc.grad(f)(X).numpy(), 3.0 * X**2)
    value, slope = pc.value_and_grad(f)(X)
    assert value.item() == pytest.approx((X**3).sum())
    np.testing.assert_allclose(slope.numpy(), 3.0 * X**2)
    np.testing.assert_allclose(pc.grad(lambda x: pc.grad(f)(x).sum())(X).numpy(), 6.0 * X)
    np.testing.assert_allclose(pc.hessian(f)(X).numpy(), np.diag(6.0 * X))
    pc.check_gradients(f, X)


def test_linear_maps_of_it_go_through(compiled):
    squares = compiled(lambda x: x * x)
    y, pull = pc.vjp(squares, X)
    np.testing.assert_allclose(pull(V)[0].numpy(), 2.0 * X * V)
    y, along = pc.jvp(squares, [X], [V])
    np.testing.assert_allclose(y.numpy(), X * X)
    np.testing.assert_allclose(along.numpy(), 2.0 * X * V)


def test_backward_goes_through_to_arguments_that_asked(compiled):
    x = pc.tensor(X, requires_grad=True)
    compiled(cubes)(x * 2.0).backward()
    np.testing.assert_allclose(x.grad.numpy(), 24.0 * X**2)


def test_compiled_functions_nest_in_each_other_and_in_derivatives(compiled):
    inner = compiled(lambda x: x * x)
    outer = compiled(lambda x: (inner(x) * inner(x)).sum())
    np.testing.assert_allclose(pc.grad(outer)(X).numpy(), 4.0 * X**3)
    np.testing.assert_allclose(compiled(pc.grad(outer))(X).numpy(), 4.0 * X**3)
    second = compiled(pc.grad(compiled(pc.grad(cubes))))
    assert second(X[0]).item() == pytest.approx(6.0 * X[0])


def test_arguments_are_tensors_for_the_function_as_they_are_in_a_capture(compiled):
    def mixed(parts, scale):
        return {"y": (parts["a"] * parts["b"].sum() * scale).sum(), "n": 3}

    f = compiled(mixed)
    slope = pc.grad(lambda a: f({"a": a, "b": X}, 0.5)["y"])(V)
    np.testing.assert_allclose(slope.numpy(), np.full(3, X.sum() * 0.5))
    found = f({"a": pc.tensor(V, requires_grad=True), "b": X}, 0.5)
    assert found["n"] == 3


def test_variables_are_updated_where_a_step_is_traced(compiled):
    total = pc.Buffer(np.zeros(3))

    def step(x):
        total.assign(total + x)
        return (total * x).sum()

    f = compiled(step)
    f(X)
    np.testing.assert_allclose(pc.grad(f)(X).numpy(), 3.0 * X)
    np.testing.assert_allclose(total.numpy(), 2.0 * X)


def test_a_loop_over_time_goes_through(compiled):
    w = pc.Parameter(np.full(3, 0.5), name="w")

    def last(x):
        return pc.scan(lambda s, row: (s * w + row, None), pc.zeros(3, dtype="float64"), x)[0].sum()

    rows = np.stack([X, V, X])
    slope = pc.grad(compiled(last))(rows).numpy()
    np.testing.assert_allclose(slope, np.array([[0.25], [0.5], [1.0]]) * np.ones(3))


def test_rows_of_a_loop_have_gradients_too(compiled):
    f = compiled(lambda x: {"y": (x * x).sum()})
    rows = np.stack([X, V])
    np.testing.assert_allclose(pc.grad(lambda r: f.loop(r)["y"].sum())(rows).numpy(), 2.0 * rows)


@pytest.mark.parametrize("count", [4, 5, 40])
def test_a_predictors_slope_by_its_inputs_is_the_models(count):
    rng = pc.Generator(seed=3)
    model = nn.Sequential(
        nn.Linear(3, 4, rng=rng), nn.Dropout(0.5, rng=rng), nn.Linear(4, 2, rng=rng)
    )
    x = np.random.default_rng(0).normal(size=(count, 3)).astype(np.float32)
    predict = model.predictor()
    slope = pc.grad(lambda x: softmax(predict(x))[:, 0].sum())(x).numpy()
    with model.mode(training=False):
        expected = pc.grad(lambda x: softmax(model(x))[:, 0].sum())(x).numpy()
    np.testing.assert_allclose(slope, expected, rtol=1e-6)
    assert np.abs(slope).max() > 1e-3


# ---- by variables ----------------------------------------------------------------------------

REFUSED = r"compile: a derivative by 'w', from which a compiled function .*y\.stop_gradient\(\)"


def test_a_derivative_by_a_variable_that_was_read_is_refused(compiled):
    w = pc.Parameter(V, name="w")
    f = compiled(lambda x: (x * w).sum())
    with pytest.raises(GradientError, match=REFUSED):
        f(X).backward()
    optimizer = pc.optim.SGD({"w": w}, 0.1)
    # The second part alone would have a gradient: it must not be taken for the whole.
    with pytest.raises(GradientError, match=REFUSED):
        optimizer.minimize(f(X) + (w * w).sum())
    with pytest.raises(GradientError, match=REFUSED):
        compiled(lambda w: w * 2.0)(w).sum().backward()


@pytest.mark.parametrize("count", [4, 5, 40])
def test_a_derivative_by_a_parameter_through_a_predictor_is_refused(count):
    predict = nn.Linear(3, 2, rng=pc.Generator(seed=0)).predictor()
    y = predict(np.ones((count, 3), np.float32)).sum()
    with pytest.raises(GradientError, match=r"compile: a derivative by 'weight', 'bias', from"):
        y.backward()


def test_results_meant_as_constants_are_constants(compiled):
    w, v = pc.Parameter(V, name="w"), pc.Parameter(X, name="v")
    features = compiled(lambda x: x * w)(X)
    (features.stop_gradient() * v).sum().backward()
    np.testing.assert_allclose(v.grad.numpy(), X * V)
    pc.optim.SGD({"v": v}, 0.1).minimize((features * v).sum())
    np.testing.assert_allclose(v.numpy(), X - 0.1 * X * V)
    assert pc.grad(lambda x: (x * features).sum())(X).tolist() == (X * V).tolist()


def test_what_is_computed_from_results_alone_keeps_no_history(compiled):
    w = pc.Parameter(V, name="w")
    slope = compiled(pc.grad(lambda x: (x * w * x).sum()))
    x = pc.tensor(X)
    sizes = []
    for _ in range(4):
        x = (x - 0.1 * slope(x)).maximum(-5.0)
        sizes.append((x.requires_grad, x.origin.primitive.name, x.origin.owners))
    assert set(sizes) == {(False, "_program", (w,))}
    with pytest.raises(GradientError, match=REFUSED):
        x.sum().backward()
    assert x.sum().stop_gradient().origin is None
    assert pc.grad(lambda x: (x * x).sum())(x).tolist() == (2.0 * x).tolist()


def test_results_are_arguments_of_programs_as_arrays_are(compiled):
    w, v = pc.Parameter(V, name="w"), pc.Parameter(X, name="v")
    calls = []

    def decoded(y):
        calls.append(y)
        return y * v

    encode, decode = compiled(lambda x: x * w), compiled(decoded)
    for _ in range(3):
        y = decode(encode(X) + 1.0)
    assert len(calls) == 1
    assert set(y.origin.owners) == {w, v}
    with pytest.raises(GradientError, match=REFUSED.replace("'w'", "'v', 'w'")):
        pc.optim.SGD({"w": w}, 0.1).minimize(y.sum() + (w * w).sum())


def test_a_result_read_in_a_capture_is_a_constant(compiled):
    w = pc.Parameter(V, name="w")
    y = compiled(lambda x: x * w)(X)
    slope = compiled(pc.grad(lambda x: (x * y).sum()))(X)
    np.testing.assert_allclose(slope.numpy(), X * V)


def test_steps_that_train_give_numbers_without_history(compiled):
    w = pc.Parameter(V, name="w")
    optimizer = pc.optim.SGD({"w": w}, 0.1)

    def step(x):
        loss = (x * w).sum()
        optimizer.minimize(loss)
        return loss

    assert not compiled(step)(X).requires_grad
    assert not compiled(lambda x: (x * w).argmax())(X).requires_grad
    assert not compiled(cubes)(X).requires_grad


def test_variables_that_are_read_stay_free_to_be_updated_in_place():
    w = pc.Parameter(V.astype(np.float32), name="w")
    f = pc.compile(lambda x: x * w)
    before = w.present()
    f(X.astype(np.float32))
    assert w.writable(()) is before
