"""Loops over time: the same as steps written out, as one node of a graph."""

import numpy as np
import pytest
from loop_bodies import (
    arguments,
    by_steps,
    close,
    each_body,
    each_executor,
    numbers,
    outputs_of,
    second,
    slopes,
)

import pellucid as pc
from pellucid import functional as f
from pellucid import primitives as p
from pellucid.errors import GraphError, ShapeError


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
