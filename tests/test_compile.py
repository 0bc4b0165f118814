"""Compiled functions do what the function does, also to variables, and say what they cannot."""

import threading
from collections import namedtuple

import numpy as np
import pytest
from counting import lines_run

import pellucid as pc
from pellucid.errors import DTypeError, GraphError, OptionError
from pellucid.executors import EXECUTORS
from pellucid.recordings import is_recording, setting

Pair = namedtuple("Pair", ["first", "second"])


@pytest.fixture(params=EXECUTORS)
def compiled(request):
    """Compiles on each executor."""
    return lambda function: pc.compile(function, executor=request.param)


def counting(function):
    """The function, and the list of the captures of it."""
    captures = []

    def counted(*arguments):
        captures.append(1)
        return function(*arguments)

    return counted, captures


# ---- arguments and results ---------------------------------------------------------------


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


def test_arguments_nest_too(compiled):
    def f(pair, table):
        return pair.first + table["b"] - table["a"][0]

    found = compiled(f)(Pair(pc.tensor([5.0]), 0), {"a": (pc.tensor([1.0]),), "b": 2.0})
    assert found.tolist() == [6.0]


def test_python_floats_are_arguments_and_take_the_wider_dtype(compiled):
    f, captures = counting(lambda x, rate: x * rate)
    run = compiled(f)
    for rate in (0.5, 2.0):
        assert run(pc.tensor([2.0]), rate).tolist() == [2 * rate]
    assert len(captures) == 1
    assert run(np.array([2.0]), 0.1).numpy() == [0.2]
    assert run(np.array([2.0]), 0.1).dtype == np.float64


def test_keywords_stand_for_their_place(compiled):
    run = compiled(lambda x, scale, shift: x * scale + shift)
    assert run(pc.tensor([2.0]), shift=1.0, scale=10.0).tolist() == [21.0]

    def named(x, *, scale):
        return x * scale

    with pytest.raises(OptionError, match="scale can only be given by name"):
        compiled(named)(pc.tensor([1.0]), scale=2.0)
    with pytest.raises(TypeError):
        run(pc.tensor([1.0]), size=3)


def test_arrays_with_any_strides_are_arguments(compiled):
    run = compiled(lambda a, b: a + b)
    a = np.broadcast_to(np.float32(1.5), (3, 4))
    b = np.arange(24, dtype=np.float32).reshape(4, 6)[:, ::2].T
    np.testing.assert_array_equal(run(a, b).numpy(), a + b)


@pytest.mark.parametrize("argument", [np.zeros(2, np.float16), np.zeros(2, complex)], ids=str)
def test_arrays_of_unknown_dtype_are_refused(compiled, argument):
    with pytest.raises(DTypeError, match="tensor: dtype"):
        compiled(lambda x: x)(argument)


@pytest.mark.parametrize("argument", [object(), {1, 2}, lambda: 0])
def test_arguments_of_unknown_kind_are_refused(compiled, argument):
    with pytest.raises(GraphError, match="an argument or result of type"):
        compiled(lambda x: x)(argument)


def test_results_are_not_the_arguments(compiled):
    x = np.ones(3, np.float32)
    y = compiled(lambda x: x)(x)
    x[0] = 9.0
    assert y.tolist() == [1.0, 1.0, 1.0]


# ---- when it is captured again -----------------------------------------------------------


def test_captured_again_for_what_decides_the_graph(compiled):
    f, captures = counting(lambda x, n: x if n == 1 else x * 2.0)
    run = compiled(f)
    x = np.ones(2, np.float32)
    calls = [(x, 1), (x + 1, 1), (x, 2), (x, True), (x[:1], 1), (x.astype("f8"), 1), ([x], 1)]
    expected = [1, 1, 2, 3, 4, 5, 6]
    for (argument, n), count in zip(calls, expected, strict=True):
        if isinstance(argument, list):
            with pytest.raises(TypeError):
                run(argument, 2)
        else:
            run(argument, n)
        assert len(captures) == count
    run(*calls[0])
    assert len(captures) == expected[-1]


def test_captured_again_when_a_setting_changed_and_reused_when_it_changed_back(compiled):
    mode = {"training": True}
    f, captures = counting(lambda x: x * 2.0 if setting(lambda: mode["training"]) else x)
    run = compiled(f)
    found = []
    for training in (True, False, True, False):
        mode["training"] = training
        found.append(run(pc.tensor(3.0)).item())
    assert found == [6.0, 3.0, 6.0, 3.0]
    assert len(captures) == 2


# ---- what cannot be captured -------------------------------------------------------------


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


# ---- together ----------------------------------------------------------------------------


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


def test_arguments_are_named_after_their_parameters():
    def f(first, *rest):
        return first + rest[0] + rest[1][0]

    graph = pc.capture(f)(np.ones(1), np.ones(1), [np.ones(1)])
    assert [value.name for value in graph.inputs] == ["first", "rest", "rest.2.0"]


def test_what_was_captured_can_be_looked_at():
    v = pc.Variable([1.0], name="w")
    run = pc.compile(lambda x: v.assign(v + x), executor="reference")
    captured = run.captured(pc.tensor([1.0]))
    assert captured.variables == (v,)
    assert captured.procedure.updates == (1,)
    assert str(run.graph(pc.tensor([1.0]))) == str(captured.procedure.graph)
    assert v.tolist() == [1.0]


def test_arguments_of_many_kinds_take_turns():
    total = pc.compile(lambda x, y: (x * 2.0 + y).sum())
    small, large = np.ones(2, np.float32), np.ones((3, 4), np.float32)
    for _ in range(3):
        assert total(small, pc.tensor(1.0)).item() == 6.0
        assert total(large, 1.0).item() == 36.0
        assert total(large.astype(np.float64), 1.0).dtype == np.float64
        assert total(np.asfortranarray(large), large).item() == 36.0


def test_arrays_that_cannot_be_written_or_are_empty_are_read():
    plus = pc.compile(lambda x: x + 1.0)
    frozen = np.arange(3, dtype=np.float32)
    frozen.flags.writeable = False
    np.testing.assert_array_equal(plus(frozen).numpy(), [1.0, 2.0, 3.0])
    assert plus(np.empty((0, 3), np.float32)).shape == (0, 3)


def test_variables_of_one_name_are_numbered_without_trying_every_number():
    def captured(count):
        variables = [pc.Buffer(1.0) for _ in range(count)]
        return pc.capture(lambda x: [v + x for v in variables])(1.0)

    names = [value.name for value in captured(4).inputs]
    assert names == ["x", "buffer", "buffer~2", "buffer~3", "buffer~4"]
    assert lines_run(lambda: captured(400)) < 4.3 * lines_run(lambda: captured(100))


def test_an_argument_of_float64_that_met_float32_is_named():
    w = pc.Parameter([[1.0], [2.0]])

    @pc.compile
    def outputs(x, scale, shift):
        return (x @ w) * scale + shift

    narrow, wide = np.ones((3, 2), np.float32), np.ones((3, 2))
    message = "float64 with float32.*The compiled function's argument a is float64.*a.astype"
    with pytest.raises(DTypeError, match=message) as caught:
        pc.compile(lambda a: outputs(a, 1.0, 2.0))(wide)
    assert str(caught.value).count("The compiled function") == 1
    with pytest.raises(DTypeError, match="arguments scale, shift are float64"):
        outputs(narrow, np.ones(1), np.ones(1))
