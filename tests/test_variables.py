"""Variables: the only mutable things, eager and inside compiled functions."""

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import DTypeError, GraphError, ShapeError
from pellucid.variables import lent


def test_kinds_of_variables():
    assert pc.Parameter([1.0]).trainable
    assert not pc.Buffer([1]).trainable
    with pytest.raises(DTypeError, match=r"Parameter: int64. Only floats can be trained"):
        pc.Parameter([1])
    assert repr(pc.Parameter([1.0], name="w")) == "parameter 'w': tensor([1.], float32)"


def test_a_variable_stands_for_its_tensor():
    v = pc.Parameter([1.0, 2.0])
    (v * v).sum().backward()
    assert v.grad.tolist() == [2.0, 4.0]
    assert (v[1].item(), v.shape, v.dtype) == (2.0, (2,), np.float32)
    assert (2.0 - v).tolist() == [1.0, 0.0]


def test_assigning_replaces_value_and_gradient():
    v = pc.Parameter([1.0])
    v.sum().backward()
    v.assign([3.0])
    assert v.tolist() == [3.0]
    assert v.grad is None


def test_shape_and_dtype_stay():
    v = pc.Variable([1.0, 2.0], name="w")
    with pytest.raises(ShapeError, match=r"assign: shape \(1,\) to variable 'w' of shape \(2,\)"):
        v.assign([1.0])
    with pytest.raises(DTypeError, match="assign: float64 to variable 'w' of float32"):
        v.assign(np.ones(2))
    assert v.tolist() == [1.0, 2.0]


def test_an_array_that_was_assigned_does_not_leak_in():
    source = np.ones(2, np.float32)
    v = pc.Variable([0.0, 0.0])
    v.assign(source)
    source[0] = 9.0
    assert v.tolist() == [1.0, 1.0]


def test_a_compiled_function_updates_variables(compiled):
    v = pc.Variable(0.0)

    def step(x):
        v.assign(v + x)
        v.assign(v * 2.0)
        return v + 0.5

    run = compiled(step)
    assert [run(pc.tensor(1.0)).item() for _ in range(3)] == [2.5, 6.5, 14.5]
    assert v.item() == 14.0
    v.assign(1.0)
    assert run(pc.tensor(1.0)).item() == 4.5


def test_tensors_read_before_an_update_keep_their_value(compiled):
    v = pc.Variable([1.0, 2.0])
    before, array = v.value, v.numpy()
    other = pc.Variable([0.0, 0.0])
    other.assign(v)
    run = compiled(lambda: v.assign(v + 10.0))
    run()
    between = v.value
    run()
    assert before.tolist() == array.tolist() == other.tolist() == [1.0, 2.0]
    assert between.tolist() == [11.0, 12.0]
    assert v.tolist() == [21.0, 22.0]


def test_a_tensor_that_was_assigned_keeps_its_value(compiled):
    given, v = pc.tensor([1.0, 2.0]), pc.Variable([0.0, 0.0])
    v.assign(given)
    compiled(lambda: v.assign(v + 10.0))()
    assert given.tolist() == [1.0, 2.0]
    assert v.tolist() == [11.0, 12.0]


def test_results_never_share_memory_with_variables(compiled):
    v = pc.Variable([1.0, 2.0])

    def step():
        old = v.value
        v.assign(old + 1.0)
        return old, v.value, old.reshape(2, 1)

    run = compiled(step)
    first = run()
    run()
    assert [y.numpy().ravel().tolist() for y in first] == [[1.0, 2.0], [2.0, 3.0], [1.0, 2.0]]


def test_variables_can_change_places(compiled):
    a, b = pc.Variable([1.0, 2.0]), pc.Variable([3.0, 4.0])

    def swap():
        first = a.value
        a.assign(b)
        b.assign(first[::-1])

    run = compiled(swap)
    run()
    assert (a.tolist(), b.tolist()) == ([3.0, 4.0], [2.0, 1.0])
    run()
    assert (a.tolist(), b.tolist()) == ([2.0, 1.0], [4.0, 3.0])


