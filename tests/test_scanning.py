"""Loops over time: the same as steps written out, as one node of a graph, with all derivatives."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pellucid as pc
from pellucid import functional as f
from pellucid import primitives as p
from pellucid.errors import GraphError, ShapeError
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


@each_executor
@pytest.mark.parametrize("reverse", [False, True])
@each_body
def test_a_loop_is_its_steps_written_out(body, count, reverse, executor):
    xs = arguments(count, 4)
    expected = outputs_of(by_steps, body, count, reverse=reverse)(*map(pc.tensor, xs))
    run = outputs_of(pc.scan, body, count, reverse=reverse)
    for found in (run(*map(pc.tensor, xs)), pc.compile(run, executor=executor)(*xs)):
        for y, wanted in zip(found, expected, strict=True):
            close(y.numpy(), wanted.numpy())


@each_executor
@pytest.mark.parametrize("reverse", [False, True])
@each_body
def test_gradients_are_those_of_the_steps_written_out(body, count, reverse, executor):
    xs = arguments(count, 4)
    expected = slopes(outputs_of(by_steps, body, count, reverse=reverse), xs)(*xs)
    run = slopes(outputs_of(pc.scan, body, count, reverse=reverse), xs)
    for dx, wanted in zip(pc.compile(run, executor=executor)(*xs), expected, strict=True):
        close(dx.numpy(), wanted.numpy())


def second(run, xs):
    """The gradient of a weighted gradient."""
    first = slopes(run, xs)

    def total(*arrays):
        found = first(*arrays)
        return sum((dx * numbers(*dx.shape, seed=40 + i)).sum() for i, dx in enumerate(found))

    return pc.grad(total, argument=tuple(range(len(xs))))


@each_executor
@each_body
def test_second_derivatives_are_those_of_the_steps_written_out(body, count, executor):
    xs = arguments(count, 3)
    expected = second(outputs_of(by_steps, body, count), xs)(*xs)
    found = pc.compile(second(outputs_of(pc.scan, body, count), xs), executor=executor)(*xs)
    for dx, wanted in zip(found, expected, strict=True):
        close(dx.numpy(), wanted.numpy())


@pytest.mark.parametrize(("body", "count"), [(plain, 1), (gated, 2)])
def test_the_rule_of_the_node_matches_central_differences_to_second_order(body, count):
    xs = arguments(count, 2)
    graph = pc.capture(outputs_of(pc.scan, body, count))(*xs)
    (node,) = (n for n in graph.nodes if isinstance(n.primitive, p.Scan))
    scan = node.primitive

    def parts(*inputs):
        record = pc.apply(scan, *inputs)
        found = [record.apply(p.Part(i, to)) for i, (_, to) in enumerate(scan.gives())]
        return sum((y * y).sum() for y in found if y.size)

    inputs = [numbers(*shape, seed=i) for i, shape in enumerate(scan.takes())]
    pc.check_gradients(parts, *inputs)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_part_of_a_loop_by_any_part_of_its_inputs(data):
    count = data.draw(st.sampled_from([1, 2]))
    body = data.draw(st.sampled_from(BODIES[count]))
    reverse, steps = data.draw(st.booleans()), data.draw(st.integers(1, 4))
    xs = arguments(count, steps)
    every = outputs_of(by_steps, body, count)(*map(pc.tensor, xs))
    chosen = data.draw(st.sets(st.integers(0, len(every) - 1), min_size=1))
    by = data.draw(st.sets(st.integers(0, len(xs) - 1), min_size=1))

    def derivative(loop):
        run = outputs_of(loop, body, count, reverse=reverse)
        some = weighted(lambda *arrays: [run(*arrays)[i] for i in sorted(chosen)])
        return pc.grad(some, argument=tuple(sorted(by)))

    expected = derivative(by_steps)(*xs)
    executor = data.draw(st.sampled_from(EXECUTORS))
    for dx, wanted in zip(
        pc.compile(derivative(pc.scan), executor=executor)(*xs), expected, strict=True
    ):
        close(dx.numpy(), wanted.numpy())


# ---- the graph ---------------------------------------------------------------------------


@each_body
def test_a_graph_has_as_many_nodes_for_two_steps_as_for_a_thousand(body, count):
    run = outputs_of(pc.scan, body, count)

    def size(graph):
        inside = [size(b) for node in graph.nodes for b in node.primitive.bodies]
        return len(graph.nodes) + sum(inside)

    for function in (run, slopes(run, arguments(count, 2)), second(run, arguments(count, 2))):
        sizes = {size(pc.capture(function)(*arguments(count, steps))) for steps in (2, 1000)}
        assert len(sizes) == 1


@pytest.mark.parametrize(("body", "count"), [(b, n) for b, n in CASES if b is not forgotten])
def test_a_gradient_runs_each_loop_once_in_each_direction(body, count):
    run = slopes(outputs_of(pc.scan, body, count), arguments(count, 3))
    graph = pc.capture(run)(*arguments(count, 3))
    loops = [node.primitive.reverse for node in graph.nodes if isinstance(node.primitive, p.Scan)]
    assert loops == [False, True]


@each_body
def test_the_text_of_a_graph_with_loops_is_read_back(body, count):
    run = slopes(outputs_of(pc.scan, body, count), arguments(count, 3))
    graph = pc.capture(run)(*arguments(count, 3))
    assert pc.parse(str(graph), constants=[array for _, array in graph.constants]) == graph


@pytest.mark.parametrize(("rows", "inside"), [(2, ["add"]), (40, ["matmul", "add"])])
def test_what_no_step_changes_stands_outside_and_products_of_few_rows_are_one(rows, inside):
    w = pc.Parameter(numbers(3, 3, dtype=np.float32))

    def run(x):
        return pc.scan(lambda s, row: (s + row @ w.exp().T, None), x[0], x)[0]

    x = numbers(4, rows, 3, dtype=np.float32)
    graph = pc.capture(run)(x)
    (scan,) = (n.primitive for n in graph.nodes if isinstance(n.primitive, p.Scan))
    assert [node.primitive.name for node in scan.body.nodes] == inside
    expected = x[0] + (x @ np.exp(w.numpy()).T).sum(axis=0)
    np.testing.assert_allclose(pc.compile(run)(x).numpy(), expected, rtol=1e-5)


def test_gradients_that_nobody_wants_are_not_computed():
    xs = arguments(1, 3)
    run = pc.grad(weighted(outputs_of(pc.scan, plain, 1)), argument=3)
    graph = pc.capture(run)(*xs)
    backwards = [n for n in graph.nodes if isinstance(n.primitive, p.Scan)][-1].primitive
    assert backwards.results == ()
    assert not [n for n in graph.nodes if isinstance(n.primitive, p.ScatterAdd)]


# ---- states, variables, random numbers ---------------------------------------------------


@each_executor
def test_states_and_results_are_nests(executor):
    def run(x):
        def body(state, row):
            total = state["total"] + row["a"] * row["b"]
            state = {"total": total, "count": [state["count"][0] + 1]}
            return state, {"mean": total / 2.0, "nothing": None}

        start = {"total": pc.zeros(3), "count": [pc.tensor(0)]}
        return pc.scan(body, start, {"a": x, "b": x + 1.0})

    x = numbers(4, 3, dtype=np.float32)
    totals = np.cumsum(x * (x + 1), axis=0)
    for state, y in (run(pc.tensor(x)), pc.compile(run, executor=executor)(x)):
        assert state["count"][0].item() == 4
        assert y["nothing"] is None
        np.testing.assert_allclose(state["total"].numpy(), totals[-1], rtol=1e-6)
        np.testing.assert_allclose(y["mean"].numpy(), totals / 2, rtol=1e-6)


@each_executor
def test_without_inputs_the_number_of_steps_is_given(executor):
    def powers(x):
        return pc.scan(lambda s, _: (s * x, s), pc.ones(()), steps=5)

    last, found = pc.compile(powers, executor=executor)(np.float32(2.0))
    assert last.item() == 32.0
    assert found.numpy().tolist() == [1.0, 2.0, 4.0, 8.0, 16.0]


@each_executor
def test_variables_that_a_body_assigns_go_from_step_to_step(executor):
    seen = pc.Buffer(np.zeros(2, np.float32))
    scale = pc.Parameter(np.float32(3.0))

    def run(x):
        def body(state, row):
            seen.assign(seen + row)
            return state, seen * scale

        return pc.scan(body, (), x)[1]

    x = numbers(4, 2, dtype=np.float32)
    expected = run(pc.tensor(x)).numpy()
    after = seen.numpy().copy()
    seen.assign(np.zeros(2, np.float32))
    np.testing.assert_array_equal(pc.compile(run, executor=executor)(x).numpy(), expected)
    np.testing.assert_array_equal(seen.numpy(), after)
    np.testing.assert_allclose(after, x.sum(axis=0), rtol=1e-6)


@each_executor
def test_every_step_draws_numbers_of_its_own(executor):
    def run(x, rng):
        return pc.scan(lambda s, row: (s, row + rng.uniform(0.0, 1.0, (3,))), (), x)[1]

    x = np.zeros((5, 3), np.float32)
    eager, inside = pc.Generator(seed=3), pc.Generator(seed=3)
    expected = run(pc.tensor(x), eager).numpy()
    found = pc.compile(lambda x: run(x, inside), executor=executor)(x).numpy()
    np.testing.assert_array_equal(found, expected)
    assert len(np.unique(found)) == found.size
    assert inside.draws.numpy() == eager.draws.numpy() == 5


@each_executor
def test_weights_learn_through_a_loop(executor):
    rng = pc.Generator(seed=0)
    w = pc.Parameter(rng.normal(0.0, 0.5, (3, 3)))
    optimizer = pc.optim.Adam({"w": w}, 0.05)
    x = numbers(6, 8, 3, dtype=np.float32)
    target = np.tanh(x.sum(axis=0) * 0.3)

    def step(x, t):
        h, _ = pc.scan(lambda h, row: (f.tanh(row + h @ w), None), pc.zeros((8, 3)), x)
        loss = ((h - t) ** 2.0).mean()
        optimizer.minimize(loss)
        return loss

    step = pc.compile(step, executor=executor)
    losses = [step(x, target).item() for _ in range(60)]
    assert losses[-1] < 0.3 * losses[0]


# ---- refusals ----------------------------------------------------------------------------

X = np.ones((3, 2), np.float32)
REFUSED = [
    (lambda: pc.scan(lambda s, x: s, X[0], X), GraphError, "gave Tensor. It gives a pair"),
    (
        lambda: pc.scan(lambda s, x: (s.sum(), None), X[0], X),
        ShapeError,
        r"a state of float32\[2\] and gave float32\[\]. A state keeps",
    ),
    (lambda: pc.scan(lambda s, x: ((s, s), None), X[0], X), ShapeError, "keeps its structure"),
    (
        lambda: pc.scan(lambda s, x: (s.astype("float64"), None), X[0], X),
        ShapeError,
        r"gave float64\[2\]",
    ),
    (lambda: pc.scan(lambda s, x: (s, None), X[0], (X, X[:2])), ShapeError, "is the same for all"),
    (lambda: pc.scan(lambda s, x: (s, None), X[0], X[:0]), ShapeError, "at least 1"),
    (lambda: pc.scan(lambda s, x: (s, None), X[0]), ShapeError, "without inputs give `steps`"),
    (lambda: pc.scan(lambda s, x: (s, None), X[0], X, steps=4), ShapeError, "and steps=4"),
    (lambda: pc.scan(lambda s, x: (s, None), (), steps=2), GraphError, "no state and no inputs"),
]


@pytest.mark.parametrize(("call", "error", "words"), REFUSED)
def test_what_is_no_loop_is_refused_alike_in_both_modes(call, error, words):
    with pytest.raises(error, match=words):
        call()
    with pytest.raises(error, match=words):
        pc.capture(lambda: call()[0])()
