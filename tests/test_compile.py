"""Compiled functions do what the function does, also to variables, and say what they cannot."""

import threading
from collections import namedtuple

import numpy as np
import pytest

import pellucid as pc
from pellucid.errors import GraphError, OptionError
from pellucid.recordings import is_recording

Pair = namedtuple("Pair", ["first", "second"])


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x,
        lambda x: (x, [x + 1.0, {"b": x * 2.0, "a": x}]),
        lambda x: Pair(x, x + 1.0),
        lambda x: {"n": 3, "word": "yes", "none": None, "x": x},
        lambda x: [0.5, x],
        lambda x: [],
    ],
)
def test_results_keep_their_structure(compiled, make):
    x = pc.tensor([1.0, 2.0])
    found, expected = compiled(make)(x), make(x)

    def plain(nest):
        if isinstance(nest, dict):
            return [(key, plain(part)) for key, part in nest.items()]
        if isinstance(nest, tuple | list):
            return type(nest), [plain(part) for part in nest]
        return nest.tolist() if isinstance(nest, pc.Tensor) else nest

    assert plain(found) == plain(expected)


def test_keywords_stand_for_their_place(compiled):
    run = compiled(lambda x, scale, shift: x * scale + shift)
    assert run(pc.tensor([2.0]), shift=1.0, scale=10.0).tolist() == [21.0]

    def named(x, *, scale):
        return x * scale

    with pytest.raises(OptionError, match="scale can only be given by name"):
        compiled(named)(pc.tensor([1.0]), scale=2.0)
    with pytest.raises(TypeError):
        run(pc.tensor([1.0]), size=3)


def test_results_are_not_the_arguments(compiled):
    x = np.ones(3, np.float32)
    y = compiled(lambda x: x)(x)
    x[0] = 9.0
    assert y.tolist() == [1.0, 1.0, 1.0]


def branches(x):
    return x if x.sum() > 0 else -x


@pytest.mark.parametrize(
    ("function", "what"),
    [
        (branches, "a decision by if, while, and, or, not"),
        (lambda x: float(x.sum()), r"item\(\)"),
        (lambda x: x * x.sum().item(), r"item\(\)"),
        (np.asarray, r"numpy\(\)"),
        (lambda x: x.tolist(), r"tolist\(\)"),
        (lambda x: [1, 2][x.argmax()], "use as an index"),
    ],
)
def test_what_needs_a_number_at_capture_is_explained(compiled, function, what):
    message = rf"{what}: this .* tensor is being captured; .* where\(condition, a, b\)"
    with pytest.raises(GraphError, match=message):
        compiled(function)(pc.tensor([1.0, 2.0]))
    assert not is_recording()


def test_a_function_that_fails_leaves_nothing_behind(compiled):
    v = pc.Variable(1.0)

    def failing():
        v.assign(v + 1.0)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        compiled(failing)()
    assert not is_recording()
    assert v.item() == 1.0


def test_an_unknown_executor_is_refused():
    with pytest.raises(OptionError, match=r"executor 'nativ'. Did you mean 'native'"):
        pc.compile(lambda x: x, executor="nativ")


def test_a_compiled_function_inside_another_becomes_part_of_it(compiled):
    inner = compiled(lambda x: x * 3.0)
    graph = pc.capture(lambda x: inner(x) + 1.0)(np.ones(2, np.float32))
    assert [node.primitive.name for node in graph.nodes] == ["multiply", "add"]


def test_gradients_inside_are_those_outside(compiled):
    def slope(x):
        return pc.grad(lambda x: (x.tanh() * x).sum())(x)

    x = pc.tensor(np.linspace(-2.0, 2.0, 7))
    np.testing.assert_allclose(compiled(slope)(x).numpy(), slope(x).numpy(), rtol=1e-12)


def test_the_decorator_keeps_the_name_of_the_function():
    @pc.compile(executor="reference")
    def doubled(x):
        """Twice as much."""
        return x + x

    assert (doubled.__name__, doubled.__doc__) == ("doubled", "Twice as much.")
    assert doubled(pc.tensor(2.0)).item() == 4.0


def test_two_threads_capture_at_the_same_time(compiled):
    inside, results, errors = threading.Barrier(2, timeout=20), {}, []

    def work(name):
        v = pc.Variable(float(name))

        def step(x):
            y = v + x
            inside.wait()  # both are in the middle of their capture
            v.assign(y * 2.0)
            return y

        try:
            results[name] = (compiled(step)(pc.tensor(1.0)).item(), v.item())
        except Exception as failure:
            errors.append(failure)

    threads = [threading.Thread(target=work, args=(name,)) for name in (10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert results == {10: (11.0, 22.0), 20: (21.0, 42.0)}


def test_several_threads_call_one_compiled_function(compiled):
    run, wrong = compiled(lambda x: (x * 2.0).sum()), []

    def work(number):
        for i in range(50):
            x = np.full(30 + i % 3, number, np.float32)
            if run(x).item() != 2 * number * x.size:
                wrong.append((number, i))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_arguments_of_many_kinds_take_turns():
    total = pc.compile(lambda x, y: (x * 2.0 + y).sum())
    small, large = np.ones(2, np.float32), np.ones((3, 4), np.float32)
    for _ in range(3):
        assert total(small, pc.tensor(1.0)).item() == 6.0
        assert total(large, 1.0).item() == 36.0
        assert total(large.astype(np.float64), 1.0).dtype == np.float64
        assert total(np.asfortranarray(large), large).item() == 36.0