def test_a_variable_can_be_an_argument_of_what_changes_it(compiled):
    v = pc.Variable([1.0])

    def step(x):
        v.assign(v + 1.0)
        return x + v

    assert compiled(step)(v).tolist() == [3.0]


def test_an_argument_can_be_assigned(compiled):
    v, x = pc.Variable([0.0]), np.ones(1, np.float32)
    run = compiled(v.assign)
    run(x)
    x[0] = 7.0
    assert v.tolist() == [1.0]


def test_a_constant_can_be_assigned_again_and_again(compiled):
    v = pc.Variable([5.0])
    reset, grow = compiled(lambda: v.assign([0.0])), compiled(lambda: v.assign(v + 1.0))
    for _ in range(2):
        grow()
        reset()
        assert v.tolist() == [0.0]


def test_variables_of_one_name_are_told_apart(compiled):
    a, b = pc.Variable(1.0, name="w"), pc.Variable(10.0, name="w")

    def step(w):
        a.assign(a + w)
        b.assign(b + a)
        return w

    run = compiled(step)
    assert run(pc.tensor(0.5)).item() == 0.5
    assert (a.item(), b.item()) == (1.5, 11.5)
    names = [value.name for value in run.graph(pc.tensor(0.5)).inputs]
    assert names == ["w", "w~2", "w~3"]


def test_gradients_of_parameters_inside_a_compiled_step(compiled):
    w = pc.Parameter([1.0, -2.0])

    def step(x):
        loss = (w * x * w).sum()
        loss.backward()
        w.assign(w - 0.5 * w.grad)
        return loss

    assert compiled(step)(pc.tensor([1.0, 0.25])).item() == 2.0
    assert w.tolist() == [0.0, -1.5]


def test_a_loop_equals_repeated_calls_bit_for_bit(compiled):
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(2, 20, 5)).astype(np.float32)
    rows = np.stack([rng.permutation(20)[:8] for _ in range(30)])
    final = []
    for together in (False, True):
        w = pc.Parameter(np.zeros(5, np.float32))

        def step(rows, w=w):
            wrong = pc.tensor(x)[rows] @ w - pc.tensor(t)[rows][:, 0]
            loss = (wrong * wrong).mean()
            loss.backward()
            w.assign(w - 0.1 * w.grad)
            return loss, rows[0]

        run = compiled(step)
        results = run.loop(rows) if together else [run(r) for r in rows]
        losses = results[0].numpy() if together else np.array([r[0].item() for r in results], "f4")
        final.append((losses, w.numpy()))
    np.testing.assert_array_equal(final[0][0], final[1][0])
    np.testing.assert_array_equal(final[0][1], final[1][1])


def test_a_loop_needs_rows(compiled):
    run = compiled(lambda x, y: x + y)
    for arguments in [(np.ones(2), np.ones(3)), (np.ones(0), np.ones(0)), (1.0, 2.0)]:
        with pytest.raises(GraphError, match=r"loop: .* The first axis counts the calls"):
            run.loop(*arguments)


def test_a_variable_of_a_class_of_its_own_stays_one_when_it_is_assigned_to():
    class Counted(pc.Variable):
        __slots__ = ()

    counted = Counted([1.0, 2.0])
    counted.assign(np.zeros(2, np.float32))
    assert type(counted) is Counted
    assert counted.tolist() == [0.0, 0.0]


def test_lent_values_are_gone_again_whatever_happens_inside():
    a, b = pc.Parameter([1.0]), pc.Parameter([2.0])
    held = a.held()
    with lent({a: pc.tensor([5.0])}):
        assert (a.item(), b.item()) == (5.0, 2.0)
    with pytest.raises(ZeroDivisionError), lent({b: pc.tensor([6.0])}):
        _ = 1.0 / (b.item() - 6.0)
    assert (a.item(), b.item()) == (1.0, 2.0)
    assert np.shares_memory(a.held().array, held.array)
    with pytest.raises(ShapeError), lent({a: pc.tensor([5.0]), b: pc.tensor([1.0, 2.0])}):
        pass
    assert (a.item(), b.item()) == (1.0, 2.0)
